"""A request's history as one reader may see it: the second half of the one door (`visible.py` is the first).

SECURITY: entries for staff never leave for customers. What one entry tells its reader says `entry_line.py`; what it
tells of changed fields, field by field, `entry_changes.py`.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils.translation import override

from portal_core.config.compiled import CompiledPortal
from portal_core.history.models import WRITTEN, Audience, HistoryEntry, Kind
from portal_core.service_requests.entry_line import EntryLine, VisibleEntry
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import seen_by_reader
from portal_core.service_requests.viewer import Viewer

PAGE_SIZE = 50
WRITTEN_LIMIT = 200


@dataclass(frozen=True)
class EntryPage:
    """A stretch of history, oldest first. `earlier` is the id to ask for the stretch before it, or None."""

    entries: tuple[VisibleEntry, ...]
    earlier: uuid.UUID | None
    hidden_notes: int


def for_viewer(request: ServiceRequest, viewer: Viewer) -> QuerySet[HistoryEntry]:
    """The entries of `request` that `viewer` may see at all, newest first; with them what was written in requests
    that go on in it (of the same customer), each with the number where it was written.

    SECURITY: of those only the ones that the viewer could open. A role that is kept to some types or a team reads
    nothing of others by way of a merge, and a guest's link opens one request and nothing else.
    """
    # As one list of keys, so that the index on request and id is used for all of them.
    merged = Q(merged_into_number=request.number) & seen_by_reader(viewer.user_id, viewer.role, viewer.team_key)
    if viewer.shown_to is not None and not viewer.shown_to.reaches_all:
        # The customer's page on the screen of a colleague, who may not know of all that the customer knows.
        merged = Q(pk__in=[])
    together = ServiceRequest.objects.filter(Q(pk=request.pk) | merged).values("pk")
    entries = HistoryEntry.objects.filter(request_id__in=together)
    entries = entries.filter(Q(request=request) | Q(kind__in=[Kind.REPLIED, Kind.NOTED]))
    entries = entries.annotate(written_in_number=F("request__number")).select_related("actor").order_by("-id")
    return entries if viewer.is_staff else entries.filter(audience=Audience.CUSTOMER)


def page_of(
    request: ServiceRequest,
    viewer: Viewer,
    *,
    portal: CompiledPortal,
    before: uuid.UUID | None = None,
    size: int = PAGE_SIZE,
) -> EntryPage:
    """The latest stretch of history (or the one before entry `before`), in one query."""
    entries = for_viewer(request, viewer)
    if before is not None:
        entries = entries.filter(id__lt=before)
    found = list(entries[: size + 1])
    rows = found[:size]
    shown = _words_for(rows[::-1], request, viewer, portal)
    return EntryPage(
        entries=shown,
        earlier=rows[-1].pk if len(found) > size else None,
        hidden_notes=sum(1 for entry in shown if entry.is_note),
    )


def line_for(
    row: HistoryEntry, request: ServiceRequest, viewer: Viewer, *, portal: CompiledPortal
) -> VisibleEntry | None:
    """One entry of `request` as `viewer` may see it; None when it is not for them, or nothing of it is left to see."""
    if not viewer.is_staff and row.audience != Audience.CUSTOMER:
        return None
    with override(viewer.speech):
        return EntryLine(row, request, viewer, portal).build()


def written_in(
    requests: Sequence[ServiceRequest], viewer: Viewer, *, portal: CompiledPortal
) -> dict[uuid.UUID, list[VisibleEntry]]:
    """What was written in several requests as `viewer` sees it, newest first, in one query; for search results.

    Bounded over all of them together: the newest lines of busy requests are enough to show where a word stands.
    """
    if not requests:
        return {}
    by_id = {request.pk: request for request in requests}
    rows = HistoryEntry.objects.filter(request_id__in=by_id, kind__in=WRITTEN).exclude(body="", data={})
    if not viewer.is_staff:
        rows = rows.filter(audience=Audience.CUSTOMER)
    found: dict[uuid.UUID, list[VisibleEntry]] = {}
    with override(viewer.speech):
        for row in rows.select_related("actor").order_by("-id")[:WRITTEN_LIMIT]:
            request = by_id[row.request_id] if row.request_id else None
            line = EntryLine(row, request, viewer, portal).build() if request else None
            if request and line:
                found.setdefault(request.pk, []).append(line)
    return found


@dataclass(frozen=True)
class CustomerEntry:
    """One line of what happened with a customer, and in which request (with its people loaded)."""

    entry: VisibleEntry
    request: ServiceRequest


def latest_of(
    requests: QuerySet[ServiceRequest], viewer: Viewer, *, portal: CompiledPortal, before: uuid.UUID | None = None
) -> tuple[tuple[CustomerEntry, ...], uuid.UUID | None]:
    """What happened last in `requests` (which `viewer` may see), newest first, and where to go on; one query."""
    found = HistoryEntry.objects.filter(request__in=requests.order_by()).select_related(
        "actor", "request__customer", "request__assignee"
    )
    if before is not None:
        found = found.filter(id__lt=before)
    if not viewer.is_staff:
        found = found.filter(audience=Audience.CUSTOMER)
    rows = list(found.order_by("-id")[: PAGE_SIZE + 1])
    with override(viewer.speech):
        pairs = [(row.request, row) for row in rows[:PAGE_SIZE] if row.request is not None]
        lines = [(request, EntryLine(row, request, viewer, portal).build()) for request, row in pairs]
    shown = tuple(CustomerEntry(line, request) for request, line in lines if line is not None)
    return shown, rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None


def _words_for(
    rows: Sequence[HistoryEntry], request: ServiceRequest, viewer: Viewer, portal: CompiledPortal
) -> tuple[VisibleEntry, ...]:
    with override(viewer.speech):
        lines = (EntryLine(row, request, viewer, portal).build() for row in rows)
        return tuple(line for line in lines if line is not None)
