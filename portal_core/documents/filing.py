"""What attaching a file writes: the file is no longer loose, and a new paper of a kind stands in the vault.

For actions, inside their transaction. Locks in this order: the request, then files, then documents, each by id.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, Q
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.visibility import Visibility
from portal_core.documents.errors import NotTheirs
from portal_core.documents.kinds import is_expired, kind_of, kind_visibility, valid_until
from portal_core.documents.models import Document, DocumentState, FileState, StoredFile
from portal_core.documents.uploads import stored_value


@dataclass(frozen=True)
class Filing:
    """Who attaches for whom: `owner_id` has sent the files (a guest's browser, or the actor)."""

    actor: Actor
    portal: CompiledPortal
    customer_id: uuid.UUID
    request_id: uuid.UUID | None = None

    @property
    def owner_id(self) -> uuid.UUID | None:
        """Who may attach what is still loose."""
        return self.actor.user_id


def lock_files(ids: Iterable[uuid.UUID]) -> list[StoredFile]:
    """The files, locked until the transaction ends."""
    rows = StoredFile.objects.select_for_update(of=("self",)).select_related("document")
    return list(rows.filter(pk__in=list(ids)).order_by("pk"))


def attach_loose(rows: Sequence[StoredFile], filing: Filing) -> None:
    """Makes files the customer's. Raises NotTheirs where one is not this person's to give; then nothing is written."""
    for row in rows:
        if not may_attach(row, filing):
            raise NotTheirs
    loose = [row for row in rows if row.attached_at is None]
    now = timezone.now()
    for row in loose:
        row.attached_at, row.customer_id = now, filing.customer_id
    StoredFile.objects.bulk_update(loose, ["attached_at", "customer"])


def may_attach(row: StoredFile, filing: Filing) -> bool:
    """Whether a file is this person's to put somewhere: sent by them, or on file for this customer and seen by them."""
    if row.state in (FileState.INFECTED, FileState.GONE):
        return False
    if row.owner_id == filing.owner_id:
        return row.attached_at is None or row.customer_id == filing.customer_id
    document = row.document
    if document is None or document.customer_id != filing.customer_id or document.state != DocumentState.ON_FILE:
        return False
    kind = kind_of(filing.portal, document.kind_key)
    today = timezone.now().astimezone(filing.portal.time_zone).date()
    is_theirs = filing.actor.is_staff or (document.is_shared and filing.actor.user_id == document.customer_id)
    is_seen = kind_visibility(kind, filing.actor.role) >= Visibility.SEE
    return bool(kind and kind.reusable) and is_theirs and is_seen and not is_expired(document.valid_until, today)


def file_document(rows: Sequence[StoredFile], kind_key: str, filing: Filing, *, title: str = "") -> Document:
    """A new paper in the vault, made of attached files. Of a reusable kind it takes the place of the one before.

    What staff add is not shared with the customer by this; that is a step of its own.
    """
    kind = kind_of(filing.portal, kind_key)
    now = timezone.now()
    document = Document.objects.create(
        customer_id=filing.customer_id,
        kind_key=kind_key,
        title=title,
        state=DocumentState.ON_FILE,
        files=[stored_value(row) for row in rows],
        from_staff=filing.actor.is_staff,
        is_shared=not filing.actor.is_staff,
        request_id=filing.request_id,
        added_by_id=filing.actor.user_id,
        valid_until=valid_until(kind, now.astimezone(filing.portal.time_zone).date()),
        created_at=now,
        changed_at=now,
    )
    for row in rows:
        row.document = document
    StoredFile.objects.bulk_update(rows, ["document"])
    if kind is not None and kind.reusable and not filing.actor.is_staff:
        replace_older(document)
    return document


def replace_older(document: Document) -> None:
    """The customer's own paper of this kind and name that stood on file or was sent back gives way to this one.

    So does the wish for one. A paper that the customer calls otherwise (the policy of the house, of the car) stays.
    """
    same = Q(state__in=[DocumentState.ON_FILE, DocumentState.SENT_BACK], title__iexact=document.title)
    older = Document.objects.select_for_update().filter(
        same | Q(state=DocumentState.ASKED),
        customer_id=document.customer_id,
        kind_key=document.kind_key,
        from_staff=False,
    )
    ids = list(older.exclude(pk=document.pk).order_by("pk").values_list("pk", flat=True))
    if ids:
        now = timezone.now()
        Document.objects.filter(pk__in=ids).update(state=DocumentState.REPLACED, replaced_by=document, changed_at=now)


def count_use(document_ids: Iterable[uuid.UUID]) -> int:
    """Counts one more use of documents that saved an upload; gives how many they were."""
    ids = sorted(set(document_ids))
    if ids:
        used = Document.objects.filter(pk__in=ids)
        used.update(used_count=F("used_count") + 1, changed_at=timezone.now())
    return len(ids)
