"""What a request's page shows the customer: built here once, for the portal and for "what the customer sees"."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from portal_core.config.compiled import CompiledPortal
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.entries import EntryPage, page_of
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible


@dataclass(frozen=True)
class Step:
    """One step of the course: its name, whether it is done, current or to come, and when it was reached."""

    name: str
    state: str
    at: datetime | None


@dataclass(frozen=True)
class RequestPage:
    """All that stands on a customer's page of one request."""

    request: VisibleRequest
    steps: tuple[Step, ...]
    history: EntryPage


def request_page(
    row: ServiceRequest, viewer: Viewer, *, portal: CompiledPortal, before: uuid.UUID | None = None
) -> RequestPage:
    """The page of `row` as `viewer` sees it; two queries (history, steps)."""
    return RequestPage(
        request=visible(row, viewer, portal=portal),
        steps=_steps(row, viewer, portal),
        history=page_of(row, viewer, portal=portal, before=before),
    )


def _steps(row: ServiceRequest, viewer: Viewer, portal: CompiledPortal) -> tuple[Step, ...]:
    flow = portal.type_or_unknown(row.type_key).flow
    reached = _reached(row, portal)
    status = flow.status_or_unknown(row.status_key)
    current = status.step_index
    is_done = row.turn == Turn.NOBODY and status.outcome == "done"
    steps = []
    for index, step in enumerate(flow.steps):
        state = "todo"
        if is_done or (current is not None and index < current):
            state = "done"
        elif current is not None and index == current:
            state = "current"
        elif current is None and index in reached:
            state = "done"
        at = reached.get(index) if state != "todo" else None
        steps.append(Step(portal.text(step.name, viewer.language), state, at))
    return tuple(steps)


def _reached(row: ServiceRequest, portal: CompiledPortal) -> dict[int, datetime]:
    """When each step was reached for the last time, from the history."""
    flow = portal.type_or_unknown(row.type_key).flow
    entries = (
        HistoryEntry.objects.filter(request=row, kind__in=[Kind.SUBMITTED, Kind.MOVED])
        .order_by("id")
        .values_list("data__status", "data__to", "at")
    )
    reached: dict[int, datetime] = {}
    for started_in, moved_to, at in entries:
        index = flow.status_or_unknown(moved_to or started_in).step_index
        if index is not None:
            reached[index] = at
    return reached
