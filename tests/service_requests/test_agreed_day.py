"""A day that both sides have agreed on stands where the customer reads when; nobody reads "no date yet" beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.config.starters import starter
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.promises import NO_LIMIT
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import visible
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


def test_a_day_that_staff_plan_says_more_and_one_that_is_not_there_says_nothing(people):
    row = agreed(people, planned_for=timezone.now().date() + timedelta(days=9))
    assert reads(row, people["carol"]).expected.startswith("Planned for ")
    row.planned_for, row.data = None, {key: value for key, value in row.data.items() if key != "appointment"}
    assert reads(row, people["carol"]).expected == NONE_YET
