"""What a customer was told by mail, and whether it arrived: for staff, without a word of the mails themselves.

SECURITY: the text of a mail may hold what the customer sees and a colleague's role does not; so a line says what it
was about, in the words of the configuration, and only for requests that the colleague reaches.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.config.viewer import Viewer
from portal_core.documents.access import within_reach
from portal_core.documents.models import Document
from portal_core.documents.visible import VisibleDocument, visible_documents
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from tenants.identifiers import parse_uuid
from tenants.outbox.models import Mail

SHOWN: Final = 50
_WORDS: Final = {
    "request.submitted": "We have the request",
    "request.replied": "An answer",
    "request.changed": "A change",
    "request.planned": "A planned day",
    "request.reminded": "A reminder",
    "request.merged": "It goes on in another request",
    "request.assigned": "Given to somebody",
    "person.digest": "The daily mail",
    "file.infected": "A file that was sent was harmful",
}
# Filled in with the document's name.
_OF_DOCUMENTS: Final = {
    "document.asked": "Asked for: %s",
    "document.sent_back": "Sent back: %s",
    "document.withdrawn": "No longer needed: %s",
    "document.approved": "Approved: %s",
    "document.shared": "Shared: %s",
    "document.expiring": "Runs out soon: %s",
}


@dataclass(frozen=True)
class Told:
    """One mail: when, what about, on which request, and how it fared (sent, waiting or failed)."""

    at: datetime
    what: str
    reference: str
    path: str
    state: str
    reason: str


def told(actor: Actor, customer: User, portal: CompiledPortal, *, page: int = 1) -> tuple[list[Told], bool]:
    """A page of the mails to a customer, the latest first, and whether there are older ones. The outbox keeps what was
    sent for a month. Two queries, one more where some are about documents."""
    sent = Mail.objects.filter(recipient_user_id=customer.pk).select_related("event")
    mails = list(sent.order_by("-created_at", "-id")[(page - 1) * SHOWN : page * SHOWN + 1])
    has_more, mails = len(mails) > SHOWN, mails[:SHOWN]
    keys = {key for mail in mails if (key := _request_of(mail)) is not None}
    reached = {row.pk: row for row in visible_to(actor).filter(pk__in=keys)}
    papers = _papers(actor, portal, {key for mail in mails if (key := _named(mail, "document_id")) is not None})
    lines = (_line(mail, reached, papers, portal) for mail in mails)
    return [line for line in lines if line is not None], has_more


def _named(mail: Mail, what: str) -> UUID | None:
    payload = mail.event.payload if mail.event is not None else {}
    return parse_uuid(str(payload.get(what, "")))


def _request_of(mail: Mail) -> UUID | None:
    return _named(mail, "request_id")


def _papers(actor: Actor, portal: CompiledPortal, keys: set[UUID]) -> dict[UUID, VisibleDocument]:
    """The documents that mails are about, as far as this colleague sees them."""
    if not keys:
        return {}
    rows = Document.objects.filter(within_reach(actor), pk__in=keys).select_related("request")
    return {document.id: document for document in visible_documents(rows, Viewer.of(actor, portal), portal)}


def _line(
    mail: Mail,
    reached: dict[UUID, ServiceRequest],
    papers: dict[UUID, VisibleDocument],
    portal: CompiledPortal,
) -> Told | None:
    key, paper_key = _request_of(mail), _named(mail, "document_id")
    row = reached.get(key) if key else None
    paper = papers.get(paper_key) if paper_key else None
    if (key is not None and row is None) or (paper_key is not None and paper is None):
        return None
    state = "sent" if mail.sent_at else "failed" if mail.failed_at else "waiting"
    return Told(
        at=mail.sent_at or mail.failed_at or mail.created_at,
        what=_of_paper(mail, paper) if paper is not None else _what(mail, row, portal),
        reference=portal.reference(row.number) if row else paper.reference if paper else "",
        path=f"/desk/requests/{row.number}/" if row else paper.request_path if paper else "",
        state=state,
        reason=mail.last_error[:200] if state != "sent" else "",
    )


def _of_paper(mail: Mail, paper: VisibleDocument) -> str:
    kind = mail.event.kind if mail.event is not None else ""
    return _OF_DOCUMENTS.get(kind, "News about %s") % paper.name


def _what(mail: Mail, row: ServiceRequest | None, portal: CompiledPortal) -> str:
    event = mail.event
    if event is None:
        return "A code, a link or an invitation"
    if row is None:
        return _WORDS.get(event.kind, "News")
    if event.kind == "request.moved":
        flow = portal.type_or_unknown(row.type_key).flow
        return f"Status {portal.text(flow.status_or_unknown(str(event.payload.get('to', ''))).name)}"
    return _WORDS.get(event.kind, "News")
