"""A day that both sides have agreed on stands where the customer reads when; nobody reads "no date yet" beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import time_machine
from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.hours import end_of_day
from portal_core.config.live import live_portal
from portal_core.config.starters import starter
from portal_core.service_requests.actions import change_fields
from portal_core.service_requests.changes import enter_status, promised_until
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.promises import NO_LIMIT
from portal_core.service_requests.replanning import replan_tonight
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import visible
from tenants.outbox.drain import drain
from tenants.outbox.models import Event
from tests.service_requests.filing import file_request

NONE_YET = "No fixed date yet"


def agreed(people, **more):
    """A booking whose time is agreed."""
    publish(actor=actor_for(people["alice"]), document=load(starter("booking")))
    row = file_request(people["carol"], "book")
    when = (timezone.now() + timedelta(days=9)).replace(hour=9, minute=30, second=0, microsecond=0).isoformat()
    standing = {"status_key": "agreed", "turn": "us", "due_at": NO_LIMIT, "data": {**row.data, "appointment": when}}
    ServiceRequest.objects.filter(pk=row.pk).update(**{**standing, **more})
    return ServiceRequest.objects.select_related("customer", "assignee").get(pk=row.pk)


def reads(row, person, language="en"):
    viewer = replace(Viewer.of(actor_for(person), live_portal()), language=language)
    return visible(row, viewer, portal=live_portal(), brief=True).status


def test_the_agreed_day_is_when(people, client_for):
    row = agreed(people)
    status = reads(row, people["carol"])
    assert status.expected.startswith("On ")
    # The very day that the next step names.
    assert status.expected.removeprefix("On ") in status.next_step
    assert reads(row, people["carol"], "de").expected.startswith("Am ")
    for who, path in (("carol", f"/requests/{row.number}/"), ("bob", f"/desk/requests/{row.number}/"), ("carol", "/")):
        page = client_for(people[who]).get(path).content.decode()
        assert status.expected in page and NONE_YET not in page


def test_a_colleague_reads_the_agreed_day_in_the_language_of_the_sentence(people):
    row = agreed(people)
    status = reads(row, people["bob"], "de")
    english = reads(row, people["bob"]).expected
    assert status.expected == english and english.startswith("On ")
    assert english.removeprefix("On ") not in status.next_step, "the business's own words stay in its language"


def test_a_day_that_staff_plan_says_more_and_one_that_is_not_there_says_nothing(people):
    row = agreed(people, planned_for=timezone.now().date() + timedelta(days=9))
    assert reads(row, people["carol"]).expected.startswith("Planned for ")
    row.planned_for, row.data = None, {key: value for key, value in row.data.items() if key != "appointment"}
    assert reads(row, people["carol"]).expected == NONE_YET


def _at_agreed(people, day, **row_fields):
    """A booking that enters the status in which its time is agreed."""
    row = agreed(people)
    row.data["appointment"] = day.replace(hour=9, minute=30, second=0, microsecond=0).isoformat()
    for name, value in row_fields.items():
        setattr(row, name, value)
    enter_status(row, "agreed", portal=live_portal(), now=timezone.now())
    row.save()
    return row


def test_the_desk_is_due_on_the_agreed_day(people):
    day = timezone.now() + timedelta(days=9)
    row, portal = _at_agreed(people, day), live_portal()
    assert row.due_at == end_of_day(day.astimezone(portal.time_zone).date(), portal.hours, portal.time_zone)
    assert reads(row, people["carol"]).expected.startswith("On ")
    # A plan of the staff counts more.
    row.planned_for = (day + timedelta(days=2)).date()
    assert promised_until(row, portal=portal) == end_of_day(row.planned_for, portal.hours, portal.time_zone)


def test_another_day_moves_the_due_time_and_a_missed_one_is_late(people):
    row, portal = _at_agreed(people, timezone.now() + timedelta(days=9)), live_portal()
    later = (timezone.now() + timedelta(days=12)).replace(hour=9, minute=0, second=0, microsecond=0).isoformat()
    change_fields(
        actor=actor_for(people["bob"]),
        request_id=row.pk,
        answers={"appointment": later},
        seen={"appointment": row.data["appointment"]},
    )
    moved = ServiceRequest.objects.select_related("customer", "assignee").get(pk=row.pk)
    assert moved.due_at - row.due_at >= timedelta(days=2)
    with time_machine.travel(moved.due_at + timedelta(hours=1)):
        assert "late" in reads(moved, people["carol"]).expected
    # A day that was over when the status began promises nothing.
    moved.data["appointment"] = (timezone.now() - timedelta(days=5)).isoformat()
    assert promised_until(moved, portal=portal) == NO_LIMIT


def test_a_day_that_customers_do_not_read_is_not_told_by_the_due_time(people):
    row = _at_agreed(people, timezone.now() + timedelta(days=9))
    row.withheld = {"appointment": {"at": timezone.now().isoformat(), "until": None}}
    assert promised_until(row, portal=live_portal()) == NO_LIMIT


def _fresh(row):
    return ServiceRequest.objects.get(pk=row.pk)


def test_at_night_a_request_from_before_gets_the_day_that_was_agreed(people, tenant):
    """Written by a version of the programme that did not make it a due time; nobody has touched it since."""
    row, portal = agreed(people), live_portal()
    due = promised_until(row, portal=portal)
    assert row.due_at == NO_LIMIT != due
    replan_tonight()
    drain(tenant.schema_name)
    row = _fresh(row)
    assert (row.due_at, row.tick_at) == (due, due)
    # Its lateness is told of when it comes, and only then.
    assert not Event.objects.filter(kind="request.late").exists()
    with time_machine.travel(due + timedelta(minutes=1)):
        drain(tenant.schema_name)
        assert Event.objects.filter(kind="request.late").count() == 1


def test_who_is_long_late_by_it_is_not_told_of_in_one_great_heap(people, tenant):
    row = agreed(people)
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        replan_tonight()
        drain(tenant.schema_name)
        assert _fresh(row).due_at < timezone.now()
        assert not Event.objects.filter(kind="request.late").exists()


def test_where_nothing_is_agreed_the_night_asks_for_nothing(people, tenant):
    drain(tenant.schema_name)
    over = (timezone.now() - timedelta(days=5)).isoformat()
    row = agreed(people)
    for changed in (
        {"data": {key: value for key, value in row.data.items() if key != "appointment"}},
        {"data": {**row.data, "appointment": over}},
        {"planned_for": timezone.now().date() + timedelta(days=9)},
        {"closed_at": timezone.now()},
        {"turn": "customer", "status_key": "time-offered"},
        {"source": "import", "revision": 1},
    ):
        kept = {name: getattr(row, name) for name in changed}
        ServiceRequest.objects.filter(pk=row.pk).update(**changed)
        replan_tonight()
        assert not Event.objects.filter(kind="requests.replan", payload__all=False, done_at=None).exists(), changed
        ServiceRequest.objects.filter(pk=row.pk).update(**kept)
    assert _fresh(row).due_at == NO_LIMIT


def test_a_version_in_which_the_status_promises_nothing_any_more_gives_the_day_at_once(people, tenant):
    row = agreed(people)
    publish(actor=actor_for(people["alice"]), document=load(starter("booking")))
    drain(tenant.schema_name)
    assert _fresh(row).due_at == promised_until(row, portal=live_portal())
