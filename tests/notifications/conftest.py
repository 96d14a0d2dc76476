"""Requests of alpha (starter "order-status") and the mails they lead to."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.core import mail as sent_mails

from portal_core.accounts.actor import Actor, actor_for
from portal_core.config.live import live_portal
from portal_core.messaging.actions import Message, note, reply
from portal_core.service_requests.actions.assign import assign
from portal_core.service_requests.actions.move import Move, move
from portal_core.service_requests.actions.submit import Submission, submit
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.drain import drain
from tests.factories import make_user

pytestmark = pytest.mark.django_db


class Desk:
    """What people do in these tests, in one line each."""

    def __init__(self, people, tenant):
        self.people, self.tenant = people, tenant
        self.sam = make_user("sam@example.com", "Sam Servicedesk", "agent", team_key="service-desk")
        people["sam"] = self.sam

    def actor(self, name: str) -> Actor:
        return actor_for(self.people[name])

    def submit(self, by="carol", customer=None, **answers) -> ServiceRequest:
        values = {"what": "Boiler losing pressure", "where": "14 Elm Court", **answers}
        filed = Submission(
            type_key="order",
            answers=values,
            submission_key=uuid.uuid4(),
            customer_id=self.people[customer or by].pk,
        )
        return self.fresh(submit(actor=self.actor(by), submission=filed))

    def move(self, request, to, by="bob", **options) -> ServiceRequest:
        made = Move(to=to, seen_status=self.fresh(request).status_key, **options)
        return self.fresh(move(actor=self.actor(by), request_id=request.pk, move=made))

    def reply(self, request, by, body="What I wanted to say"):
        return reply(actor=self.actor(by), request_id=request.pk, message=Message(body, uuid.uuid4()))

    def note(self, request, by="bob", body="A note for us alone"):
        return note(actor=self.actor(by), request_id=request.pk, message=Message(body, uuid.uuid4()))

    def assign(self, request, to, by="bob") -> ServiceRequest:
        return self.fresh(assign(actor=self.actor(by), request_id=request.pk, assignee_id=self.people[to].pk))

    def fresh(self, request) -> ServiceRequest:
        return ServiceRequest.objects.select_related("customer", "assignee").get(pk=request.pk)

    def sent(self) -> list:
        """What was mailed since the last time this was asked."""
        drain(self.tenant.schema_name)
        mails = list(sent_mails.outbox)
        sent_mails.outbox.clear()
        return mails


@pytest.fixture
def desk(people, tenant) -> Desk:
    desk = Desk(people, tenant)
    desk.sent()
    return desk


@pytest.fixture
def portal(tenant):
    return live_portal()


@pytest.fixture
def to() -> Callable[[list], list[str]]:
    """The addresses of mails, sorted."""
    return lambda mails: sorted(mail.recipients()[0].split("<")[-1].rstrip(">") for mail in mails)
