"""Hypothesis makes the ways of valid portals: what is asked of customers, what happens as time passes, who is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Texts = Callable[[], st.SearchStrategy[Any]]
Conditions = Callable[[], st.SearchStrategy[dict[str, Any]]]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPANS = (["08:00-17:00"], ["08:00-12:00", "13:00-17:00"], ["00:00-24:00"], [])
WAYS = ("now", "daily", "never")
STAFF = ("handler", "team", "manager")
EVENTS = ("created", "replied", "noted", "assigned", "changed", "planned", "late")
# Of these events customers may be told.
FOR_CUSTOMERS = ("replied", "changed", "planned")
KINDS_OF_ASKS = ("fill", "upload", "approve", "read")


@st.composite
def hours(draw: st.DrawFn) -> dict[str, Any]:
    """Working hours with holidays; on one day at least somebody works."""
    made: dict[str, Any] = {day: draw(st.sampled_from(SPANS)) for day in DAYS}
    made[draw(st.sampled_from(DAYS[:5]))] = ["09:00-17:00"]
    made["holidays"] = draw(st.lists(st.sampled_from(["2026-11-24", "2026-12-25", "2027-01-01"]), unique=True))
    return made


def expected(has_hours: bool) -> st.SearchStrategy[dict[str, Any]]:
    """What a status promises."""
    working = st.booleans() if has_hours else st.just(False)
    return st.one_of(
        st.just({"no_limit": True}),
        st.builds(lambda days, is_working: {"days": days, "working": is_working}, st.integers(1, 20), working),
        st.builds(lambda count, is_working: {"hours": count, "working": is_working}, st.integers(1, 60), working),
    )


def _without_braces(text: Any) -> Any:
    if isinstance(text, dict):
        return {language: _without_braces(words) for language, words in text.items()}
    return text.replace("{", "(").replace("}", ")")


class Way:
    """Draws what makes a flow move: for the fields of one form and the statuses of one flow."""

    def __init__(
        self,
        draw: st.DrawFn,
        fields: list[dict[str, Any]],
        statuses: list[str],
        *,
        texts: Texts,
        conditions: Conditions,
    ) -> None:
        self.draw, self.fields, self.statuses = draw, fields, statuses
        # Words of asks may hold placeholders, so braces are not just words in them.
        self.texts, self.conditions = lambda: texts().map(_without_braces), conditions

    def maybe(self, key: str, values: st.SearchStrategy[Any]) -> dict[str, Any]:
        return {key: self.draw(values)} if self.draw(st.booleans()) else {}

    def when(self, key: str = "when") -> dict[str, Any]:
        return {key: self.draw(self.conditions())} if self.draw(st.integers(0, 3)) == 0 else {}

    def notify(self, turn: str) -> list[dict[str, Any]]:
        """Who is told of a status; customers at once, where it is their turn."""
        if self.draw(st.integers(0, 4)) == 0:
            return [{"who": "nobody"}]
        when = st.just("now") if turn == "customer" else st.sampled_from(WAYS)
        made = [{"who": "customer", "when": self.draw(when), "message": "received", **self.when("if")}]
        if self.draw(st.booleans()):
            made.append({"who": self.draw(st.sampled_from(STAFF)), "when": self.draw(st.sampled_from(WAYS))})
        return made

    def late(self) -> list[dict[str, Any]]:
        tell = st.sampled_from(("handler", "team", "manager", "owner"))
        count = self.draw(st.integers(0, 2))
        return [
            {"tell": self.draw(tell), "after_days": self.draw(st.integers(0, 5)), **self.when()} for _ in range(count)
        ]

    def waiting(self) -> dict[str, Any]:
        """Reminders, and an end that comes after the last of them."""
        days = sorted(self.draw(st.sets(st.integers(1, 20), max_size=3)))
        made: dict[str, Any] = {
            "remind": [{"after_days": day, **self.maybe("message", st.just("nudge")), **self.when()} for day in days]
        }
        if self.draw(st.booleans()):
            made["close"] = {"after_days": (days or [0])[-1] + self.draw(st.integers(1, 9)), "to": "over"}
        return made

    def asks(self, status: str) -> dict[str, Any]:
        """What is asked in a status, and where the request goes once it is done."""
        made = [self._ask(number, status) for number in range(self.draw(st.integers(0, 4)))]
        required = [ask for ask in made if ask.get("required", True)]
        leads = any(ask.get("approved") for ask in required)
        if required and (not leads or self.draw(st.booleans())):
            return {"asks": made, "when_done": self.draw(st.sampled_from(self._others(status)))}
        return {"asks": made}

    def _others(self, status: str) -> list[str]:
        return [key for key in self.statuses if key not in (status, "new")]

    def _ask(self, number: int, status: str) -> dict[str, Any]:
        do = self.draw(st.sampled_from(KINDS_OF_ASKS))
        fillable = [
            field for field in self.fields if field["kind"] not in ("heading", "info") and not field.get("retired")
        ]
        if do in ("fill", "approve") and not fillable:
            do = "read"
        made = {
            "key": f"a{number}",
            "do": do,
            **self.maybe("label", self.texts()),
            **self.maybe("help", self.texts()),
            **({"required": False} if self.draw(st.integers(0, 2)) == 0 else {}),
            **self.when(),
        }
        return made | getattr(self, f"_{do}")(fillable, status)

    def _fill(self, fillable: list[dict[str, Any]], status: str) -> dict[str, Any]:
        chosen = self.draw(
            st.lists(st.sampled_from(fillable), min_size=1, max_size=3, unique_by=lambda one: one["key"])
        )
        for one in chosen:
            one.setdefault("at", {}).setdefault(status, {})["customer"] = "edit"
        return {"fields": [one["key"] for one in chosen]}

    def _upload(self, _fillable: list[dict[str, Any]], _status: str) -> dict[str, Any]:
        return {"document_kind": "paper"}

    def _approve(self, fillable: list[dict[str, Any]], status: str) -> dict[str, Any]:
        chosen = self.draw(
            st.lists(st.sampled_from(fillable), min_size=1, max_size=3, unique_by=lambda one: one["key"])
        )
        for one in chosen:
            here = one.setdefault("at", {}).setdefault(status, {})
            here["customer"] = here.get("customer") if here.get("customer") == "edit" else "see"
        others = st.sampled_from(self._others(status))
        return {
            "fields": [one["key"] for one in chosen],
            **self.maybe("documents", st.just(["paper"])),
            **self.maybe("consent", self.texts()),
            **self.maybe("approved", others),
            **self.maybe("declined", others),
            **self.maybe("expires_days", st.integers(1, 30)),
            **self.maybe("ask_reason", st.booleans()),
        }

    def _read(self, _fillable: list[dict[str, Any]], _status: str) -> dict[str, Any]:
        return {"text": self.draw(self.texts()), **self.maybe("documents", st.just(["paper"]))}

    def notifications(self) -> list[dict[str, Any]]:
        """Who is told of what happens besides: each reader of each event once."""
        made = []
        for event in self.draw(st.lists(st.sampled_from(EVENTS), unique=True, max_size=4)):
            readers = (*STAFF, "customer") if event in FOR_CUSTOMERS else STAFF
            chosen = self.draw(st.lists(st.sampled_from(readers), min_size=1, max_size=2, unique=True))
            made += [
                {"event": event, "who": who, "when": self.draw(st.sampled_from(WAYS)), **self.when("if")}
                for who in chosen
            ]
        return made


def enliven(draw: st.DrawFn, document: dict[str, Any], *, texts: Texts, conditions: Conditions) -> None:
    """Gives the flow of a document what is asked, promised, reminded of and told."""
    flow, fields = document["flows"][0], document["types"][0]["fields"]
    has_hours = draw(st.booleans())
    document.pop("hours", None)
    if has_hours:
        document["hours"] = draw(hours())
    document["messages"].append({"key": "nudge", "subject": "Still open: {reference}", "body": "Hello {customer}"})
    way = Way(draw, fields, [status["key"] for status in flow["statuses"]], texts=texts, conditions=conditions)
    for status in flow["statuses"]:
        if status["turn"] == "nobody":
            continue
        status["expected"] = draw(expected(has_hours))
        status["notify"] = way.notify(status["turn"])
        if status["turn"] == "us":
            status["if_late"] = way.late()
        else:
            status |= way.waiting() | way.asks(status["key"])
    document["notifications"] = way.notifications()
