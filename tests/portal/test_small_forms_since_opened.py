"""What is asked, a move and a changed answer, opened before a version went live and sent after it, by the customer and
at the desk: taken, or back with everything that was typed and why; nothing is written then."""

from __future__ import annotations

import copy
import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pytest

from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.history.models import HistoryEntry
from portal_core.service_requests.models import ServiceRequest
from tests.reading import words_of as text
from tests.service_requests.asking_portal import Desk, document

Document: TypeAlias = "dict[str, Any]"
TYPED = {
    "f-slot": "tue",
    "f-key-box": "Under the mat",
    "f-people": "2",
    "f-people_language": "en",
    "note": "On the phone",
    "reason": "We are away",
}


def small() -> Document:
    """The portal that asks, with three questions in one ask and moves that need one of them."""
    made = copy.deepcopy(document())
    fields, flow = made["types"][0]["fields"], made["flows"][0]
    people = {"key": "people", "kind": "number", "label": "How many are you?", "max": 9, "show": {"customer": "see"},
              "at": {"visit": {"customer": "edit"}}}  # fmt: skip
    fields.insert(3, people)
    ask(made)["fields"] = ["slot", "key-box", "people"]
    status(made)["asks"] = [ask(made), {"key": "house", "do": "read", "text": "Shoes off.", "required": False}]
    for to, by in (("stopped", "customer"), ("work", "agent")):
        flow["transitions"] = [move for move in flow["transitions"] if move["to"] != to]
        more = {"ask_reason": True} if by == "customer" else {}
        flow["transitions"].append({"from": ["visit"], "to": to, "by": [by], "must_fill": ["key-box"], **more})
    flow["transitions"].append({"from": ["quote"], "to": "work", "by": ["agent"]})
    return made


def status(made: Document, key: str = "visit") -> Document:
    return next(item for item in made["flows"][0]["statuses"] if item["key"] == key)


def ask(made: Document, key: str = "day") -> Document:
    return next(item for item in status(made)["asks"] if item["key"] == key)


def question(made: Document, key: str = "key-box") -> Document:
    return next(item for item in made["types"][0]["fields"] if item["key"] == key)


def moves(made: Document) -> list[Document]:
    return [move for move in made["flows"][0]["transitions"] if move["from"] == ["visit"]]


def not_asked(made: Document) -> None:
    ask(made)["fields"] = ["slot", "people"]
    for move in moves(made):
        del move["must_fill"]


def gone(made: Document) -> None:
    not_asked(made)
    made["types"][0]["fields"].remove(question(made))


def retired(made: Document) -> None:
    not_asked(made)
    question(made)["retired"] = True


def only_seen(made: Document) -> None:
    not_asked(made)
    question(made)["at"] = {}


def hidden(made: Document) -> None:
    not_asked(made)
    question(made).update(show={"customer": "hidden"}, at={})


def ask_gone(made: Document) -> None:
    status(made)["asks"].remove(ask(made))
    status(made).pop("when_done", None)


def moves_gone(made: Document) -> None:
    for move in moves(made):
        made["flows"][0]["transitions"].remove(move)
    made["flows"][0]["transitions"].append({"from": ["visit"], "to": "quote", "by": ["agent"], "must_fill": ["price"]})


def one_more(made: Document) -> None:
    seen: Document = {"at": {"visit": {"customer": "edit"}}, "show": {"customer": "see"}}
    way_in = {"key": "way-in", "kind": "text", "label": "Way in?", "required": True, **seen}
    made["types"][0]["fields"].append(way_in)
    ask(made)["fields"].append("way-in")
    for move in moves(made):
        move["must_fill"].append("way-in")


def status_gone(made: Document) -> None:
    flow = made["flows"][0]
    flow["statuses"].remove(status(made))
    flow["transitions"] = [
        {**move, "from": [key for key in move["from"] if key != "visit"]}
        for move in flow["transitions"]
        if move["to"] != "visit" and move["from"] != ["visit"]
    ]
    flow["transitions"].append({"from": ["new", "quote"], "to": "stopped", "by": ["agent"]})
    for item in made["types"][0]["fields"]:
        item.pop("at", None) if "visit" in item.get("at", {}) else None


NO_LONGER = "“Where is the key?” is no longer asked. You had written: Under the mat"
TO_COPY = "What you had typed, to copy:"
TAKEN = ""
ALL = ("carol asks", "bob asks", "carol moves", "bob moves", "carol edits", "bob edits")
ASKS, MOVES, EDITS = ALL[:2], ALL[2:4], ALL[4:]


@dataclass(frozen=True)
class Case:
    """What was changed, and what each of the forms comes to: taken, or the words that come back with it."""

    edit: Callable[[Document], object]
    said: dict[str, str] = field(default_factory=dict)
    mapping: dict[str, Any] | None = None


def of(doors: tuple[str, ...], words: str) -> dict[str, str]:
    return dict.fromkeys(doors, words)


