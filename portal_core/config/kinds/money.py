"""`money`: an amount in the portal's currency, kept in minor units together with the currency."""

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

from portal_core.config.amounts import Money, currencies, decimals_of, money_in, read_money, stored_money, symbol_in
from portal_core.config.document.fields import FieldBase, MoneyField
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.kinds import narrowing
from portal_core.config.kinds.base import COMPARE_EQUAL, Asked, Fault, FieldKind, noun_of
from portal_core.config.kinds.common import common_options, is_number
from portal_core.config.kinds.narrowing import Operand
from portal_core.config.kinds.number import as_number, operand_amount, parse_number, retyped
from portal_core.config.kinds.plain import PlainField
from portal_core.config.kinds.typed import TypedNumber
from portal_core.config.localise import typed_in
from portal_core.config.problem_kinds import ProblemKind
from tenants.ui.fields import FieldLook
from tenants.ui.spreadsheet import Cell

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField

_LONGEST: Final = 40
_BOUND: Final = Decimal(10) ** 13
_CODE: Final = re.compile(r"^\s*([A-Za-z]{3})(?![A-Za-z])|(?<![A-Za-z])([A-Za-z]{3})\s*$")


class MoneyInput(PlainField):
    """Asks for an amount; the errors show how to write one. `kept` is the currency of what stands there now."""

    def __init__(
        self, *, currency: str, kept: str, config: MoneyField, noun: _StrOrPromise, language: str, **options: Any
    ) -> None:
        self.currency = currency
        self.kept = kept
        self.config = config
        self.noun = noun
        self.language = language
        super().__init__(limit=_LONGEST, **options)

    def clean(self, value: object) -> Money | None:
        """The amount, or None where nothing was written."""
        money = read_money(value)
        if money is None:
            typed = super().clean(value)
            if not typed:
                return None
            money = self._parsed(typed)
        if money.currency not in (self.currency, self.kept):
            raise self._error(_("Write %(noun)s in %(currency)s."), "currency")
        self._check(money)
        return money

    def _parsed(self, typed: str) -> Money:
        words, currency = self._without_sign(typed, self.language)
        number = parse_number(words, self.language)
        if number is None or abs(number) >= _BOUND:
            raise self._error(_("Write %(noun)s as an amount, such as %(example)s."), "amount")
        return Money(number.normalize() if number == number.to_integral() else number, currency)

    def retyped(self, typed: str, shown_in: str, language: str) -> str:
        """An amount typed in one language as a reader of another types it, with its currency where it is not ours."""
        if len(typed) > _LONGEST:
            return typed
        words, currency = self._without_sign(typed, shown_in)
        amount = retyped(words, shown_in, language)
        if parse_number(words, shown_in) is None:
            return typed
        return amount if currency == self.currency else f"{amount} {currency}"

    def _without_sign(self, typed: str, language: str) -> tuple[str, str]:
        """The number alone, and the currency that was written with it (the portal's when none was)."""
        found = _CODE.search(typed)
        code = (found[1] or found[2]).upper() if found else ""
        if found and code in currencies():
            return typed[: found.start()] + typed[found.end() :], code
        for currency in (self.currency, self.kept):
            for sign in {symbol_in(currency, language), symbol_in(currency, "en")} if currency else ():
                if sign in typed:
                    return typed.replace(sign, "", 1), currency
        return typed, self.currency

    def _check(self, money: Money) -> None:
        limit = decimals_of(money.currency)
        exponent = money.amount.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > limit:
            text = _("Write %(noun)s as a whole amount, such as %(example)s.")
            if limit:
                text = _("Write %(noun)s with at most %(limit)s decimals.")
            raise self._error(text, "decimals", limit=limit)
        if money.currency == self.currency:
            self._check_bounds(money.amount)

    def _check_bounds(self, amount: Decimal) -> None:
        low, high = self.config.min, self.config.max
        is_low = low is not None and amount < Decimal(str(low))
        is_high = high is not None and amount > Decimal(str(high))
        if not (is_low or is_high):
            return
        if low is not None and high is not None:
            text = _("Write an amount between %(low)s and %(high)s.")
        else:
            text = _("Write an amount of %(low)s or more.") if is_low else _("Write an amount of %(high)s or less.")
        raise self._error(text, "range", low=self._shown(low), high=self._shown(high))

    def _shown(self, bound: float | None) -> str:
        return "" if bound is None else money_in(Money(Decimal(str(bound)), self.currency), self.language)

    def _error(self, message: _StrOrPromise, code: str, **params: object) -> ValidationError:
        example = money_in(Money(self._example(), self.currency), self.language)
        given = {"noun": self.noun, "example": example, "currency": self.currency, **params}
        return ValidationError(message, code=code, params=given)

    def _example(self) -> Decimal:
        low, high = self.config.min, self.config.max
        example = Decimal("62.40") if decimals_of(self.currency) else Decimal(62)
        inside = (low is None or Decimal(str(low)) <= example) and (high is None or example <= Decimal(str(high)))
        return example if inside else Decimal(str(low if low is not None else high))


