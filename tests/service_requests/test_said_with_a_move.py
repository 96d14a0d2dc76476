"""What staff write with a move stands where the customer reads what the status means, until the request goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal_core.service_requests.actions import Move, merge, move, reopen, unmerge
from tenants.outbox.drain import drain
from tests.service_requests.asking_portal import Desk

WORDS = "Which of the two pumps?\nThe old one or the new one?"


@pytest.fixture
def desk(people) -> Desk:
    return Desk(people)


def say(desk, row, to, *, by="bob", words=WORDS):
    row = desk.fresh(row)
    move(actor=desk.actor(by), request_id=row.pk, move=Move(to=to, seen_status=row.status_key, reason=words))
    return desk.fresh(row)


def above_the_history(carol, row):
    return carol.get(f"/requests/{row.number}/").content.decode().partition('id="hist"')[0]


def test_the_words_of_a_move_stand_at_the_status_and_on_home_until_it_goes_on(desk, client_for):
    row = say(desk, desk.at("new"), "visit")
    carol = client_for(desk.people["carol"])
    shown = "Which of the two pumps?<br>The old one or the new one?</blockquote>"
    assert shown in above_the_history(carol, row)
    assert shown in carol.get("/").content.decode()
    desk.answer(row, "day", answers={"slot": "tue"})
    assert desk.seen(row).status.key == "work"
    assert desk.seen(row).status.said == ""
    assert shown not in above_the_history(carol, row)


def test_what_customers_write_with_a_move_of_theirs_is_not_said_to_them(desk):
    row = say(desk, desk.at("visit"), "stopped", by="carol", words="We have moved house.")
    assert desk.seen(row).status.said == ""
    assert desk.seen(row, "bob").status.said == ""


def test_what_was_asked_is_asked_again_with_its_words_once_it_is_opened_again(desk, tenant):
    row = say(desk, desk.at("new"), "visit")
    with time_machine.travel(timezone.now(), tick=True) as clock:
        for _ in ("a reminder", "another", "the end"):
            clock.shift(timedelta(days=7))
            drain(tenant.schema_name)
        assert desk.fresh(row).closed_at is not None
        assert desk.seen(row).status.said == ""
        reopen(actor=desk.actor("carol"), request_id=row.pk)
        assert (desk.seen(row).status.key, desk.seen(row).status.said) == ("visit", WORDS)


def test_a_merged_request_says_it_again_once_it_stands_by_itself(desk):
    row, other = say(desk, desk.at("new"), "visit"), desk.at("work")
    merge(actor=desk.actor("bob"), request_id=row.pk, into_number=other.number)
    assert desk.seen(row).status.said == ""
    unmerge(actor=desk.actor("bob"), request_id=row.pk)
    assert desk.seen(row).status.said == WORDS
