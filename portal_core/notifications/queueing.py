"""From a composed mail to a row of the outbox: address, thread, and what becomes of made-up customers."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.rendering import render
from portal_core.notifications.rules import owner
from portal_core.notifications.unsubscribe import address_for
from tenants.outbox.headers import one_click
from tenants.outbox.letterhead import letterhead
from tenants.outbox.mails import OutgoingMail, message_host, queue_mail
from tenants.outbox.models import Event, Mail

# Reserved by RFC 2606: the stand-in for customers whom an imported file does not name has such an address.
NOWHERE = ".invalid"


def queue(mail: ComposedMail, event: Event) -> Mail | None:
    """Queues `mail` for its reader, in the transaction of the handler; none for an address where nobody reads."""
    if mail.to.endswith(NOWHERE):
        return None
    return _queue(mail, event, to=mail.to, to_name=mail.to_name, subject=mail.subject)


def queue_sample(mail: ComposedMail, event: Event) -> Mail | None:
    """Queues a made-up customer's mail for the owner, marked as what it is."""
    reader = owner()
    if reader is None:
        return None
    with override(reader.language or letterhead().language):
        mark = _("Sample for %(name)s: %(subject)s") % {"name": mail.to_name, "subject": mail.subject}
    return _queue(mail, event, to=reader.email, to_name=reader.name, subject=mark)


def thread_headers(mail: ComposedMail) -> dict[str, str]:
    """All mails about one thing to one reader answer the same (never sent) message: one conversation."""
    root = f"<request-{mail.about_id}.{mail.recipient_id}@{message_host()}>"
    return {"In-Reply-To": root, "References": root}


def _queue(mail: ComposedMail, event: Event, *, to: str, to_name: str, subject: str) -> Mail | None:
    text, html = render(mail)
    outgoing = OutgoingMail(
        to=to,
        to_name=to_name,
        sender_name=letterhead().sender_name,
        recipient_user_id=mail.recipient_id,
        subject=subject,
        text=text,
        html=html,
        headers={**thread_headers(mail), **one_click(address_for(mail.recipient_id, mail.kind))},
    )
    return queue_mail(outgoing, event=event)
