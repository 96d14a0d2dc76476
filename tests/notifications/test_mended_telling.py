"""What is told late is told only while it is so, and only to those whose request it is; long lists stay in SQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail as sent_mails
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.messaging.actions import Message, reply
from portal_core.notifications import undelivered as listed
from portal_core.notifications.models import Notice
from portal_core.service_requests.actions import plan_for
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.ticks import on_tick
from tenants.outbox.drain import drain
from tenants.outbox.models import Event, Mail
from tests.service_requests.asking_portal import Desk, new_key

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Clock:
    """A desk whose clock strikes, while nobody listens yet."""

    def __init__(self, people, tenant, travel):
        self.desk, self.tenant, self.travel = Desk(people), tenant, travel

    def strikes(self, row: ServiceRequest) -> None:
        at = self.desk.fresh(row).tick_at
        self.travel.move_to(at)
        on_tick(Event(kind="request.tick", payload={"request_id": str(row.pk), "at": at.isoformat()}))

    def told(self) -> list[str]:
        drain(self.tenant.schema_name)
        said = [mail.subject for mail in sent_mails.outbox]
        sent_mails.outbox.clear()
        return said


@pytest.fixture
def clock(people, tenant):
    with time_machine.travel(START, tick=False) as travel:
        yield Clock(people, tenant, travel)


def moved(clock, row):
    clock.desk.move(row, "work")


def moved_there_and_back(clock, row):
    clock.desk.move(row, "visit")
    ServiceRequest.objects.filter(pk=row.pk).update(status_key="new", turn="us")


def planned(clock, row):
    day = (timezone.now() + timedelta(days=3)).date()
    plan_for(actor=clock.desk.actor("bob"), request_id=row.pk, day=day, seen=None)


@pytest.mark.parametrize("meanwhile", [moved, moved_there_and_back, planned])
def test_staff_are_not_told_that_something_is_late_which_has_gone_on(clock, meanwhile):
    row = clock.desk.at("new")
    clock.told()
    clock.strikes(row)
    clock.travel.shift(timedelta(minutes=1))
    meanwhile(clock, row)
    assert not [subject for subject in clock.told() if subject.startswith("Late")]


def test_what_is_late_still_is_told(clock):
    row = clock.desk.at("new")
    clock.told()
    clock.strikes(row)
    assert [subject for subject in clock.told() if subject.startswith("Late")]


def test_staff_are_not_told_that_an_offer_ran_out_which_waits_no_longer(clock):
    row = clock.desk.at("quote")
    clock.told()
    clock.strikes(row)
    clock.desk.move(row, "work")
    assert not [subject for subject in clock.told() if subject.startswith("Not approved")]


def test_a_daily_mail_tells_nothing_of_a_request_that_is_somebody_elses_by_now(desk, people):
    from portal_core.config.live import live_portal
    from portal_core.notifications.digest import _groups

    request = desk.submit()
    reply(actor=actor_for(people["bob"]), request_id=request.pk, message=Message("For Carol alone", new_key()))
    desk.sent()

    def groups():
        notices = Notice.objects.filter(user=people["carol"]).select_related(
            "user", "request__customer", "entry__actor"
        )
        return _groups(people["carol"], notices, live_portal())

    assert groups()
    ServiceRequest.objects.filter(pk=request.pk).update(customer=people["dave"])
    assert groups() == []


def test_an_outage_of_the_mail_server_is_not_read_into_memory(people, monkeypatch):
    monkeypatch.setattr(listed, "SHOWN", 3)
    now = timezone.now()
    for number in range(6):
        for name in ("carol", "bob"):
            Mail.objects.create(
                recipient_user_id=people[name].pk,
                to_address=people[name].email,
                subject=f"{name} {number}",
                text="words",
                html="<p>words</p>",
                message_id=f"<{name}{number}@test>",
                failed_at=now - timedelta(minutes=number),
                last_error="550 no such user",
            )
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found, has_more = listed.undelivered()
    assert [line.subject for line in found] == ["carol 0", "carol 1", "carol 2"]
    first = asked.captured_queries[0]["sql"]
    assert "LIMIT 4" in first
    assert '"html"' not in first
    assert len(asked.captured_queries) == 2
    assert has_more
    assert [line.subject for line in listed.undelivered(2)[0]] == ["carol 3", "carol 4", "carol 5"]
    assert not listed.undelivered(2)[1]
