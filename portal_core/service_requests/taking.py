"""Documents that are asked for on a request: taking them, and asking once more for those that were sent back.

A document that staff send back is wanted again. Where its request still stands in the status that asked for it, the
ask itself is open again, with the reason; where it has gone on, the vault asks (a sent-back document is wanted there),
until the request comes back to a status that asks for its kind.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.flows import ApproveAsk, ReadAsk, UploadAsk
from portal_core.config.kinds.base import Saving
from portal_core.documents.kinds import is_expired, kind_of, may_give
from portal_core.documents.models import Document, DocumentState, StoredFile
from portal_core.service_requests import stays
from portal_core.service_requests.attaching import Taken, answer_with_documents
from portal_core.service_requests.clock import plan_tick
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.stays import DoneAsk

# What `save_written` keeps of an ask that is open again.
OPENED_AGAIN = ("stay", "waiting_since", "tick_at")


@dataclass(frozen=True)
class Given:
    """What was sent for an ask: files of the sender, or of a document on file; until when the paper is valid."""

    file_ids: Sequence[uuid.UUID] = ()
    valid_until: date | None = None


def take(request: ServiceRequest, ask: UploadAsk, given: Given, saving: Saving) -> Taken:
    """Puts what was given into the vault, or notes that a document on file is used again; the caller has the lock.

    SECURITY: the form has checked the files; this is the second lock. By a link nobody uses a document on file.

    Raises:
        Forbidden: the kind is not this person's to add, or something of what was given is not theirs to give for it.
    """
    kind = kind_of(saving.portal, ask.document_kind)
    actor = saving.actor
    if kind is None or not given.file_ids or len(given.file_ids) > kind.max_files:
        raise Forbidden
    if not may_give(kind, actor.role):
        raise Forbidden

    def refuse_other(rows: Sequence[StoredFile]) -> None:
        for row in rows:
            if row.attached_at is not None and not _may_be_used(row, kind.key, kind.reusable, saving):
                raise Forbidden

    taken = answer_with_documents(request, kind.key, given.file_ids, saving, check=refuse_other)
    if taken.added is not None:
        _describe(taken.added, given, saving)
    return taken


def _may_be_used(row: StoredFile, kind_key: str, reusable: bool, saving: Saving) -> bool:
    document, today = row.document, timezone.now().astimezone(saving.portal.time_zone).date()
    if document is None or document.kind_key != kind_key or document.state != DocumentState.ON_FILE:
        return False
    is_offered = saving.actor.is_staff or (saving.actor.is_customer and document.is_shared)
    return reusable and is_offered and not is_expired(document.valid_until, today)


def _describe(document: Document, given: Given, saving: Saving) -> None:
    """What staff put in for the customer is the customer's; its day is the one that was named, if one was."""
    kind = kind_of(saving.portal, document.kind_key)
    if kind is not None and kind.valid_months is not None:
        document.valid_until = given.valid_until or document.valid_until
    document.is_shared = True
    document.save(update_fields=["valid_until", "is_shared"])


def settle_sent_back(request: ServiceRequest, ask_key: str, document: Document | None, *, now: datetime) -> None:
    """What was sent back for this ask gives way to what came now; the caller saves `stay`."""
    again = stays.sent_back(request).get(ask_key)
    if again is None:
        return
    old = Document.objects.filter(pk=again.document_id, state=DocumentState.SENT_BACK)
    old.update(state=DocumentState.REPLACED, replaced_by=document, changed_at=now)
    stays.forget_sent_back(request, ask_key)


def ask_again(request: ServiceRequest, document: Document, *, portal: CompiledPortal, now: datetime) -> bool:
    """Opens the ask again for which `document`, just sent back, was given; whether the request still asks for it.

    The caller holds the request and saves `OPENED_AGAIN`. Reminders begin anew.
    """
    if request.turn != Turn.CUSTOMER or request.closed_at is not None or request.merged_into_number is not None:
        return False
    done = stays.done_asks(request)
    status = portal.type_or_unknown(request.type_key).flow.status_or_unknown(request.status_key)
    open_changed_documents(request, document.kind_key, portal=portal)
    for ask in status.asks:
        found = done.get(ask.key)
        if isinstance(ask, UploadAsk) and found is not None and str(document.pk) in found.documents:
            stays.open_ask_again(request, ask.key)
            stays.note_sent_back(request, ask.key, stays.SentBack(str(document.pk), document.note))
            stays.start_waiting(request, now)
            plan_tick(request, portal=portal)
            return True
    return False


def recall_sent_back(request: ServiceRequest, *, portal: CompiledPortal) -> None:
    """A request that has come (back) into a status that asks for documents of which one was sent back asks for that
    one, and not for those that came in with it and were good; the caller saves `stay`."""
    status = portal.type_or_unknown(request.type_key).flow.status_or_unknown(request.status_key)
    asks = {ask.document_kind: ask for ask in status.asks if isinstance(ask, UploadAsk)}
    if request.turn != Turn.CUSTOMER or not asks or stays.done_asks(request):
        return
    # What the customer gave is here, also where it is kept from their sight since (`withholding_papers.py`).
    given = Q(is_shared=True) | Q(from_staff=False)
    states = [DocumentState.SENT_BACK, DocumentState.ON_FILE]
    papers = Document.objects.filter(given, request=request, kind_key__in=asks, state__in=states)
    by_kind: dict[str, list[Document]] = {}
    for paper in papers.order_by("pk"):
        by_kind.setdefault(paper.kind_key, []).append(paper)
    back = {key: bad for key, found in by_kind.items() if (bad := [p for p in found if p.state == "sent_back"])}
    for key, found in by_kind.items() if back else ():
        if key in back:
            paper = back[key][-1]
            stays.note_sent_back(request, asks[key].key, stays.SentBack(str(paper.pk), paper.note))
        else:
            done = DoneAsk(found[-1].created_at, "customer", documents=(str(found[-1].pk),))
            stays.mark_ask_done(request, asks[key].key, done)


def open_changed_documents(request: ServiceRequest, kind_key: str, *, portal: CompiledPortal) -> None:
    """What was approved or read with documents of a kind that have changed since is asked anew; the caller saves."""
    status = portal.type_or_unknown(request.type_key).flow.status_or_unknown(request.status_key)
    done = stays.done_asks(request)
    for ask in status.asks:
        if isinstance(ask, ApproveAsk | ReadAsk) and ask.key in done and kind_key in ask.documents:
            stays.open_ask_again(request, ask.key)
