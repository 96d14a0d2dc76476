"""The daily mail: one a person and day, in their morning, of what is still new to them, in the words that hold."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail as sent_mails

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.notifications.choices import DIGEST, Way, choose, switch_off
from portal_core.notifications.daily import next_digest
from portal_core.notifications.models import Notice
from portal_core.notifications.notices import mark_read
from tenants.context import tenant_context
from tenants.outbox import subscribers
from tenants.outbox.drain import drain
from tenants.outbox.models import Event, Mail
from tests.contracts import canaries
from tests.contracts.hostile import STRINGS

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
MORNING = datetime(2026, 12, 2, 8, 0, 5, tzinfo=UTC)
USUAL = {"status": Way.NOW, "replies": Way.NOW}


def daily(user, *kinds):
    choose(user.pk, dict.fromkeys(kinds, Way.DAILY), shown={**USUAL, "replied": Way.NOW, "new": Way.NOW})
    user.refresh_from_db()


@pytest.fixture
def clock():
    with time_machine.travel(TUESDAY, tick=True) as moved:
        yield moved


@pytest.fixture
def day(clock, desk, people):
    """Tuesday afternoon: Carol takes status news and replies once a day."""
    daily(people["carol"], "status", "replies")
    return desk


def carols(mails):
    return [mail for mail in mails if "carol" in mail.to[0]]


def test_a_day_of_news_is_one_mail_the_next_morning(day, clock, people, tenant):
    request, other = day.submit(), day.submit(what="A second thing")
    day.move(request, "in-work")
    day.reply(request, "bob", "The part comes on Friday.")
    day.move(other, "in-work")
    assert carols(day.sent()) == []
    clock.move_to(MORNING)
    (mail,) = carols(day.sent())
    assert mail.subject == "Alpha: news on 2 requests"
    assert "Somebody is on it" in mail.body or "Boiler losing pressure" in mail.body
    assert "> The part comes on Friday." in mail.body
    assert mail.body.count("Boiler losing pressure") == 1
    assert mail.body.index("Boiler losing pressure") < mail.body.index("A second thing")
    assert tenant.url(f"/requests/{request.number}/") in mail.body
    assert mail.message()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_there_is_no_second_mail_that_day_and_nothing_is_lost(day, clock, people):
    request = day.submit()
    day.move(request, "in-work")
    day.sent()
    clock.move_to(MORNING)
    assert len(carols(day.sent())) == 1
    day.reply(request, "bob", "One more thing")
    assert carols(day.sent()) == []
    clock.move_to(MORNING + timedelta(hours=15))
    assert carols(day.sent()) == []
    clock.move_to(MORNING + timedelta(days=1))
    (mail,) = carols(day.sent())
    assert "One more thing" in mail.body and "Somebody is on it" not in mail.body
    people["carol"].refresh_from_db()
    assert people["carol"].digest_day == date(2026, 12, 3)
    assert people["carol"].digest_due_at is None


def test_after_an_outage_one_mail_comes_late_and_the_next_not_on_the_same_day(day, clock):
    request = day.submit()
    day.move(request, "in-work")
    day.sent()
    clock.move_to(datetime(2026, 12, 4, 7, 50, tzinfo=UTC))
    assert len(carols(day.sent())) == 1
    day.reply(request, "bob")
    day.sent()
    clock.move_to(datetime(2026, 12, 4, 9, 0, tzinfo=UTC))
    assert carols(day.sent()) == []
    clock.move_to(datetime(2026, 12, 5, 8, 1, tzinfo=UTC))
    assert len(carols(day.sent())) == 1


def test_no_mail_when_everything_was_seen(day, clock, people):
    request = day.submit()
    day.move(request, "in-work")
    day.sent()
    mark_read(people["carol"].pk, request_id=request.pk)
    clock.move_to(MORNING)
    assert carols(day.sent()) == []
    assert not Notice.objects.filter(way="daily", collected_at=None).exists()


def test_no_event_waits_when_nothing_happened(day, people):
    assert not Event.objects.filter(kind="person.digest").exists()
    request = day.submit()
    day.sent()
    assert not Event.objects.filter(kind="person.digest").exists()
    day.move(request, "in-work")
    day.reply(request, "bob")
    day.sent()
    assert Event.objects.filter(kind="person.digest", done_at=None).count() == 1


@pytest.mark.parametrize("change", ["deactivated", "digest off", "kind off"])
def test_what_was_switched_off_meanwhile_is_not_sent(day, clock, people, change):
    request = day.submit()
    day.move(request, "in-work")
    day.sent()
    carol = people["carol"]
    if change == "deactivated":
        type(carol).objects.filter(pk=carol.pk).update(is_active=False)
    else:
        switch_off(carol.pk, DIGEST if change == "digest off" else "status")
    clock.move_to(MORNING)
    assert carols(day.sent()) == []


def test_a_worker_that_dies_in_the_middle_leaves_everything_for_the_next_try(day, clock, people, monkeypatch):
    request = day.submit()
    day.move(request, "in-work")
    day.sent()
    clock.move_to(MORNING)

    def dies(event):
        raise RuntimeError("the worker is gone")

    monkeypatch.setitem(subscribers._handlers, "person.digest", [*subscribers.handlers_of("person.digest"), dies])
    assert carols(day.sent()) == []
    assert not Mail.objects.filter(subject__contains="news").exists()
    assert Notice.objects.filter(way="daily", collected_at=None).count() == 1
    people["carol"].refresh_from_db()
    assert people["carol"].digest_due_at is not None
    monkeypatch.undo()
    clock.move_to(MORNING + timedelta(hours=2))
    assert len(carols(day.sent())) == 1


def test_an_event_that_is_handled_twice_makes_one_mail(day, clock):
    request = day.submit()
    day.move(request, "in-work")
    day.sent()
    clock.move_to(MORNING)
    assert len(carols(day.sent())) == 1
    Event.objects.filter(kind="person.digest").update(done_at=None)
    assert carols(day.sent()) == []


def test_words_of_staff_go_into_the_daily_mail_just_as_they_were_shown(day, clock):
    request = day.submit()
    day.move(request, "in-work", subject="Good news", body="Tom comes **tomorrow**.\nPromised.")
    day.sent()
    clock.move_to(MORNING)
    (mail,) = carols(day.sent())
    assert "Good news" in mail.body
    assert "Tom comes **tomorrow**." in mail.body and "Tom comes **tomorrow**." in mail.alternatives[0][0]


def test_the_daily_mail_speaks_the_readers_language(day, clock, people):
    people["carol"].language = "de"
    people["carol"].save()
    request = day.submit()
    day.move(request, "in-work")
    day.sent()
    clock.move_to(MORNING)
    (mail,) = carols(day.sent())
    assert 'lang="de"' in mail.alternatives[0][0]
    assert "Jemand kümmert" in mail.body


def test_staff_get_theirs_on_a_working_day(desk, clock, people):
    daily(desk.sam, "new", "replied")
    clock.move_to(datetime(2026, 12, 4, 15, 0, tzinfo=UTC))  # a Friday
    request = desk.submit()
    desk.reply(request, "carol", "When do you come?")
    assert "sam@example.com" not in [address for mail in desk.sent() for address in mail.to]
    for day in (5, 6):
        clock.move_to(datetime(2026, 12, day, 12, 0, tzinfo=UTC))
        assert desk.sent() == []
    clock.move_to(datetime(2026, 12, 7, 8, 1, tzinfo=UTC))
    (mail,) = desk.sent()
    assert "sam@example.com" in mail.to[0]
    assert "> When do you come?" in mail.body
    assert f"/desk/requests/{request.number}/" in mail.body


def test_staff_are_not_told_of_what_they_may_not_see_any_more(desk, clock, people, monkeypatch):
    from portal_core.notifications import digest

    daily(desk.sam, "new")
    desk.submit()
    desk.sent()
    monkeypatch.setattr(digest, "may_see", lambda user, request: False)
    clock.move_to(MORNING)
    assert desk.sent() == []


@pytest.mark.parametrize(
    ("zone", "now", "due"),
    [
        ("Europe/London", "2026-12-01T14:00", "2026-12-02T08:00"),
        ("Europe/London", "2026-12-01T07:59", "2026-12-01T08:00"),
        ("Europe/London", "2026-12-01T08:00", "2026-12-02T08:00"),
        ("Europe/London", "2026-03-28T12:00", "2026-03-29T07:00"),  # the clocks go forward in the night
        ("Europe/London", "2026-10-24T12:00", "2026-10-25T08:00"),  # and back
        ("America/New_York", "2026-12-01T14:00", "2026-12-02T13:00"),
        ("Pacific/Auckland", "2026-12-01T14:00", "2026-12-01T19:00"),
        ("Africa/Cairo", "2026-04-23T23:00", "2026-04-24T05:00"),  # forward at midnight
        ("Australia/Lord_Howe", "2026-04-04T12:00", "2026-04-04T21:30"),  # back by half an hour
    ],
)
def test_the_morning_is_the_readers_also_when_the_clocks_change(people, zone, now, due):
    people["carol"].time_zone = zone
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = next_digest(people["carol"], live_portal(), after=moment)
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert found.astimezone(ZoneInfo(zone)).hour == 8


def test_moving_to_another_time_zone_makes_no_second_mail_of_the_same_day(people):
    carol = people["carol"]
    carol.digest_day = date(2026, 12, 2)
    carol.time_zone = "America/Los_Angeles"
    found = next_digest(carol, live_portal(), after=datetime(2026, 12, 2, 9, 0, tzinfo=UTC))
    assert found.astimezone(ZoneInfo("America/Los_Angeles")).date() == date(2026, 12, 3)


def test_twins_are_told_apart(twins, clock):
    """Alpha's daily mail is alpha's: beta has the same people with the same ids and is told nothing."""
    from portal_core.service_requests.models import ServiceRequest
    from tests.service_requests.filing import file_request

    for portal in (twins.alpha, twins.beta):
        with tenant_context(portal.tenant):
            drain(portal.tenant.schema_name)
    sent_mails.outbox.clear()
    with tenant_context(twins.alpha.tenant):
        daily(twins.alpha.carol, "status", "replies")
        row = file_request(twins.alpha.carol, "order", what="Alpha alone", where="Here")
        from portal_core.messaging.actions import Message, reply

        reply(actor=actor_for(twins.alpha.bob), request_id=row.pk, message=Message("For alpha", uuid.uuid4()))
        drain(twins.alpha.tenant.schema_name)
    clock.move_to(MORNING)
    sent_mails.outbox.clear()
    for portal in (twins.beta, twins.alpha):
        with tenant_context(portal.tenant):
            drain(portal.tenant.schema_name)
    (mail,) = sent_mails.outbox
    assert "For alpha" in mail.body and twins.alpha.tenant.url("/u/") in mail.body
    with tenant_context(twins.beta.tenant):
        assert not Notice.objects.exists() and not ServiceRequest.objects.exists()


@pytest.mark.parametrize("text", [text for text in STRINGS.values() if len(text) < 5000 and text.isprintable()][::3])
def test_hostile_words_stay_text(day, clock, people, text):
    one_line = " ".join(text.replace("\x00", "").split())[:100] or "x"
    request = day.submit(what=one_line)
    day.reply(request, "bob", text.replace("\x00", "") or "x")
    day.sent()
    clock.move_to(MORNING)
    (mail,) = carols(day.sent())
    html = mail.alternatives[0][0].lower()
    assert "<script" not in html and "<img" not in html
    assert mail.message()["Bcc"] is None


def test_what_was_hidden_since_is_not_in_the_daily_mail(clock, people, tenant):
    """Canaries: planted in fields that a newer version hides, between the event and the morning."""
    from tests.contracts.planted import FROM_ALL_AFTER, FROM_CUSTOMERS, Scene

    daily(people["carol"], "status", "replies")
    scene = Scene(people, tenant)
    scene.mails()
    publish(actor=actor_for(people["alice"]), document=load(canaries.document_with_soon_hidden()))
    clock.move_to(MORNING)
    said = scene.mails()
    assert said["carol@example.com"]
    assert canaries.found_in(said["carol@example.com"], FROM_CUSTOMERS + FROM_ALL_AFTER) == []
