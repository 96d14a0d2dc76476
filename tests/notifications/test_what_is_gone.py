"""An event whose request is of another type by now, or whose status is gone: done, and nobody is told."""

import logging

import pytest

from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.models import Event

pytestmark = pytest.mark.django_db


def test_a_request_that_is_of_another_type_by_now_makes_no_event_that_fails_for_ever(desk, caplog):
    request = desk.move(desk.submit(), "in-work")
    ServiceRequest.objects.filter(pk=request.pk).update(type_key="ghost")
    with caplog.at_level(logging.WARNING, "portal_core.notifications.handlers"):
        assert desk.sent() == []
    events = Event.objects.filter(payload__request_id=str(request.pk)).exclude(kind="request.tick")
    assert {event.kind for event in events} >= {"request.submitted", "request.moved"}
    assert all(event.done_at and not event.last_error for event in events)
    assert caplog.text.count("tells nobody") == 2


def test_a_status_that_is_gone_tells_nobody(desk):
    request = desk.submit()
    desk.sent()
    desk.move(request, "in-work")
    event = Event.objects.get(kind="request.moved", payload__request_id=str(request.pk))
    event.payload["to"] = "ghost"
    event.save()
    assert desk.sent() == []
    event.refresh_from_db()
    assert event.done_at