CASES: dict[str, Case] = {
    "another name": Case(lambda d: d["portal"].update(name="Beta"), of(ALL, TAKEN)),
    "another label": Case(lambda d: question(d).update(label="Where do you keep the key?"), of(ALL, TAKEN)),
    "another label of the ask": Case(lambda d: ask(d).update(label="Say when"), of(ASKS, TAKEN)),
    "another label of the move": Case(lambda d: [m.update(label="Go on") for m in moves(d)], of(MOVES, TAKEN)),
    "one more answer": Case(
        lambda d: question(d, "slot")["choices"].append({"key": "thu", "label": "Thursday"}), of(ASKS, TAKEN)
    ),
    "wider limits": Case(lambda d: question(d, "people").update(max=99), of(ASKS, TAKEN)),
    "a question for another ask": Case(
        lambda d: d["types"][0]["fields"].append({"key": "inner", "kind": "text", "label": "Inner"}), of(ALL, TAKEN)
    ),
    "another mail": Case(lambda d: d["messages"][0].update(subject="We have news"), of(EDITS + ASKS, TAKEN)),
    "not asked any more": Case(not_asked, of(ASKS + MOVES, NO_LONGER) | of(EDITS, TAKEN)),
    "a question that is gone": Case(gone, of(ASKS + MOVES, NO_LONGER) | of(EDITS, TO_COPY)),
    "a question out of use": Case(retired, of(ASKS + MOVES, NO_LONGER) | of(EDITS, TO_COPY)),
    "only to be seen": Case(only_seen, of(ASKS + MOVES, NO_LONGER) | {"carol edits": TO_COPY, "bob edits": TAKEN}),
    "hidden from customers": Case(hidden, of(ASKS + MOVES, NO_LONGER) | {"carol edits": TO_COPY, "bob edits": TAKEN}),
    "an answer that is gone": Case(
        lambda d: question(d, "slot").update(choices=[{"key": "wed", "label": "Wednesday, 1 to 3"}]),
        of(ASKS, "“When shall we come?” does not have the answer any more that you had chosen: Tuesday, 8 to 10"),
    ),
    "a narrower limit": Case(lambda d: question(d, "people").update(max=1), of(ASKS, "Write a number of 1 or less.")),
    "fewer signs": Case(
        lambda d: question(d).update(max_length=5), of(ALL, "Shorten this to 5 characters; it has 13.")
    ),
    "one more that must be filled in": Case(one_more, of(ASKS + MOVES, "Way in?")),
    "what is asked is gone": Case(ask_gone, of(ASKS, TO_COPY)),
    "the move is gone": Case(moves_gone, of(MOVES, TO_COPY)),
    "the status is gone": Case(status_gone, of(ASKS + MOVES, TO_COPY), {"status": {"way.visit": "work"}}),
}
CHECKED = [(name, door) for name, case in CASES.items() for door in case.said]


@pytest.fixture
def desk(people: dict[str, Any]) -> Desk:
    made = Desk(people)
    made.publish(small())
    return made


def opened(door: str, client: Any, row: ServiceRequest) -> tuple[str, dict[str, str]]:
    """Where the form is sent, and what is in it with everything typed."""
    who, what = door.split()
    base = f"/requests/{row.number}/" if who == "carol" else f"/desk/requests/{row.number}/"
    ending = {"asks": "asks/day/", "moves": "move/", "edits": "change/"}[what]
    query = {"asks": "", "moves": "?to=work", "edits": "?edit=key-box"}[what]
    page = client.get(f"{base}{query}").content.decode()
    form = re.search(rf'<form[^>]*action="{base}{ending}".*?</form>', page, re.DOTALL)
    assert form, page
    sent = dict(re.findall(r'<input[^>]*name="([^"]+)" value="([^"]*)"', form[0]))
    sent |= {
        name: html.unescape(words)
        for name, words in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\s*(.*?)</textarea>', form[0], re.DOTALL)
    }
    sent = {name: html.unescape(value) for name, value in sent.items()}
    names = {"asks": ("f-slot", "f-key-box", "f-people", "f-people_language", "note")}.get(
        what, ("f-key-box", "reason")
    )
    if what == "moves":
        sent["to"] = "stopped" if who == "carol" else "work"
        sent.pop("tell", None)
        sent["tell"] = "no"
    return f"{base}{ending}", sent | {name: TYPED[name] for name in names}


@pytest.mark.parametrize(("name", "door"), CHECKED, ids=[f"{door}: {name}" for name, door in CHECKED])
def test_it_is_taken_or_comes_back_with_everything_typed_and_why(name, door, desk, client_for):
    case, client = CASES[name], client_for(desk.people[door.split()[0]])
    row = desk.at("visit")
    path, form = opened(door, client, row)
    changed = small()
    case.edit(changed)
    publish(actor=desk.actor("alice"), document=load(changed), mapping=case.mapping)
    before, entries = desk.fresh(row), HistoryEntry.objects.count()
    answer = client.post(path, form)
    if case.said[door] == TAKEN:
        assert answer.status_code == 302, text(answer)
        assert desk.fresh(row).data["key-box"] == "Under the mat"
        return
    assert answer.status_code in (400, 409), answer.status_code
    page = text(answer)
    assert case.said[door] in page
    assert "Under the mat" in page or 'value="Under the mat"' in answer.content.decode()
    after = desk.fresh(row)
    assert (after.data, after.status_key, HistoryEntry.objects.count()) == (before.data, before.status_key, entries)


