"""What actions on documents have in common: the line in the history, and asking anew for what is not good.

For actions, inside their transaction; locks in the order of `documents.filing`: requests, then documents.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.filing import bring_back_older
from portal_core.documents.kinds import kind_of
from portal_core.documents.models import Document, DocumentState
from portal_core.history.models import Audience, HistoryEntry, Kind
from portal_core.history.record import JsonValue, Line, add_line
from portal_core.service_requests.changes import save_written
from portal_core.service_requests.file_models import RequestFile
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.search_index import index_papers
from portal_core.service_requests.taking import OPENED_AGAIN, ask_again, open_changed_documents
from tenants.outbox.events import emit

NOTE_LENGTH = 2_000


def requests_using(document_id: uuid.UUID) -> list[ServiceRequest]:
    """The requests that asked for this document, locked, in the order of their keys."""
    uses = RequestFile.objects.filter(file__document=document_id, entry__isnull=False)
    return [lock_request(key) for key in sorted(set(uses.values_list("request_id", flat=True)))]


def send_back(
    document: Document,
    request: ServiceRequest | None,
    users: Sequence[ServiceRequest],
    *,
    actor: Actor,
    reason: str,
    file: str = "",
) -> HistoryEntry:
    """Sends a document back, and opens what asked for it where that still stands; everything is locked by the caller.

    A paper of the customer's own that was kept from their sight is theirs again: they are asked for another. What it
    had taken the place of is on file again meanwhile.
    `users` are the requests that asked for it, `file` names the one file that is to blame, if one is.
    """
    document.state, document.note = DocumentState.SENT_BACK, reason.strip()[:NOTE_LENGTH]
    document.approved_at, document.changed_at = None, timezone.now()
    document.is_shared = document.is_shared or not document.from_staff
    document.save(update_fields=["state", "note", "approved_at", "changed_at", "is_shared"])
    bring_back_older(document)
    asking = [user for user in users if ask_again(user, document, portal=live_portal(), now=document.changed_at)]
    for user in asking:
        save_written(user, now=document.changed_at, fields=OPENED_AGAIN)
    if request is not None:
        # The same row was locked and perhaps written above.
        request.refresh_from_db()
    said = Said(document.note, {"file": file} if file else {})
    entry = tell(actor, document, "sent_back", request=request, said=said)
    emit("document.sent_back", payload_of(document, entry))
    return entry


def customers_see(document: Document, portal: CompiledPortal) -> bool:
    """Whether customers see documents of its kind."""
    return kind_visibility(kind_of(portal, document.kind_key), resolve_role(CUSTOMER)) >= Visibility.SEE


@dataclass(frozen=True)
class Said:
    """What more a line about a document says: words of staff, parts of its data, the form's key that made it."""

    body: str = ""
    more: Mapping[str, JsonValue] = field(default_factory=dict)
    key: uuid.UUID | None = None


def tell(
    actor: Actor, document: Document, what: str, *, request: ServiceRequest | None = None, said: Said = Said()
) -> HistoryEntry:
    """One line about the document; customers read it where they see the document itself."""
    now = timezone.now()
    for_customer = document.is_shared and customers_see(document, live_portal()) and what != "dated"
    line = Line(
        Kind.DOCUMENT,
        Audience.CUSTOMER if for_customer else Audience.STAFF,
        now,
        body=said.body,
        data={
            "what": what,
            "kind": document.kind_key,
            "title": document.title,
            "document": str(document.pk),
            "files": document.files,
            **said.more,
        },
        submission_key=said.key,
        document_id=document.pk,
    )
    entry = add_line(actor=actor, request_id=document.request_id, line=line)
    if request is not None:
        names = [str(file["name"]) for file in document.files]
        index_papers(request, document.kind_key, [document.title, said.body, *names], live_portal())
    if request is not None and what in ("approved", "dated", "withdrawn"):
        save_written(request, now=now, fields=())
    elif request is not None:
        # What was approved with documents of this kind is asked anew.
        open_changed_documents(request, document.kind_key, portal=live_portal())
        save_written(request, now=now, fields=("stay",))
    return entry


def payload_of(document: Document, entry: HistoryEntry) -> dict[str, str]:
    """What events about a document say."""
    return {"document_id": str(document.pk), "entry_id": str(entry.pk)}
