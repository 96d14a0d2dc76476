"""Dates and times as files write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from portal_core.importing.errors import Unusable
from portal_core.importing.mapping import ISO, UNIX
from portal_core.importing.picking import shown
from portal_core.importing.rows import DateCell

_FIRST_YEAR = 1900
_LAST_YEAR = 2199
# Clocks differ; a day covers a zone that was not said.
_AHEAD = timedelta(days=1)
_MILLISECONDS_FROM = 100_000_000_000


def read_moment(words: str, form: str, zone: ZoneInfo, place: str) -> datetime:
    """The moment in UTC. Without an offset of its own it is wall-clock time in `zone`; a day alone is its midnight.

    Raises:
        Unusable: it does not fit the format, or is of no year from 1900 to 2199.
    """
    try:
        found = _parse(words, form)
    except (ValueError, OverflowError) as error:
        raise Unusable(place, f"{shown(words)} is no date of the form {_example(form)}.") from error
    if found.tzinfo is None:
        # In the hour that exists twice this is the first of the two; nothing in the file says which.
        found = found.replace(tzinfo=zone)
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise Unusable(place, f"{shown(words)} is before {_FIRST_YEAR} or after {_LAST_YEAR}.")
    return found.astimezone(UTC)


def refuse_future(moment: datetime, now: datetime, place: str) -> None:
    """Raises `Unusable` for what cannot have happened yet."""
    if moment > now + _AHEAD:
        raise Unusable(place, f"{moment:%Y-%m-%d} lies in the future.")


def read_wall_clock(words: str, form: str, place: str) -> datetime:
    """The date and time as written, without a zone; for answers, which are days. Raises `Unusable`."""
    try:
        return _parse(words, form)
    except (ValueError, OverflowError) as error:
        raise Unusable(place, f"{shown(words)} is no date of the form {_example(form)}.") from error


def _parse(words: str, form: str) -> datetime:
    if form == ISO or isinstance(words, DateCell):
        return datetime.fromisoformat(words)
    if form == UNIX:
        number = float(words)
        return datetime.fromtimestamp(number / 1000 if abs(number) > _MILLISECONDS_FROM else number, UTC)
    return datetime.strptime(words, form)  # noqa: DTZ007 - the caller knows the zone


def _example(form: str) -> str:
    if form == ISO:
        return "2026-11-27 or 2026-11-27T14:05:00"
    if form == UNIX:
        return "seconds since 1970"
    return f"{datetime(2026, 11, 27, 14, 5, tzinfo=UTC):{form}} ({form})"
