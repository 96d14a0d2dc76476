"""What attaching a file writes: the file is no longer loose, and a new paper of a kind stands in the vault.

For actions, inside their transaction. Locks in this order: the request, then files, then documents, each by id.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import F
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.access import is_within_reach
from portal_core.documents.errors import AlreadyOnFile, NotTheirs
from portal_core.documents.kinds import is_expired, kind_of, valid_until
from portal_core.documents.models import Document, DocumentState, FileState, StoredFile
from portal_core.documents.uploads import stored_value

_GIVING_WAY: Final = (DocumentState.ON_FILE, DocumentState.SENT_BACK, DocumentState.ASKED)


@dataclass(frozen=True)
class Filing:
    """Who attaches for whom: `owner_id` has sent the files (a guest's browser, or the actor).

    `reusable` are files of the customer's earlier request that come along with this one.
    """

    actor: Actor
    portal: CompiledPortal
    customer_id: uuid.UUID
    request_id: uuid.UUID | None = None
    reusable: frozenset[uuid.UUID] = frozenset()

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
    document = row.document
    if row.owner_id == filing.owner_id and row.attached_at is None:
        return True
    if row.customer_id == filing.customer_id and (row.owner_id == filing.owner_id or row.pk in filing.reusable):
        return document is None or document.state == DocumentState.ON_FILE
    if document is None or document.customer_id != filing.customer_id or document.state != DocumentState.ON_FILE:
        return False
    kind = kind_of(filing.portal, document.kind_key)
    today = timezone.now().astimezone(filing.portal.time_zone).date()
    is_theirs = (document.is_shared and filing.actor.user_id == document.customer_id) or (
        filing.actor.is_staff and is_within_reach(filing.actor, document)
    )
    is_seen = kind_visibility(kind, filing.actor.role) >= Visibility.SEE
    return bool(kind and kind.reusable) and is_theirs and is_seen and not is_expired(document.valid_until, today)


@dataclass(frozen=True)
class Label:
    """What is said about a paper when it comes. `answers` is the document that asked for it (asked or sent back)."""

    title: str = ""
    answers: uuid.UUID | None = None


def file_document(rows: Sequence[StoredFile], kind_key: str, filing: Filing, label: Label = Label()) -> Document:
    """A new paper in the vault, made of attached files; see `replace_older` for what it takes the place of.

    What staff add is not shared with the customer by this; that is a step of its own.

    Raises:
        AlreadyOnFile: a file lies in another document; it stays there, with its kind's rules and for as long.
    """
    for row in rows:
        if row.document_id is not None:
            raise AlreadyOnFile(row.name)
    kind = kind_of(filing.portal, kind_key)
    now = timezone.now()
    document = Document.objects.create(
        customer_id=filing.customer_id,
        kind_key=kind_key,
        title=label.title,
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
    if not filing.actor.is_staff:
        replace_older(document, answers=label.answers, is_reusable=kind is not None and kind.reusable)
    return document


def replace_older(document: Document, *, answers: uuid.UUID | None, is_reusable: bool) -> None:
    """The customer's own papers of this kind that give way to this one.

    What this one answers (asked for or sent back); of a reusable kind also what has the same title: somebody who has
    two valid papers of a kind, such as the policy of the house and that of the car, goes on having two. A paper that
    comes without having been asked for by name answers what was asked for, if that is one.
    """
    theirs = Document.objects.select_for_update().filter(
        customer_id=document.customer_id, kind_key=document.kind_key, from_staff=False, state__in=_GIVING_WAY
    )
    older = list(theirs.exclude(pk=document.pk).order_by("pk"))
    asked = [row for row in older if row.state == DocumentState.ASKED]
    gone = {row.pk for row in older if row.pk == answers and row.state != DocumentState.ON_FILE}
    if is_reusable:
        gone |= {row.pk for row in older if row not in asked and _is_same(row.title, document.title)}
        if answers is None and len(asked) == 1:
            gone.add(asked[0].pk)
    if gone:
        now = timezone.now()
        Document.objects.filter(pk__in=gone).update(state=DocumentState.REPLACED, replaced_by=document, changed_at=now)


def bring_back_older(document: Document) -> None:
    """What gave way to a paper that is sent back stands on file again until another one comes, and can be used.

    What had been asked for or sent back itself (it has a note, or no files) does not: this one is asked for instead.
    """
    older = Document.objects.select_for_update().filter(
        customer_id=document.customer_id, replaced_by=document, state=DocumentState.REPLACED, note=""
    )
    keys = list(older.exclude(files=[]).order_by("pk").values_list("pk", flat=True))
    if keys:
        again = Document.objects.filter(pk__in=keys)
        again.update(state=DocumentState.ON_FILE, replaced_by=None, changed_at=timezone.now())


def _is_same(title: str, other: str) -> bool:
    return title.casefold() == other.casefold()


def count_use(document_ids: Iterable[uuid.UUID]) -> int:
    """Counts one more use of documents that saved an upload; gives how many they were."""
    ids = sorted(set(document_ids))
    if ids:
        used = Document.objects.filter(pk__in=ids)
        used.update(used_count=F("used_count") + 1, changed_at=timezone.now())
    return len(ids)
