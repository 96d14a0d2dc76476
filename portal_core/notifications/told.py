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
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from tenants.identifiers import parse_uuid
from tenants.outbox.models import Mail

SHOWN: Final = 50
_WORDS: Final = {
    "request.submitted": "We have the request",
    "request.replied": "An answer",
    "request.assigned": "Given to somebody",
    "person.digest": "The daily mail",
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


def told(actor: Actor, customer: User, portal: CompiledPortal) -> list[Told]:
    """The latest mails to a customer; two queries. The outbox keeps what was sent for a month."""
    sent = Mail.objects.filter(recipient_user_id=customer.pk).select_related("event")
    mails = list(sent.order_by("-created_at", "-id")[:SHOWN])
    keys = {key for mail in mails if (key := _request_of(mail)) is not None}
    reached = {row.pk: row for row in visible_to(actor).filter(pk__in=keys)}
    lines = (_line(mail, reached, portal) for mail in mails)
    return [line for line in lines if line is not None]


def _request_of(mail: Mail) -> UUID | None:
    payload = mail.event.payload if mail.event is not None else {}
    return parse_uuid(str(payload.get("request_id", "")))


def _line(mail: Mail, reached: dict[UUID, ServiceRequest], portal: CompiledPortal) -> Told | None:
    key = _request_of(mail)
    row = reached.get(key) if key else None
    if key is not None and row is None:
        return None
    state = "sent" if mail.sent_at else "failed" if mail.failed_at else "waiting"
    return Told(
        at=mail.sent_at or mail.failed_at or mail.created_at,
        what=_what(mail, row, portal),
        reference=portal.reference(row.number) if row else "",
        path=f"/desk/requests/{row.number}/" if row else "",
        state=state,
        reason=mail.last_error[:200] if state != "sent" else "",
    )


def _what(mail: Mail, row: ServiceRequest | None, portal: CompiledPortal) -> str:
    event = mail.event
    if event is None:
        return "A code, a link or an invitation"
    if row is None:
        return _WORDS.get(event.kind, "News about documents" if "document" in event.kind else "News")
    if event.kind == "request.moved":
        flow = portal.type_or_unknown(row.type_key).flow
        return f"Status {portal.text(flow.status_or_unknown(str(event.payload.get('to', ''))).name)}"
    return _WORDS.get(event.kind, "News")
