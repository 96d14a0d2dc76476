"""Moments as they are kept (in UTC), and what a business's clock makes of a day and a time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import JsonValue

_FIRST_YEAR, _LAST_YEAR = 1850, 2199


def stored_moment(moment: datetime) -> str:
    """As it is kept: "2026-11-27T09:00Z"."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M}Z"


def read_moment(value: JsonValue | object) -> datetime | None:
    """What was kept, or a moment of another source that names its offset; None for anything else."""
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        moment = datetime.fromisoformat(value)
        utc = moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
    return utc if utc is not None and _FIRST_YEAR <= utc.year <= _LAST_YEAR else None


def by_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks of the zone showed, to the minute and without a zone: for tables of data."""
    return moment.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)


def is_missing(local: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks of the zone skip this time (without a zone) when summer begins."""
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local


def starts_at(words: str, zone: ZoneInfo) -> datetime | None:
    """The first moment of a day, or of a minute ("2026-12-25T09:00"), by the clocks of the zone."""
    return _at(words, zone, timedelta(0))


def ends_at(words: str, zone: ZoneInfo) -> datetime | None:
    """The first moment after a day; for a minute, that minute itself."""
    return _at(words, zone, timedelta(days=0 if "T" in words else 1))


def _at(words: str, zone: ZoneInfo, further: timedelta) -> datetime | None:
    try:
        local = datetime.fromisoformat(words) if "T" in words else datetime.combine(date.fromisoformat(words), time.min)
        return (local + further).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
