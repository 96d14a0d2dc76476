"""What a document must have for its asks and its time to work: each fault with its place, its words and its mend."""

from __future__ import annotations

from typing import Any

import pytest

from portal_core.config.checks import check
from portal_core.config.document import load
from portal_core.config.problems import Problem
from tests.config.documents import ASKED, FIELDS, NEW, OVER, changed, sound

STATUS = "flows.way.statuses"
DAY: dict[str, Any] = {"key": "day", "do": "fill", "fields": ["since"]}
YES: dict[str, Any] = {"key": "yes", "do": "approve", "fields": ["what"], "approved": "over", "declined": "new"}
READ: dict[str, Any] = {"key": "read", "do": "read", "text": "Read this."}


def asking(*asks: dict[str, Any], document: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The sound document in which "asked" asks these things, customers edit the day there, and `more` stands there."""
    document = changed(*ASKED, "asks", to=list(asks), document=document)
    if not document["types"][0]["fields"][3].get("at"):
        changed(*FIELDS, 3, "at", to={"asked": {"customer": "edit"}}, document=document)
    for name, value in more.items():
        changed(*ASKED, name, to=value, document=document)
    return document


def found(document: dict[str, Any]) -> dict[str, Problem]:
    return {problem.path: problem for problem in check(load(document))}


SOUND = {
    "fill": asking(DAY, when_done="over"),
    "read": asking(READ, when_done="over"),
    "approve leads on by itself": asking(YES),
    "approve without its own status": asking({**YES, "approved": None}, when_done="over"),
    "approve that cannot be declined": asking({**YES, "declined": None}),
    "optional alone": asking({**DAY, "required": False}),
    "remind and close": asking(
        DAY, when_done="over", remind=[{"after_days": 2}, {"after_days": 5}], close={"after_days": 14, "to": "over"}
    ),
    "late": changed(*NEW, "if_late", to=[{"tell": "handler"}, {"after_days": 2, "tell": "manager"}]),
    "late about an answer": asking(DAY, when_done="over", if_late=[{"tell": "team"}]),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_works_can_go_live(name: str) -> None:
    assert check(load(SOUND[name])) == ()


def _in_new(ask: dict[str, Any]) -> dict[str, Any]:
    return changed(*NEW, "asks", to=[ask])


STOPS: dict[str, tuple[dict[str, Any], str, str]] = {
    "not their turn": (_in_new(READ), f"{STATUS}.new.asks.read", "not the customer’s turn"),
    "nobody's turn": (changed(*OVER, "asks", to=[READ]), f"{STATUS}.over.asks.read", "not the customer’s turn"),
    "unknown field": (asking({**DAY, "fields": ["no"]}), f"{STATUS}.asked.asks.day.fields", "has no such field"),
    "unknown field approved": (asking({**YES, "fields": ["no"]}), f"{STATUS}.asked.asks.yes.fields", "no such field"),
    "nothing to fill in": (asking({**DAY, "fields": []}), f"{STATUS}.asked.asks.day", "Nothing is to be filled in"),
    "nothing to approve": (asking({**YES, "fields": []}), f"{STATUS}.asked.asks.yes", "Nothing is said to be approved"),
    "nothing to read": (asking({**READ, "text": None}), f"{STATUS}.asked.asks.read", "nothing to read"),
    "not theirs to fill in": (
        asking({**DAY, "fields": ["kind"]}, when_done="over"), f"{STATUS}.asked.asks.day.fields", "cannot edit it",
    ),
    "approved unseen": (asking({**YES, "fields": ["cause"]}), f"{STATUS}.asked.asks.yes.fields", "cannot see it"),
    "leads nowhere": (asking(DAY), f"{STATUS}.asked.when_done", "nothing says where the request goes"),
    "when_done unknown": (asking(DAY, when_done="no"), f"{STATUS}.asked.when_done", "no status “no”"),
    "approved unknown": (asking({**YES, "approved": "no"}), f"{STATUS}.asked.asks.yes.approved", "no status “no”"),
    "declined unknown": (asking({**YES, "declined": "no"}), f"{STATUS}.asked.asks.yes.declined", "no status “no”"),
    "in a circle": (asking(DAY, when_done="asked"), f"{STATUS}.asked.when_done", "back to the status itself"),
    "declined in a circle": (
        asking({**YES, "declined": "asked"}), f"{STATUS}.asked.asks.yes.declined", "back to the status itself",
    ),
    "when_done for nothing": (
        asking({**DAY, "required": False}, when_done="over"), f"{STATUS}.asked.when_done", "Nothing must be done",
    ),
    "two of one key": (asking(DAY, DAY, when_done="over"), f"{STATUS}.asked.asks.day", "same key"),
    "condition on nothing": (
        asking({**DAY, "when": {"field": "no", "filled": True}}, when_done="over"),
        f"{STATUS}.asked.asks.day.when",
        "has no such field",
    ),
    "perhaps nothing to do": (
        asking({**DAY, "when": {"field": "kind", "is": "leak"}}, when_done="over", customer_may=[],
               document=changed("flows", 0, "transitions", 1, "by", to=["agent"])),
        f"{STATUS}.asked.asks",
        "where none holds",
    ),
    "label names a field": (
        asking({**YES, "label": "Approve {field:what}"}), f"{STATUS}.asked.asks.yes.label", "names no fields",
    ),
    "help names nothing known": (
        asking({**YES, "help": "It costs {field:no}."}), f"{STATUS}.asked.asks.yes.help", "has no such field",
    ),
    "remind in our turn": (changed(*NEW, "remind", to=[{"after_days": 2}]), f"{STATUS}.new.remind", "not their turn"),
    "close in our turn": (
        changed(*NEW, "close", to={"after_days": 2, "to": "over"}), f"{STATUS}.new.close", "not the customer’s turn",
    ),
    "close to what is open": (
        asking(DAY, when_done="over", close={"after_days": 9, "to": "new"}), f"{STATUS}.asked.close.to", "still open",
    ),
    "close to nowhere": (
        asking(DAY, when_done="over", close={"after_days": 9, "to": "no"}), f"{STATUS}.asked.close.to", "no status",
    ),
    "remind when closed": (
        asking(DAY, when_done="over", remind=[{"after_days": 9}], close={"after_days": 9, "to": "over"}),
        f"{STATUS}.asked.remind.0.after_days",
        "closed by then",
    ),
    "remind in no words": (
        asking(DAY, when_done="over", remind=[{"after_days": 1, "message": "no"}]),
        f"{STATUS}.asked.remind.0.message",
        "no message “no”",
    ),
    "late when over": (changed(*OVER, "if_late", to=[{"tell": "team"}]), f"{STATUS}.over.if_late", "nothing is late"),
    "pay": (asking({"key": "a", "do": "pay"}), f"{STATUS}.asked.asks.a.do", "not available yet"),
    "choose": (asking({"key": "a", "do": "choose"}), f"{STATUS}.asked.asks.a.do", "not available yet"),
}  # fmt: skip


@pytest.mark.parametrize("name", STOPS)
def test_what_cannot_work_is_stopped_with_path_and_mend(name: str) -> None:
    document, path, words = STOPS[name]
    problem = found(document)[path]
    assert problem.level == "stop"
    assert words in problem.problem
    assert problem.mend.endswith(".")


def test_every_type_of_a_shared_flow_must_own_what_is_asked() -> None:
    document = asking(DAY, when_done="over")
    other = {**document["types"][0], "key": "other", "fields": document["types"][0]["fields"][:2]}
    other["assign"] = [{"team": "desk"}]
    document["types"].append(other)
    problem = found(document)[f"{STATUS}.asked.asks.day.fields"]
    assert "“since” is to be filled in, and “other”, which goes this way, has no such field" in problem.problem


def test_what_asks_lead_to_counts_as_reached_and_as_a_way_to_an_end() -> None:
    document = asking(YES)
    document["flows"][0]["transitions"] = [document["flows"][0]["transitions"][0]]
    assert check(load(document)) == ()
    document["flows"][0]["statuses"][1]["asks"][0]["approved"] = "new"
    assert f"{STATUS}.over" in found(document)


def test_lateness_without_a_promise_is_a_warning() -> None:
    document = changed(*NEW, "if_late", to=[{"tell": "team"}])
    changed(*NEW, "expected", to={"no_limit": True}, document=document)
    assert found(document)[f"{STATUS}.new.if_late"].level == "warning"


def test_the_sound_document_is_still_sound() -> None:
    assert check(load(sound())) == ()
