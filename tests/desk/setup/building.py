"""A whole portal, built through the editor's pages alone out of a blank one, as an owner would who has it on paper.

`Builder(client).build(document)` reads the wanted document and does what somebody does who copies it: page by page, by
the forms that stand there. New things are named first as their key reads (the editor makes the key from that), then as
the document names them. What it does not know it refuses: nothing of the document is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.test import Client

from tests.desk.setup.by_forms import Form, Page

SETUP = "/desk/setup/"
SAVE = "Save in the draft"
Item = Mapping[str, Any]


class Left:
    """What of an item is still to be done; all of it must be taken."""

    def __init__(self, item: Item) -> None:
        self._item = dict(item)

    def take(self, name: str, default: Any = None) -> Any:
        return self._item.pop(name, default)

    def takes(self, *names: str) -> dict[str, Any]:
        """Those of them that it has."""
        return {name: self._item.pop(name) for name in names if name in self._item}

    def done(self) -> None:
        assert not self._item, f"the builder does not know {self._item}"


def named(key: str) -> str:
    """A name from which the editor makes this key."""
    return key.replace("-", " ")


class Builder:
    """An owner at the editor."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def page(self, place: str = "") -> Page:
        return Page.open(self.client, SETUP + place)

    def build(self, document: Item) -> None:
        """All of it, in the order in which one thing needs another."""
        left = Left(document)
        left.take("schema")
        self._portal(left.take("portal"))
        self._hours(left.take("hours", {}))
        for team in left.take("teams", ()):
            self._item("teams", team, {"name": "name"})
        for message in left.take("messages", ()):
            self._item("mails", message, {"subject": "subject", "body": "body", "button": "button"})
        for answer in left.take("ready_answers", ()):
            self._item("ready-answers", answer, {"name": "name", "body": "body"})
        for flow in left.take("flows", ()):
            self._flow(flow)
        for kind in left.take("types", ()):
            self._type(kind)
        page = self.page("visibility/")
        for promise in left.take("assertions", ()):
            form = page.form("field", "never", button="Add this promise")
            page = page.send(form.put(field=promise["field"], never=promise["never"]), "Add this promise")
        left.done()

    def take_out(self, stem: str, key: str) -> None:
        """What was there before, by the button beside it or on its page."""
        page = self.page("" if stem == "types" else f"{stem}/")
        action = f"{SETUP}{stem}/{key}/retire/"
        if action not in [form.action for form in page.forms]:
            page = page.follow(f"{SETUP}{stem}/{key}/")
        form = next(form for form in page.forms if form.action == action)
        page.send(form, "Take")

    def delete(self, stem: str, key: str) -> None:
        """For good, where it is out of use."""
        page = self.page("" if stem == "types" else f"{stem}/")
        action = f"{SETUP}out-of-use/{stem}/{key}/delete/"
        page.send(next(form for form in page.forms if form.action == action), "Delete")

    # ---- the portal

    def _portal(self, portal: Item) -> None:
        left = Left(portal)
        boxes = {"name": "name", "reference_prefix": "prefix", "sender_name": "sender", "welcome": "welcome"}
        boxes |= {
            "emergency": "emergency",
            "imprint": "imprint",
            "time_zone": "zone",
            "currency": "currency",
            "guests": "guests",
        }
        boxes |= {"registration": "registration"}
        typed = dict.fromkeys(boxes.values(), "") | {"guests": False, "registration": "open", "name": portal["name"]}
        typed |= {boxes[name]: value for name, value in left.takes(*boxes).items()}
        brand = Left(left.take("brand", {}))
        typed |= {
            {"title_voice": "voice"}.get(name, name): value
            for name, value in brand.takes("colour", "title_voice", "corners").items()
        }
        brand.done()
        self._save("portal/", typed)
        for number, link in enumerate(left.take("links", ())):
            self._save("portal/", {f"links-{number}-label": link["label"], f"links-{number}-url": link["url"]})
        # The blank portal speaks it.
        assert left.take("language") == "en"
        assert left.take("languages", ["en"]) == ["en"]
        left.done()

    def _save(self, place: str, typed: Mapping[str, Any]) -> Page:
        page = self.page(place)
        return page.send(page.form(*typed, button=SAVE).put(**typed), SAVE)

    def _hours(self, hours: Item) -> None:
        typed = {}
        for day, spans in hours.items():
            if day == "holidays":
                typed[day] = "\n".join(spans)
                continue
            for number, span in enumerate(spans):
                opens, _, closes = span.partition("-")
                typed |= {f"{day}-{number}-from": opens, f"{day}-{number}-to": closes}
        self._save("hours/", typed)

    # ---- shared lists

    def _item(self, stem: str, item: Item, boxes: Mapping[str, str]) -> None:
        left = Left(item)
        page = self.page(f"{stem}/")
        made = page.send(page.form("name", button="Add").put(name=named(left.take("key"))), "Add")
        assert made.path == f"{SETUP}{stem}/{item['key']}/"
        typed = {boxes[name]: value for name, value in left.takes(*boxes).items()}
        made.send(made.form(*typed, button=SAVE).put(**typed), SAVE)
        left.done()

    # ---- statuses

    def _flow(self, flow: Item) -> None:
        left, key = Left(flow), flow["key"]
        start = f"{SETUP}flows/{left.take('key')}/"
        page = self.page("flows/")
        made = page.send(page.form("name", "copy").put(name=named(key)), "Add")
        assert made.path == start
        made.send(made.form("name", button="Rename").put(name=left.take("name")), "Rename")
        self._steps(start, left.take("steps", ()))
        statuses = left.take("statuses")
        self._statuses(start, statuses)
        for status in statuses:
            self._status(start, status)
        for number, way in enumerate(left.take("transitions")):
            self._way(start, number, way)
        left.done()

    def _steps(self, start: str, steps: Sequence[Item]) -> None:
        page = Page.open(self.client, f"{start}steps/")
        for step in steps:
            page = page.send(page.form("name", button="Add").put(name=named(step["key"])), "Add")
        typed = {f"step-{step['key']}": step["name"] for step in steps}
        page.send(page.form(*typed, button=SAVE).put(**typed), SAVE)

    def _statuses(self, start: str, statuses: Sequence[Item]) -> None:
        """Adds them, takes out what a new flow begins with, puts them in order."""
        given = {"new", "done"}
        for status in statuses:
            if status["key"] in given:
                continue
            page = Page.open(self.client, start)
            form = page.form("name", "turn", "copy", "after", button="Add status")
            turn = status.get("outcome") or status["turn"]
            page.send(form.put(name=named(status["key"]), turn=turn, after=""), "Add status")
        for key in given - {status["key"] for status in statuses}:
            page = Page.open(self.client, f"{start}statuses/{key}/")
            page.send(page.form(button="Take this status out"), "Take this status out")
        self._order(start, [status["key"] for status in statuses])

    def _order(self, path: str, wanted: Sequence[str]) -> None:
        """By the two buttons of each line, as without script."""
        for place, key in enumerate(wanted):
            page = Page.open(self.client, path)
            while self._lines(page).index(key) > place:
                form = next(form for form in page.forms if self._is_order(form) and form.boxes["key"] == [key])
                page = page.send(form, "↑")
        assert self._lines(Page.open(self.client, path)) == list(wanted)

    def _lines(self, page: Page) -> list[str]:
        return [form.boxes["key"][0] for form in page.forms if self._is_order(form)]

    def _is_order(self, form: Form) -> bool:
        return "key" in form.boxes and any(text in ("↑", "↓") for _, _, text in form.buttons)

    def _status(self, start: str, status: Item) -> None:
        left = Left(status)
        path = f"{start}statuses/{left.take('key')}/"
        typed: dict[str, Any] = left.takes("name", "customer_name", "meaning", "next_step", "turn", "step", "outcome")
        if "customer_may" in status:
            typed["customer_may"] = left.take("customer_may")
        expected = Left(left.take("expected", {}))
        if expected.take("no_limit"):
            typed["expected-unit"] = "no_limit"
        elif unit := next((unit for unit in ("hours", "days") if unit in status.get("expected", {})), ""):
            typed["expected"] = expected.take(unit)
            typed["expected-unit"] = f"working_{unit}" if expected.take("working") else unit
        expected.done()
        page = Page.open(self.client, path)
        parts = {part: left.take(part, ()) for part in ("handler", "notify", "if_late", "remind")}
        # A row of each list is there; with what is saved comes another.
        for number in range(max(1, *map(len, parts.values()))):
            rules = {part: rules[number] for part, rules in parts.items() if number < len(rules)}
            typed |= {f"{part}-{number}-{name}": value for part, rule in rules.items() for name, value in rule.items()}
            page = page.send(page.form(*typed, button=SAVE).put(**typed), SAVE)
            typed = {}
        left.done()

    def _way(self, start: str, number: int, way: Item) -> None:
        left = Left(way)
        begins = left.take("from")
        page = Page.open(self.client, f"{start}statuses/{begins[0]}/")
        form = page.form("to", "by", button="Add")
        # The line at the status knows two; the page of the way knows everybody.
        page = page.send(
            form.put(to=left.take("to"), by=[who for who in way["by"] if who in form.offered["by"]]), "Add"
        )
        page = page.follow(f"{start}ways/{number}/")
        form = page.form("from", "by", button=SAVE).put(**{"from": begins})
        page.send(form.put(**left.takes("label", "by", "must_fill", "ask_reason")), SAVE)
        left.done()

    # ---- request types

    def _type(self, kind: Item) -> None:
        left, key = Left(kind), kind["key"]
        start = f"{SETUP}types/{left.take('key')}/"
        page = self.page()
        form = page.form("name", "copy", "flow", button="Add")
        page = page.send(form.put(name=named(key), flow=left.take("flow")), "Add")
        assert page.path == start
        fields = left.take("fields", ())
        for field in fields:
            self._field(start, {name: value for name, value in field.items() if name != "show"})
        page = Page.open(self.client, start)
        for field in fields:
            for role, wanted in field.get("show", {}).items():
                self._shown(page, f"{start}fields/{field['key']}/switch/", role, wanted)
        words = left.takes("name", "description", "group", "icon", "title", "before", "after", "again")
        who = left.take("for", {}).get("who")
        page = page.follow("Wording")
        page = page.send(page.form("name", "who").put(**words, **({"who": who} if who else {})), SAVE)
        page = page.follow(f"{start}handling/")
        page = page.send(page.form("start").put(**left.takes("start", "removes")), SAVE)
        # A rule with a condition takes its place before those that always hold.
        for rule in left.take("assign", ()):
            page = page.follow(f"{start}handling/add/")
            page = page.send(self._ruled(page, rule), "Add the rule")
        left.done()

    def _ruled(self, page: Page, rule: Item) -> Form:
        left = Left(rule)
        form = page.form("team", "priority").put(**left.takes("team", "priority"))
        if when := left.take("when"):
            self._when(form, when)
        left.done()
        return form

    def _when(self, form: Form, when: Item) -> None:
        """One test, or several of which all or any must hold."""
        group = next((name for name in ("all", "any") if name in when), "all")
        form.put(when=group)
        for row, test in enumerate(when.get(group) or [when]):
            left = Left(test)
            key = left.take("field")
            (operator, operand), *more = left.takes(*list(test)[1:]).items()
            assert not more
            # What the list offers stands in its entries; a test that compares with words has a box beside it.
            ready = f'["{key}", "{operator}", {_written(operand)}]'
            opened = f'["{key}", "{operator}", null]'
            if ready in form.offered[f"when-{row}"]:
                form.put(**{f"when-{row}": ready})
            else:
                form.put(**{f"when-{row}": opened, f"when-{row}-to": operand})
            left.done()

    def _field(self, start: str, field: Item) -> None:
        left, key = Left(field), field["key"]
        page = Page.open(self.client, f"{start}fields/_add/")
        form = page.form("label", "kind").put(label=named(left.take("key")), kind=left.take("kind"))
        page = page.send(form, "Add the field")
        assert page.path == f"{start}fields/{key}/"
        if "choices" in field:
            page = self._choices(page, left.take("choices"))
        when = left.take("when")
        form = page.form("label", button=SAVE).put(**left.takes(*[n for n in field if n in form_boxes(page)]))
        if when:
            self._when(form, when)
        page.send(form, SAVE)
        left.done()

    def _shown(self, page: Page, action: str, role: str, wanted: str) -> None:
        """Presses the sign of a role until it says what is wanted."""
        for _ in range(3):
            form = next(form for form in page.forms if form.action == action and form.boxes.get("role") == [role])
            to = form.buttons[0][1]
            page = page.press(form, form.buttons[0][2])
            if to == wanted:
                return
        raise AssertionError(f"{action} does not offer {wanted} for {role}")

    def _choices(self, page: Page, choices: Sequence[Item]) -> Page:
        path = page.path
        form = page.form("label", button="Add").put(label="\n".join(named(choice["key"]) for choice in choices))
        page = page.send(form, "Add")
        for given in ("first", "second"):
            if given not in [choice["key"] for choice in choices]:
                form = next(f for f in page.forms if f.boxes.get("key") == [given] and f.buttons[0][1] == "retire")
                page = page.send(form, "Take out")
        for choice in choices:
            left = Left(choice)
            one = page.follow(f"{path}parts/{left.take('key')}/")
            one.send(one.form("label").put(**left.takes("label", "help")), SAVE)
            left.done()
        return Page.open(self.client, path)


def form_boxes(page: Page) -> set[str]:
    """The boxes of the sheet of a field."""
    form = page.form("label", button=SAVE)
    return {*form.boxes, *form.offered}


def _written(operand: Any) -> str:
    if isinstance(operand, bool):
        return "true" if operand else "false"
    return f'"{operand}"' if isinstance(operand, str) else str(operand)
