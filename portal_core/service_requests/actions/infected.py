"""A file in which the scanner has found harm: whoever used it reads so, and a document made of it is asked for anew."""

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from portal_core.accounts.actor import SYSTEM
from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.config.visibility import Visibility
from portal_core.documents.models import Document, DocumentState, StoredFile
from portal_core.documents.words import reason_for
from portal_core.history.models import Audience, HistoryEntry, Kind
from portal_core.history.record import Line, add_line
from portal_core.service_requests.file_models import RequestFile
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.papers import requests_using, send_back


@dataclass(frozen=True)
class PutAside:
    """What became of a harmful file: the lines that say so, and that of its document, which was sent back."""

    file: StoredFile
    lines: tuple[HistoryEntry, ...]
    sent_back: HistoryEntry | None


def put_aside(file_id: uuid.UUID) -> PutAside | None:
    """Says in the history of every request that uses the file what became of it, to those who saw it there, and sends
    a customer's document back with the reason: the customer is asked for another copy. None for no such file."""
    with transaction.atomic():
        row = StoredFile.objects.filter(pk=file_id).first()
        if row is None:
            return None
        entry = _send_back(row)
        told: uuid.UUID | None = entry.request_id if entry is not None else None
        uses = RequestFile.objects.filter(file=row).select_related("request", "entry").order_by("pk")
        portal = live_portal()
        # The document's own line says it already where it came in.
        lines = tuple(_line(row, use, portal) for use in uses if use.request_id != told)
        return PutAside(row, lines, entry)


def _send_back(row: StoredFile) -> HistoryEntry | None:
    if row.document_id is None:
        return None
    users = requests_using(row.document_id)
    came_with = Document.objects.get(pk=row.document_id).request_id
    request = lock_request(came_with) if came_with is not None else None
    locked = Document.objects.select_for_update(of=("self",)).select_related("customer")
    document = locked.get(pk=row.document_id)
    if document.from_staff or document.state != DocumentState.ON_FILE:
        return None
    with override(document.customer.language or live_portal().language):
        reason = reason_for(row.name, "infected")
    return send_back(document, request, users, actor=SYSTEM, reason=reason, file=row.name)


def _line(row: StoredFile, use: RequestFile, portal: CompiledPortal) -> HistoryEntry:
    """SECURITY: the name of a file in an answer is read by those who see the answer (see `entry_changes.py`)."""
    entry = use.entry
    data = {"what": "infected", "file": row.name}
    if entry is None:
        data |= {"field": use.field_key, "status": use.request.status_key}
    elif entry.data.get("kind"):
        data["kind"] = str(entry.data["kind"])
    audience = Audience(entry.audience) if entry is not None else _audience_of(use, portal)
    line = Line(Kind.DOCUMENT, audience, timezone.now(), data={**data})
    return add_line(actor=SYSTEM, request_id=use.request_id, line=line)


def _audience_of(use: RequestFile, portal: CompiledPortal) -> Audience:
    """Customers are told of a file in an answer that they see."""
    field = portal.type_or_unknown(use.request.type_key).field_or_none(use.field_key)
    is_seen = field is not None and field.visibility(resolve_role(CUSTOMER), use.request.status_key) >= Visibility.SEE
    return Audience.CUSTOMER if is_seen else Audience.STAFF
