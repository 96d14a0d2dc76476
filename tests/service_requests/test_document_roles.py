"""The document's own roles take effect: scope, types and permissions, in queue, page and actions."""

from __future__ import annotations

import uuid

import pytest

from portal_core.config.live import live_portal
from portal_core.history.models import HistoryEntry
from portal_core.service_requests.actions import (
    assign,
)
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from tenants.outbox.models import Event
from tests.contracts.rows import Rows
from tests.service_requests.small_portal import Shop


def _numbers(shop: Shop, name: str) -> set[int]:
    return set(visible_to(shop.actor(name)).values_list("number", flat=True))


@pytest.fixture
def office(shop) -> dict[str, ServiceRequest]:
    """A repair of the desk, a sale of the shop, and one of each that Erin or Bob has in hand."""
    rows = {
        "repair": shop.file("repair", kind="noise"),
        "sale": shop.file("sale", kind="noise"),
        "erin's sale": shop.file("sale", kind="noise"),
        "bob's repair": shop.file("repair", kind="noise"),
    }
    for name, who in (("erin's sale", "erin"), ("bob's repair", "bob")):
        assign(actor=shop.actor("alice"), request_id=rows[name].pk, assignee_id=shop.people[who].pk)
    return rows


SCOPES = [
    ({}, {"repair", "sale", "erin's sale", "bob's repair"}),
    ({"scope": "team"}, {"repair", "bob's repair", "erin's sale"}),
    ({"scope": "own"}, {"repair", "sale", "erin's sale"}),
    ({"types": ["repair"]}, {"repair", "bob's repair"}),
    ({"types": ["repair"], "scope": "team"}, {"repair", "bob's repair"}),
    ({"types": ["sale"], "scope": "own"}, {"sale", "erin's sale"}),
    ({"permissions": ["reply"]}, set()),
]


@pytest.mark.parametrize(("role", "seen"), SCOPES, ids=[str(role) for role, _ in SCOPES])
def test_a_role_of_the_document_sees_what_its_scope_and_types_say(role, seen, shop, office, client_for):
    shop.publish(**role)
    erin = client_for(shop.people["erin"])
    queue = erin.get("/desk/?view=all")
    may_look = "see" in shop.actor("erin").role.permissions
    assert queue.status_code == (200 if may_look else 403)
    for name, row in office.items():
        path = f"/desk/requests/{row.number}/"
        assert (path in queue.content.decode()) == (name in seen)
        expected = 200 if name in seen else (404 if may_look else 403)
        assert erin.get(path).status_code == expected
        if name in seen:
            continue
        rows = Rows()
        before = rows.now()
        for action in ("write", "assign", "move", "change"):
            data = {"kind": "note", "body": "x", "key": str(uuid.uuid4()), "who": "me", "to": "over", "edit": "what"}
            assert erin.post(f"{path}{action}/", data).status_code in (403, 404)
        assert rows.now() == before
    assert _numbers(shop, "erin") == {office[name].number for name in seen}


BUTTONS = {
    "reply": ("write", {"kind": "reply", "body": "Hello"}),
    "note": ("write", {"kind": "note", "body": "Hello"}),
    "assign": ("assign", {"who": "me"}),
    "move": ("move", {"to": "over", "shown_to": "over", "status": "new", "reason": "r", "tell": "yes"}),
    "edit_fields": ("change", {"edit": "what", "f-what": "Else"}),
}


@pytest.mark.parametrize("permission", BUTTONS)
def test_a_permission_of_a_role_opens_its_button_and_nothing_else(permission, shop, row, client_for):
    shop.publish(permissions=["see", permission])
    erin = client_for(shop.people["erin"])
    page = f"/desk/requests/{row.number}/"
    for other, (path, data) in BUTTONS.items():
        if other == permission:
            continue
        rows = Rows()
        before = rows.now()
        assert erin.post(f"{page}{path}/", {**data, "key": str(uuid.uuid4())}).status_code == 403
        assert rows.now() == before
    path, data = BUTTONS[permission]
    seen = ""
    if permission == "edit_fields":
        seen = erin.get(f"{page}?edit=what").context["editing"].seen_token
    events = Event.objects.count()
    lines = HistoryEntry.objects.count()
    assert erin.post(f"{page}{path}/", {**data, "key": str(uuid.uuid4()), "seen": seen}).status_code == 302
    assert Event.objects.count() == events + 1
    assert HistoryEntry.objects.count() == lines + 1


def test_a_role_that_the_document_no_longer_knows_may_do_nothing(shop, row, client_for):
    frank = client_for(shop.people["frank"])
    assert _numbers(shop, "frank") == set()
    assert frank.get("/desk/").status_code == 404
    assert frank.get("/").status_code == 403
    assert live_portal().role("nobody-knows-this") is None
