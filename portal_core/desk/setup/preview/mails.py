"""The mail of a status, as it would reach the reader on stage."""

import re
from dataclasses import dataclass
from typing import Final

from portal_core.config.looking import looker
from portal_core.desk.setup.preview.trying import Stage
from portal_core.notifications.compose import status_mail
from portal_core.notifications.rendering import render

# Addresses that act for whoever has them, without signing in.
_SECRET: Final = re.compile(r"/(u|signin/link|join)/[^\"'<>\s]+")


@dataclass(frozen=True)
class SeenMail:
    """One mail: its head, and its text as HTML."""

    to: str
    subject: str
    sender: str
    html: str
    text: str


def seen_mail(made: Stage, status_key: str) -> SeenMail | None:
    """The mail that the reader gets when the request on stage reaches the status; None where nobody is told."""
    if made.row is None:
        return None
    who = looker()
    mail = status_mail(made.row, status_key=status_key, portal=made.portal, shown_to=None if who is None else who.role)
    if mail is None:
        return None
    text, html = render(mail)
    sender = made.portal.document.portal.sender_name or made.portal.name
    return SeenMail(mail.to, mail.subject, sender, without_secrets(html), without_secrets(text))


def without_secrets(html: str) -> str:
    """SECURITY: whoever looks at a customer's mail is not handed what acts in the customer's name."""
    return _SECRET.sub(r"/\1/-/", html)
