"""`number`: kept as a decimal string, exactly as written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from portal_core.config.document.fields import FieldBase, NumberField
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.kinds import narrowing
from portal_core.config.kinds.base import COMPARE_EQUAL, Asked, Fault, FieldKind, noun_of
from portal_core.config.kinds.common import common_options, is_number
from portal_core.config.kinds.narrowing import Operand
from portal_core.config.kinds.plain import PlainField, plain_digits
from portal_core.config.kinds.typed import TypedNumber
from portal_core.config.localise import amount_in, grouping_in, number_in, typed_in
from portal_core.config.problem_kinds import ProblemKind
from tenants.ui.fields import FieldLook
from tenants.ui.spreadsheet import Cell

if TYPE_CHECKING:
    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField

_LONGEST: Final = 40  # characters typed
_MAX_DECIMALS: Final = 6
_BOUND: Final = Decimal(10) ** 15
_SPACES: Final = re.compile("[\\s\u00a0\u202f'’_]")
_PLAIN: Final = re.compile(r"[+-]?\d{1,16}(\.\d{1,20})?|[+-]?\.\d{1,20}")


def parse_number(typed: str, language: str) -> Decimal | None:
    """A number as people type it, with comma or point; None when it is none.

    One separator before exactly three digits groups thousands only where the language writes it so
    (1,000 in English, 1.000 in German); otherwise it is the decimal sign, whatever the language.
    """
    words = _SPACES.sub("", plain_digits(typed)).replace("\u2212", "-").replace("٫", ".").replace("٬", "")
    grouping = grouping_in(language)
    last = max(words.rfind("."), words.rfind(","))
    if "." in words and "," in words:
        other = "," if words[last] == "." else "."
        words = words.replace(other, "") if words.count(words[last]) == 1 else "x"
    elif last >= 0 and (words.count(words[last]) > 1 or _groups_thousands(words, words[last], grouping)):
        grouped = re.fullmatch(r"[+-]?\d{1,3}([.,]\d{3})+", words)
        words = words.replace(words[last], "") if grouped else "x"
    words = words.replace(",", ".")
    if words.endswith("."):
        words = words[:-1]
    return Decimal(words) if _PLAIN.fullmatch(words) else None


def retyped(typed: str, shown_in: str, language: str) -> str:
    """A number that was typed in one language as a reader of another types it; what is no number stays as it is."""
    number = parse_number(typed, shown_in) if len(typed) <= _LONGEST else None
    return typed if number is None else typed_in(format(number, "f"), language)


def _groups_thousands(words: str, sign: str, grouping: str) -> bool:
    return sign == grouping and re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", words) is not None


class NumberInput(PlainField):
    """Asks for a number; the errors show how to write one."""

    def __init__(self, *, config: NumberField, noun: object, language: str, **options: Any) -> None:
        self.config = config
        self.noun = noun
        self.language = language
        super().__init__(limit=_LONGEST, **options)

    def clean(self, value: object) -> Decimal | None:
        """The number, or None where nothing was written."""
        typed = super().clean(value)
        if not typed:
            return None
        number = parse_number(typed, self.language)
        if number is None or abs(number) >= _BOUND:
            raise self._error(_("Write %(noun)s as a number, such as %(example)s."), "number")
        self._check_decimals(number)
        self._check_bounds(number)
        return number

    def _check_decimals(self, number: Decimal) -> None:
        limit = _MAX_DECIMALS if self.config.decimals is None else self.config.decimals
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > limit:
            if limit == 0:
                raise self._error(_("Write %(noun)s as a whole number, such as %(example)s."), "whole")
            raise self._error(_("Write %(noun)s with at most %(limit)s decimals."), "decimals", limit=limit)

    def _check_bounds(self, number: Decimal) -> None:
        low, high = self.config.min, self.config.max
        is_low = low is not None and number < Decimal(str(low))
        is_high = high is not None and number > Decimal(str(high))
        if not (is_low or is_high):
            return
        if low is not None and high is not None:
            text = _("Write a number between %(low)s and %(high)s.")
        else:
            text = _("Write a number of %(low)s or more.") if is_low else _("Write a number of %(high)s or less.")
        raise self._error(text, "range", low=self._shown(low), high=self._shown(high))

    def _shown(self, bound: float | None) -> str:
        return "" if bound is None else number_in(Decimal(str(bound)), self.language)

    def _error(self, message: Any, code: str, **params: object) -> ValidationError:
        return ValidationError(message, code=code, params={"noun": self.noun, "example": self._example(), **params})

    def _example(self) -> str:
        low, high = self.config.min, self.config.max
        example = Decimal("0.8") if self.config.decimals != 0 else Decimal(3)
        inside = (low is None or Decimal(str(low)) <= example) and (high is None or example <= Decimal(str(high)))
        if not inside:
            example = Decimal(str(low if low is not None else high))
        return number_in(example, self.language)


def as_number(amount: Decimal) -> int | Decimal:
    """An amount to compare with, all its digits: whole ones without decimals."""
    return int(amount) if amount == amount.to_integral_value() else amount


def operand_amount(operand: object) -> Decimal | None:
    """What `as_number` gave as an amount again; None for what nobody types: true, "3", 1e308."""
    is_amount = is_number(operand) or isinstance(operand, Decimal)
    return parse_number(format(Decimal(str(operand)), "f"), "en") if is_amount else None


@lru_cache(maxsize=256)
def unit_look(unit: str, language: str) -> FieldLook:
    """The unit before or after the control, as the language writes it."""
    is_first = amount_in(Decimal(1), unit, language).startswith(unit)
    return FieldLook(prefix=unit) if is_first else FieldLook(suffix=unit)


class NumberKind(FieldKind[NumberField]):
    """A number with an optional unit."""

    key = "number"
    options = NumberField
    operators = COMPARE_EQUAL | {"more_than", "less_than"}
    filters = ("more_than", "less_than", "is", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        portal, language = asked.portal, asked.language
        config = self.config(field)
        attributes = {"inputmode": "numeric" if config.decimals == 0 and (config.min or 0) >= 0 else "decimal"}
        form_field = NumberInput(
            config=config,
            noun=noun_of(field, portal, language),
            language=language,
            widget=TypedNumber(asked=asked, retype=retyped, attrs=attributes),
            **common_options(field, portal, language),
        )
        unit = portal.text(config.unit, language)
        if unit:
            form_field.look = unit_look(unit, language)  # type: ignore[attr-defined]  # read by tenants.ui.fields
        return form_field

    def store(self, cleaned: object, field: CompiledField) -> JsonValue:
        return format(cleaned, "f") if isinstance(cleaned, Decimal) else None

    def initial(self, value: JsonValue, field: CompiledField, asked: Asked) -> object:
        return "" if value is None else typed_in(str(value), asked.language)

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        number = parse_number(str(value), "en") if value not in (None, "") else None
        if number is None:
            return ""
        return amount_in(number, portal.text(self.config(field).unit, language), language)

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        number = parse_number(str(value), "en") if value not in (None, "") else None
        return super().export(value, field, portal) if number is None else number

    def export_unit(self, field: CompiledField, portal: CompiledPortal) -> str:
        return portal.text(self.config(field).unit)

    def default(self, field: CompiledField) -> JsonValue:
        value = self.config(field).default
        return None if value is None else format(Decimal(str(value)), "f")

    def faults(self, config: FieldBase, document: PortalDocument) -> Iterator[Fault]:
        assert isinstance(config, NumberField)
        low, high, value = config.min, config.max, config.default
        if low is not None and high is not None and low > high:
            yield Fault(
                "min", "The least number is larger than the largest.", "Swap min and max.", ProblemKind.CROSSED_LIMITS
            )
        elif value is not None and not ((low is None or low <= value) and (high is None or value <= high)):
            yield Fault("default", "The default lies outside min and max.", "Change one of them.", ProblemKind.INVALID)

    def operand_mend(self, config: FieldBase, operator: str, operand: object) -> str:
        return "" if is_number(operand) else "Compare with a number, without quotes."

    def filter_input(self, field: CompiledField, operator: str, asked: Asked) -> forms.Field:
        # Any number: what lists are narrowed by need not be one that the field takes.
        config = NumberField(key=field.key, kind="number")
        label = asked.portal.text(field.label, asked.language)
        line = TypedNumber(asked=asked, retype=retyped, attrs={"inputmode": "decimal"})
        form_field = NumberInput(
            config=config, noun=_("this"), language=asked.language, required=False, label=label, widget=line
        )
        unit = asked.portal.text(self.config(field).unit, asked.language)
        if unit:
            form_field.look = unit_look(unit, asked.language)  # type: ignore[attr-defined]  # as above
        return form_field

    def operand(self, cleaned: object) -> object:
        return as_number(cleaned) if isinstance(cleaned, Decimal) else None

    def is_operand(self, operand: object, field: CompiledField, operator: str) -> bool:
        return operand_amount(operand) is not None

    def operand_words(self, operand: Operand, field: CompiledField, portal: CompiledPortal, language: str) -> str:
        # Not as it is displayed: JSON writes a small number as 1e-05.
        amount = operand_amount(operand)
        return "" if amount is None else amount_in(amount, portal.text(self.config(field).unit, language), language)

    def matching(self, field: CompiledField, operator: str, operand: Operand, portal: CompiledPortal) -> Q:
        if operator in narrowing.SIGNS:
            # Kept as text, so that no digit is lost.
            return narrowing.compares(field.key, operator, operand, subject="@.number()")
        return super().matching(field, operator, operand, portal)
