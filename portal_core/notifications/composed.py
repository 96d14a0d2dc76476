"""A composed mail: all that is said, before it becomes text and HTML."""

import uuid
from dataclasses import dataclass, field

from portal_core.notifications.models import Way


@dataclass(frozen=True, kw_only=True)
class ComposedMail:
    """What one person is told about one request. The desk shows it before it goes; the handler queues the same.

    `body_markdown` is the business's words with every value put in and escaped. `steps` are "past", "now" or "ahead";
    `facts` are pairs of label and value.
    """

    template: str
    to: str
    to_name: str
    recipient_id: uuid.UUID
    language: str
    subject: str
    headline: str
    body_markdown: str
    button_label: str
    button_url: str
    reason: str
    # What it is about (a request, a document, a file): all mails about it to one reader are one conversation.
    about_id: uuid.UUID
    reference: str = ""
    title: str = ""
    closing: str = ""
    step_line: str = ""
    steps: tuple[str, ...] = field(default=())
    facts: tuple[tuple[str, str], ...] = field(default=())
    # What the customer is asked for: the request, and why or until when.
    asks: tuple[tuple[str, str], ...] = field(default=())
    quote_lead: str = ""
    quote: str = ""
    # Under which kind its reader can switch it off (choices.py); "turn" for what always comes.
    kind: str
    # By the business's rule and the reader's choice: at once, with the daily mail, or not by mail.
    way: Way = Way.NOW
    # A guest has no page on which to choose, only the way out at the foot.
    has_account: bool = True