class MoneyKind(FieldKind[MoneyField]):
    """An amount of money. What was given in a former currency of the portal keeps it."""

    key = "money"
    options = MoneyField
    operators = COMPARE_EQUAL - {"one_of"} | {"more_than", "less_than"}
    filters = ("more_than", "less_than", "is", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        options = common_options(field, asked.portal, asked.language)
        return self._typed(self.config(field), noun_of(field, asked.portal, asked.language), asked, options)

    def _typed(
        self, config: MoneyField, noun: _StrOrPromise, asked: Asked, options: dict[str, Any]
    ) -> MoneyInput:  # `Any`: keyword arguments of Django's form fields
        """The field, which reads what was typed in the language in which it was shown."""
        made = self._input(config, noun, asked, options)
        made.widget = TypedNumber(asked=asked, retype=made.retyped, attrs=made.widget.attrs)
        return made

    def _input(
        self, config: MoneyField, noun: _StrOrPromise, asked: Asked, options: dict[str, Any]
    ) -> MoneyInput:  # `Any`: keyword arguments of Django's form fields
        currency = asked.portal.settings.currency or ""
        kept = read_money(asked.stored)
        form_field = MoneyInput(
            currency=currency,
            kept=kept.currency if kept else "",
            config=config,
            noun=noun,
            language=asked.language,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            **options,
        )
        if currency:
            form_field.look = _look(currency, asked.language)  # type: ignore[attr-defined]  # for tenants.ui.fields
        return form_field

    def store(self, cleaned: object, field: CompiledField) -> JsonValue:
        return stored_money(cleaned) if isinstance(cleaned, Money) else None

    def initial(self, value: JsonValue, field: CompiledField, asked: Asked) -> object:
        money = read_money(value)
        if money is None:
            return ""
        amount = typed_in(format(money.amount, "f"), asked.language)
        return amount if money.currency == field.currency else f"{amount} {money.currency}"

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        money = read_money(value)
        return "" if money is None else money_in(money, language)

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        """The amount, to be added up; one in the currency of former days with its currency, not to be."""
        money = read_money(value)
        if money is None:
            return ""
        is_usual = money.currency == portal.settings.currency
        return money.amount if is_usual else f"{format(money.amount, 'f')} {money.currency}"

    def export_unit(self, field: CompiledField, portal: CompiledPortal) -> str:
        return portal.settings.currency or ""

    def faults(self, config: FieldBase, document: PortalDocument) -> Iterator[Fault]:
        assert isinstance(config, MoneyField)
        currency = document.portal.currency
        if currency is None:
            yield Fault(
                "kind", "The portal has no currency.", 'Add it to portal: "currency": "GBP".', ProblemKind.NO_CURRENCY
            )
        elif currency not in currencies():
            mend = "Use a code such as GBP or EUR in portal.currency."
            yield Fault("kind", f"There is no currency “{currency}”.", mend, ProblemKind.NO_CURRENCY)
        if config.min is not None and config.max is not None and config.min > config.max:
            yield Fault(
                "min", "The least amount is larger than the largest.", "Swap min and max.", ProblemKind.CROSSED_LIMITS
            )

    def operand_mend(self, config: FieldBase, operator: str, operand: object) -> str:
        return "" if is_number(operand) else "Compare with an amount such as 62.40, without quotes."

    def filter_input(self, field: CompiledField, operator: str, asked: Asked) -> forms.Field:
        config = MoneyField(key=field.key, kind="money")
        label = asked.portal.text(field.label, asked.language)
        return self._typed(config, _("this"), asked, {"required": False, "label": label})

    def operand(self, cleaned: object) -> object:
        return as_number(cleaned.amount) if isinstance(cleaned, Money) else None

    def is_operand(self, operand: object, field: CompiledField, operator: str) -> bool:
        return operand_amount(operand) is not None

    def operand_words(self, operand: Operand, field: CompiledField, portal: CompiledPortal, language: str) -> str:
        return money_in(Money(Decimal(str(operand)), portal.settings.currency or ""), language)

    def matching(self, field: CompiledField, operator: str, operand: Operand, portal: CompiledPortal) -> Q:
        if operator not in narrowing.SIGNS:
            return super().matching(field, operator, operand, portal)
        # What was given in another currency, before the portal's was changed, is neither more nor less.
        currency = portal.settings.currency or ""
        minor = Decimal(str(operand)).scaleb(decimals_of(currency))
        is_ours = f"@.currency == {narrowing.literal(currency)}"
        return narrowing.meets(field.key, f"{is_ours} && @.amount_minor {narrowing.SIGNS[operator]} {minor:f}")


@lru_cache(maxsize=256)
def _look(currency: str, language: str) -> FieldLook:
    sign = symbol_in(currency, language)
    is_first = money_in(Money(Decimal(1), currency), language).startswith(sign)
    return FieldLook(prefix=sign) if is_first else FieldLook(suffix=sign)
