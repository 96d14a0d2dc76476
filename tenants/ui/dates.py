"""Dates and times in the reader's words: their language, their zone, near days by name.

Language and zone are the active ones of the request (set by the locale middleware from the person or the portal).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

#: English without a region is written the British way: 27 November, 16:20.
_LOCALES = {"en": "en_GB"}
_SENTENCE_PATTERNS = {"en_GB": "EEEE d MMMM", "de": "EEEE, d. MMMM"}
_SHORT_PATTERNS = {"en_GB": "EEE d MMM", "de": "EEE, d. MMM"}
_YEAR = re.compile(r"[\s,،]*(?:'[^']*')?[\s,،]*y+(?:年|'[^']*')?")
_SOON_HOURS = 4
_read_later: ContextVar[bool] = ContextVar("dates_read_later", default=False)


@contextmanager
def read_later() -> Iterator[None]:
    """What is said inside is read on another day (a mail): no day is called today or tomorrow there."""
    token = _read_later.set(True)
    try:
        yield
    finally:
        _read_later.reset(token)


@lru_cache(maxsize=64)
def locale_for(language: str) -> Locale:
    """Babel's locale for a Django language code; British English when it knows none."""
    try:
        return Locale.parse(_LOCALES.get(language, language.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def _locale() -> Locale:
    return locale_for(get_language() or settings.LANGUAGE_CODE)


def localized(value: date | datetime) -> date | datetime:
    """A moment in the reader's zone; a plain date as it is (it has no zone)."""
    if not isinstance(value, datetime):
        return value
    if timezone.is_naive(value):
        value = value.replace(tzinfo=UTC)
    return timezone.localtime(value)


def machine(value: date | datetime) -> str:
    """The value of a `datetime` attribute."""
    local = localized(value)
    return local.isoformat(timespec="minutes") if isinstance(local, datetime) else local.isoformat()


def day_of(value: date | datetime) -> date:
    """The calendar day in the reader's zone."""
    local = localized(value)
    return local.date() if isinstance(local, datetime) else local


def today() -> date:
    """The reader's day."""
    return timezone.localdate()


def clock(value: datetime) -> str:
    """The time of day in the reader's way: 16:20, or 4:20 PM."""
    # tzinfo is named because babel would turn an aware time into UTC.
    return format_time(value, "short", tzinfo=timezone.get_current_timezone(), locale=_locale())


def long_date(value: date | datetime) -> str:
    """For sentences: "Friday 27 November", with the year when it is another one."""
    return _formatted(value, _SENTENCE_PATTERNS, "full")


def short_date(value: date | datetime) -> str:
    """For tables: "Fri 27 Nov", with the year instead of the weekday when it is another one."""
    day = day_of(value)
    if day.year != today().year:
        return str(format_skeleton("yMMMd", day, locale=_locale()))
    return _formatted(value, _SHORT_PATTERNS, "EdMMM")


def plain_date(value: date | datetime) -> str:
    """Day and month without the weekday: "17 November"."""
    day = day_of(value)
    if day.year != today().year:
        return format_date(day, "long", locale=_locale())
    return str(format_skeleton("MMMMd", day, locale=_locale()))


def _formatted(value: date | datetime, patterns: dict[str, str], otherwise: str) -> str:
    day, locale = day_of(value), _locale()
    pattern = patterns.get(str(locale)) or patterns.get(locale.language if str(locale) != "en_US" else "")
    if pattern is None and otherwise != "full":
        return str(format_skeleton(otherwise, day, locale=locale))
    full = pattern or _YEAR.sub("", str(locale.date_formats["full"].pattern))
    if day.year != today().year:
        full = f"{full} y" if pattern else str(locale.date_formats["full"].pattern)
    return format_date(day, full, locale=locale)


def near_day(value: date | datetime) -> str:
    """The day by name when it is "today", "yesterday" or "tomorrow", else nothing."""
    distance = (day_of(value) - today()).days
    return {0: gettext("today"), -1: gettext("yesterday"), 1: gettext("tomorrow")}.get(distance, "")


def in_words(value: date | datetime, *, style: str = "long", with_time: bool = False) -> str:
    """A moment as people say it.

    Near days are named and carry the time ("yesterday, 16:20"); others are written as `style` says:
    "long" (Friday 27 November), "plain" (17 November) or "short" (Fri 27 Nov), with the time when asked. Inside
    `read_later` near days are written out, too, with their time.
    """
    near = near_day(value)
    if near and _read_later.get():
        near, with_time = "", True
    if near and not isinstance(value, datetime):
        return near
    if near and isinstance(value, datetime):
        return gettext("%(day)s, %(time)s") % {"day": near, "time": clock(value)}
    written = {"long": long_date, "plain": plain_date, "short": short_date}[style](value)
    if with_time and isinstance(value, datetime):
        return gettext("%(day)s, %(time)s") % {"day": written, "time": clock(value)}
    return written


def ago(value: datetime, now: datetime | None = None) -> str:
    """How long since, for narrow columns: "38 min", "2 h", "yesterday", "3 d", then the date."""
    now = now or timezone.now()
    passed = max(now - value, timedelta())
    days = (today() - day_of(value)).days
    if passed < timedelta(minutes=1):
        return gettext("now")
    if passed < timedelta(hours=1):
        return _minutes(passed)
    if days == 0:
        return _hours(passed)
    if days == 1:
        return gettext("yesterday")
    return _days(days) if days < 14 else short_date(value)


def _minutes(span: timedelta) -> str:
    number = max(1, int(span.total_seconds() // 60))
    return ngettext("%(number)d min", "%(number)d min", number) % {"number": number}


def _hours(span: timedelta) -> str:
    number = max(1, int(span.total_seconds() // 3600))
    return ngettext("%(number)d h", "%(number)d h", number) % {"number": number}


def _days(number: int) -> str:
    return ngettext("%(number)d d", "%(number)d d", number) % {"number": number}


def _span(span: timedelta) -> str:
    if span < timedelta(hours=1):
        return _minutes(span)
    return _hours(span) if span < timedelta(days=1) else _days(span.days)


class Due(NamedTuple):
    """How due something is: words, one to four bars, tone."""

    text: str
    level: int
    tone: str


def due_in_words(due_at: datetime, *, paused: bool = False, now: datetime | None = None) -> Due:
    """Words and heat of a due time; `paused` while it is the customer's turn, when the clock stands still."""
    now = now or timezone.now()
    near = near_day(due_at)
    dated = f"{near} {clock(due_at)}" if near else short_date(due_at)
    if paused:
        return Due(short_date(due_at), 1, "quiet")
    if due_at <= now:
        return Due(gettext("%(span)s over") % {"span": _span(now - due_at)}, 4, "bad")
    if due_at - now <= timedelta(hours=_SOON_HOURS):
        return Due(gettext("%(span)s left") % {"span": _span(due_at - now)}, 3, "warn")
    return Due(dated, 2, "warn") if day_of(due_at) == today() else Due(dated, 1, "quiet")
