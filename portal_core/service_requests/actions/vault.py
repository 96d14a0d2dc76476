"""What is done with a customer's documents: adding, asking for, approving, sending back, withdrawing, sharing, dating.

Each writes one line into the append-only history (of the request, where there is one) and says so to the customer
through the outbox. The document's own lines have its id, so that its whole story can be told.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.accounts.guests import can_enter
from portal_core.accounts.models import User
from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.fields import DocumentKind
from portal_core.config.live import hold_live_portal, live_portal
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.access import knows_customer, sees_document
from portal_core.documents.errors import NotAllowed, NotTheirs, Overtaken, StillChecked
from portal_core.documents.filing import Filing, Label, attach_loose, file_document, lock_files
from portal_core.documents.kinds import kind_of, may_add
from portal_core.documents.models import Document, DocumentState, FileState, StoredFile
from portal_core.documents.vault import WANTED, is_asked_by_request
from portal_core.history.models import HistoryEntry
from portal_core.history.record import JsonValue
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.papers import (
    NOTE_LENGTH,
    Said,
    customers_see,
    payload_of,
    requests_using,
    send_back,
    tell,
)
from tenants.outbox.events import emit


@dataclass(frozen=True)
class Paper:
    """A document to be added: files that the actor has sent already, and what is said about them.

    `share`: staff show it to the customer at once. `answers` is the document that asked for it (asked or sent back).
    """

    kind_key: str
    file_ids: Sequence[uuid.UUID]
    title: str = ""
    valid_until: date | None = None
    share: bool = False
    answers: uuid.UUID | None = None
    # The form's own key: sent twice it is one document.
    key: uuid.UUID | None = None


def add_document(
    *, actor: Actor, customer_id: uuid.UUID, paper: Paper, request_id: uuid.UUID | None = None
) -> Document:
    """Puts a document into a customer's vault and gives it back; sent twice under one key, gives back the first.

    Raises:
        NotTheirs: the customer is not the actor's to know, or a file is not theirs to give.
        NotAllowed: this role does not add documents of the kind.
        AlreadyOnFile: a file is part of another document.
    """
    if (before := _added_before(actor, customer_id, paper.key)) is not None:
        return before
    try:
        return _add(actor, customer_id, paper, request_id)
    except IntegrityError:
        # Both came at once: the other one has written it.
        before = _added_before(actor, customer_id, paper.key)
        if before is None:
            raise NotTheirs from None
        return before


def _added_before(actor: Actor, customer_id: uuid.UUID, key: uuid.UUID | None) -> Document | None:
    """What this person made of this very form, where it came in before."""
    if key is None:
        return None
    lines = HistoryEntry.objects.filter(submission_key=key, actor_id=actor.user_id, document__customer_id=customer_id)
    line = lines.select_related("document").first()
    return line.document if line is not None else None


def _add(actor: Actor, customer_id: uuid.UUID, paper: Paper, request_id: uuid.UUID | None) -> Document:
    with transaction.atomic():
        # Publishing waits for what it may be asked to keep hidden: it would not see what is written beside it.
        portal = hold_live_portal()
        # Locks in the order of filing.py: the request, then files, then documents.
        request = _locked(request_id)
        kind = _addable(actor, customer_id, paper.kind_key, portal)
        rows = {row.pk: row for row in lock_files(paper.file_ids)}
        if not paper.file_ids or len(rows) != len(set(paper.file_ids)) or len(rows) > kind.max_files:
            raise NotTheirs
        filing = Filing(actor, portal, customer_id, request_id)
        ordered = [rows[key] for key in paper.file_ids]
        attach_loose(ordered, filing)
        document = file_document(ordered, kind.key, filing, _label(customer_id, paper))
        _describe(document, paper, actor, kind)
        what = "shared" if actor.is_staff and document.is_shared else "added"
        entry = tell(actor, document, what, request=request, said=Said(key=paper.key))
        emit("document.shared" if what == "shared" else "document.added", payload_of(document, entry))
    return document


def ask_for_document(
    *,
    actor: Actor,
    customer_id: uuid.UUID,
    kind_key: str,
    note: str,
    due_on: date | None = None,
    key: uuid.UUID | None = None,
) -> Document:
    """Asks a customer for a document of a kind; they see it among what is asked for, and are told by mail. Sent twice
    under one `key` it is asked for once.

    Raises:
        NotTheirs: the customer is not the actor's to know.
        NotAllowed: this role may not ask, customers do not add documents of the kind, or this one is a guest who cannot
            come in: nobody is asked where there is no page to answer.
    """
    portal = live_portal()
    kind = kind_of(portal, kind_key)
    customer = _known(actor, customer_id)
    may_edit = actor.may("edit_fields") and kind_visibility(kind, actor.role) >= Visibility.EDIT
    if kind is None or not may_edit or not may_add(kind, resolve_role(CUSTOMER)) or not can_enter(customer):
        raise NotAllowed
    document = Document(
        customer_id=customer_id,
        kind_key=kind.key,
        state=DocumentState.ASKED,
        added_by_id=actor.user_id,
        note=note.strip()[:NOTE_LENGTH],
        due_on=due_on,
        created_at=timezone.now(),
    )
    return _added_before(actor, customer_id, key) or _ask(actor, document, key)


def _ask(actor: Actor, document: Document, key: uuid.UUID | None) -> Document:
    try:
        with transaction.atomic():
            document.save(force_insert=True)
            entry = tell(actor, document, "asked", said=Said(document.note, key=key))
            emit("document.asked", payload_of(document, entry))
    except IntegrityError:
        # Both came at once, as with `add_document`.
        before = _added_before(actor, document.customer_id, key)
        if before is None:
            raise NotTheirs from None
        return before
    return document


def approve_document(*, actor: Actor, document_id: uuid.UUID) -> Document:
    """Says that a document is good. Raises `StillChecked`, and what `_held` raises."""
    with transaction.atomic():
        document, request = _held(actor, document_id, (DocumentState.ON_FILE,))
        if document.approved_at is None:
            if StoredFile.objects.filter(document=document, state=FileState.WAITING).exists():
                raise StillChecked
            document.approved_at = document.changed_at = timezone.now()
            document.save(update_fields=["approved_at", "changed_at"])
            entry = tell(actor, document, "approved", request=request)
            if not document.from_staff:
                emit("document.approved", payload_of(document, entry))
    return document


def send_back_document(*, actor: Actor, document_id: uuid.UUID, reason: str) -> Document:
    """Sends a customer's document back with a reason; the customer is told and asked for another: by the request that
    asked for it, while it stands where it did, else in the vault.

    Raises what `_held` raises; NotAllowed without a reason, and for what the business added itself.
    """
    with transaction.atomic():
        users = requests_using(document_id)
        document, request = _held(actor, document_id, (DocumentState.ON_FILE,))
        if document.from_staff or not reason.strip():
            raise NotAllowed
        send_back(document, request, users, actor=actor, reason=reason)
    return document


def withdraw_document(*, actor: Actor, document_id: uuid.UUID) -> Document:
    """Takes back that a customer is asked for a document, or for another copy of one that was sent back.

    Raises what `_held` raises; NotAllowed while its request asks for it itself: that ends by moving the request on.
    """
    with transaction.atomic():
        document, request = _held(actor, document_id, WANTED)
        document.request = request
        if is_asked_by_request(document):
            raise NotAllowed
        document.state, document.changed_at = DocumentState.WITHDRAWN, timezone.now()
        document.save(update_fields=["state", "changed_at"])
        entry = tell(actor, document, "withdrawn", request=request)
        emit("document.withdrawn", payload_of(document, entry))
    return document


def share_document(*, actor: Actor, document_id: uuid.UUID) -> Document:
    """Shows a document that staff added to its customer, who is told. Raises what `_held` raises."""
    with transaction.atomic():
        portal = hold_live_portal()
        document, request = _held(actor, document_id, (DocumentState.ON_FILE,))
        if not customers_see(document, portal):
            raise NotAllowed
        if not document.is_shared:
            document.is_shared, document.is_new, document.changed_at = True, document.from_staff, timezone.now()
            document.save(update_fields=["is_shared", "is_new", "changed_at"])
            entry = tell(actor, document, "shared", request=request)
            emit("document.shared", payload_of(document, entry))
    return document


def date_document(*, actor: Actor, document_id: uuid.UUID, valid_until: date | None) -> Document:
    """Writes down how long a document is valid. Raises what `_held` raises."""
    with transaction.atomic():
        document, request = _held(actor, document_id, (DocumentState.ON_FILE,))
        if document.valid_until != valid_until:
            before = document.valid_until
            document.valid_until, document.changed_at = valid_until, timezone.now()
            document.save(update_fields=["valid_until", "changed_at"])
            until: dict[str, JsonValue] = {"before": str(before or ""), "until": str(valid_until or "")}
            tell(actor, document, "dated", request=request, said=Said(more=until))
    return document


def _addable(actor: Actor, customer_id: uuid.UUID, kind_key: str, portal: CompiledPortal) -> DocumentKind:
    kind = kind_of(portal, kind_key)
    if actor.is_staff:
        _known(actor, customer_id)
    elif actor.user_id != customer_id:
        raise NotTheirs
    if kind is None or not may_add(kind, actor.role) or (actor.is_staff and not actor.may("edit_fields")):
        raise NotAllowed
    return kind


def _known(actor: Actor, customer_id: uuid.UUID) -> User:
    """The customer, if this colleague may know of them. Raises NotTheirs."""
    customer = User.objects.filter(pk=customer_id, role=CUSTOMER).first()
    if customer is None or not knows_customer(actor, customer_id):
        raise NotTheirs
    return customer


def _label(customer_id: uuid.UUID, paper: Paper) -> Label:
    """Its title as it is kept; one that answers another is called as that was, unless it has a name of its own."""
    title = " ".join(paper.title.replace("\x00", "").split())[:160]
    if not title and paper.answers is not None:
        asking = Document.objects.filter(pk=paper.answers, customer_id=customer_id, kind_key=paper.kind_key)
        title = asking.values_list("title", flat=True).first() or ""
    return Label(title, paper.answers)


def _describe(document: Document, paper: Paper, actor: Actor, kind: DocumentKind) -> None:
    document.valid_until = paper.valid_until or document.valid_until
    if actor.is_staff:
        document.is_shared = paper.share and _level(kind, CUSTOMER) >= Visibility.SEE
        document.is_new = document.is_shared
        document.approved_at = document.created_at
    document.save(update_fields=["valid_until", "is_shared", "is_new", "approved_at"])


def _held(
    actor: Actor, document_id: uuid.UUID, states: Sequence[DocumentState]
) -> tuple[Document, ServiceRequest | None]:
    """The document, locked after its request, for staff who may edit its kind.

    Raises:
        NotTheirs: it does not exist for this person.
        NotAllowed: they see it and may not do this.
        Overtaken: it no longer stands where the page showed it.
    """
    found = Document.objects.filter(pk=document_id).first()
    if found is None or not sees_document(actor, found):
        raise NotTheirs
    if not actor.is_staff or not actor.may("edit_fields") or _level_of(found, actor) < Visibility.EDIT:
        raise NotAllowed
    request = _locked(found.request_id)
    document = Document.objects.select_for_update(of=("self",)).get(pk=document_id)
    if document.state not in states:
        raise Overtaken
    return document, request


def _level_of(document: Document, actor: Actor) -> Visibility:
    return kind_visibility(kind_of(live_portal(), document.kind_key), actor.role)


def _level(kind: DocumentKind | None, role_key: str) -> Visibility:
    return kind_visibility(kind, resolve_role(role_key))


def _locked(request_id: uuid.UUID | None) -> ServiceRequest | None:
    return lock_request(request_id) if request_id is not None else None
