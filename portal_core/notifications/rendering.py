"""From a composed mail to text and HTML, in the portal's look."""

from portal_core.notifications.choices import ALWAYS
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.markdown import quoted_html, to_html, to_text
from portal_core.notifications.parts import settings_address
from portal_core.notifications.unsubscribe import address_for
from tenants.outbox.letterhead import letterhead
from tenants.outbox.letters import render_mail

PREHEADER_LENGTH = 140


def render(mail: ComposedMail) -> tuple[str, str]:
    """Plain text and HTML of `mail`. The desk's preview shows the same strings that the mail server gets."""
    head = letterhead()
    body_text = to_text(mail.body_markdown)
    context = {
        "subject": mail.subject,
        "headline": mail.headline,
        "preheader": " ".join((mail.quote or body_text).split())[:PREHEADER_LENGTH],
        "reference": mail.reference,
        "title": mail.title,
        "body_html": to_html(mail.body_markdown, link_colour=head.accent_text),
        "body_text": body_text,
        "quote": mail.quote,
        "quote_lead": mail.quote_lead,
        "quote_html": quoted_html(mail.quote),
        "quote_text": _indented(mail.quote),
        "button_label": mail.button_label,
        "button_url": mail.button_url,
        "steps": mail.steps,
        "step_line": mail.step_line,
        "facts": mail.facts,
        "asks": mail.asks,
        "closing": mail.closing,
        "reason": mail.reason,
        "settings_url": settings_address() if mail.kind != ALWAYS and mail.has_account else "",
        "unsubscribe_url": address_for(mail.recipient_id, mail.kind),
    }
    return render_mail(f"emails/{mail.template}", context, head=head, language=mail.language)


def _indented(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())
