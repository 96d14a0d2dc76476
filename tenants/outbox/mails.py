"""Writing mails: `queue_mail` inside the transaction; the outbox sends after its commit."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.context import current
from tenants.identifiers import uuid7
from tenants.outbox.headers import one_line
from tenants.outbox.models import Event, Mail
from tenants.outbox.wake import wake_on_commit
from tenants.rehearsal import note_mail

SUBJECT_LIMIT = 200
NAME_LIMIT = 120


@dataclass(frozen=True, kw_only=True)
class OutgoingMail:
    """What is to be sent to one address."""

    to: str
    subject: str
    text: str
    html: str = ""
    to_name: str = ""
    sender_name: str = ""
    recipient_user_id: UUID | None = None
    headers: dict[str, str] = field(default_factory=dict)
    is_secret: bool = False
    expires_at: datetime | None = None


def queue_mail(mail: OutgoingMail, *, event: Event | None = None) -> Mail | None:
    """Writes the mail into the open transaction and wakes the outbox after its commit.

    One mail per event and address: a second one for the same event returns None. Without an event (codes and
    invitations, which a person asks for) nothing is held back. Names and subject are cut to one line.
    """
    row = _row(mail, event)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if event is not None and Mail.objects.filter(event=event, to_address=row.to_address).exists():
            return None
        raise
    note_mail(row)
    wake_on_commit()
    return row


def message_host() -> str:
    """The right-hand side of Message-IDs: the tenant's own domain, or the platform's."""
    tenant = current()
    return tenant.primary_domain if tenant is not None else settings.BASE_DOMAIN


def _row(mail: OutgoingMail, event: Event | None) -> Mail:
    key = uuid7()
    return Mail(
        id=key,
        event=event,
        recipient_user_id=mail.recipient_user_id,
        to_address=one_line(mail.to, limit=320).lower(),
        to_name=one_line(mail.to_name, limit=NAME_LIMIT),
        sender_name=one_line(mail.sender_name, limit=NAME_LIMIT),
        subject=one_line(mail.subject, limit=SUBJECT_LIMIT),
        text=mail.text.replace("\x00", ""),
        html=mail.html.replace("\x00", ""),
        headers={name: one_line(value, limit=900) for name, value in mail.headers.items()},
        message_id=f"<{key}@{message_host()}>",
        is_secret=mail.is_secret,
        expires_at=mail.expires_at,
        due_at=timezone.now(),
    )
