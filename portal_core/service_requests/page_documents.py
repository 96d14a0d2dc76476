"""The documents on a request's page: the latest, with the way to those before, however many there are."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from portal_core.config.compiled import CompiledPortal
from portal_core.documents.models import Document, DocumentState, StoredFile
from portal_core.documents.shown import ShownFile
from portal_core.documents.vault import WANTED
from portal_core.documents.visible import VisibleDocument, visible_documents
from portal_core.service_requests.file_models import RequestFile
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.page_files import Marks, marks_of
from portal_core.service_requests.viewer import Viewer

DOCUMENTS_SHOWN: Final = 50


@dataclass(frozen=True)
class PageDocuments:
    """What stands on the page as a document, and what is to be said of files whose document does not stand (any more).

    `older` is where those before begin (None: there are none); `is_part`, that the request has others beside these.
    """

    shown: tuple[VisibleDocument, ...] = ()
    # The files of those that came in here and gave way to newer ones; where there are very many, only what stands.
    replaced: tuple[ShownFile, ...] = ()
    marks: Marks = field(default_factory=dict)
    older: uuid.UUID | None = None
    is_part: bool = False


def page_documents(
    row: ServiceRequest, viewer: Viewer, portal: CompiledPortal, before: uuid.UUID | None
) -> PageDocuments:
    """In one statement where there are no more than fit on the page, else in two; none where the portal has no kinds of
    documents."""
    if not portal.document_kinds:
        return PageDocuments()
    # Those that came in here, and those on file that were used for what was asked here; for the marks, also those on
    # file that stand in an answer.
    used = RequestFile.objects.filter(request=row, file__document__isnull=False)
    given = used.filter(entry__isnull=False)
    here = Q(request=row) | Q(pk__in=used.values("file__document_id"))
    of_request = Q(request=row) | Q(pk__in=given.values("file__document_id"))
    if before is None:
        rows = Document.objects.filter(here).select_related("replaced_by")
        rows = rows.annotate(is_of_request=ExpressionWrapper(of_request, output_field=BooleanField()))
        found = list(rows.order_by("-id")[: DOCUMENTS_SHOWN + 1])
        if len(found) <= DOCUMENTS_SHOWN:
            theirs = [document for document in found if document.is_of_request]
            seen = _seen(theirs, row, viewer, portal)
            marks = _marks(found, row, viewer, portal)
            return PageDocuments(_standing(seen), _replaced(seen), marks)
    return _stretch(Document.objects.filter(of_request), row, viewer, portal, before)


def _stretch(
    found: QuerySet[Document], row: ServiceRequest, viewer: Viewer, portal: CompiledPortal, before: uuid.UUID | None
) -> PageDocuments:
    """Those of many that are on file, so many at once; what the customer is asked for stands beside all of them."""
    on_file = found.filter(state=DocumentState.ON_FILE)
    on_file = (on_file if before is None else on_file.filter(pk__lt=before)).order_by("-id")
    latest = on_file.values("pk")[: DOCUMENTS_SHOWN + 1]
    rows = list(found.filter(Q(pk__in=latest) | Q(state__in=WANTED)).select_related("replaced_by").order_by("-id"))
    kept = [document for document in rows if document.state == DocumentState.ON_FILE]
    older = kept[DOCUMENTS_SHOWN - 1].pk if len(kept) > DOCUMENTS_SHOWN else None
    shown = [document for document in rows if document not in kept[DOCUMENTS_SHOWN:]]
    return PageDocuments(_standing(_seen(shown, row, viewer, portal)), older=older, is_part=True)


def marks_beside(
    file_ids: Iterable[str], row: ServiceRequest, viewer: Viewer, portal: CompiledPortal
) -> tuple[Marks, frozenset[str]]:
    """What became of these files' documents, and which of the files have one; for a page that shows a part of them."""
    holding = StoredFile.objects.filter(pk__in=list(file_ids), document__isnull=False).values("document_id")
    found = list(Document.objects.filter(pk__in=holding).select_related("replaced_by"))
    papers = frozenset(str(file["id"]) for document in found for file in document.files)
    return _marks(found, row, viewer, portal), papers


def _standing(seen: Iterable[VisibleDocument]) -> tuple[VisibleDocument, ...]:
    return tuple(item for item in seen if item.is_current or item.is_wanted)


def _replaced(seen: Iterable[VisibleDocument]) -> tuple[ShownFile, ...]:
    return tuple(file for item in seen if item.standing == "replaced" for file in item.files)


def _marks(found: Sequence[Document], row: ServiceRequest, viewer: Viewer, portal: CompiledPortal) -> Marks:
    return marks_of(found, _seen(found, row, viewer, portal), row, viewer)


def _seen(
    found: Sequence[Document], row: ServiceRequest, viewer: Viewer, portal: CompiledPortal
) -> tuple[VisibleDocument, ...]:
    for document in found:
        document.request = row
    return visible_documents(found, viewer, portal)
