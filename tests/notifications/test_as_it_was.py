"""A mail that leaves long after the event says what was true then, and nothing that was hidden since."""

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.notifications import parts
from portal_core.service_requests.promises import day_words
from tenants.outbox.models import Event
from tests.contracts import canaries

pytestmark = pytest.mark.django_db


def carols(mails):
    return [mail for mail in mails if "carol" in mail.to[0]]


def test_status_handler_and_promise_are_those_of_the_event(desk):
    """The outbox stood still while the request was given away, answered and closed."""
    request = desk.assign(desk.submit(), "bob")
    desk.sent()
    request = desk.move(request, "in-work")
    due = request.due_at
    desk.assign(request, "alice", by="bob")
    desk.move(request, "to-check", by="bob", reason="In the yard")
    first, second = carols(desk.sent())
    assert first.subject == "Someone is working on AL-1001"
    assert "Bob Agent" in first.body
    assert "Alice Owner" not in first.body
    assert f"You hear from us by {day_words(due, viewer=parts.reader(request.customer, live_portal()))}" in first.body
    assert "it is your turn" in second.body


def test_an_answer_tells_the_status_of_its_moment(desk):
    request = desk.submit()
    desk.sent()
    desk.reply(request, "bob", "We look into it")
    desk.move(request, "called-off", reason="Out of stock")
    answer, _stopped = carols(desk.sent())
    assert "We look into it" in answer.body
    assert "Closed" not in answer.body


def test_events_of_older_code_still_tell_their_status(desk):
    request = desk.submit()
    desk.sent()
    desk.move(request, "answer-asked", reason="Which vase?")
    event = Event.objects.get(kind="request.moved", done_at=None)
    event.payload.pop("stood")
    event.save()
    (mail,) = carols(desk.sent())
    assert "it is your turn" in mail.body


def test_what_was_hidden_between_event_and_mail_is_not_said(people, tenant):
    from tests.contracts.planted import FROM_ALL_AFTER, FROM_CUSTOMERS, FROM_ENGINEERS, Scene

    scene = Scene(people, tenant)
    # Nothing has left yet; now a newer version hides a group of fields.
    publish(actor=actor_for(people["alice"]), document=load(canaries.document_with_soon_hidden()))
    said = scene.mails()
    assert canaries.found_in(said["carol@example.com"], FROM_CUSTOMERS + FROM_ALL_AFTER) == []
    assert canaries.found_in(said["erin@example.com"], FROM_ENGINEERS + FROM_ALL_AFTER) == []
