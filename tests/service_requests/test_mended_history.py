"""A change is shown to whom the field is visible both now and then."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from portal_core.config.live import live_portal
from portal_core.history.models import Audience, HistoryEntry, Kind, Side
from portal_core.service_requests.actions import Move, change_fields, move
from portal_core.service_requests.entries import page_of
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from tests.service_requests.mended import SmallPortal


@pytest.fixture
def small(people) -> SmallPortal:
    """The cause is hidden from customers while the request is new, and visible once it is known."""
    small = SmallPortal(people)

    def show_in_known(document):
        shown = {status: {"customer": "see"} for status in ("known", "over")}
        small.field(document, "cause").update(at=shown)
        small.step(document, "over").update(ask_reason=False)

    small.publish(show_in_known)
    return small


def _values(small: SmallPortal, row: ServiceRequest, who: str) -> list[str]:
    """The new values that this reader finds in the history."""
    row = ServiceRequest.objects.select_related("customer", "assignee").get(pk=row.pk)
    portal = live_portal()
    page = page_of(row, Viewer.of(small.actor(who), portal), portal=portal)
    return [change.after for entry in page.entries for change in entry.changes]


def _write(small: SmallPortal, row: ServiceRequest, before: Any, after: str) -> None:
    change_fields(actor=small.actor("bob"), request_id=row.pk, answers={"cause": after}, seen={"cause": before})


def test_what_was_written_while_a_field_was_hidden_stays_hidden_when_it_is_shown(small, client_for):
    row = small.file(what="Pump", kind="noise")
    _write(small, row, None, "A draft for us alone")
    _write(small, row, "A draft for us alone", "Loose valve")
    move(actor=small.actor("bob"), request_id=row.pk, move=Move(to="known", seen_status="new"))
    _write(small, row, "Loose valve", "Loose valve, closed")
    assert _values(small, row, "carol") == ["Loose valve, closed"]
    assert _values(small, row, "bob") == ["A draft for us alone", "Loose valve", "Loose valve, closed"]
    page = client_for(small.people["carol"]).get(f"/requests/{row.number}/").content.decode()
    assert "Loose valve, closed" in page
    assert "A draft for us alone" not in page


def test_what_was_filled_in_with_a_move_was_written_in_the_status_before_it(small):
    row = small.file(what="Pump", kind="noise")
    filled = Move(to="known", seen_status="new", answers={"cause": "Loose valve"})
    move(actor=small.actor("bob"), request_id=row.pk, move=filled)
    assert _values(small, row, "carol") == []
    assert _values(small, row, "bob") == ["Loose valve"]


def test_a_change_that_does_not_say_its_status_shows_only_what_every_status_shows(small):
    row = small.file(what="Pump", kind="noise")
    move(
        actor=small.actor("bob"),
        request_id=row.pk,
        move=Move(to="known", seen_status="new", answers={"cause": "Loose valve"}),
    )
    changes = [{"field": key, "before": None, "after": f"{key} of old"} for key in ("what", "cause")]
    HistoryEntry.objects.create(
        request=row,
        kind=Kind.CHANGED,
        audience=Audience.CUSTOMER,
        side=Side.STAFF,
        actor=small.people["bob"],
        data={"changes": changes},
        at=timezone.now(),
    )
    assert _values(small, row, "carol") == ["what of old"]
    assert _values(small, row, "bob") == ["Loose valve", "what of old", "cause of old"]


def test_a_change_has_no_sign_of_a_status_before_it(small):
    row = small.file(what="Pump", kind="noise")
    _write(small, row, None, "Loose valve")
    entry = HistoryEntry.objects.get(kind=Kind.CHANGED)
    assert entry.data["status"] == "new"
    portal = live_portal()
    page = page_of(row, Viewer.of(small.actor("bob"), portal), portal=portal)
    assert [line.status is not None for line in page.entries] == [True, False]
