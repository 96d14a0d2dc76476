"""`{% load ui %}`: the parts of the design language that take a line of code.

Nothing here marks a text as safe; user text goes through `format_html`, which escapes it.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final, Protocol

from django import template
from django.forms import BaseForm, BoundField
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from tenants.ui import dates, fields, people, sprite
from tenants.ui.addresses import packed
from tenants.ui.parts import Control, parts_of
from tenants.ui.rows import TableForm, table_of

register = template.Library()


class StatusLike(Protocol):
    """What a glyph needs of a status: whose turn, how far (0 to 100), how it ended."""

    turn: str
    progress: int
    outcome: str | None


# ---- icons


@register.simple_tag(takes_context=True, name="icon")
def icon(context: Context, name: str, classes: str = "") -> SafeString:
    """`{% icon "home" %}`: an icon of the sprite, hidden from screen readers."""
    known = sprite.resolve(str(name))
    sprite.remember(context, known)
    flip = " flip" if known in sprite.POINTING else ""
    extra = f" {classes}" if classes else ""
    return format_html('<svg class="icon{}{}" aria-hidden="true"><use href="#i-{}"/></svg>', flip, extra, known)


@register.simple_tag(takes_context=True, name="sprite")
def sprite_tag(context: Context) -> SafeString:
    """`{% sprite %}`: the symbols used so far; at the end of a page, and of a part that htmx fetches."""
    return sprite.rendered(context)


# ---- status and turn


def glyph_kind(status: StatusLike) -> str:
    """The shape of a status: its own `glyph` when it names one, else by turn, progress and outcome."""
    named = getattr(status, "glyph", "")
    if named:
        return str(named)
    if status.turn == "customer":
        return "customer"
    if status.turn == "nobody":
        return "stopped" if (status.outcome or "done") == "stopped" else "done"
    return "us" if round(status.progress / 10) else "new"


@register.simple_tag(name="glyph")
def glyph(status: StatusLike | None = None, kind: str = "", progress: int = 0, classes: str = "") -> SafeString:
    """`{% glyph status %}` or `{% glyph kind="us" progress=60 %}`: the sign before a status's words."""
    if status is not None:
        kind, progress = glyph_kind(status), status.progress
    tone = {"customer": "them", "done": "good", "stopped": "quiet"}.get(kind, "")
    extra = f" {classes}" if classes else ""
    tens = min(9, max(1, round(progress / 10))) * 10
    if kind == "us":
        return format_html('<span class="glyph{}" data-p="{}" data-g="us"></span>', extra, tens)
    if tone:
        return format_html('<span class="glyph{}" data-g="{}" data-tone="{}"></span>', extra, kind, tone)
    return format_html('<span class="glyph{}" data-g="{}"></span>', extra, kind or "new")


@register.filter
def status_tone(status: StatusLike) -> str:
    """The tone of a status chip: us, them, good or quiet."""
    kind = glyph_kind(status)
    return {"customer": "them", "done": "good", "stopped": "quiet"}.get(kind, "us")


@register.simple_tag(name="baton")
def baton(turn: str, you: str, business: str, classes: str = "") -> SafeString:
    """`{% baton request.turn you business %}`: who has it now; nothing when nobody has.

    `you` is "You" (an empty text) in the portal and the customer's name at the desk.
    """
    if turn not in ("us", "customer"):
        return SafeString("")
    side = "us" if turn == "us" else "them"
    if turn == "us":
        hidden = gettext("has it now")
    else:
        hidden = gettext(", it is %(name)s’s turn") % {"name": you} if you else gettext(", it is your turn")
    return format_html(
        '<span class="baton{}" data-with="{}"><span>{}</span><i></i><span>{}</span><span class="sr">{}</span></span>',
        f" {classes}" if classes else "",
        side,
        you or gettext("You"),
        business,
        hidden,
    )


@register.simple_tag(name="baton_mini")
def baton_mini(turn: str, text: str) -> SafeString:
    """`{% baton_mini request.turn "Us, since Thursday" %}`: the baton of narrow places."""
    if turn not in ("us", "customer"):
        return SafeString("")
    side = "us" if turn == "us" else "them"
    return format_html('<span class="baton baton-mini" data-with="{}"><i></i><span>{}</span></span>', side, text)


