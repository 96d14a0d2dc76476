"""Days of samples: counted from today, on days on which the business works."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from portal_core.config.compiled import CompiledPortal
from portal_core.config.hours import WorkingHours
from portal_core.config.moments import stored_moment
from portal_core.history.record import JsonValue

# A business that is closed for longer has its samples on closed days.
_SEARCH_DAYS = 28
_SATURDAY = 5


def dated(answers: Mapping[str, JsonValue], today: date, portal: CompiledPortal) -> dict[str, JsonValue]:
    """Answers with their `{"in_days": 3}` as days, with an hour of the portal's clock where one is named (`at`)."""
    counted = {key: value for key, value in answers.items() if isinstance(value, dict) and "in_days" in value}
    days = days_from(today, (_count(value) for value in counted.values()), portal.hours)
    said: dict[str, JsonValue] = {}
    for key, value in counted.items():
        day = days[_count(value)]
        clock = value.get("at")
        at = None if clock is None else datetime.combine(day, time.fromisoformat(str(clock)), portal.time_zone)
        said[key] = day.isoformat() if at is None else stored_moment(at)
    return {**answers, **said}


def days_from(today: date, counts: Iterable[int], hours: WorkingHours) -> dict[int, date]:
    """The day for each number of days from today: on or after it when it is to come, on or before it when it is past.

    Two that are to come never fall together: a second choice is another day.
    """
    found: dict[int, date] = {}
    last = today
    for count in sorted(set(counts)):
        day = today + timedelta(days=count)
        if count > 0:
            day = last = _open_day(max(day, last + timedelta(days=1)), 1, hours)
        elif count < 0:
            day = _open_day(day, -1, hours)
        found[count] = day
    return found


def _count(value: Mapping[str, JsonValue]) -> int:
    return int(str(value["in_days"]))


def _open_day(day: date, step: int, hours: WorkingHours) -> date:
    days = (day + timedelta(days=step * away) for away in range(_SEARCH_DAYS))
    return next((each for each in days if _is_open(each, hours)), day)


def _is_open(day: date, hours: WorkingHours) -> bool:
    return bool(hours.spans_on(day)) if hours.exist else day.weekday() < _SATURDAY
