"""Files of a request: attaching them when answers and messages are written, and who may fetch them afterwards."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from portal_core.accounts.actor import Actor
from portal_core.accounts.roles import Role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.document.fields import FileField
from portal_core.config.kinds.base import Saving
from portal_core.config.live import live_portal
from portal_core.config.viewer import Viewer
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.errors import NotTheirs
from portal_core.documents.filing import Filing, attach_loose, count_use, file_document, lock_files
from portal_core.documents.kinds import kind_of
from portal_core.documents.models import Document, DocumentState, StoredFile
from portal_core.documents.uploads import stored_value
from portal_core.history.models import Audience, HistoryEntry
from portal_core.history.record import JsonValue
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.file_models import RequestFile
from portal_core.service_requests.models import RequestDraft, ServiceRequest
from portal_core.service_requests.queries import seen_by_reader, visible_to
from portal_core.service_requests.withholding import is_withheld
from portal_core.service_requests.withholding_papers import is_told_of
from tenants.identifiers import parse_uuid
from tenants.outbox.events import emit


def attach_answers(
    request: ServiceRequest, keys: Iterable[str], saving: Saving, *, reusable: frozenset[uuid.UUID] = frozenset()
) -> None:
    """Attaches the files that stand in the answers `keys` of `request`; the caller saves the request afterwards.

    Its row need not exist yet, only its id: what refers to it is checked when the transaction ends. Files of an earlier
    request that are `reusable` come along as they are.

    SECURITY: the form has checked them; this is the second lock. What is stored of a file is written from its row.

    Raises:
        Forbidden: a file that is not this person's to attach; the caller's transaction must end with it.
    """
    request_type = saving.portal.type_or_unknown(request.type_key)
    fields = [field for key in keys if (field := request_type.field_or_none(key)) and field.kind.key == "file"]
    wanted = {field.key: ids for field in fields if (ids := file_ids(request.data.get(field.key)))}
    if not wanted:
        return
    rows = {row.pk: row for row in lock_files({key for ids in wanted.values() for key in ids})}
    filing = Filing(saving.actor, saving.portal, request.customer_id, request.pk, reusable)
    reused: list[StoredFile] = []
    for field in fields:
        if field.key in wanted:
            reused += _attach(request, field, [rows.get(key) for key in wanted[field.key]], filing)
    _count_reused(request, reused)


@dataclass(frozen=True)
class Taken:
    """What an ask for a document got: its files in order, the new document if there is one, and those used again."""

    rows: tuple[StoredFile, ...]
    added: Document | None
    reused: frozenset[uuid.UUID]

    @property
    def document_ids(self) -> tuple[str, ...]:
        """All of its documents."""
        return tuple(sorted(str(key) for key in {*self.reused, *([self.added.pk] if self.added else [])}))


def answer_with_documents(
    request: ServiceRequest,
    kind_key: str,
    ids: Sequence[uuid.UUID],
    saving: Saving,
    *,
    check: Callable[[Sequence[StoredFile]], None] | None = None,
) -> Taken:
    """Takes files for an ask for a document of a kind: new ones become a document of the request, those of a document
    on file are counted as used again. The caller holds the request; `check` looks at the locked files first.

    Raises:
        Forbidden: a file that is not this person's to give.
    """
    rows = {row.pk: row for row in lock_files(ids)}
    filing = Filing(saving.actor, saving.portal, request.customer_id, request.pk)
    try:
        chosen = [_present(rows.get(key)) for key in ids]
        if check is not None:
            check(chosen)
        new = [row for row in chosen if row.attached_at is None]
        attach_loose(chosen, filing)
    except NotTheirs:
        raise Forbidden from None
    used = [row for row in chosen if row not in new]
    reused = frozenset(row.document_id for row in used if row.document_id is not None)
    added = file_document(new, kind_key, filing) if new else None
    _count_reused(request, used)
    return Taken(tuple(chosen), added, reused)


def attach_to_entry(entry: HistoryEntry, request: ServiceRequest, rows: Sequence[StoredFile]) -> None:
    """Writes down that files (attached already) came with a message or a note."""
    uses = [RequestFile(file=row, request=request, entry=entry) for row in rows]
    RequestFile.objects.bulk_create(uses)


def loose_files(actor: Actor, request: ServiceRequest, ids: Sequence[uuid.UUID]) -> list[StoredFile]:
    """Locks and attaches the files of a message, in the order in which they were chosen. Raises Forbidden."""
    if not ids:
        return []
    rows = {row.pk: row for row in lock_files(ids)}
    filing = Filing(actor, live_portal(), request.customer_id, request.pk)
    try:
        attach_loose([_present(rows.get(key)) for key in ids], filing)
    except NotTheirs:
        raise Forbidden from None
    return [rows[key] for key in ids]


def file_ids(value: JsonValue) -> list[uuid.UUID]:
    """The keys in a stored value of files."""
    items = value if isinstance(value, list) else []
    keys = [parse_uuid(str(item.get("id", ""))) for item in items if isinstance(item, dict)]
    return [key for key in keys if key is not None]


def file_of_request(actor: Actor, request: ServiceRequest, file_id: uuid.UUID) -> StoredFile:
    """A file that `actor` sees in this one request, which they have come to by a link.

    Raises:
        NotTheirs: it is not there, or not for them to see.
    """
    uses = list(RequestFile.objects.filter(file_id=file_id, request=request).select_related("file", "request", "entry"))
    for use in uses:
        if _sees(actor, use.file, use):
            return use.file
    shared = StoredFile.objects.select_related("document").filter(pk=file_id, document__request=request).first()
    if shared is not None and _is_shared_with_guest(actor, request, shared.document):
        return shared
    raise NotTheirs


def may_fetch(actor: Actor, row: StoredFile) -> bool:
    """Whether this person may have the file through a request: asked by `documents.access` at every fetch."""
    if actor.user_id is None:
        return False
    uses = list(RequestFile.objects.filter(file=row, request__in=visible_to(actor)).select_related("request", "entry"))
    return any(_sees(actor, row, use) for use in uses)


def _is_shared_with_guest(actor: Actor, request: ServiceRequest, document: Document | None) -> bool:
    if document is None or document.request_id != request.pk or not document.is_shared:
        return False
    kind = kind_of(live_portal(), document.kind_key)
    return document.state != DocumentState.GONE and kind_visibility(kind, actor.role) >= Visibility.SEE


def _sees(actor: Actor, row: StoredFile, use: RequestFile) -> bool:
    portal = live_portal()
    entry = use.entry
    audience, kind_key = (entry.audience, entry.data.get("kind")) if entry is not None else (None, None)
    at = None if entry is None else entry.at
    found = FileUse(row.pk, use.request, use.field_key, audience, kind_key, at)
    return sees_use(Viewer.of(actor, portal), found, portal)


@dataclass(frozen=True)
class FileUse:
    """Where a file stands: in an answer (`field_key`), or with a message or note for this `audience`.

    `kind_key`: given as a document of this kind, where one was asked for.
    """

    file_id: uuid.UUID
    request: ServiceRequest
    field_key: str
    audience: JsonValue
    kind_key: JsonValue = None
    at: datetime | None = None


def _sees_kind(viewer: Viewer, kind_key: str, portal: CompiledPortal) -> bool:
    roles = [viewer.role] if viewer.shown_to is None else [viewer.role, viewer.shown_to]
    return all(kind_visibility(kind_of(portal, kind_key), role) >= Visibility.SEE for role in roles)


def sees_use(viewer: Viewer, use: FileUse, portal: CompiledPortal) -> bool:
    """Whether the reader has the file through this use of it, in a request that they see.

    An answer's file: the field as it is seen now, and for customers only while it stands there.
    """
    if use.kind_key and not _sees_kind(viewer, str(use.kind_key), portal):
        return False
    if use.kind_key and use.at is not None and not is_told_of(use.request, str(use.kind_key), use.at, viewer):
        return False
    if use.audience is not None:
        return viewer.is_staff or use.audience == Audience.CUSTOMER
    field = portal.type_or_unknown(use.request.type_key).field_or_none(use.field_key)
    if field is None or viewer.visibility(field, use.request.status_key) < Visibility.SEE:
        return False
    if is_withheld(use.request, use.field_key, viewer):
        return False
    return viewer.is_staff or use.file_id in file_ids(use.request.data.get(use.field_key))


def _attach(
    request: ServiceRequest, field: CompiledField, found: Sequence[StoredFile | None], filing: Filing
) -> list[StoredFile]:
    """Attaches one field's files and gives those that were there already and are used again."""
    try:
        rows = [_present(row) for row in found]
        standing = set(
            RequestFile.objects.filter(request=request, field_key=field.key, entry=None, file__in=rows).values_list(
                "file_id", flat=True
            )
        )
        added = [row for row in rows if row.pk not in standing]
        new = [row for row in added if row.attached_at is None]
        attach_loose(added, filing)
    except NotTheirs:
        raise Forbidden from None
    RequestFile.objects.bulk_create([RequestFile(file=row, request=request, field_key=field.key) for row in added])
    request.data[field.key] = [stored_value(row) for row in rows]
    kind_key = field.config.document_kind if isinstance(field.config, FileField) else None
    if kind_key and new:
        file_document(new, kind_key, filing)
    return [row for row in added if row not in new]


