"""Texts, numbers and dates in the reader's language."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date as babel_date
from babel.dates import format_time, get_timezone_location
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from portal_core.config.document.base import TextValue

_UNIT_FIRST = frozenset("£$€¥")


def text_in(value: TextValue | None, language: str, default: str) -> str:
    """The words in this language; else in its base, else in the portal's language, else any. "" for no text."""
    if value is None or isinstance(value, str):
        return value or ""
    for candidate in (language, language.partition("-")[0], default):
        if candidate in value:
            return value[candidate]
    return next(iter(value.values()), "")


@lru_cache(maxsize=64)
def locale_for(language: str) -> Locale:
    """Babel's locale, English for a language that it does not know."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def language_name(code: str) -> str:
    """What the editor calls a language: German, for de; the code itself for one that nobody knows."""
    try:
        return Locale.parse(code, sep="-").get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code


def is_language(code: str) -> bool:
    """Whether there is a language of this code."""
    try:
        Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True


def reading_locale(language: str) -> Locale:
    """Babel's locale for a reader: English without a region is written the British way."""
    return locale_for("en-GB" if language == "en" else language or "en-GB")


def number_in(value: Decimal, language: str) -> str:
    """A number with the language's separators and exactly the decimals it was written with."""
    exponent = value.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=pattern, locale=reading_locale(language))


@lru_cache(maxsize=64)
def grouping_in(language: str) -> str:
    """The sign between thousands, if it is one that others write before decimals (1,000 or 1.000); else ""."""
    sign = get_group_symbol(reading_locale(language))
    return sign if sign in (",", ".") else ""


@lru_cache(maxsize=64)
def _decimal_sign(language: str) -> str:
    return get_decimal_symbol(reading_locale(language))


def typed_in(number: str, language: str) -> str:
    """A number (digits and a point) as a reader of the language types it: 62,40 in German, never grouped."""
    return number.replace(".", _decimal_sign(language))


def amount_in(value: Decimal, unit: str, language: str) -> str:
    """A number with its unit, currency signs where the language puts them."""
    number = number_in(value, language)
    if not unit:
        return number
    if unit in _UNIT_FIRST and language.startswith("en"):
        return f"-{unit}{number[1:]}" if number.startswith("-") else f"{unit}{number}"
    return f"{number}\N{NO-BREAK SPACE}{unit}"


def date_in(value: date, language: str) -> str:
    """A day in a sentence: "Friday 27 November 2026"."""
    pattern = "EEEE d MMMM y" if language.startswith("en") else "full"
    return babel_date(value, format=pattern, locale=reading_locale(language))


def moment_in(value: datetime, language: str) -> str:
    """A moment of its own zone in a sentence: "Friday 27 November 2026, 09:00"."""
    # tzinfo is named because Babel would turn an aware time into UTC.
    clock = format_time(value, "short", tzinfo=value.tzinfo, locale=reading_locale(language))
    return f"{date_in(value.date(), language)}, {clock}"


def city_of(zone: ZoneInfo, language: str) -> str:
    """The place that a time zone is named after, in the reader's language: London, Wien."""
    return get_timezone_location(zone, locale=reading_locale(language), return_city=True)
