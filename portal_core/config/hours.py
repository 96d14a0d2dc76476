"""When a promise is due: working hours or calendar, in the portal's time zone, safe across clock changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal_core.config.document.flows import Expected
from portal_core.config.document.portal_document import Hours

_DAY_MINUTES = 24 * 60
# Where nobody works for so long, the calendar decides: a promise must end some day.
_SEARCH_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Working hours in a form that is quick to ask."""

    spans: tuple[tuple[tuple[int, int], ...], ...]  # by weekday: minutes of the day, from and to
    holidays: frozenset[date]

    @property
    def exist(self) -> bool:
        """Whether anybody ever works."""
        return any(self.spans)

    def spans_on(self, day: date) -> tuple[tuple[int, int], ...]:
        """The spans of one day, none on a holiday."""
        return () if day in self.holidays else self.spans[day.weekday()]


def compile_hours(hours: Hours | None) -> WorkingHours:
    """The document's hours, sorted. Without hours nobody works, and every duration is by calendar."""
    if hours is None:
        return WorkingHours(((),) * 7, frozenset())
    spans = tuple(tuple(sorted(map(minutes_of, day))) for day in hours.by_weekday)
    return WorkingHours(spans, frozenset(date.fromisoformat(day) for day in hours.holidays))


def minutes_of(span: str) -> tuple[int, int]:
    """ "08:00-17:00" in minutes of the day: (480, 1020)."""
    opens, closes = span.split("-")
    return _minutes(opens), _minutes(closes)


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def due_at(start: datetime, expected: Expected | None, hours: WorkingHours, tz: ZoneInfo) -> datetime | None:
    """When something that began at `start` should have happened, in UTC; None where there is no limit."""
    if expected is None or expected.no_limit:
        return None
    if expected.working and hours.exist:
        if expected.hours is not None:
            return _after_working_hours(start, timedelta(hours=expected.hours), hours, tz)
        return _after_working_days(start, expected.days or 0, hours, tz)
    if expected.hours is not None:
        return start.astimezone(UTC) + timedelta(hours=expected.hours)
    return _same_time(start, timedelta(days=expected.days or 0), tz)


def days_after(start: datetime, days: int, tz: ZoneInfo) -> datetime:
    """The same time of day some calendar days later, in UTC."""
    return _same_time(start, timedelta(days=days), tz)


def end_of_day(day: date, hours: WorkingHours, tz: ZoneInfo) -> datetime:
    """When something planned for `day` should have happened: the end of work, or of the day where nobody works."""
    spans = hours.spans_on(day)
    return _at(day, spans[-1][1] if spans else _DAY_MINUTES, tz)


def _same_time(start: datetime, distance: timedelta, tz: ZoneInfo) -> datetime:
    """The same wall-clock time some days later."""
    local = start.astimezone(tz)
    return (local.replace(tzinfo=None) + distance).replace(tzinfo=tz, fold=local.fold).astimezone(UTC)


def _open_times(start: datetime, hours: WorkingHours, tz: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of working time from `start` on, in UTC."""
    day = start.astimezone(tz).date()
    for offset in range(_SEARCH_DAYS):
        for span in hours.spans_on(day + timedelta(days=offset)):
            opens, closes = (_at(day + timedelta(days=offset), minute, tz) for minute in span)
            if closes > start:
                yield max(opens, start), closes


def _at(day: date, minute: int, tz: ZoneInfo) -> datetime:
    local = datetime.combine(day, time()) + timedelta(minutes=minute)
    return local.replace(tzinfo=tz).astimezone(UTC)


def _after_working_hours(start: datetime, left: timedelta, hours: WorkingHours, tz: ZoneInfo) -> datetime:
    begun = start.astimezone(UTC)
    for opens, closes in _open_times(begun, hours, tz):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    return begun + timedelta(days=_SEARCH_DAYS)


def _after_working_days(start: datetime, days: int, hours: WorkingHours, tz: ZoneInfo) -> datetime:
    """N working days on at the same time of day, within that day's hours; off hours count from the next opening."""
    begun = start.astimezone(UTC)
    opening = next(_open_times(begun, hours, tz), None)
    if opening is None:
        return _same_time(begun, timedelta(days=days), tz)
    local = opening[0].astimezone(tz)
    day, left = local.date(), days
    for _ in range(_SEARCH_DAYS):
        if left == 0:
            break
        day += timedelta(days=1)
        left -= 1 if hours.spans_on(day) else 0
    if left:  # too few working days within the search: the calendar decides
        return _same_time(begun, timedelta(days=days), tz)
    first, last = hours.spans_on(day)[0][0], hours.spans_on(day)[-1][1]
    return _at(day, min(max(local.hour * 60 + local.minute, first), last), tz)
