"""Mails that consist of a few sentences and perhaps a code or a button: codes, invitations, hand-overs.

What is said about a service request is composed in `portal_core.notifications`; both share the templates' frame.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation

from tenants.outbox.headers import one_click
from tenants.outbox.letterhead import Letterhead, letterhead
from tenants.outbox.mails import OutgoingMail, queue_mail
from tenants.outbox.models import Event, Mail


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a letter says. `template` is a name under templates/emails/: code, invite or letter."""

    template: str
    subject: str
    headline: str
    paragraphs: tuple[str, ...]
    # Why the reader gets it; the last line of every mail.
    reason: str
    code: str = ""
    button_label: str = ""
    button_url: str = ""
    # Names and addresses, one below the other.
    links: tuple[tuple[str, str], ...] = ()
    # Where this kind of mail is switched off, for those that need not come.
    unsubscribe_url: str = ""
    settings_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """To whom a letter goes and in which language it is written."""

    email: str
    name: str = ""
    language: str = ""
    user_id: UUID | None = None


def queue_letter(
    letter: Letter,
    addressee: Addressee,
    *,
    is_secret: bool = False,
    expires_at: datetime | None = None,
    event: Event | None = None,
) -> Mail | None:
    """Writes the letter into the open transaction; it goes out after the commit.

    `is_secret` wipes the text from our tables once the mail server has it. With the `event` that it tells of, each
    address gets it once. Must run in a transaction.
    """
    head = letterhead()
    context = {
        "letter": letter,
        "subject": letter.subject,
        "headline": letter.headline,
        # A code stays out of the line that a locked telephone shows.
        "preheader": letter.paragraphs[0] if letter.paragraphs else letter.headline,
        "reason": letter.reason,
        "unsubscribe_url": letter.unsubscribe_url,
        "settings_url": letter.settings_url,
    }
    language = addressee.language or head.language
    text, html = render_mail(f"emails/{letter.template}", context, head=head, language=language)
    return queue_mail(
        OutgoingMail(
            to=addressee.email,
            to_name=addressee.name,
            sender_name=head.sender_name,
            recipient_user_id=addressee.user_id,
            subject=letter.subject,
            text=text,
            html=html,
            headers=one_click(letter.unsubscribe_url),
            is_secret=is_secret,
            expires_at=expires_at,
        ),
        event=event,
    )


# `Any`: a template context.
def render_mail(template: str, context: dict[str, Any], *, head: Letterhead, language: str) -> tuple[str, str]:
    """Plain text and HTML of `template` (without its suffix) in `language`."""
    with translation.override(language):
        full = {**context, "head": head, "language": language, "imprint": head.imprint(language)}
        text = render_to_string(f"{template}.txt", full)
        html = render_to_string(f"{template}.html", full)
    return tidy_text(text), html


def tidy_text(text: str) -> str:
    """Template leavings removed: no trailing white space, never more than one empty line."""
    # "-- " with its space is how mail programs know a signature.
    lines = [line if line == "-- " else line.rstrip() for line in text.strip().splitlines()]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept) + "\n"
