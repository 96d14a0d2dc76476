"""`date`: a day, kept as ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from portal_core.config.document.fields import DateField, DateTimeField, FieldBase
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.kinds.base import COMPARE_EQUAL, Asked, Fault, FieldKind, noun_of
from portal_core.config.kinds.common import common_options
from portal_core.config.kinds.narrowing import Operand, plain
from portal_core.config.kinds.plain import PlainField, plain_digits
from portal_core.config.localise import date_in
from portal_core.config.problem_kinds import ProblemKind
from tenants.ui.spreadsheet import Cell

if TYPE_CHECKING:
    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField

_FORMATS: Final = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %m %Y", "%d-%m-%Y")
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIRST_YEAR: Final = 1850
_LAST_YEAR: Final = 2199


def parse_day(typed: str) -> date | None:
    """A day as browsers send it or people write it (day first); None when it is none."""
    words = typed if typed.isascii() else plain_digits(typed)
    if _ISO.fullmatch(words):  # as every browser sends it
        with suppress(ValueError):
            day = date.fromisoformat(words)
            return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None
    for form in _FORMATS:
        try:
            day = datetime.strptime(words, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None
    return None


def day_bound(bound: str | None, today: date) -> date | None:
    """A bound of the document, where "today" is the reader's today."""
    if bound is None:
        return None
    return today if bound == "today" else date.fromisoformat(bound)


def day_faults(config: DateField | DateTimeField) -> Iterator[Fault]:
    """Bounds and default that are days, the first before the last."""
    days: dict[str, date] = {}
    for name in ("min", "max", "default"):
        words: str | None = getattr(config, name, None)
        if words is None or words == "today":
            continue
        try:
            days[name] = date.fromisoformat(words)
        except ValueError:
            yield Fault(name, f"There is no day {words}.", "Write a day as 2026-12-25.", ProblemKind.NO_SUCH_DAY)
    if "min" in days and "max" in days and days["min"] > days["max"]:
        yield Fault("min", "The first day comes after the last.", "Swap min and max.", ProblemKind.CROSSED_LIMITS)


def is_day(operand: object) -> bool:
    """Whether a document compares with a day."""
    try:
        return isinstance(operand, str) and bool(date.fromisoformat(operand))
    except ValueError:
        return False


def is_kept_day(operand: object) -> bool:
    """Whether it is a day as answers are kept: in the one form that orders as text, and of a year that is taken."""
    day = parse_day(operand) if isinstance(operand, str) else None
    return day is not None and day.isoformat() == operand


class DayInput(PlainField):
    """Asks for a day; the errors show how to write one."""

    def __init__(
        self, *, config: DateField | DateTimeField, noun: object, language: str, today: date, **options: Any
    ) -> None:
        self.config = config
        self.noun = noun
        self.language = language
        self.today = today
        super().__init__(limit=40, **options)

    def clean(self, value: object) -> date | None:
        """The day, or None where nothing was written."""
        typed = super().clean(value.isoformat() if isinstance(value, date) else value)
        if not typed:
            return None
        day = parse_day(typed)
        if day is None:
            example = "27.11.2026" if self.language.startswith("de") else "27/11/2026"
            raise ValidationError(
                _("Write %(noun)s as a day, such as %(example)s."),
                code="day",
                params={"noun": self.noun, "example": example},
            )
        self._check_bounds(day)
        return day

    def _check_bounds(self, day: date) -> None:
        low, high = day_bound(self.config.min, self.today), day_bound(self.config.max, self.today)
        if low is not None and day < low:
            raise ValidationError(
                _("Choose a day from %(day)s on."), code="early", params={"day": date_in(low, self.language)}
            )
        if high is not None and day > high:
            raise ValidationError(
                _("Choose a day up to %(day)s."), code="late", params={"day": date_in(high, self.language)}
            )


class ByDay:
    """A kind whose answers fall on a day: whatever it takes itself, and whatever minute a condition names, lists are
    narrowed by any day."""

    def filter_input(self, field: CompiledField, operator: str, asked: Asked) -> forms.Field:
        return any_day(field, asked)

    def operand(self, cleaned: object) -> object:
        return cleaned.isoformat() if isinstance(cleaned, date) else None

    def is_operand(self, operand: object, field: CompiledField, operator: str) -> bool:
        return is_kept_day(operand)


class DateKind(ByDay, FieldKind[DateField]):
    """A day without a time."""

    key = "date"
    options = DateField
    operators = COMPARE_EQUAL | {"before", "after"}
    filters = ("after", "before", "is", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        portal, language = asked.portal, asked.language
        config = self.config(field)
        today = timezone.now().astimezone(portal.time_zone).date()
        attributes = {"type": "date"}
        for name, bound in (("min", day_bound(config.min, today)), ("max", day_bound(config.max, today))):
            if bound is not None:
                attributes[name] = bound.isoformat()
        return DayInput(
            config=config,
            noun=noun_of(field, portal, language),
            language=language,
            today=today,
            widget=forms.TextInput(attrs=attributes),
            **common_options(field, portal, language),
        )

    def store(self, cleaned: object, field: CompiledField) -> JsonValue:
        return cleaned.isoformat() if isinstance(cleaned, date) else None

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        day = parse_day(str(value)) if value else None
        return "" if day is None else date_in(day, language)

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        day = parse_day(str(value)) if value else None
        return super().export(value, field, portal) if day is None else day

    def default(self, field: CompiledField) -> JsonValue:
        return (
            self.config(field).default if self.config(field).default != "today" else timezone.now().date().isoformat()
        )

    def faults(self, config: FieldBase, document: PortalDocument) -> Iterator[Fault]:
        assert isinstance(config, DateField)
        yield from day_faults(config)

    def operand_mend(self, config: FieldBase, operator: str, operand: object) -> str:
        return "" if is_day(operand) else "Compare with a day such as 2026-12-25."

    def operand_words(self, operand: Operand, field: CompiledField, portal: CompiledPortal, language: str) -> str:
        return self.display(plain(operand), field, portal, language, portal.time_zone)


def any_day(field: CompiledField, asked: Asked) -> DayInput:
    """Asks for a day to narrow a list by; any day, whatever the field takes."""
    return DayInput(
        config=DateField(key=field.key, kind="date"),
        noun=_("this"),
        language=asked.language,
        today=timezone.now().astimezone(asked.portal.time_zone).date(),
        widget=forms.TextInput(attrs={"type": "date"}),
        required=False,
        label=asked.portal.text(field.label, asked.language),
    )