def _present(row: StoredFile | None) -> StoredFile:
    if row is None:
        raise NotTheirs
    return row


def _count_reused(request: ServiceRequest, files: Sequence[StoredFile]) -> None:
    """A document counts once, however many files it has; a file that is no document counts for itself."""
    loose = {row.pk for row in files if row.document_id is None}
    count = len(loose) + count_use(row.document_id for row in files if row.document_id is not None)
    if count:
        emit("work.removed", {"what": "reused", "count": count, "request_id": str(request.pk)})


def knows_customer(actor: Actor, customer_id: uuid.UUID) -> bool:
    """Whether a colleague may know of this customer: all for a role that sees all, else those of the requests seen."""
    if not actor.is_staff or not actor.may("see"):
        return False
    return actor.role.reaches_all or visible_to(actor).filter(customer_id=customer_id).exists()


def documents_within_reach(user_id: uuid.UUID | None, role: Role, team_key: str) -> Q:
    """The documents that came in with no request, or with one that this colleague sees, as a condition on documents."""
    if role.is_staff and role.may("see") and role.reaches_all:
        return Q()
    seen = ServiceRequest.objects.filter(seen_by_reader(user_id, role, team_key))
    return Q(request=None) | Q(request__in=seen.values("pk"))


def held_by_drafts() -> frozenset[uuid.UUID]:
    """What half-filled forms name, loose files among it: they are not swept."""
    named: set[uuid.UUID] = set()
    for typed in RequestDraft.objects.values_list("typed", flat=True).iterator():
        named |= {key for values in typed.values() for value in values if (key := parse_uuid(str(value)))}
    return frozenset(named)
