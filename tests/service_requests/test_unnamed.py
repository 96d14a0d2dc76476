"""Whoever opened the portal was not asked for a name: nobody reads an empty line instead."""

from __future__ import annotations

from portal_core.config.live import live_portal
from portal_core.messaging.actions import Message, reply
from portal_core.service_requests.actions import assign
from portal_core.service_requests.entries import page_of
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import visible
from tenants.identifiers import uuid7


def test_a_nameless_owner_is_the_business_to_customers_and_an_address_to_staff(shop, row, client_for):
    alice = shop.people["alice"]
    alice.name = ""
    alice.save()
    actor = shop.actor("alice")
    assign(actor=actor, request_id=row.pk, assignee_id=alice.pk, team_key=None)
    reply(actor=actor, request_id=row.pk, message=Message(body="It is ready.", submission_key=uuid7()))
    portal = live_portal()
    read = ServiceRequest.objects.select_related("customer", "assignee").get(pk=row.pk)
    for who, expected in (("carol", portal.name), ("bob", alice.email.split("@")[0])):
        viewer = Viewer.of(shop.actor(who), portal)
        line = next(entry for entry in page_of(read, viewer, portal=portal).entries if entry.is_message)
        assert line.who.name == expected
        assert visible(read, viewer, portal=portal).handler.name == expected
    page = client_for(shop.people["carol"]).get(f"/requests/{row.number}/").content.decode()
    assert "It is ready." in page and alice.email not in page
