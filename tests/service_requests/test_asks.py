"""What is asked is done once, by whom it is asked of, and the request moves on by itself when nothing is left."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail as sent_mails

from portal_core.accounts.actor import NOBODY, Actor, actor_for
from portal_core.accounts.roles import Role
from portal_core.config.live import live_portal
from portal_core.history.models import HistoryEntry, Kind, Side
from portal_core.messaging.actions import Message, reply
from portal_core.service_requests.actions import AskAnswer, answer_ask, change_fields
from portal_core.service_requests.approvals import approval_of
from portal_core.service_requests.entries import page_of
from portal_core.service_requests.errors import (
    ApprovalChanged,
    AskGone,
    AskLapsed,
    Forbidden,
    MissingFields,
    NotSeen,
    ReasonMissing,
    Stale,
)
from portal_core.service_requests.viewer import Viewer
from tenants.outbox.drain import drain
from tenants.outbox.models import Event
from tests.service_requests.asking_portal import Desk, document, new_key
from tests.service_requests.small_portal import refused


@pytest.fixture
def desk(people) -> Desk:
    return Desk(people)


def kinds(row: Any) -> list[str]:
    return list(HistoryEntry.objects.filter(request=row).order_by("id").values_list("kind", flat=True))


def mails(tenant: Any, address: str) -> list[Any]:
    drain(tenant.schema_name)
    found = [mail for mail in sent_mails.outbox if address in mail.recipients()[0]]
    sent_mails.outbox.clear()
    return found


def test_a_form_that_is_filled_in_moves_the_request_on_in_one_transaction(desk, tenant):
    row = desk.at("visit")
    mails(tenant, "carol@example.com")
    row = desk.answer(row, "day", answers={"slot": "tue"})
    assert (row.status_key, row.data["slot"], row.stay) == ("work", "tue", {})
    answered, moved = HistoryEntry.objects.filter(request=row).order_by("-id")[:2][::-1]
    assert (answered.kind, answered.side, answered.data["ask"]) == (Kind.ANSWERED, Side.CUSTOMER, "day")
    assert (moved.kind, moved.side, moved.actor_id, moved.data["by_itself"]) == (Kind.MOVED, Side.SYSTEM, None, "asks")
    # The status tells the customer, and nobody else has moved it: the mail is the confirmation.
    (mail,) = mails(tenant, "carol@example.com")
    assert mail.subject.startswith("News of")


def test_what_is_optional_does_not_hold_it_up_and_what_is_required_does(desk):
    row = desk.at("visit")
    row = desk.answer(row, "key", answers={"key-box": "Under the mat"})
    assert row.status_key == "visit"
    assert [ask.key for ask in desk.seen(row).asks.done] == ["key"]
    assert [ask.key for ask in desk.seen(row).asks.open] == ["day"]


def test_a_condition_brings_another_ask_and_only_then_is_it_all(desk):
    row = desk.at("visit")
    assert [ask.key for ask in desk.seen(row).asks.all] == ["day", "key"]
    row = desk.answer(row, "day", answers={"slot": "wed"})
    assert row.status_key == "visit"
    assert [ask.key for ask in desk.seen(row).asks.open] == ["house", "key"]
    assert desk.answer(row, "house").status_key == "work"


def test_when_what_is_left_is_no_longer_asked_it_moves_on(desk):
    row = desk.answer(desk.at("visit"), "day", answers={"slot": "wed"})
    change_fields(actor=desk.actor("bob"), request_id=row.pk, answers={"slot": "tue"}, seen={"slot": "wed"})
    assert desk.fresh(row).status_key == "work"


def test_the_same_form_twice_does_nothing_the_second_time(desk):
    row, key = desk.at("visit"), new_key()
    since = row.status_since
    for _ in range(2):
        desk.answer(row, "day", answers={"slot": "tue"}, seen={"slot": None}, submission_key=key, seen_since=since)
    assert kinds(row).count(Kind.ANSWERED) == 1
    assert kinds(row).count(Kind.MOVED) == 2
    events = Event.objects.filter(kind="request.moved", payload__request_id=str(row.pk))
    assert events.count() == 2


def test_another_form_for_what_is_done_or_gone_writes_nothing(desk):
    row = desk.at("visit")
    since = row.status_since
    desk.answer(row, "key", answers={"key-box": "Mat"})
    with refused(AskGone):
        desk.answer(row, "key", answers={"key-box": "Tree"}, seen={"key-box": "Mat"})
    desk.answer(row, "day", answers={"slot": "tue"})
    with refused(AskGone):
        desk.answer(row, "day", answers={"slot": "wed"}, seen={"slot": None}, seen_since=since)


@pytest.mark.parametrize(
    ("by", "error"), [("dave", NotSeen), ("stranger", NotSeen), ("watcher", Forbidden)], ids=["dave", "nobody", "staff"]
)
def test_nobody_else_answers(desk, by, error):
    row = desk.at("visit")
    watcher = Role("watcher", "Watcher", "agent", frozenset({"see", "edit_fields"}), "all", None, ("agent",))
    actors = {"dave": actor_for(desk.people["dave"]), "stranger": NOBODY}
    bob = actor_for(desk.people["bob"])
    actors["watcher"] = Actor(bob.user_id, bob.name, bob.email, watcher)
    answer = AskAnswer("day", new_key(), row.status_since, {"slot": "tue"}, {"slot": None})
    with refused(error):
        answer_ask(actor=actors[by], request_id=row.pk, answer=answer)


def test_a_field_that_the_ask_does_not_name_or_the_customer_may_not_edit_is_refused(desk):
    row = desk.at("visit")
    for answers in ({"cost": "1"}, {"slot": "tue", "cost": "1"}, {"key-box": "x"}):
        with refused(Forbidden):
            desk.answer(row, "day", answers=answers)


def test_an_empty_form_is_refused_by_its_label(desk):
    row = desk.at("visit")
    with refused(MissingFields) as caught:
        desk.answer(row, "day", answers={"slot": None})
    assert str(caught.value) == "Fill in first: When shall we come?"


def test_a_field_that_somebody_else_has_changed_is_shown_and_nothing_is_written(desk):
    row = desk.at("visit")
    change_fields(actor=desk.actor("bob"), request_id=row.pk, answers={"slot": "wed"}, seen={"slot": None})
    with refused(Stale) as caught:
        desk.answer(row, "day", answers={"slot": "tue"}, seen={"slot": None})
    (difference,) = caught.value.differences
    assert (difference.yours, difference.theirs) == ("Tuesday, 8 to 10", "Wednesday, 1 to 3")


def test_staff_write_down_what_the_customer_said_and_the_history_says_who(desk):
    row = desk.at("visit")
    row = desk.answer(row, "day", by="bob", answers={"slot": "tue"}, note="On the phone at ten.")
    assert row.status_key == "work"
    entry = HistoryEntry.objects.get(request=row, kind=Kind.ANSWERED)
    assert (entry.side, entry.actor_id, entry.body) == (Side.STAFF, desk.people["bob"].pk, "On the phone at ten.")
    portal = live_portal()
    titles = [line.title for line in page_of(row, Viewer.of(desk.actor("carol"), portal), portal=portal).entries]
    assert "Bob Agent wrote this down for the customer: Choose a day" in titles


# ---- approving


def test_an_approval_keeps_what_was_shown_with_a_hash_that_anybody_can_make_again(desk, tenant):
    row = desk.at("quote")
    mails(tenant, "carol@example.com")
    row = desk.answer(row, "quote")
    assert row.status_key == "work"
    entry = HistoryEntry.objects.get(request=row, kind=Kind.APPROVED)
    kept = entry.data
    assert entry.actor_id == desk.people["carol"].pk
    assert kept["consent"] == "I have read the price."
    assert [(line["label"], line["text"], line["value"]) for line in kept["lines"]] == [
        ("What?", "Pump", "Pump"),
        ("Your price", "£480", "480"),
    ]
    content = {name: kept[name] for name in ("ask", "consent", "language", "lines", "status")}
    content["request"] = str(row.pk)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert kept["hash"] == hashlib.sha256(text.encode()).hexdigest()
    assert len(mails(tenant, "carol@example.com")) == 1
    portal = live_portal()
    for name in ("carol", "alice"):
        lines = page_of(row, Viewer.of(desk.actor(name), portal), portal=portal).entries
        shown = next(line for line in lines if line.kind == Kind.APPROVED)
        assert [change.after for change in shown.changes] == ["Pump", "£480"]


def test_what_has_changed_since_the_page_was_shown_is_not_approved(desk):
    row = desk.at("quote")
    token = desk.token(row, "quote")
    change_fields(actor=desk.actor("bob"), request_id=row.pk, answers={"price": "990"}, seen={"price": "480"})
    with refused(ApprovalChanged):
        desk.answer(row, "quote", token=token)
    with refused(ApprovalChanged):
        desk.answer(row, "quote", token="")
    assert desk.answer(row, "quote").status_key == "work"


def test_a_token_says_nothing_about_what_it_was_made_of(desk):
    row = desk.at("quote")
    portal = live_portal()

    approval = approval_of(
        row, portal.type("job").flow.status("quote").asks[0], Viewer.of(desk.actor("carol"), portal), portal
    )
    assert approval.token != approval.digest
    assert desk.seen(row, "alice").asks.get("quote").token == approval.token


def test_declining_leads_to_its_own_status_and_says_why(desk):
    row = desk.at("quote")
    with refused(ReasonMissing):
        desk.answer(row, "quote", is_yes=False, note="  ")
    row = desk.answer(row, "quote", is_yes=False, note="Too dear")
    assert row.status_key == "stopped"
    entry = HistoryEntry.objects.get(request=row, kind=Kind.DECLINED)
    assert (entry.body, entry.data["lines"][1]["text"]) == ("Too dear", "£480")


@pytest.mark.parametrize(("hours", "is_open"), [(0, True), (5 * 24, True), (6 * 24, False)])
def test_an_offer_runs_out_at_the_end_of_its_last_day(desk, hours, is_open):
    with time_machine.travel("2026-11-23 09:00 +0000", tick=False) as clock:
        row = desk.at("quote")
        clock.shift(timedelta(hours=hours))
        ask = desk.seen(row).asks.get("quote")
        assert ask.last_day.isoformat() == "2026-11-28"
        assert ask.has_lapsed is not is_open
        if is_open:
            assert desk.answer(row, "quote").status_key == "work"
            return
        with refused(AskLapsed):
            desk.answer(row, "quote")
        # Saying no is always possible.
        assert desk.answer(row, "quote", is_yes=False, note="Too late").status_key == "stopped"


def test_a_field_that_is_hidden_later_is_not_in_the_history_any_more(desk):
    row = desk.answer(desk.at("quote"), "quote")
    changed = document()
    price = changed["types"][0]["fields"][3]
    price["at"]["work"] = {"customer": "hidden"}
    desk.publish(changed)
    portal = live_portal()
    lines = page_of(desk.fresh(row), Viewer.of(desk.actor("carol"), portal), portal=portal).entries
    shown = next(line for line in lines if line.kind == Kind.APPROVED)
    assert [change.after for change in shown.changes] == ["Pump"]


def test_mails_name_what_is_asked_and_never_what_is_hidden(desk, tenant):
    row = desk.at("quote", cost="62")
    change_fields(actor=desk.actor("bob"), request_id=row.pk, answers={"cost": "62"}, seen={"cost": None})
    (mail,) = mails(tenant, "carol@example.com")[-1:]
    assert "What we need from you" in mail.body
    assert "* Approve the price: It is £480. Until" in mail.body
    assert "Secret cost" not in mail.body + str(mail.alternatives)


def test_what_a_customer_writes_stays_unanswered_when_the_request_moves_by_itself(desk):
    row = desk.at("visit")
    reply(actor=desk.actor("carol"), request_id=row.pk, message=Message("Is a van too big?", new_key()))
    row = desk.answer(row, "day", answers={"slot": "tue"})
    assert row.status_key == "work"
    assert row.unanswered_since is not None


def test_what_was_approved_and_has_changed_since_is_to_be_approved_again(desk):
    wanted = document()
    quote = next(status for status in wanted["flows"][0]["statuses"] if status["key"] == "quote")
    quote["asks"].append({"key": "rules", "do": "read", "label": "Read", "text": "Shoes off."})
    desk.publish(wanted)
    row = desk.at("quote")
    desk.answer(row, "quote")
    row = desk.fresh(row)
    assert [ask.key for ask in desk.seen(row).asks.open] == ["rules"]
    change_fields(actor=desk.actor("bob"), request_id=row.pk, answers={"cost": "9"}, seen={"cost": None})
    assert [ask.key for ask in desk.seen(row).asks.open] == ["rules"]
    change_fields(actor=desk.actor("bob"), request_id=row.pk, answers={"price": "680"}, seen={"price": "480"})
    assert [ask.key for ask in desk.seen(row).asks.open] == ["quote", "rules"]
    desk.answer(row, "rules")
    assert desk.fresh(row).status_key == "quote"
    assert desk.answer(row, "quote").status_key == "work"
