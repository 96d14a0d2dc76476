"""What a request's page shows the customer: built here once, for the portal and for "what the customer sees"."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db.models import Q

from portal_core.config.compiled import CompiledPortal
from portal_core.documents.models import Document
from portal_core.documents.scanning import has_scanner, states_of
from portal_core.documents.shown import ShownFile
from portal_core.documents.visible import VisibleDocument, visible_documents
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.entries import PAGE_SIZE, EntryPage, page_of
from portal_core.service_requests.file_models import RequestFile
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible

_DOCUMENTS: Final = 50


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
    documents: tuple[VisibleDocument, ...] = ()

    @property
    def files(self) -> tuple[ShownFile, ...]:
        """The files in the answers that are no documents of their own."""
        theirs = {file.id for document in self.documents for file in document.files}
        return tuple(file for field in self.request.fields for file in field.files if file.id not in theirs)


def request_page(
    row: ServiceRequest,
    viewer: Viewer,
    *,
    portal: CompiledPortal,
    before: uuid.UUID | None = None,
    entries: int = PAGE_SIZE,
) -> RequestPage:
    """The page of `row` as `viewer` sees it, with `entries` lines of history at most; two queries (history, steps), and
    one more for each of: documents where the portal has kinds of them, what the scanner says where there is one."""
    page = RequestPage(
        request=visible(row, viewer, portal=portal),
        steps=_steps(row, viewer, portal),
        history=page_of(row, viewer, portal=portal, before=before, size=entries),
        documents=_documents(row, viewer, portal),
    )
    return _with_states(page) if has_scanner() else page


def _documents(row: ServiceRequest, viewer: Viewer, portal: CompiledPortal) -> tuple[VisibleDocument, ...]:
    if not portal.document_kinds:
        return ()
    # Those that came in here, and those on file that were used for what was asked here.
    used = RequestFile.objects.filter(request=row, entry__isnull=False, file__document__isnull=False)
    here = Q(request=row) | Q(pk__in=used.values("file__document_id"))
    found = list(Document.objects.filter(here).order_by("-id")[:_DOCUMENTS])
    for document in found:
        document.request = row
    shown = visible_documents(found, viewer, portal)
    return tuple(document for document in shown if document.is_current or document.is_wanted)


def _with_states(page: RequestPage) -> RequestPage:
    """The page with what the scanner has said of its files so far."""
    fields, entries = page.request.fields, page.history.entries
    held = (*(f.files for f in fields), *(e.files for e in entries), *(d.files for d in page.documents))
    states = states_of(file.id for files in held for file in files)

    def known(files: tuple[ShownFile, ...]) -> tuple[ShownFile, ...]:
        return tuple(replace(file, state=states.get(file.id, file.state)) for file in files)

    return replace(
        page,
        request=replace(page.request, fields=tuple(replace(field, files=known(field.files)) for field in fields)),
        history=replace(page.history, entries=tuple(replace(entry, files=known(entry.files)) for entry in entries)),
        documents=tuple(replace(document, files=known(document.files)) for document in page.documents),
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