@register.simple_tag(name="course")
def course(current: int, total: int) -> SafeString:
    """`{% course 3 5 %}`: a bar per step, the current one half filled; past the end = all done."""
    if total < 1:
        return SafeString("")
    classes = [("d" if step < current else "c" if step == current else "") for step in range(1, total + 1)]
    bars = format_html_join("", "<span{}></span>", ((_class_attribute(name),) for name in classes))
    label = gettext("Step %(current)d of %(total)d") % {"current": min(current, total), "total": total}
    return format_html('<div class="course" role="img" aria-label="{}">{}</div>', label, bars)


def _class_attribute(name: str) -> SafeString:
    return format_html(' class="{}"', name) if name else SafeString("")


@register.inclusion_tag("components/colonnade.html", name="colonnade")
def colonnade(steps: object, mini: bool = False) -> dict[str, object]:
    """`{% colonnade steps %}`: the course with names and dates; see components/colonnade.html."""
    return {"steps": steps, "mini": mini}


# ---- time


def _time(value: date | datetime, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', dates.machine(value), words)


@register.simple_tag(name="when")
def when(
    value: date | datetime | None, style: str = "long", time: bool = False, start: bool = False, before: str = ""
) -> SafeString:
    """`{% when moment %}`: "Friday 27 November", "yesterday, 16:20"; style "plain": "17 November".

    time=True adds the time to far days as well; start=True begins with a capital; `before` is a word such as "since".
    """
    if value is None:
        return SafeString("")
    words = f"{before} {dates.in_words(value, style=style, with_time=time)}".strip()
    return _time(value, words[:1].upper() + words[1:] if start else words)


@register.simple_tag(name="when_short")
def when_short(value: date | datetime | None, time: bool = False, start: bool = False, before: str = "") -> SafeString:
    """`{% when_short moment time=True %}`: "Tue 17 Nov, 08:14", for tables and timelines."""
    return when(value, style="short", time=time, start=start, before=before)


@register.simple_tag(name="clock")
def clock(value: datetime | None) -> SafeString:
    """`{% clock moment %}`: the time of day alone."""
    return SafeString("") if value is None else _time(value, dates.clock(value))


@register.filter
def time_of_day(value: datetime) -> str:
    """`{{ moment|time_of_day }}`: the time of day as text, for sentences that are translated as a whole."""
    return dates.clock(value)


@register.simple_tag(name="ago")
def ago(value: datetime | None) -> SafeString:
    """`{% ago moment %}`: "38 min", "2 h", "yesterday", "3 d"."""
    return SafeString("") if value is None else _time(value, dates.ago(value))


@register.simple_tag(name="heat")
def heat(due_at: datetime | None, paused: bool = False, prefix: str = "") -> SafeString:
    """`{% heat request.due_at paused=… %}`: how due, as words and bars; nothing without a due time."""
    if due_at is None:
        return SafeString("")
    due = dates.due_in_words(due_at, paused=paused)
    text = f"{prefix} {due.text}" if prefix else due.text
    return format_html(
        '<span class="heat" data-tone="{}" data-h="{}"><i aria-hidden="true"></i>{}</span>',
        due.tone,
        due.level,
        _time(due_at, text),
    )


# ---- people and numbers


@register.filter
def initials(name: str) -> str:
    """`{{ name|initials }}`: "Maren Holt" → "MH"."""
    return people.initials(str(name))


@register.simple_tag(name="avatar")
def avatar(name: str, key: object = "", size: str = "", us: bool = False) -> SafeString:
    """`{% avatar name key size="s" us=True %}`: a person's mark beside their written name.

    `key` (an id) gives a steady tone; us=True is the brand's tone for the business's people in the portal.
    """
    classes = ["avatar"]
    if size in ("s", "m"):
        classes.append(f"avatar-{size}")
    if us:
        classes.append("avatar-us")
    elif key:
        classes.append(people.tone_class(str(key)))
    return format_html('<span class="{}" aria-hidden="true">{}</span>', " ".join(classes), people.initials(str(name)))


@register.filter(name="packed")
def packed_address(address: str) -> str:
    """`?back={{ address|packed|urlencode:'' }}`: an address as it stands inside of another one, or in a form."""
    return packed(address)


@register.filter
def number_word(number: int) -> str:
    """`{{ 4|number_word }}`: "Four" up to twelve, figures after that; begins with a capital."""
    words = (
        gettext("None"), gettext("One"), gettext("Two"), gettext("Three"), gettext("Four"), gettext("Five"),
        gettext("Six"), gettext("Seven"), gettext("Eight"), gettext("Nine"), gettext("Ten"), gettext("Eleven"),
        gettext("Twelve"),
    )  # fmt: skip
    return words[number] if 0 <= number < len(words) else str(number)


# Between quotes, as English and German write them, a sentence names what somebody has typed.
_QUOTED: Final = re.compile("(“)([^“”„]+)(”)|(„)([^“”„]+)(“)")


@register.filter
def quotes_apart(sentence: object) -> SafeString:
    """`{{ text|quotes_apart }}`: a sentence that stays in order though its quoted words run from right to left."""
    if isinstance(sentence, SafeString):
        return sentence
    words, pieces, at = str(sentence), [], 0
    for found in _QUOTED.finditer(words):
        first, quoted, last = (group for group in found.groups() if group is not None)
        pieces.append(format_html("{}{}<bdi>{}</bdi>{}", words[at : found.start()], first, quoted, last))
        at = found.end()
    return format_html_join("", "{}", ((piece,) for piece in (*pieces, words[at:])))


# ---- forms


@register.filter
def shape(bound: BoundField) -> str:
    """`{{ field|shape }}`: hidden, group, parts, rows, own, tick or line."""
    return fields.shape_of(bound)


@register.filter
def as_lead(label: object) -> str:
    """`{{ field.label|as_lead }}`: the label before what is said about the field."""
    return fields.as_lead(label)


@register.filter
def look(bound: BoundField) -> fields.FieldLook:
    """`{{ field|look }}`: its FieldLook."""
    return fields.look_of(bound)


@register.filter
def options(bound: BoundField) -> list[fields.Option]:
    """`{{ field|options }}`: the answers of a radio or checkbox group."""
    return list(fields.options_of(bound))


@register.filter
def group_type(bound: BoundField) -> str:
    """`{{ field|group_type }}`: radio or checkbox."""
    return fields.group_type(bound)


@register.filter
def limit(bound: BoundField) -> int | None:
    """`{{ field|limit }}`: the longest text in characters, where it is said; else None."""
    return fields.said_limit(bound)


@register.simple_tag(name="described_by")
def described_by(bound: BoundField, hint: object = "") -> str:
    """`{% described_by field help %}`: ids of help, limit and error."""
    return fields.described_by(bound, hint=bool(hint))


@register.simple_tag(name="control")
def control(bound: BoundField, hint: object = "") -> SafeString:
    """`{% control field help %}`: the input, select or textarea of a field."""
    return fields.control(bound, hint=bool(hint))


@register.filter
def parts(bound: BoundField) -> list[Control]:
    """`{{ field|parts }}`: the controls of a field that has several."""
    return parts_of(bound, f"{bound.auto_id}-error")


@register.filter
def table_form(bound: BoundField) -> TableForm:
    """`{{ field|table_form }}`: the table of a field that is one."""
    return table_of(bound)


@register.filter
def problems(bound: BoundField) -> list[fields.FieldProblem]:
    """`{{ field|problems }}`: what is wrong with it, each with the id that leads there."""
    return fields.problems_of(bound)


@register.filter
def answers_to_mend(form: object) -> int:
    """`{{ form|answers_to_mend }}`: how many answers need another look; what is wrong with the whole counts as one."""
    if not isinstance(form, BaseForm):
        return 0
    wrong = sum(fields.answers_to_mend(bound) for bound in form if bound.errors)
    return wrong + bool(form.non_field_errors())


@register.filter
def only_if(text: str, condition: object) -> str:
    """`{{ text|only_if:condition }}`: the text when the condition holds, else nothing."""
    return text if condition else ""


@register.filter
def lookup(mapping: Mapping[str, object] | None, key: str) -> object:
    """`{{ mapping|lookup:key }}`: the value of a key, or nothing."""
    return mapping.get(key) if mapping else None
