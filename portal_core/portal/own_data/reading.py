"""What goes into a customer's archive, a stretch at a time: each as the doors let it through for this reader.

SECURITY: requests, history, documents and records are read through `visible`, `line_for`, `visible_documents` and
`saved_records.visible` alone; nothing here reads stored answers.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.db.models import Q

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.documents.scanned import as_scanned
from portal_core.documents.vault import documents_of
from portal_core.documents.visible import VisibleDocument, visible_documents
from portal_core.history.models import Audience, HistoryEntry
from portal_core.portal.own_data.files import PackedFile, fetchable
from portal_core.saved_records import visible as records
from portal_core.saved_records.queries import visible_to as records_of
from portal_core.saved_records.visible import VisibleRecord
from portal_core.service_requests.entries import line_for
from portal_core.service_requests.entry_line import VisibleEntry
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible

REQUESTS_A_PAGE: Final = 25
PAPERS_A_PAGE: Final = 100
LINES_AT_ONCE: Final = 200

Files = Mapping[str, PackedFile]


@dataclass(frozen=True)
class Whose:
    """The customer who asks, and what decides what they see."""

    user: User
    actor: Actor
    viewer: Viewer
    portal: CompiledPortal

    def files(self, ids: Iterator[str]) -> Files:
        """Those of these files that come along."""
        return fetchable(ids, self.actor, self.viewer, self.portal)


@dataclass(frozen=True)
class PageOfRequests:
    """Some requests, newest first, with those of their files that come along."""

    rows: Sequence[ServiceRequest]
    shown: Mapping[uuid.UUID, VisibleRequest]
    files: Files


def pages_of_requests(whose: Whose) -> Iterator[PageOfRequests]:
    """All requests of the customer, a page at a time; three queries a page."""
    found = visible_to(whose.actor).select_related("customer", "assignee").order_by("-id")
    before: uuid.UUID | None = None
    while True:
        rows = list((found if before is None else found.filter(pk__lt=before))[:REQUESTS_A_PAGE])
        if not rows:
            return
        shown = {row.pk: visible(row, whose.viewer, portal=whose.portal, asks=False) for row in rows}
        ids = (file.id for item in shown.values() for field in item.fields for file in field.files)
        yield PageOfRequests(rows, shown, whose.files(ids))
        before = rows[-1].pk


@dataclass(frozen=True)
class Lines:
    """A stretch of one request's history, oldest first, with those of its files that come along."""

    entries: tuple[VisibleEntry, ...]
    files: Files


def lines_of(page: PageOfRequests, whose: Whose) -> Iterator[tuple[uuid.UUID, Lines]]:
    """The history of a page of requests in their order, so many lines at once; three queries for each such stretch."""
    by_id = {row.pk: row for row in page.rows}
    found = HistoryEntry.objects.filter(request_id__in=by_id, audience=Audience.CUSTOMER)
    found = found.select_related("actor").order_by("-request_id", "id")
    after: HistoryEntry | None = None
    while True:
        rows = list((found if after is None else found.filter(_beyond(after)))[:LINES_AT_ONCE])
        lines = [
            (row.request_id, line_for(row, by_id[row.request_id], whose.viewer, portal=whose.portal))
            for row in rows
            if row.request_id
        ]
        files = whose.files(file.id for _key, line in lines if line is not None for file in line.files)
        for key, some in groupby(lines, key=lambda item: item[0]):
            yield key, Lines(tuple(line for _key, line in some if line is not None), files)
        if len(rows) < LINES_AT_ONCE:
            return
        after = rows[-1]


def _beyond(last: HistoryEntry) -> Q:
    return Q(request_id__lt=last.request_id) | Q(request_id=last.request_id, pk__gt=last.pk)


@dataclass(frozen=True)
class PageOfPapers:
    """Some documents, newest first, with those of their files that come along."""

    shown: tuple[VisibleDocument, ...]
    files: Files


def pages_of_papers(whose: Whose) -> Iterator[PageOfPapers]:
    """All documents that the customer sees, a page at a time; four queries a page."""
    found = documents_of(whose.user.pk).select_related("request")
    before: uuid.UUID | None = None
    while True:
        rows = list((found if before is None else found.filter(pk__lt=before))[:PAPERS_A_PAGE])
        if not rows:
            return
        shown = as_scanned(visible_documents(rows, whose.viewer, whose.portal))
        yield PageOfPapers(shown, whose.files(file.id for item in shown for file in item.files))
        before = rows[-1].pk


def pages_of_records(whose: Whose) -> Iterator[list[VisibleRecord]]:
    """All that the customer keeps, put away or not, a page at a time; one query a page."""
    found = records_of(whose.actor).order_by("-id")
    before: uuid.UUID | None = None
    while True:
        rows = list((found if before is None else found.filter(pk__lt=before))[:PAPERS_A_PAGE])
        if not rows:
            return
        yield records.visible_all(rows, whose.viewer, portal=whose.portal)
        before = rows[-1].pk
