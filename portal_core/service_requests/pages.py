"""What a request's page shows the customer: built here once, for the portal and for "what the customer sees"."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from portal_core.config.compiled import CompiledPortal
from portal_core.documents.scanning import has_scanner, states_of
from portal_core.documents.shown import ShownFile
from portal_core.documents.visible import VisibleDocument
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.entries import PAGE_SIZE, EntryPage, page_of
from portal_core.service_requests.entry_line import VisibleEntry
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.page_documents import marks_beside, page_documents
from portal_core.service_requests.page_files import Marks, marked, marked_field
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
    documents: tuple[VisibleDocument, ...] = ()
    # Where the documents before these begin, and files of the answers that belong to documents not among them.
    older_documents: uuid.UUID | None = None
    filed_elsewhere: frozenset[str] = frozenset()
    # Files that were given here for what was asked, and have given way to newer ones.
    replaced: tuple[ShownFile, ...] = ()

    @property
    def may_change(self) -> bool:
        """Whether the reader may change any of the answers here."""
        return any(field.may_edit for field in self.request.fields)

    @property
    def wanted(self) -> tuple[VisibleDocument, ...]:
        """What the customer is asked for beside the request: it was sent back after the request had gone on."""
        return tuple(document for document in self.documents if document.is_wanted and not document.is_asked_there)

    @property
    def files(self) -> tuple[ShownFile, ...]:
        """The files in the answers that are no documents of their own, and those given here that stand no more."""
        theirs = {file.id for document in self.documents for file in document.files} | self.filed_elsewhere
        held = [file for field in self.request.fields for file in field.files]
        # Under a line that says "Ife did this" no file is drawn: it stands here.
        lines = [entry for entry in self.history.entries if entry.is_message or entry.kind == Kind.DOCUMENT]
        told = {file.id for files in (held, *(entry.files for entry in lines)) for file in files}
        return (
            *(file for file in held if file.id not in theirs),
            *(file for file in self.replaced if file.id not in told),
        )


def request_page(
    row: ServiceRequest,
    viewer: Viewer,
    *,
    portal: CompiledPortal,
    before: uuid.UUID | None = None,
    documents_before: uuid.UUID | None = None,
    entries: int = PAGE_SIZE,
) -> RequestPage:
    """The page of `row` as `viewer` sees it, with `entries` lines of history at most; two queries (history, steps), and
    one more for each of: documents where the portal has kinds of them (two more where there are many), what the scanner
    says where there is one."""
    papers = page_documents(row, viewer, portal, documents_before)
    page = RequestPage(
        request=visible(row, viewer, portal=portal),
        steps=_steps(row, viewer, portal),
        history=page_of(row, viewer, portal=portal, before=before, size=entries),
        documents=papers.shown,
        older_documents=papers.older,
        replaced=papers.replaced,
    )
    marks = papers.marks
    if papers.is_part:
        marks, elsewhere = marks_beside(_files_told_of(page), row, viewer, portal)
        page = replace(page, filed_elsewhere=elsewhere)
    return _with_marks(page, marks, _states(page) if has_scanner() else {})


def _files_told_of(page: RequestPage) -> list[str]:
    """The files in answers and history."""
    held = (*(field.files for field in page.request.fields), *(entry.files for entry in page.history.entries))
    return [file.id for files in held for file in files]


def _states(page: RequestPage) -> Mapping[str, str]:
    """What the scanner has said of the page's files so far."""
    of_documents = (file.id for document in page.documents for file in document.files)
    of_replaced = (file.id for file in page.replaced)
    return states_of((*_files_told_of(page), *of_documents, *of_replaced))


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
        replaced=marked(page.replaced, marks, states),
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
