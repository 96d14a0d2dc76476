"""`{% load portal_words %}`: sentences of the portal that are built from data."""

import re
from collections.abc import Iterable
from typing import Final, Protocol

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal_core.accounts.names import name_to_greet
from portal_core.notifications.markdown import to_text
from portal_core.service_requests.offered_asks import OfferedAsk, is_any_needed
from tenants.templatetags.ui import number_word

register = template.Library()

_PHONE: Final = re.compile(r"\+?\d[\d  ()/-]{4,}\d")
_MORNING_UNTIL, _AFTERNOON_UNTIL = 12, 18


class TurnCounts(Protocol):
    """How many open requests need the customer, and how many are with the business."""

    @property
    def needs_you(self) -> int:
        """With the customer."""

    @property
    def with_us(self) -> int:
        """With the business."""


@register.simple_tag
def greeting(name: str) -> str:
    """`{% greeting name %}`: "Good morning, Maren", by the reader's own clock."""
    hour = timezone.localtime().hour
    if hour < _MORNING_UNTIL:
        words = _("Good morning")
    elif hour < _AFTERNOON_UNTIL:
        words = _("Good afternoon")
    else:
        words = _("Good evening")
    first_name = "" if "@" in name else name_to_greet(name)
    return f"{words}, {first_name}" if first_name else words


@register.simple_tag
def home_headline(counts: TurnCounts) -> SafeString:
    """The first line of home: what needs the customer, and that the rest is taken care of."""
    first = _needs_you(counts.needs_you)
    if counts.with_us:
        rest = _("Everything else is with us.") if counts.needs_you else _("Everything is with us.")
    elif counts.needs_you:
        rest = _("Nothing else is open.")
    else:
        rest = _("Here is how we can help.")
    return format_html('{} <span class="faint">{}</span>', first, rest)


@register.simple_tag
def list_headline(counts: TurnCounts, documents_asked: int) -> SafeString:
    """The headline of the list: "Two wait for you. Two are with us."."""
    waiting, ours = counts.needs_you, counts.with_us
    first = ngettext("%(number)s waits for you.", "%(number)s wait for you.", waiting)
    # A document may be asked for, or have been sent back, while its request is with us.
    nothing = _("No request waits for you.") if documents_asked else _("Nothing waits for you.")
    first = first % {"number": number_word(waiting)} if waiting else nothing
    rest = ngettext("%(number)s is with us.", "%(number)s are with us.", ours) % {"number": number_word(ours)}
    return format_html('{} <span class="faint">{}</span>', first, rest if ours else "")


def _needs_you(number: int) -> str:
    if not number:
        return _("Nothing needs you.")
    words = ngettext("%(number)s thing needs you.", "%(number)s things need you.", number)
    return words % {"number": number_word(number)}


@register.filter
def any_needed(asks: Iterable[OfferedAsk] | None) -> bool:
    """Whether something among what is asked must be done."""
    return is_any_needed(asks or ())


@register.simple_tag
def phones(text: str) -> SafeString:
    """A text of the business with its telephone numbers as links."""
    parts: list[str] = []
    end = 0
    for found in _PHONE.finditer(text):
        parts.append(conditional_escape(text[end : found.start()]))
        digits = re.sub(r"[^\d+]", "", found[0])
        parts.append(format_html('<a class="linkish" href="tel:{}">{}</a>', digits, found[0]))
        end = found.end()
    parts.append(conditional_escape(text[end:]))
    # SECURITY: every part was escaped just above.
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped above


@register.simple_tag
def plain_words(text: str) -> SafeString:
    """A Markdown text of the business as plain words: signs of emphasis gone, numbers to call as links."""
    lines = [phones(line) for line in to_text(text).splitlines()]
    # SECURITY: `phones` escapes each line.
    return mark_safe("<br>".join(lines))  # noqa: S308 - each part is escaped above


@register.simple_tag
def documents_asked_line(wanted: int) -> str:
    """How many documents a customer is asked for: "Two documents asked for."."""
    words = ngettext("%(number)s document asked for.", "%(number)s documents asked for.", wanted)
    return words % {"number": number_word(wanted)}


@register.simple_tag
def documents_headline(wanted: int, on_file: int) -> SafeString:
    """The headline of the vault: "Two documents asked for. 23 on file."."""
    nothing = _("Nothing is asked for.") if on_file else _("Your documents")
    first = documents_asked_line(wanted) if wanted else nothing
    rest = ngettext("%(count)s on file.", "%(count)s on file.", on_file) % {"count": on_file} if on_file else ""
    return format_html('{} <span class="faint">{}</span>', first, rest)
