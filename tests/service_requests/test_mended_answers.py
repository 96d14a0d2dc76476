"""Answers that depend on others: conditions decide by all of them, whoever looks; what is no longer asked goes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.actions import Move, change_fields, move
from portal_core.service_requests.errors import Forbidden, MissingFields
from tests.service_requests.mended import SmallPortal, unchanged
from tests.service_requests.small_portal import refused


@pytest.fixture
def small(people) -> SmallPortal:
    return SmallPortal(people)


@pytest.fixture
def leak(small) -> Any:
    return small.file(what="Pump", kind="leak", gauge="2")


def _edit(client: Any, path: str, key: str, typed: str) -> Any:
    page = client.get(f"{path}?edit={key}").content.decode()
    seen = re.search(rf'name="edit" value="{key}"><input type="hidden" name="seen" value="([^"]*)"', page)
    assert seen is not None
    return client.post(f"{path}change/", {"edit": key, "seen": seen[1], f"f-{key}": typed})


def test_an_answer_can_be_changed_by_who_does_not_see_what_decides_on_it(small, client_for):
    small.publish(lambda document: small.field(document, "kind").update(show={"engineer": "hidden"}))
    row = small.file(what="Pump", kind="leak", gauge="2")
    answer = _edit(client_for(small.people["erin"]), f"/desk/requests/{row.number}/", "gauge", "3")
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.data == {"what": "Pump", "kind": "leak", "gauge": "3"}


@pytest.mark.parametrize(("who", "base"), [("bob", "/desk/requests"), ("carol", "/requests")])
def test_an_answer_that_is_no_longer_asked_is_refused_in_words_and_nothing_is_lost(who, base, small, leak, client_for):
    small.publish(lambda document: small.field(document, "gauge").update(at={"new": {"customer": "edit"}}))
    client, path = client_for(small.people[who]), f"{base}/{leak.number}/"
    page = client.get(f"{path}?edit=gauge").content.decode()
    seen = re.search(r'name="edit" value="gauge"><input type="hidden" name="seen" value="([^"]*)"', page)
    assert seen is not None
    change_fields(actor=small.actor("alice"), request_id=leak.pk, answers={"kind": "noise"}, seen={"kind": "leak"})
    with unchanged():
        answer = client.post(f"{path}change/", {"edit": "gauge", "seen": seen[1], "f-gauge": "3"})
    assert answer.status_code == 403
    assert client.get(f"{path}?edit=gauge").context["editing"] is None


@pytest.mark.parametrize("answer", [3, None])
def test_the_action_takes_no_answer_to_what_is_not_asked_and_empties_none(answer, small):
    row = small.file(what="Pump", kind="noise")
    with refused(Forbidden):
        change_fields(actor=small.actor("bob"), request_id=row.pk, answers={"gauge": answer}, seen={})


def test_what_is_no_longer_asked_goes_with_the_change_and_stands_in_the_same_line_of_history(small, leak):
    lines = HistoryEntry.objects.count()
    change_fields(actor=small.actor("bob"), request_id=leak.pk, answers={"kind": "noise"}, seen={"kind": "leak"})
    leak.refresh_from_db()
    assert leak.data == {"what": "Pump", "kind": "noise"}
    assert HistoryEntry.objects.count() == lines + 1
    assert HistoryEntry.objects.get(kind=Kind.CHANGED).data["changes"] == [
        {"field": "kind", "before": "leak", "after": "noise"},
        {"field": "gauge", "before": "2", "after": None},
    ]


def test_what_another_status_asks_stays(small):
    def ask_in_known(document):
        small.field(document, "phone").update(when={"about": "status", "is": "known"}, at={})
        document["flows"][0]["transitions"][0]["must_fill"] = []
        document["flows"][0]["transitions"].append({"from": ["known"], "to": "new", "by": ["agent"], "label": "Back"})

    small.publish(ask_in_known)
    row, bob = small.file(what="Pump", kind="leak", gauge="2"), small.actor("bob")
    move(actor=bob, request_id=row.pk, move=Move(to="known", seen_status="new"))
    change_fields(actor=bob, request_id=row.pk, answers={"phone": "+441"}, seen={})
    move(actor=bob, request_id=row.pk, move=Move(to="new", seen_status="known"))
    change_fields(actor=bob, request_id=row.pk, answers={"what": "Valve"}, seen={"what": "Pump"})
    row.refresh_from_db()
    assert row.data["phone"] == "+441"


def test_answers_of_a_move_take_along_what_they_decide_on_and_the_title(small, leak):
    small.publish(lambda document: small.step(document, "known").update(must_fill=["kind", "what"]))
    answers = {"kind": "noise", "what": "Valve", "cause": "not asked by this move"}
    move(actor=small.actor("bob"), request_id=leak.pk, move=Move(to="known", seen_status="new", answers=answers))
    leak.refresh_from_db()
    assert leak.data == {"what": "Valve", "kind": "noise"}
    assert leak.title == "Valve"
    changes = HistoryEntry.objects.get(kind=Kind.MOVED).data["changes"]
    assert {"field": "gauge", "before": "2", "after": None} in changes


def test_a_move_needs_no_answer_to_what_is_not_asked(small):
    small.publish(lambda document: small.step(document, "known").update(must_fill=["gauge"]))
    quiet = small.file(what="Pump", kind="noise")
    move(actor=small.actor("bob"), request_id=quiet.pk, move=Move(to="known", seen_status="new"))
    quiet.refresh_from_db()
    assert quiet.status_key == "known"


def test_a_missing_field_is_not_named_to_who_may_not_see_it(small, client_for):
    def customers_close(document):
        small.field(document, "cause").update(label="INTERNAL cause")
        small.step(document, "known").update(by=["agent", "customer"])

    small.publish(customers_close)
    row = small.file(what="Pump", kind="noise")
    with refused(MissingFields) as caught:
        move(actor=small.actor("carol"), request_id=row.pk, move=Move(to="known", seen_status="new"))
    assert "INTERNAL" not in str(caught.value) and len(caught.value.labels) == 1
    with refused(MissingFields) as caught:
        move(actor=small.actor("bob"), request_id=row.pk, move=Move(to="known", seen_status="new"))
    assert caught.value.labels == ("INTERNAL cause",)
    answer = client_for(small.people["carol"]).post(f"/requests/{row.number}/move/", {"to": "known", "status": "new"})
    assert answer.status_code == 400 and "INTERNAL" not in answer.content.decode()
