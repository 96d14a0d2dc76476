"""The files that belong to a saved record: those of its requests, as far as one reader may fetch them.

SECURITY: a file is listed only where it could be fetched: as an answer that the reader sees now, with a message whose
audience they are, or as a document whose kind, state and sharing let them have it.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from portal_core.config.compiled import CompiledPortal
from portal_core.documents.models import DocumentState, StoredFile
from portal_core.documents.shown import ShownFile, shown_file
from portal_core.documents.uploads import stored_value
from portal_core.documents.visible import visible_document
from portal_core.documents.words import day_words
from portal_core.history.record import JsonValue
from portal_core.service_requests.attaching import FileUse, sees_use
from portal_core.service_requests.file_models import RequestFile
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer

FILES_SHOWN: Final = 8
MOST_FILES: Final = 300


@dataclass(frozen=True)
class RecordFile:
    """One file; `sub` says what it is, what it counts as now, with which request it came and when."""

    file: ShownFile
    sub: str


@dataclass(frozen=True)
class RecordFiles:
    """The newest files of a record; `more` are those that are not shown yet, `older` is where those before begin."""

    shown: tuple[RecordFile, ...] = ()
    more: int = 0
    older: uuid.UUID | None = None


@dataclass(frozen=True)
class FilesPart:
    """How many of them: the first few, `everything` (as many as a page holds), or those `before` one."""

    everything: bool = False
    before: uuid.UUID | None = None


def files_about(
    rows: Sequence[ServiceRequest], viewer: Viewer, *, portal: CompiledPortal, part: FilesPart
) -> RecordFiles:
    """The files of these requests (which the reader sees), the newest first, in one query; none without requests."""
    if not rows:
        return RecordFiles()
    by_id = {row.pk: row for row in rows}
    found = _files_of(list(by_id), part.before)
    shown = [_shown(row, by_id, viewer, portal) for row in found[:MOST_FILES]]
    seen = [item for item in shown if item is not None]
    older = found[MOST_FILES - 1].pk if len(found) > MOST_FILES else None
    if part.everything or part.before is not None:
        return RecordFiles(tuple(seen), 0, older)
    more = max(0, len(seen) - FILES_SHOWN)
    # Whoever asks for the rest comes past these first.
    return RecordFiles(tuple(seen[:FILES_SHOWN]), more, None if more else older)


def _files_of(requests: list[uuid.UUID], before: uuid.UUID | None) -> list[StoredFile]:
    uses = RequestFile.objects.filter(request__in=requests).order_by()
    papers = StoredFile.objects.filter(document__request__in=requests).order_by()
    places = uses.filter(file=OuterRef("pk")).values(
        place=JSONObject(
            request=F("request_id"),
            field=F("field_key"),
            audience=F("entry__audience"),
            kind=F("entry__data__kind"),
            at=F("entry__at"),
        )
    )
    found = StoredFile.objects.filter(pk__in=uses.values("file_id").union(papers.values("pk")))
    found = found.exclude(attached_at=None).select_related("document").annotate(places=ArraySubquery(places))
    if before is not None:
        there = StoredFile.objects.filter(pk=before).values("attached_at")
        same = Q(attached_at=Subquery(there), pk__lt=before)
        found = found.filter(Q(attached_at__lt=Subquery(there)) | same)
    return list(found.order_by("-attached_at", "-pk")[: MOST_FILES + 1])


def _shown(
    row: StoredFile, by_id: Mapping[uuid.UUID, ServiceRequest], viewer: Viewer, portal: CompiledPortal
) -> RecordFile | None:
    document, name, verdict = row.document, "", ""
    seen_in: ServiceRequest | None = None
    if document is not None:
        # Papers of requests that are not among these are known by their use alone: they may be out of reach.
        is_near = not viewer.is_staff or document.request_id is None or document.request_id in by_id
        document.request = by_id.get(document.request_id) if document.request_id else None
        paper = visible_document(document, viewer, portal) if is_near else None
        if paper is not None and document.state != DocumentState.GONE:
            name, verdict = paper.name, paper.verdict
            seen_in = document.request
    is_seen = bool(verdict)
    for place in _places(row):
        request = by_id[uuid.UUID(str(place["request"]))]
        at = place["at"]
        written_at = datetime.fromisoformat(at) if isinstance(at, str) else None
        use = FileUse(row.pk, request, str(place["field"]), place["audience"], place["kind"], written_at)
        if sees_use(viewer, use, portal):
            is_seen, seen_in = True, seen_in or request
    if not is_seen:
        return None
    reference = portal.reference(seen_in.number) if seen_in is not None else ""
    day = (row.attached_at or row.created_at).astimezone(viewer.time_zone).date()
    parts = (name, verdict, reference, day_words(day, viewer.speech))
    return RecordFile(shown_file(stored_value(row), row.state), " · ".join(part for part in parts if part))


def _places(row: StoredFile) -> list[Mapping[str, JsonValue]]:
    places: list[Mapping[str, JsonValue]] = vars(row)["places"]
    return places
