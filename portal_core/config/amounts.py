"""Amounts of money as they are kept: minor units and the currency that they were given in."""

from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from babel.numbers import format_currency, get_currency_precision, get_currency_symbol, list_currencies
from pydantic import JsonValue

from portal_core.config.localise import reading_locale

_MOST_DIGITS: Final = 18


class Money(NamedTuple):
    """An amount in major units (pounds, not pence), and its currency."""

    amount: Decimal
    currency: str


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """The codes of all currencies."""
    return frozenset(list_currencies())


@lru_cache(maxsize=256)
def decimals_of(currency: str) -> int:
    """How many decimals the currency has: 2 for pounds, none for yen, 3 for dinars."""
    return get_currency_precision(currency)


def stored_money(money: Money) -> dict[str, JsonValue]:
    """As it is kept. The amount must not have more decimals than its currency."""
    minor = int(money.amount.scaleb(decimals_of(money.currency)))
    return {"amount_minor": minor, "currency": money.currency}


def read_money(value: object) -> Money | None:
    """What was kept; None for anything else."""
    if not isinstance(value, dict):
        return None
    minor, currency = value.get("amount_minor"), value.get("currency")
    if not isinstance(minor, int) or isinstance(minor, bool) or currency not in currencies():
        return None
    if abs(minor) >= 10**_MOST_DIGITS:
        return None
    return Money(Decimal(minor).scaleb(-decimals_of(currency)), currency)


def money_in(money: Money, language: str) -> str:
    """The amount in the reader's language: £62.40, 62,40 £, US$62.40."""
    return format_currency(money.amount, money.currency, locale=reading_locale(language))


@lru_cache(maxsize=256)
def symbol_in(currency: str, language: str) -> str:
    """The sign before or after amounts: £, US$; the code where there is none."""
    return get_currency_symbol(currency, locale=reading_locale(language))
