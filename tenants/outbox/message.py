"""From a row to the message that goes over the wire."""

from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import BadHeaderError

from tenants.outbox.headers import one_line
from tenants.outbox.models import Mail
from tenants.outbox.pictures import pictures_of


class MessageImpossible(ValueError):
    """The row cannot be made into a message (an address that is none); trying again would change nothing."""


def build(mail: Mail) -> EmailMultiAlternatives:
    """The message of `mail`: same Message-ID at every attempt, marked as automatic. Raises MessageImpossible."""
    headers = {
        **mail.headers,
        "Message-ID": mail.message_id,
        # Out-of-office answers and bounces by robots stay away (RFC 3834; Exchange listens to the second only).
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    message = EmailMultiAlternatives(
        subject=one_line(mail.subject, limit=250),
        body=mail.text,
        from_email=sender(mail.sender_name),
        to=[address(mail.to_name, mail.to_address)],
        headers=headers,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
        for picture in pictures_of(mail.html):
            message.mixed_subtype = "related"  # type: ignore[attr-defined]  # the stubs do not know it
            message.attach(picture)
    try:
        message.message().as_bytes()
    except (BadHeaderError, ValueError, IndexError) as error:
        raise MessageImpossible(f"{type(error).__name__}: {error}") from error
    return message


def sender(name: str) -> str:
    """The From header: the portal's name before the one address that our mail server may send for."""
    default_name, plain = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return address(name or default_name, plain)


def address(name: str, plain: str) -> str:
    """`Name <plain>`, quoted where needed. SECURITY: neither part can start a header or add an address."""
    plain = one_line(plain, limit=320)
    if any(c in plain for c in ' ,;<>"\\()') or plain.count("@") != 1:
        raise MessageImpossible(f"not an address: {plain!r}")
    name = one_line(name, limit=120)
    # An "@" in a display name looks like another address and makes some servers refuse.
    return formataddr((name.replace("@", " at "), plain)) if name else plain
