"""A planned day: its customer hears of it once, in the words that the desk showed, as they chose; never of one that
does not hold any more."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
import time_machine
from django.utils import timezone

from portal_core.history.models import HistoryEntry, Kind
from portal_core.notifications.choices import choose
from portal_core.notifications.models import Notice, Way
from portal_core.service_requests.actions import plan_for
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.drain import drain
from tenants.outbox.models import Event, Mail
from tests.contracts.rows import Rows
from tests.factories import make_user
from tests.service_requests.asking_portal import Desk

pytestmark = pytest.mark.django_db
FIRST, SECOND = date(2026, 12, 1), date(2026, 12, 3)


class Planning:
    """A desk with a request, and what its customer is sent."""

    def __init__(self, people, tenant, client_for) -> None:
        self.desk, self.people, self.tenant = Desk(people), people, tenant
        self.row = self.desk.at("new")
        self.bob, self.carol = client_for(people["bob"]), client_for(people["carol"])
        self.told()

    def plan(self, day, seen=None, **more) -> None:
        actor = self.desk.actor("bob")
        plan_for(actor=actor, request_id=self.row.pk, day=day, seen=seen, **more)

    def told(self) -> list[Mail]:
        """The mails to the customer since the last time."""
        drain(self.tenant.schema_name)
        new = list(Mail.objects.filter(recipient_user_id=self.people["carol"].pk).order_by("created_at", "id"))
        Mail.objects.all().delete()
        return new

    @property
    def path(self) -> str:
        return f"/desk/requests/{self.row.number}/"

    def shown(self, day: str) -> dict[str, str]:
        """The words that the desk shows for a day, as its form sends them back."""
        page = self.bob.get(f"{self.path}preview/", {"day": day}).content.decode()
        subject = re.search(r'name="shown_subject" value="([^"]*)"', page)
        body = re.search(r'name="shown_body" hidden>\n([^<]*)</textarea>', page)
        assert subject and body, page
        return {"shown_subject": html.unescape(subject[1]), "shown_body": html.unescape(body[1])}

    def post(self, **data: str):
        return self.bob.post(f"{self.path}plan/", data)


@pytest.fixture
def planning(people, tenant, client_for):
    with time_machine.travel("2026-11-23 09:00 +0000", tick=False):
        yield Planning(people, tenant, client_for)


def test_a_day_another_day_and_none_are_told_each_once(planning):
    planning.plan(FIRST)
    (mail,) = planning.told()
    assert mail.subject.startswith("Planned for Tuesday 1 December: ")
    assert "we have planned this for Tuesday 1 December." in mail.text and "List-Unsubscribe" in str(mail.headers)
    planning.plan(SECOND, seen=FIRST)
    (mail,) = planning.told()
    assert mail.subject.startswith("Now planned for Thursday 3 December: ")
    assert "instead of Tuesday 1 December" in mail.text
    planning.plan(None, seen=SECOND)
    (mail,) = planning.told()
    assert mail.subject.startswith("No longer planned for Thursday 3 December: ")
    assert "You hear from us by" in mail.text
    # The same again is nothing new.
    planning.plan(None)
    assert planning.told() == []


def test_the_mail_is_word_for_word_what_the_desk_showed(planning):
    shown = planning.shown("2026-12-01")
    before = Rows().now()
    answer = planning.post(day="2026-12-01", seen="")
    assert answer.status_code == 409 and "Nothing was planned or sent yet" in answer.content.decode()
    assert Rows().now() == before and planning.told() == []
    assert planning.post(day="2026-12-03", seen="", **shown).status_code == 409, "these are another day's words"
    assert planning.post(day="2026-12-01", seen="", **shown).status_code == 302
    (mail,) = planning.told()
    assert mail.subject == shown["shown_subject"]
    for line in shown["shown_body"].split("\n"):
        assert line.strip() in mail.text
    entry = HistoryEntry.objects.get(kind=Kind.PLANNED)
    assert entry.data == {"before": None, "day": "2026-12-01", "told": True}


def test_taking_the_day_back_shows_its_mail_first_too(planning):
    planning.plan(FIRST)
    planning.told()
    answer = planning.post(clear="1", day="2026-12-01", seen="2026-12-01")
    assert answer.status_code == 409 and "No longer planned for Tuesday 1 December" in answer.content.decode()
    shown = planning.shown("")
    assert planning.post(clear="1", day="2026-12-01", seen="2026-12-01", **shown).status_code == 302
    assert planning.desk.fresh(planning.row).planned_for is None
    assert len(planning.told()) == 1


def test_staff_can_tell_nobody_this_time(planning):
    assert planning.post(day="2026-12-01", seen="", tell="no").status_code == 302
    assert planning.told() == [] and not Notice.objects.filter(what="planned_yours").exists()
    # It stands on the page all the same.
    assert (
        "Planned for Tuesday 1 December 2026"
        in planning.carol.get(f"/requests/{planning.row.number}/").content.decode()
    )


@pytest.mark.parametrize(("way", "mails"), [(Way.NOW, 1), (Way.DAILY, 0), (Way.NEVER, 0)])
def test_it_goes_as_the_reader_chose(planning, way, mails):
    choose(planning.people["carol"].pk, {"status": way}, shown={"status": Way.NOW})
    page = planning.bob.get(f"{planning.path}preview/", {"day": "2026-12-01"}).content.decode()
    said = {Way.NOW: "By e-mail", Way.DAILY: "has chosen one mail a day", Way.NEVER: "has switched these mails off"}
    assert said[way] in html.unescape(page)
    planning.plan(FIRST)
    assert len(planning.told()) == mails
    notice = Notice.objects.get(what="planned_yours")
    assert notice.way == way and notice.user == planning.people["carol"]
    assert "Planned for Tuesday 1 December" in planning.carol.get("/updates/").content.decode()


def test_a_day_that_does_not_hold_any_more_is_not_told(planning):
    planning.plan(FIRST)
    planning.plan(SECOND, seen=FIRST)
    (mail,) = planning.told()
    assert mail.subject.startswith("Now planned for Thursday 3 December")
    planning.plan(FIRST, seen=SECOND)
    ServiceRequest.objects.filter(pk=planning.row.pk).update(closed_at=timezone.now())
    assert planning.told() == [] and Event.objects.filter(kind="request.planned").count() == 3


def test_a_document_may_tell_nobody_of_days(planning, monkeypatch):
    monkeypatch.setattr("portal_core.notifications.compose_plan.ways_of", lambda *_given: {})
    page = planning.bob.get(f"{planning.path}preview/", {"day": "2026-12-01"}).content.decode()
    assert "shown_subject" not in page
    assert planning.post(day="2026-12-01", seen="").status_code == 302


def test_whoever_has_the_request_finds_it_among_their_updates(planning, people):
    handler = make_user("hana@example.com", "Hana Handler", "agent")
    planning.row.assignee = handler
    planning.row.save(update_fields=["assignee"])
    planning.plan(FIRST)
    planning.told()
    notice = Notice.objects.get(user=handler)
    assert (notice.what, notice.way) == ("planned", Way.NEVER)
