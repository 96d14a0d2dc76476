"""Merging and taking apart while the clock runs and the portal changes: we owe answers, she has her days."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from portal_core.messaging.actions import Message, reply
from portal_core.service_requests.actions import merge, unmerge
from portal_core.service_requests.promises import NO_LIMIT
from tests.service_requests.asking_portal import document, new_key
from tests.service_requests.test_clock import START, Time


@pytest.fixture
def time(people, tenant) -> Iterator[Time]:
    with time_machine.travel(START, tick=False) as clock:
        yield Time(people, tenant, clock)


def write(time: Time, row, who: str, body: str) -> None:
    reply(actor=time.desk.actor(who), request_id=row.pk, message=Message(body, new_key()))


def join(time: Time, row, into) -> None:
    merge(actor=time.desk.actor("bob"), request_id=row.pk, into_number=into.number)


def apart(time: Time, row) -> None:
    unmerge(actor=time.desk.actor("bob"), request_id=row.pk)


def to_carol(mails: list[tuple[str, str]]) -> list[str]:
    return [subject for to, subject in mails if to == "carol"]


def without_visit():
    """The portal after "visit" was taken out."""
    changed = document()
    flow, kind = changed["flows"][0], changed["types"][0]
    flow["statuses"] = [status for status in flow["statuses"] if status["key"] != "visit"]
    kind["fields"] = [field for field in kind["fields"] if field["key"] not in ("slot", "key-box")]
    for move in flow["transitions"]:
        move["from"] = [origin for origin in move["from"] if origin != "visit"]
    flow["transitions"] = [move for move in flow["transitions"] if move["to"] != "visit"]
    return changed


def test_whoever_waits_for_our_answer_is_neither_reminded_nor_closed_where_it_goes_on(time):
    asked, other = time.desk.at("new"), time.desk.at("visit")
    write(time, asked, "carol", "When do you come?")
    time.now()
    join(time, asked, other)
    other = time.desk.fresh(other)
    assert other.waiting_since is None
    assert other.due_at.isoformat() == "2026-11-25T09:00:00+00:00"
    time.now()
    assert to_carol(time.after(days=30)) == []
    assert time.desk.fresh(other).closed_at is None
    write(time, other, "bob", "Tomorrow.")
    time.now()
    assert time.desk.fresh(other).due_at == NO_LIMIT
    assert to_carol(time.after(days=2)) == [f"A nudge about {other.number}"]


def test_taken_apart_the_other_waits_for_its_customer_again_with_all_her_days(time):
    asked, other = time.desk.at("new"), time.desk.at("visit")
    write(time, asked, "carol", "When do you come?")
    join(time, asked, other)
    time.now()
    time.after(days=20)
    apart(time, asked)
    other = time.desk.fresh(other)
    assert (other.unanswered_since, other.due_at) == (None, NO_LIMIT)
    time.now()
    assert to_carol(time.after(days=1)) == []
    assert to_carol(time.after(days=1)) == [f"A nudge about {other.number}"]


def test_a_request_that_was_merged_by_mistake_is_not_closed_at_once(time):
    row, other = time.desk.at("quote"), time.desk.at("work")
    time.now()
    join(time, row, other)
    time.now()
    time.after(days=20)
    apart(time, row)
    time.now()
    assert time.desk.fresh(row).closed_at is None
    assert to_carol(time.after(days=13)) == []
    assert to_carol(time.after(days=1)) == ["Closed for now: Pump"]


def test_reminders_begin_anew_when_it_is_taken_apart(time):
    row, other = time.desk.at("visit"), time.desk.at("work")
    time.now()
    time.after(days=2)
    join(time, row, other)
    time.now()
    time.after(days=30)
    apart(time, row)
    time.now()
    assert to_carol(time.after(days=2)) == [f"A nudge about {row.number}"]


def test_a_status_that_is_gone_meanwhile_is_replaced_by_the_first_one(time):
    row, other = time.desk.at("visit"), time.desk.at("work")
    join(time, row, other)
    time.desk.publish(without_visit())
    apart(time, row)
    row = time.desk.fresh(row)
    assert (row.status_key, row.turn, row.closed_at, row.waiting_since) == ("new", "us", None, None)
    assert row.due_at != NO_LIMIT
    time.desk.move(row, "work")


def test_a_status_that_is_somebody_elses_turn_by_now_is_entered_anew(time):
    row, other = time.desk.at("work"), time.desk.at("work")
    write(time, row, "carol", "Hello?")
    join(time, row, other)
    changed = document()
    work = next(status for status in changed["flows"][0]["statuses"] if status["key"] == "work")
    work["turn"] = "customer"
    time.desk.publish(changed)
    apart(time, row)
    row = time.desk.fresh(row)
    # She wrote and nobody has answered: that is not forgotten, and she is not reminded meanwhile.
    assert (row.status_key, row.turn, row.waiting_since) == ("work", "customer", None)
    assert row.unanswered_since is not None
