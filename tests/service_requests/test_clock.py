"""Reminders, closing, lateness and plans, with a clock that is moved: each once, and only while it is right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail as sent_mails
from django.utils import timezone

from portal_core.history.models import HistoryEntry, Kind
from portal_core.messaging.actions import Message, reply
from portal_core.service_requests import replanning, stays
from portal_core.service_requests.actions import change_fields, merge, plan_for, reopen, unmerge
from portal_core.service_requests.errors import AskLapsed, Forbidden, MoveRefused, NotReopened, NotSeen, Stale
from portal_core.service_requests.models import ServiceRequest, Source
from tenants import lifecycle
from tenants.outbox.drain import drain
from tenants.outbox.events import emit
from tenants.outbox.models import Event
from tests.factories import make_user
from tests.service_requests.asking_portal import Desk, document, new_key
from tests.service_requests.small_portal import refused

START = "2026-11-23 09:00 +0000"  # a Monday, when work begins


class Time:
    """A desk whose clock can be put forward; what is due by then is done, and the mails are given back."""

    def __init__(self, people: Any, tenant: Any, clock: Any) -> None:
        self.desk, self.tenant, self.clock = Desk(people), tenant, clock

    def after(self, **span: float) -> list[tuple[str, str]]:
        """Puts the clock forward in one go; the mails as (to, subject)."""
        self.clock.shift(timedelta(**span))
        return self.now()

    def now(self) -> list[tuple[str, str]]:
        drain(self.tenant.schema_name)
        said = [(mail.recipients()[0].split("<")[-1].split("@")[0], mail.subject) for mail in sent_mails.outbox]
        sent_mails.outbox.clear()
        return said

    def last_mail(self, **span: float) -> Any:
        self.clock.shift(timedelta(**span))
        drain(self.tenant.schema_name)
        mail = sent_mails.outbox[-1]
        sent_mails.outbox.clear()
        return mail


@pytest.fixture
def time(people, tenant) -> Iterator[Time]:
    with time_machine.travel(START, tick=False) as clock:
        yield Time(people, tenant, clock)


def kinds(row: Any) -> list[str]:
    return list(HistoryEntry.objects.filter(request=row).order_by("id").values_list("kind", flat=True))


# ---- reminders and closing


def test_whoever_wrote_in_a_merged_request_is_not_closed_out_of_the_other(time):
    first, row = time.desk.at("work"), time.desk.at("quote")
    bob, carol = time.desk.actor("bob"), time.desk.actor("carol")
    reply(actor=carol, request_id=first.pk, message=Message("Hello, anybody?", new_key()))
    time.now()
    before = time.desk.fresh(row)
    merge(actor=bob, request_id=first.pk, into_number=row.number)
    assert time.desk.fresh(row).due_at < before.due_at
    time.after(days=30)
    assert time.desk.fresh(row).closed_at is None
    unmerge(actor=bob, request_id=first.pk)
    assert time.desk.fresh(row).due_at == before.due_at
    time.after(days=13)
    assert time.desk.fresh(row).closed_at is None
    time.after(days=2)
    assert time.desk.fresh(row).status_key == "stopped"


def test_what_was_merged_for_long_is_not_closed_when_it_is_taken_apart(time):
    row, other = time.desk.at("quote"), time.desk.at("work")
    bob = time.desk.actor("bob")
    merge(actor=bob, request_id=row.pk, into_number=other.number)
    time.after(days=30)
    unmerge(actor=bob, request_id=row.pk)
    time.after(days=13)
    assert time.desk.fresh(row).status_key == "quote"
    time.after(days=2)
    assert time.desk.fresh(row).status_key == "stopped"


def test_what_is_taken_apart_in_a_status_that_is_gone_begins_anew(time):
    row, other = time.desk.at("visit"), time.desk.at("work")
    bob = time.desk.actor("bob")
    merge(actor=bob, request_id=row.pk, into_number=other.number)
    wanted = document()
    for status in wanted["flows"][0]["statuses"]:
        if status["key"] == "visit":
            status["retired"] = True
    for step in wanted["flows"][0]["transitions"]:
        step["from"] = [key for key in step["from"] if key != "visit"]
    steps = [step for step in wanted["flows"][0]["transitions"] if step["to"] != "visit"]
    wanted["flows"][0]["transitions"] = steps
    time.desk.publish(wanted)
    unmerge(actor=bob, request_id=row.pk)
    row = time.desk.fresh(row)
    assert (row.status_key, row.closed_at, row.merged_into_number) == ("new", None, None)


def test_what_runs_out_does_so_in_any_time_zone_and_the_clock_goes_on(time):
    """Midnight in Berlin is another hour in UTC: the moment that was planned must be known again."""
    wanted = document()
    wanted["portal"]["time_zone"] = "Europe/Berlin"
    time.desk.publish(wanted)
    row = time.desk.at("quote")
    time.now()
    time.after(days=6)
    assert kinds(row)[-1] == Kind.LAPSED
    time.after(days=9)
    assert time.desk.fresh(row).status_key == "stopped"


def test_a_customer_is_reminded_twice_and_then_the_request_is_closed(time):
    row = time.desk.at("visit")
    assert ("carol", f"News of {row.number}") in time.now()
    assert time.after(days=1, hours=23) == []
    assert time.after(hours=1) == [("carol", f"A nudge about {row.number}")]
    assert time.after(days=2) == []
    assert time.after(days=1) == [("carol", "We wait for you: Pump")]
    assert time.after(days=8) == []
    assert time.after(days=1) == [("carol", "Closed for now: Pump")]
    row = time.desk.fresh(row)
    assert (row.status_key, row.tick_at) == ("stopped", None)
    assert row.closed_at is not None
    assert kinds(row)[-3:] == [Kind.REMINDED, Kind.REMINDED, Kind.MOVED]
    assert time.after(days=60) == []


def test_a_reminder_says_what_is_asked_and_when_it_would_be_closed(time):
    time.desk.at("visit")
    time.now()
    time.clock.shift(timedelta(days=2))
    time.now()
    mail = time.last_mail(days=3)
    assert "* Choose a day" in mail.body
    assert "Without an answer until Monday 7 December we close this" in mail.body


def closed_for(time: Time, **span: float) -> None:
    """The portal is closed for so long: nothing is handled meanwhile."""
    lifecycle.suspend(time.tenant.slug, reason="Unpaid", by="ops@example.com")
    time.clock.shift(timedelta(**span))
    lifecycle.resume(time.tenant.slug, by="ops@example.com")


@pytest.mark.parametrize("begins_anew", [False, True])
def test_while_a_portal_is_suspended_nobodys_days_run_out(time, begins_anew):
    row = time.desk.at("visit")
    time.now()
    time.after(days=5)
    if begins_anew:
        closed_for(time, days=20)
    else:
        time.clock.shift(timedelta(days=20))
    told = [subject for to, subject in time.now() if to == "carol"]
    if not begins_anew:
        assert told == ["Closed for now: Pump"]
        return
    assert told == []
    assert time.desk.fresh(row).closed_at is None
    assert ("carol", f"A nudge about {row.number}") in time.after(days=2)
    assert [to for to, _ in time.after(days=11)] == ["carol"]
    assert time.desk.fresh(row).closed_at is None
    time.after(days=1)
    assert time.desk.fresh(row).closed_at is not None


@pytest.mark.parametrize("has_asked_back", [False, True])
def test_an_approval_does_not_run_out_while_a_portal_is_suspended(time, has_asked_back):
    row = time.desk.at("quote")
    if has_asked_back:
        reply(actor=time.desk.actor("carol"), request_id=row.pk, message=Message("With tax?", new_key()))
    time.now()
    time.after(days=3)
    closed_for(time, days=20)
    time.now()
    assert Kind.LAPSED not in kinds(row)
    assert [ask.last_day for ask in time.desk.seen(row).asks.open] == [date(2026, 12, 21)]
    time.after(days=5)
    time.desk.answer(row, "quote")
    assert time.desk.fresh(row).status_key == "work"


def test_an_approval_has_its_days_again_and_no_more(time):
    row = time.desk.at("quote")
    time.now()
    closed_for(time, days=20)
    time.after(days=5)
    assert Kind.LAPSED not in kinds(row)
    time.after(days=1)
    assert kinds(row)[-1] == Kind.LAPSED
    with pytest.raises(AskLapsed):
        time.desk.answer(row, "quote")


def test_an_approval_that_had_run_out_before_stays_so(time):
    row = time.desk.at("quote")
    time.now()
    # The clock has not come to it yet.
    time.clock.shift(timedelta(days=6))
    closed_for(time, days=2)
    time.now()
    assert kinds(row).count(Kind.LAPSED) == 1
    with pytest.raises(AskLapsed):
        time.desk.answer(row, "quote")


def test_what_became_late_while_a_portal_was_suspended_is_not_told_of_in_one_heap(time):
    rows = [time.desk.at("new") for _ in range(3)]
    time.now()
    closed_for(time, days=60)
    assert time.now() == []
    assert all(time.desk.fresh(row).due_at < timezone.now() for row in rows)


def test_what_was_late_before_is_told_of_though_a_portal_was_suspended_then(time):
    time.desk.at("new")
    time.now()
    time.clock.shift(timedelta(days=2, hours=1))
    closed_for(time, hours=1)
    assert [to for to, _ in time.now()] == ["bob"]


def test_imports_nobody_acted_on_are_left_alone_when_a_portal_is_opened_again(time):
    row = time.desk.at("new")
    ServiceRequest.objects.filter(pk=row.pk).update(source=Source.IMPORTED, revision=1, tick_at=None)
    closed_for(time, days=3)
    assert time.desk.fresh(row).tick_at is None


def test_nobody_is_reminded_or_closed_while_we_owe_an_answer_and_the_days_begin_anew(time):
    row = time.desk.at("visit")
    time.now()
    time.clock.shift(timedelta(days=1))
    reply(actor=time.desk.actor("carol"), request_id=row.pk, message=Message("Is Friday possible?", new_key()))
    time.now()
    assert [to for to, _ in time.after(days=30) if to == "carol"] == []
    assert time.desk.fresh(row).closed_at is None
    reply(actor=time.desk.actor("bob"), request_id=row.pk, message=Message("Yes.", new_key()))
    time.now()
    assert time.after(days=1) == []
    assert time.after(days=1) == [("carol", f"A nudge about {row.number}")]


def test_whoever_acts_is_not_reminded_and_what_comes_back_is_reminded_anew(time):
    row = time.desk.at("visit")
    time.now()
    time.clock.shift(timedelta(days=1))
    time.desk.answer(row, "day", answers={"slot": "tue"})
    time.now()
    assert time.after(days=30) == []
    time.desk.move(row, "visit")
    time.now()
    assert time.after(days=2) == [("carol", f"A nudge about {row.number}")]


def test_whoever_does_a_part_of_it_has_all_the_days_for_the_rest(time):
    row, other = time.desk.at("visit"), time.desk.at("visit")
    time.after(days=6)
    time.after(days=7)
    time.desk.answer(row, "key", answers={"key-box": "Under the mat"})
    carol = time.desk.actor("carol")
    change_fields(actor=carol, request_id=other.pk, answers={"key-box": "With Dave"}, seen={"key-box": None})
    assert time.after(days=1) == []
    nudges = [("carol", f"A nudge about {item.number}") for item in (row, other)]
    assert sorted(time.after(days=1)) == nudges
    time.after(days=11)
    assert {time.desk.fresh(item).status_key for item in (row, other)} == {"visit"}
    time.after(days=2)
    assert {time.desk.fresh(item).status_key for item in (row, other)} == {"stopped"}


def test_what_staff_change_in_the_meantime_gives_nobody_other_days(time):
    row = time.desk.at("visit")
    time.after(days=6)
    time.after(days=7)
    change_fields(actor=time.desk.actor("bob"), request_id=row.pk, answers={"cost": "9"}, seen={"cost": None})
    time.after(days=1)
    assert time.desk.fresh(row).status_key == "stopped"


def test_a_clock_that_stood_still_reminds_once_and_closes_nobody_unreminded(time):
    row = time.desk.at("visit")
    time.now()
    assert time.after(days=20) == [("carol", "We wait for you: Pump")]
    assert time.desk.fresh(row).closed_at is None
    assert time.after(days=1) == [("carol", "Closed for now: Pump")]


def test_an_event_that_comes_twice_or_late_does_nothing_twice(time):
    row = time.desk.at("visit")
    time.now()
    time.after(days=2)
    Event.objects.filter(kind="request.tick").update(done_at=None)
    assert time.now() == []
    assert kinds(row).count(Kind.REMINDED) == 1


# ---- opening again


def test_one_click_opens_it_again_where_it_stood_with_what_was_done(time, client_for):
    row = time.desk.at("visit")
    time.desk.answer(row, "key", answers={"key-box": "Mat"})
    time.now()
    time.after(days=2), time.after(days=3), time.after(days=9)
    assert time.desk.fresh(row).status_key == "stopped"
    assert time.desk.seen(row).may_reopen
    row = reopen(actor=time.desk.actor("carol"), request_id=row.pk)
    assert (row.status_key, row.closed_at, list(stays.done_asks(row))) == ("visit", None, ["key"])
    # The second click, and a click on what was never closed, change nothing.
    before = kinds(row)
    reopen(actor=time.desk.actor("carol"), request_id=row.pk)
    assert kinds(row) == before
    time.now()
    assert time.after(days=2) == [("carol", f"A nudge about {row.number}")]


def test_what_was_approved_and_has_changed_while_it_was_closed_is_approved_anew(time):
    wanted = document()
    quote = next(status for status in wanted["flows"][0]["statuses"] if status["key"] == "quote")
    quote["asks"].append({"key": "rules", "do": "read", "label": "Read", "text": "Shoes off."})
    time.desk.publish(wanted)
    row, same = time.desk.at("quote"), time.desk.at("quote")
    for item in (row, same):
        time.desk.answer(item, "quote")
    time.after(days=15)
    for item in (row, same):
        assert time.desk.fresh(item).status_key == "stopped"
    bob, carol = time.desk.actor("bob"), time.desk.actor("carol")
    change_fields(actor=bob, request_id=row.pk, answers={"price": "680"}, seen={"price": "480"})
    change_fields(actor=bob, request_id=same.pk, answers={"cost": "9"}, seen={"cost": None})
    for item in (row, same):
        reopen(actor=carol, request_id=item.pk)
    assert [ask.key for ask in time.desk.seen(row).asks.open] == ["quote", "rules"]
    assert [ask.key for ask in time.desk.seen(same).asks.open] == ["rules"]
    time.desk.answer(row, "rules")
    assert time.desk.fresh(row).status_key == "quote"


def test_after_a_month_only_staff_open_it_again(time):
    row = time.desk.at("quote")
    time.after(days=14)
    assert time.desk.fresh(row).status_key == "stopped"
    time.clock.shift(timedelta(days=31))
    assert not time.desk.seen(row).may_reopen
    with refused(NotReopened):
        reopen(actor=time.desk.actor("carol"), request_id=row.pk)
    with refused(NotSeen):
        reopen(actor=time.desk.actor("dave"), request_id=row.pk)
    assert reopen(actor=time.desk.actor("bob"), request_id=row.pk).status_key == "quote"


def test_what_was_closed_by_a_person_is_not_opened_by_this(time):
    row = time.desk.at("visit")
    time.desk.move(row, "stopped", by="carol")
    assert not time.desk.seen(row).may_reopen
    with refused(NotReopened):
        reopen(actor=time.desk.actor("carol"), request_id=row.pk)


def test_a_status_that_is_gone_is_replaced_by_the_first_one(time):
    row = time.desk.at("visit")
    time.after(days=2), time.after(days=3), time.after(days=9)
    changed = document()
    changed["flows"][0]["statuses"] = [s for s in changed["flows"][0]["statuses"] if s["key"] != "visit"]
    changed["types"][0]["fields"] = [f for f in changed["types"][0]["fields"] if f["key"] not in ("slot", "key-box")]
    moves = changed["flows"][0]["transitions"]
    for move in moves:
        move["from"] = [origin for origin in move["from"] if origin != "visit"]
    changed["flows"][0]["transitions"] = [move for move in moves if move["to"] != "visit"]
    time.desk.publish(changed)
    assert reopen(actor=time.desk.actor("carol"), request_id=row.pk).status_key == "new"


# ---- lateness and plans


def test_a_promise_that_is_not_kept_is_told_once_to_each_and_says_what_to_do(time):
    row = time.desk.at("new")
    time.now()
    assert time.after(days=1, hours=23) == []
    mail = time.last_mail(hours=1)
    assert mail.subject.startswith("Late: Pump")
    assert "Post an update before Carol has to ask" in mail.body
    assert f"/desk/requests/{row.number}/#write" in mail.body
    # Two working days later the owner, and then nobody any more.
    assert [to for to, _ in time.after(days=2)] == ["alice"]
    assert time.after(days=30) == []


def test_whom_several_rules_mean_gets_one_mail_about_one_late_promise(time):
    wanted = document()
    pump = {"field": "what", "is": "Pump"}
    # Two conditions that both hold, and words that mean the same person: nobody has it, and Bob is its team.
    rules = [{"tell": "handler", "when": pump}, {"tell": "handler"}, {"tell": "team"}, {"tell": "owner", "when": pump}]
    wanted["flows"][0]["statuses"][0]["if_late"] = rules
    time.desk.publish(wanted)
    time.desk.at("new")
    time.now()
    assert sorted(to for to, _ in time.after(days=2)) == ["alice", "bob"]
    # Code that knows of no others, as a worker during an update, tells those whom the first rule names.
    (event,) = Event.objects.filter(kind="request.late")
    assert (event.payload["tell"], event.payload["also"]) == ("handler", ["owner", "team"])


def test_what_the_code_before_wrote_of_a_late_promise_is_told_as_it_says(time):
    time.desk.at("new")
    time.now()
    time.after(days=1, hours=23), time.after(hours=1)
    event = Event.objects.filter(kind="request.late").latest("id")
    payload = {name: value for name, value in event.payload.items() if name != "also"}
    emit("request.late", {**payload, "tell": "owner"})
    assert [to for to, _ in time.now()] == ["alice"]


def test_a_planned_day_is_what_the_customer_reads_and_what_can_be_late(time):
    row = time.desk.at("new")
    time.now()
    plan_for(actor=time.desk.actor("bob"), request_id=row.pk, day=date(2026, 12, 1), seen=None)
    assert time.desk.seen(row).status.expected == "Planned for Tuesday 1 December"
    assert time.desk.fresh(row).due_at.isoformat() == "2026-12-01T17:00:00+00:00"
    assert time.after(days=7) == [("carol", "Planned for Tuesday 1 December: Pump")]
    assert [subject for _, subject in time.after(days=1, hours=8)] == [f"Late: Pump ({row.number})"]
    assert time.desk.seen(row).status.expected == "Planned for today"
    time.clock.shift(timedelta(days=2))
    assert time.desk.seen(row).status.expected == "We had planned this for Tuesday 1 December and are late"


def test_a_plan_can_be_taken_back_and_goes_with_the_request_until_it_is_over(time):
    row = time.desk.at("new")
    promised = row.due_at
    bob = time.desk.actor("bob")
    plan_for(actor=bob, request_id=row.pk, day=date(2026, 12, 1), seen=None)
    with refused(Stale):
        plan_for(actor=bob, request_id=row.pk, day=date(2026, 12, 2), seen=None)
    plan_for(actor=bob, request_id=row.pk, day=None, seen=date(2026, 12, 1))
    assert time.desk.fresh(row).due_at == promised
    plan_for(actor=bob, request_id=row.pk, day=date(2026, 12, 1), seen=None)
    time.desk.move(row, "work")
    assert time.desk.fresh(row).planned_for == date(2026, 12, 1)
    time.clock.shift(timedelta(days=10))
    time.desk.move(row, "visit")
    assert time.desk.fresh(row).planned_for is None


def test_only_staff_plan_and_only_what_lies_ahead(time):
    row = time.desk.at("new")
    with refused(Forbidden):
        plan_for(actor=time.desk.actor("carol"), request_id=row.pk, day=date(2026, 12, 1), seen=None)
    with refused(MoveRefused):
        plan_for(actor=time.desk.actor("bob"), request_id=row.pk, day=date(2026, 11, 22), seen=None)


def test_an_offer_that_ran_out_stands_in_the_history_and_is_told_to_staff(time):
    row = time.desk.at("quote")
    time.now()
    assert time.after(days=5) == []
    assert time.after(days=1) == [("bob", f"Not approved in time: Pump ({row.number})")]
    assert kinds(row)[-1] == Kind.LAPSED
    assert time.after(days=1) == []


# ---- other versions, other ways in


def test_a_new_version_changes_what_waits_and_breaks_nothing(time):
    row = time.desk.at("visit")
    time.now()
    changed = document()
    visit = changed["flows"][0]["statuses"][2]
    visit["remind"] = [{"after_days": 3}]
    visit["close"]["after_days"] = 4
    time.desk.publish(changed)
    time.now()
    assert time.after(days=2) == []
    assert time.after(days=1) == [("carol", "We wait for you: Pump")]
    assert time.after(days=1) == [("carol", "Closed for now: Pump")]
    assert time.desk.fresh(row).status_key == "stopped"


def test_a_rule_that_is_new_counts_from_the_day_on_which_it_is_published(time):
    changed = document()
    visit = changed["flows"][0]["statuses"][2]
    visit.pop("remind"), visit.pop("close")
    time.desk.publish(changed)
    row = time.desk.at("visit")
    time.now()
    time.clock.shift(timedelta(days=100))
    time.desk.publish(document())
    assert time.now() == []
    assert time.after(days=1) == []
    assert time.after(days=1) == [("carol", f"A nudge about {row.number}")]


def test_publishing_something_else_reminds_nobody_again(time):
    time.desk.at("visit")
    time.now()
    time.after(days=2), time.after(days=3)
    changed = document()
    changed["portal"]["welcome"] = "Hello"
    time.desk.publish(changed)
    time.now()
    assert time.after(days=8) == []


def test_a_removed_rule_leaves_an_event_that_does_nothing(time):
    row = time.desk.at("visit")
    time.now()
    changed = document()
    visit = changed["flows"][0]["statuses"][2]
    visit.pop("remind"), visit.pop("close")
    time.desk.publish(changed)
    assert time.after(days=90) == []
    assert time.desk.fresh(row).status_key == "visit"


def test_a_request_that_came_in_another_way_is_planned_at_night(time):
    row = time.desk.at("visit")
    time.now()
    ServiceRequest.objects.filter(pk=row.pk).update(tick_at=None, waiting_since=None)
    replanning.replan_tonight()
    time.now()
    assert time.after(days=2) == [("carol", f"A nudge about {row.number}")]
    replanning.replan_tonight()
    assert not Event.objects.filter(kind="requests.replan", done_at=None).exists()


def test_many_are_planned_anew_a_batch_at_a_time(time, monkeypatch):
    monkeypatch.setattr(replanning, "BATCH", 2)
    rows = [time.desk.at("visit") for _ in range(5)]
    time.now()
    ServiceRequest.objects.update(tick_at=None, waiting_since=None)
    replanning.replan_tonight()
    time.now()
    assert ServiceRequest.objects.filter(tick_at=None).count() == 0
    assert len([subject for _, subject in time.after(days=2)]) == len(rows)


def test_a_made_up_customer_is_reminded_to_the_owner(time, people):
    people["carol"] = make_user("alex@sample.invalid", "Alex Carter", "customer", is_sample=True)
    time.desk.at("visit")
    time.now()
    ((to, subject),) = time.after(days=2)
    assert to == "alice"
    assert subject.startswith("Sample for Alex Carter:")
