"""Which of the files that a customer's pages name they may fetch now: many at once.

SECURITY: the rules of `documents.access` and `service_requests.attaching`, which say so of one file at a fetch: through
a document that the customer sees, or through a use in a request of theirs that they see.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.documents.models import DocumentState, FileState, StoredFile
from portal_core.documents.visible import visible_document
from portal_core.service_requests.attaching import FileUse, sees_use
from portal_core.service_requests.file_models import RequestFile
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import parse_uuid

FOLDER: Final = "files"


@dataclass(frozen=True)
class PackedFile:
    """A file that comes along: where it lies in the storage, and under which name in the archive.

    `is_lost`: the storage did not have it when it was to be packed, so that a page says so instead of leading nowhere.
    """

    id: uuid.UUID
    key: str
    path: str
    is_lost: bool = False


def fetchable(ids: Iterable[str], actor: Actor, viewer: Viewer, portal: CompiledPortal) -> dict[str, PackedFile]:
    """Those of the files that this customer may fetch now, by id; two queries, or none."""
    keys = {key for text in ids if (key := parse_uuid(text)) is not None}
    if not keys:
        return {}
    rows = StoredFile.objects.filter(pk__in=keys, state=FileState.CLEAN).exclude(attached_at=None)
    rows = rows.select_related("document__request")
    used = _used(keys, actor, viewer, portal)
    return {str(row.pk): _packed(row) for row in rows if row.pk in used or _is_in_the_vault(row, viewer, portal)}


def _used(keys: Iterable[uuid.UUID], actor: Actor, viewer: Viewer, portal: CompiledPortal) -> frozenset[uuid.UUID]:
    uses = RequestFile.objects.filter(file_id__in=list(keys), request__in=visible_to(actor))
    uses = uses.select_related("request", "entry")
    return frozenset(use.file_id for use in uses if sees_use(viewer, _use(use), portal))


def _use(use: RequestFile) -> FileUse:
    entry = use.entry
    if entry is None:
        return FileUse(use.file_id, use.request, use.field_key, None)
    return FileUse(use.file_id, use.request, use.field_key, entry.audience, entry.data.get("kind"), entry.at)


def _is_in_the_vault(row: StoredFile, viewer: Viewer, portal: CompiledPortal) -> bool:
    document = row.document
    if document is None or document.state == DocumentState.GONE:
        return False
    return visible_document(document, viewer, portal) is not None


def _packed(row: StoredFile) -> PackedFile:
    # The end of the id tells two files of one name apart; names are clean since they were taken (`documents.names`).
    path = f"{FOLDER}/{row.pk.hex[-12:]}-{row.name}"
    return PackedFile(row.pk, row.key, path)
