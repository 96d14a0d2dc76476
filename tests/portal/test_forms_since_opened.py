"""A form that was opened before a version went live and is sent after it: taken, or back with everything and why."""

from __future__ import annotations

import copy
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from portal_core.accounts.actor import SYSTEM
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal, portal_version
from portal_core.portal import earlier_forms
from portal_core.service_requests import since_opened
from portal_core.service_requests.models import RequestDraft, ServiceRequest
from tests.config.documents import sound
from tests.reading import words_of as text

PAGE = "/new/repair/"
TYPED = {"f-what": "The pump", "f-kind": "leak", "f-gauge": "2", "f-since": "2026-11-01", "f-works": "no"}


@pytest.fixture
def carol(people: dict[str, Any], client_for: Any) -> Any:
    publish(actor=SYSTEM, document=load(sound()))
    return client_for(people["carol"])


def opened(client: Any) -> dict[str, str]:
    page = client.get(PAGE).content.decode()
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("key", "opened")}
    return {**hidden, **TYPED, "do": "send"}


def publish_with(edit: Callable[[dict[str, Any]], object]) -> None:
    document = copy.deepcopy(sound())
    edit(document)
    publish(actor=SYSTEM, document=load(document))


def fields(document: dict[str, Any]) -> list[dict[str, Any]]:
    return document["types"][0]["fields"]


def without(key: str) -> Callable[[dict[str, Any]], object]:
    def edit(document: dict[str, Any]) -> None:
        kept = [field for field in fields(document) if field["key"] != key]
        document["types"][0]["fields"] = kept

    return edit


def new_status(document: dict[str, Any]) -> None:
    flow = document["flows"][0]
    flow["statuses"].insert(1, {**copy.deepcopy(flow["statuses"][0]), "key": "more", "name": "More"})
    flow["transitions"] += [
        {"from": ["new"], "to": "more", "by": ["agent"]},
        {"from": ["more"], "to": "over", "by": ["agent"]},
    ]


def retired(document: dict[str, Any]) -> None:
    fields(document)[3]["retired"] = True


def other_kind(document: dict[str, Any]) -> None:
    fields(document)[3]["retired"] = True
    fields(document).append({"key": "since-when", "kind": "datetime", "label": "Since when exactly?"})


def answer_gone(document: dict[str, Any]) -> None:
    fields(document)[1]["choices"] = [{"key": "noise", "label": "A noise"}]
    del fields(document)[2]["when"]
    document["types"][0]["assign"] = [{"team": "desk"}]


def choice_gone(document: dict[str, Any]) -> None:
    without("kind")(document)
    del fields(document)[1]["when"]
    document["types"][0]["assign"] = [{"team": "desk"}]


def hidden(document: dict[str, Any]) -> None:
    fields(document)[3]["show"] = {"customer": "hidden"}


ACCEPTED: dict[str, Callable[[dict[str, Any]], object]] = {
    "another name of the portal": lambda d: d["portal"].update(name="Beta"),
    "another colour": lambda d: d["portal"].update(brand={"colour": "#112233"}),
    "another label": lambda d: fields(d)[0].update(label="What is broken?"),
    "another help": lambda d: fields(d)[0].update(help="In a few words"),
    "another order": lambda d: fields(d).reverse() or fields(d).sort(key=lambda f: f["key"] == "gauge"),
    "a field that may be left empty": lambda d: fields(d).append({"key": "more", "kind": "text", "label": "More?"}),
    "a field for staff": lambda d: fields(d).append(
        {"key": "inner", "kind": "text", "label": "Inner", "required": True, "show": {"customer": "hidden"}}
    ),
    "required that was filled in": lambda d: fields(d)[3].update(required=True),
    "no longer required": lambda d: fields(d)[0].update(required=False),
    "wider limits": lambda d: fields(d)[2].update(max=10),
    "one more answer": lambda d: fields(d)[1]["choices"].append({"key": "smell", "label": "A smell"}),
    "another answer's label": lambda d: fields(d)[1]["choices"][0].update(label="It drips"),
    "one more status": new_status,
    "another mail": lambda d: d["messages"][0].update(subject="We have it"),
    "another team": lambda d: d["teams"].append({"key": "parts", "name": "Parts"}),
    "another role": lambda d: d["roles"].append({"key": "clerk", "name": "Clerk", "based_on": "agent"}),
    "another ready answer": lambda d: d["ready_answers"].append({"key": "bye", "name": "Bye", "body": "Bye"}),
    "another kind of document": lambda d: d.update(document_kinds=[{"key": "paper", "name": "Paper"}]),
    "other hours": lambda d: d["hours"].update(tue=["08:00-12:00"]),
    "another clock": lambda d: d["portal"].update(time_zone="Europe/Berlin"),
    "a text before the form": lambda d: d["types"][0].update(before="Good to know"),
    "for those with an account alone": lambda d: d["types"][0].update({"for": {"who": "signed_in"}}),
    "another title": lambda d: d["types"][0].update(title="Repair of {field:what}"),
    "a default": lambda d: fields(d)[2].update(default=1),
    "a pattern that fits": lambda d: fields(d)[0].update(pattern="[A-Za-z ]+", pattern_error="Letters alone."),
    "fewer signs that are enough": lambda d: fields(d)[0].update(max_length=20),
    "another condition that holds": lambda d: fields(d)[2].update(when={"field": "kind", "filled": True}),
    "a condition that is gone": lambda d: fields(d)[2].pop("when"),
    "a retired answer that was not given": lambda d: fields(d)[1]["choices"][1].update(retired=True),
}
COMES_BACK: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a field that is gone": (
        without("since"),
        "“Since when?” is no longer asked. You had written: Sunday 1 November 2026",
    ),
    "a retired field": (retired, "“Since when?” is no longer asked. You had written: Sunday 1 November 2026"),
    "a field hidden from customers": (hidden, "“Since when?” is no longer asked."),
    "a field of another kind": (other_kind, "Asked now: Since when exactly?"),
    "a new required field": (
        lambda d: fields(d).append({"key": "way-in", "kind": "text", "label": "How do we get in?", "required": True}),
        "Asked now: How do we get in?",
    ),
    "a field that is asked under another condition": (
        lambda d: fields(d)[2].update(when={"field": "kind", "is": "noise"}),
        "“Gauge” is no longer asked. You had written: 2",
    ),
    "a field that is asked under a condition": (
        lambda d: fields(d)[3].update(when={"field": "works", "is": True}) or fields(d).insert(2, fields(d).pop(4)),
        "“Since when?” is no longer asked. You had written: Sunday 1 November 2026",
    ),
    "a choice that is gone": (choice_gone, "“Which kind?” is no longer asked. You had written: A leak"),
    "a narrower limit": (lambda d: fields(d)[2].update(max=1), "Write a number of 1 or less."),
    "fewer signs": (lambda d: fields(d)[0].update(max_length=5), "Shorten this to 5 characters; it has 8."),
    "a pattern": (
        lambda d: fields(d)[0].update(pattern="[0-9]+", pattern_error="Write the number alone."),
        "Write the number alone.",
    ),
    "an answer that is gone": (answer_gone, "Which kind?"),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_still_fits_is_taken(carol, name):
    form = opened(carol)
    publish_with(ACCEPTED[name])
    answer = carol.post(PAGE, form)
    assert answer.status_code == 302, text(answer)
    row = ServiceRequest.objects.get()
    assert row.data["what"] == "The pump"
    assert row.version_number == live_portal().number


