"""`datetime`: a day and a time of day in the portal's time zone, kept in UTC."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from portal_core.config.document.fields import DateTimeField, FieldBase
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.kinds import narrowing
from portal_core.config.kinds.base import Asked, Fault, FieldKind, noun_of
from portal_core.config.kinds.common import common_options
from portal_core.config.kinds.date import ByDay, day_bound, day_faults, is_day, parse_day
from portal_core.config.kinds.narrowing import Operand
from portal_core.config.kinds.plain import PlainField, plain_digits
from portal_core.config.localise import city_of, date_in, moment_in
from portal_core.config.moments import (
    by_clock,
    ends_at,
    is_missing,
    read_moment,
    starts_at,
    stored_moment,
)
from tenants.ui.parts import Part, PartsWidget
from tenants.ui.spreadsheet import Cell

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField

_TIMES: Final = ("%H:%M", "%H:%M:%S", "%H.%M", "%H", "%I:%M %p", "%I:%M%p", "%I %p", "%I%p")

_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def parse_time(typed: str) -> time | None:
    """A time of day as browsers send it or people write it; None when it is none."""
    if _CLOCK.fullmatch(typed):  # as every browser sends it
        return time.fromisoformat(typed)
    words = " ".join(plain_digits(typed).upper().replace("UHR", "").replace(".M.", "M").split())
    for form in _TIMES:
        try:
            return datetime.strptime(words, form).time().replace(second=0)  # noqa: DTZ007 - of no day
        except ValueError:
            continue
    return None


@dataclass(frozen=True)
class _Terms:
    """In which words, in which zone and within which bounds a moment is asked for."""

    noun: _StrOrPromise
    language: str
    zone: ZoneInfo
    low: date | None
    high: date | None
    stored: datetime | None


class MomentInput(forms.Field):
    """Asks for a day and a time; what it cleans is an aware moment."""

    default_error_messages = {"required": _("Choose a day and a time.")}

    def __init__(self, *, terms: _Terms, **options: Any) -> None:  # Django's own options
        self.terms = terms
        self._text = PlainField(limit=40, required=False)
        super().__init__(**options)

    def clean(self, value: object) -> datetime | None:
        """The moment, or None where nothing was written."""
        if isinstance(value, str) and (moment := read_moment(value)) is not None:
            return self._bounded(moment)
        parts = value if isinstance(value, Mapping) else {"day": value, "time": ""}
        day, clock = (str(self._text.clean(parts.get(name))) for name in ("day", "time"))
        if not day and not clock:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        return self._bounded(self._moment(day, clock))

    def _moment(self, typed_day: str, typed_time: str) -> datetime:
        terms = self.terms
        day, clock = parse_day(typed_day), parse_time(typed_time)
        if day is None:
            example = "27.11.2026" if terms.language.startswith("de") else "27/11/2026"
            text = _("Write %(noun)s as a day, such as %(example)s.")
            if not typed_day:
                text = _("Write the day as well, such as %(example)s.")
            words = {"noun": terms.noun, "example": example, "part": "day"}
            raise ValidationError(text, code="day", params=words)
        if clock is None:
            text = _("Write the time as hours and minutes, such as 09:30.")
            if not typed_time:
                text = _("Write the time as well, such as 09:30.")
            raise ValidationError(text, code="time", params={"part": "time"})
        local = datetime.combine(day, clock)
        if is_missing(local, terms.zone):
            text = _("The clocks go forward then: there is no %(time)s on that day. Choose a time before or after.")
            raise ValidationError(text, code="gap", params={"time": f"{clock:%H:%M}"})
        # An hour that comes twice means the first, unless the second is what stood there and was not changed.
        moment, stored = local.replace(tzinfo=terms.zone), terms.stored
        if stored is not None and stored.astimezone(terms.zone).replace(tzinfo=None, fold=0) == local:
            return stored
        return moment

    def _bounded(self, moment: datetime) -> datetime:
        terms, day = self.terms, moment.astimezone(self.terms.zone).date()
        if terms.low is not None and day < terms.low:
            words = {"day": date_in(terms.low, terms.language)}
            raise ValidationError(_("Choose a day from %(day)s on."), code="early", params=words)
        if terms.high is not None and day > terms.high:
            words = {"day": date_in(terms.high, terms.language)}
            raise ValidationError(_("Choose a day up to %(day)s."), code="late", params=words)
        return moment


class DateTimeKind(ByDay, FieldKind[DateTimeField]):
    """A moment."""

    key = "datetime"
    options = DateTimeField
    operators = frozenset({"before", "after", "filled", "empty"})
    filters = ("after", "before", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        portal, language = asked.portal, asked.language
        config = self.config(field)
        today = timezone.now().astimezone(portal.time_zone).date()
        terms = _Terms(
            noun=noun_of(field, portal, language),
            language=language,
            zone=portal.time_zone,
            low=day_bound(config.min, today),
            high=day_bound(config.max, today),
            stored=read_moment(asked.stored),
        )
        options = common_options(field, portal, language)
        note = self._zone_note(portal, language)
        options["help_text"] = " ".join(words for words in (options["help_text"], note) if words)
        return MomentInput(terms=terms, widget=_widget(terms), **options)

    def _zone_note(self, portal: CompiledPortal, language: str) -> str:
        """Whose clock is meant, where the reader's own shows another time."""
        now = timezone.now()
        if now.astimezone(portal.time_zone).utcoffset() == timezone.localtime(now).utcoffset():
            return ""
        return gettext("By the clock in %(city)s.") % {"city": city_of(portal.time_zone, language)}

    def store(self, cleaned: object, field: CompiledField) -> JsonValue:
        return stored_moment(cleaned) if isinstance(cleaned, datetime) else None

    def initial(self, value: JsonValue, field: CompiledField, asked: Asked) -> object:
        # The portal's zone is not known here: the widget turns it into day and time (see `_widget`).
        return value or ""

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        moment = read_moment(value)
        if moment is None:
            return ""
        local = moment.astimezone(time_zone)
        words = moment_in(local, language)
        differs = local.utcoffset() != moment.astimezone(portal.time_zone).utcoffset()
        comes_twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
        if comes_twice:
            return f"{words} {local.tzname()}"
        if not differs:
            return words
        with override(language):
            return gettext("%(moment)s (%(city)s)") % {"moment": words, "city": city_of(time_zone, language)}

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        moment = read_moment(value)
        return "" if moment is None else by_clock(moment, portal.time_zone)

    def faults(self, config: FieldBase, document: PortalDocument) -> Iterator[Fault]:
        assert isinstance(config, DateTimeField)
        yield from day_faults(config)

    def operand_mend(self, config: FieldBase, operator: str, operand: object) -> str:
        is_moment = isinstance(operand, str) and len(operand) == len("2026-12-25T09:00") and _is_local(operand)
        return "" if is_day(operand) or is_moment else "Compare with a day such as 2026-12-25, or 2026-12-25T09:00."

    def operand_words(self, operand: Operand, field: CompiledField, portal: CompiledPortal, language: str) -> str:
        return date_in(date.fromisoformat(str(operand)), language)

    def matching(self, field: CompiledField, operator: str, operand: Operand, portal: CompiledPortal) -> Q:
        if operator not in ("before", "after"):
            return super().matching(field, operator, operand, portal)
        # By the days of the business; moments are kept in UTC, all in one form, and order as text.
        limit = (starts_at if operator == "before" else ends_at)(str(operand), portal.time_zone)
        sign = "<" if operator == "before" else ">="
        assert limit is not None, operand
        return narrowing.meets(field.key, f"@ {sign} {narrowing.literal(stored_moment(limit))}")


def _is_local(words: str) -> bool:
    try:
        return datetime.fromisoformat(words).tzinfo is None
    except ValueError:
        return False


def _widget(terms: _Terms) -> PartsWidget:
    """Day and time apart: people find both, and browsers without such inputs take what is written."""

    def split(value: object) -> dict[str, str]:
        moment = read_moment(value)
        if moment is None:
            return {"day": str(value or ""), "time": ""}
        local = moment.astimezone(terms.zone)
        return {"day": local.date().isoformat(), "time": f"{local:%H:%M}"}

    bounds = {name: bound.isoformat() for name, bound in (("min", terms.low), ("max", terms.high)) if bound}
    parts = (
        Part("day", _("Day"), attrs={"type": "date", **bounds}, width="w-day"),
        Part("time", _("Time"), attrs={"type": "time"}, width="w-time"),
    )
    return PartsWidget(parts, split)