@pytest.mark.parametrize("door", [door for door in ALL if "edits" not in door])
def test_once_it_was_said_it_is_taken(door, desk, client_for):
    client, row = client_for(desk.people[door.split()[0]]), desk.at("visit")
    path, form = opened(door, client, row)
    changed = small()
    not_asked(changed)
    desk.publish(changed)
    page = client.post(path, form).content.decode()
    found = re.search(rf'<form[^>]*action="{path}".*?</form>', page, re.DOTALL)
    assert found
    version = re.search(r'name="opened" value="(\d+)"', found[0])
    assert version and version[1] != form["opened"]
    if "asks" in door:
        assert 'value="2"' in found[0], "the other answers stand in the form"
    assert client.post(path, form | {"opened": version[1]}).status_code == 302
    assert "key-box" not in desk.fresh(row).data


@pytest.mark.parametrize(("door", "where"), [("carol", "/requests/{}/"), ("bob", "/desk/requests/{}/")])
def test_nobody_confirms_words_that_the_page_did_not_show(door, where, desk, client_for):
    client, row = client_for(desk.people[door]), desk.at("visit")
    path = where.format(row.number)
    page = client.get(path).content.decode()
    form = re.search(rf'<form[^>]*action="{path}asks/house/".*?</form>', page, re.DOTALL)
    assert form
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0])) | {"note": "On the phone"}
    changed = small()
    ask(changed, "house")["text"] = "Shoes on."
    desk.publish(changed)
    answer = client.post(f"{path}asks/house/", sent)
    assert answer.status_code == 409
    assert "What is asked here has changed since" in text(answer)
    assert not desk.fresh(row).stay.get("asks")


@pytest.mark.parametrize("version", ["", "1", "0", "999999", "x"])
def test_a_question_that_was_never_the_customers_is_not_named(version, desk, client_for):
    carol, row = client_for(desk.people["carol"]), desk.at("visit")
    for edit in ("cost", "price", "nothing"):
        sent = {"edit": edit, f"f-{edit}": "1", "opened": version}
        answer = carol.post(f"/requests/{row.number}/change/", sent)
        assert answer.status_code == 404
        assert "Secret cost" not in answer.content.decode()
    moved = carol.post(
        f"/requests/{row.number}/move/", {"to": "x", "status": "visit", "f-cost": "1", "opened": version}
    )
    assert moved.status_code == 400
    assert "Secret cost" not in moved.content.decode()


def _slower(monkeypatch: pytest.MonkeyPatch, module: str, name: str, then: Callable[[], object]) -> None:
    """The action begins only after another version has gone live."""
    place = f"{module}.{name}"
    action = getattr(__import__(module, fromlist=[name]), name)

    def slower(**options: Any) -> Any:
        monkeypatch.setattr(place, action)
        then()
        return action(**options)

    monkeypatch.setattr(place, slower)


ACTIONS = {
    "carol asks": ("portal_core.portal.asks", "answer_ask"),
    "bob asks": ("portal_core.desk.asks", "answer_ask"),
    "carol moves": ("portal_core.portal.requests", "move"),
    "bob moves": ("portal_core.desk.request_actions", "move"),
    "carol edits": ("portal_core.portal.requests", "change_fields"),
    "bob edits": ("portal_core.desk.request_actions", "change_fields"),
}


@pytest.mark.parametrize("door", ALL)
@pytest.mark.parametrize("edit", [gone, lambda d: d["portal"].update(name="Beta")], ids=["gone", "renamed"])
def test_a_version_that_goes_live_in_that_very_moment_is_looked_at_too(door, edit, desk, client_for, monkeypatch):
    client, row = client_for(desk.people[door.split()[0]]), desk.at("visit")
    path, form = opened(door, client, row)
    changed = small()
    edit(changed)
    _slower(monkeypatch, *ACTIONS[door], lambda: desk.publish(changed))
    answer = client.post(path, form)
    if edit is not gone:
        assert answer.status_code == 302, text(answer)
        assert desk.fresh(row).data["key-box"] == "Under the mat"
        return
    assert answer.status_code == 409
    assert "Under the mat" in text(answer)
    assert "key-box" not in desk.fresh(row).data


@pytest.mark.parametrize("door", [door for door in ALL if door.startswith("carol")])
def test_nobody_has_every_earlier_version_read_for_them(door, desk, client_for, monkeypatch):
    monkeypatch.setattr("portal_core.portal.earlier_forms.EARLIER_AN_HOUR", 0)
    client, row = client_for(desk.people["carol"]), desk.at("visit")
    path, form = opened(door, client, row)
    changed = small()
    changed["portal"]["name"] = "Beta"
    desk.publish(changed)
    answer = client.post(path, form)
    assert answer.status_code == 429
    assert "what you typed is still here" in text(answer)
    assert 'value="Under the mat"' in answer.content.decode()
    assert "key-box" not in desk.fresh(row).data
