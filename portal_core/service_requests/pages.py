"""What a request's page shows the customer: built here once, for the portal and for "what the customer sees"."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db.models import BooleanField, ExpressionWrapper, Q

from portal_core.config.compiled import CompiledPortal
from portal_core.documents.models import Document
from portal_core.documents.scanning import has_scanner, states_of
from portal_core.documents.shown import ShownFile
from portal_core.documents.visible import VisibleDocument, visible_documents
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.entries import PAGE_SIZE, EntryPage, VisibleEntry, page_of
from portal_core.service_requests.file_models import RequestFile
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.page_files import Marks, marked, marked_field, marks_of
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
    def wanted(self) -> tuple[VisibleDocument, ...]:
        """What the customer is asked for beside the request: it was sent back after the request had gone on."""
        return tuple(document for document in self.documents if document.is_wanted and not document.is_asked_there)

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
    documents, marks = _documents(row, viewer, portal)
    page = RequestPage(
        request=visible(row, viewer, portal=portal),
        steps=_steps(row, viewer, portal),
        history=page_of(row, viewer, portal=portal, before=before, size=entries),
        documents=documents,
    )
    return _with_marks(page, marks, _states(page) if has_scanner() else {})


def _documents(
    row: ServiceRequest, viewer: Viewer, portal: CompiledPortal
) -> tuple[tuple[VisibleDocument, ...], Marks]:
    """What stands here as a document, and what is to be said of files whose document does not stand (any more)."""
    if not portal.document_kinds:
        return (), {}
    # Those that came in here, and those on file that were used for what was asked here; for the marks, also those on
    # file that stand in an answer.
    used = RequestFile.objects.filter(request=row, file__document__isnull=False)
    given = used.filter(entry__isnull=False)
    here = Q(request=row) | Q(pk__in=used.values("file__document_id"))
    of_request = Q(request=row) | Q(pk__in=given.values("file__document_id"))
    rows = Document.objects.filter(here).select_related("replaced_by")
    rows = rows.annotate(is_of_request=ExpressionWrapper(of_request, output_field=BooleanField()))
    found = list(rows.order_by("-id")[:_DOCUMENTS])
    theirs = {document.pk for document in found if document.is_of_request}
    for document in found:
        document.request = row
    shown = visible_documents(found, viewer, portal)
    marks = marks_of(found, shown, row, viewer)
    standing = (document for document in shown if document.is_current or document.is_wanted)
    return tuple(document for document in standing if document.id in theirs), marks


def _states(page: RequestPage) -> Mapping[str, str]:
    """What the scanner has said of the page's files so far."""
    fields, entries = page.request.fields, page.history.entries
    held = (*(f.files for f in fields), *(e.files for e in entries), *(d.files for d in page.documents))
    return states_of(file.id for files in held for file in files)


def _with_marks(page: RequestPage, marks: Marks, states: Mapping[str, str]) -> RequestPage:
    """The page whose files say how they stand."""
    if not marks and not states:
        return page
    fields, entries, documents = page.request.fields, page.history.entries, page.documents
    return replace(
        page,
        request=replace(page.request, fields=tuple(marked_field(field, marks, states) for field in fields)),
        history=replace(
            page.history,
            entries=tuple(_marked_entry(entry, marks, states) for entry in entries),
        ),
        # These say it themselves.
        documents=tuple(replace(document, files=marked(document.files, {}, states)) for document in documents),
    )


def _marked_entry(entry: VisibleEntry, marks: Marks, states: Mapping[str, str]) -> VisibleEntry:
    """A line that gives the reason itself does not say it once more beside each file."""
    says_it = entry.kind == Kind.DOCUMENT and bool(entry.body)
    return replace(entry, files=marked(entry.files, {} if says_it else marks, states))


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