@pytest.mark.parametrize("name", COMES_BACK)
def test_what_does_not_fit_comes_back_with_everything_typed_and_says_why(carol, name):
    edit, words = COMES_BACK[name]
    form = opened(carol)
    publish_with(edit)
    answer = carol.post(PAGE, form)
    assert answer.status_code in (400, 409)
    assert words in text(answer)
    assert 'value="The pump"' in answer.content.decode()
    assert not ServiceRequest.objects.exists()


def test_once_it_was_said_the_form_is_taken(carol):
    form = opened(carol)
    publish_with(without("since"))
    page = carol.post(PAGE, form).content.decode()
    again = {**form, "opened": re.search(r'name="opened" value="([^"]*)"', page)[1]}
    assert carol.post(PAGE, again).status_code == 302
    assert "since" not in ServiceRequest.objects.get().data


def test_a_type_that_is_gone_shows_what_was_typed(carol):
    form = opened(carol)

    def gone(document: dict[str, Any]) -> None:
        document["types"][0] |= {"key": "other", "name": "Other"}
        document["assertions"] = []

    publish_with(gone)
    answer = carol.post(PAGE, form)
    assert answer.status_code == 409
    assert "The pump" in text(answer)


@pytest.mark.parametrize("number", ["", "0", "999999", "x", "-1", "9" * 40])
def test_what_is_no_version_is_no_difference(carol, number):
    assert carol.post(PAGE, {**opened(carol), "opened": number}).status_code == 302


def gone(document: dict[str, Any]) -> None:
    document["types"][0] |= {"retired": True}
    document["types"].append({**copy.deepcopy(document["types"][0]), "key": "other", "name": "Other", "retired": False})


@pytest.mark.parametrize("edit", [without("since"), gone])
def test_one_customer_has_earlier_versions_read_only_so_often(carol, people, client_for, monkeypatch, edit):
    """Every version is large, and those of all portals share one place in the process."""
    monkeypatch.setattr(earlier_forms, "EARLIER_AN_HOUR", 2)
    read: list[int] = []
    monkeypatch.setattr(since_opened, "portal_version", lambda number: read.append(number) or portal_version(number))
    form = opened(carol)
    publish_with(edit)
    for _ in range(4):
        answer = carol.post(PAGE, form)
    assert len(read) == 2
    assert not ServiceRequest.objects.exists()
    # What was typed is not lost on who has sent too many, and waits.
    assert "The pump" in answer.content.decode()
    # Nor is anybody else kept from it.
    assert client_for(people["dave"]).post(PAGE, form | {"key": str(uuid.uuid4())}).status_code == 409
    assert len(read) == 3


def test_who_has_sent_too_many_of_earlier_versions_sends_one_of_the_live(carol, monkeypatch):
    monkeypatch.setattr(earlier_forms, "EARLIER_AN_HOUR", 0)
    form = opened(carol)
    publish_with(without("since"))
    full = carol.post(PAGE, form)
    assert full.status_code == 429
    assert RequestDraft.objects.get().typed["f-what"] == ["The pump"]
    assert carol.post(PAGE, form | {"opened": str(live_portal().number)}).status_code == 302
