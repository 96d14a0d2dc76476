"""When a promise is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal_core.config.document.flows import Expected
from portal_core.config.document.portal_document import Hours
from portal_core.config.hours import compile_hours, due_at

LONDON = ZoneInfo("Europe/London")
BERLIN = ZoneInfo("Europe/Berlin")
WEEK = {day: ["08:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def due(start: str, expected: dict[str, Any], hours: dict[str, Any] | None = None, tz: ZoneInfo = LONDON) -> str:
    """The due time on the wall of the portal; `start` is local too."""
    model = None if hours == {} else Hours.model_validate(hours or WEEK)
    begun = datetime.fromisoformat(start).replace(tzinfo=tz)
    found = due_at(begun, Expected.model_validate(expected), compile_hours(model), tz)
    assert found is not None
    assert found.tzinfo is UTC
    return found.astimezone(tz).strftime("%Y-%m-%d %H:%M")


H4 = {"hours": 4, "working": True}
D2 = {"days": 2, "working": True}


@pytest.mark.parametrize(
    ("start", "expected", "result"),
    [
        ("2026-11-23 09:00", H4, "2026-11-23 13:00"),  # a Monday
        ("2026-11-23 15:00", H4, "2026-11-24 10:00"),  # over night
        ("2026-11-27 16:00", H4, "2026-11-30 11:00"),  # over the weekend
        ("2026-11-28 12:00", H4, "2026-11-30 12:00"),  # begun on a Saturday
        ("2026-11-23 05:00", H4, "2026-11-23 12:00"),  # before opening
        ("2026-11-23 13:00", H4, "2026-11-23 17:00"),  # exactly to the end
        ("2026-11-23 17:00", H4, "2026-11-24 12:00"),  # exactly at closing
        ("2026-11-23 09:30", D2, "2026-11-25 09:30"),
        ("2026-11-26 09:30", D2, "2026-11-30 09:30"),
        ("2026-11-28 22:00", D2, "2026-12-02 08:00"),  # off hours count from Monday's opening
        ("2026-11-23 09:30", {"hours": 30}, "2026-11-24 15:30"),
        ("2026-11-27 09:30", {"days": 2}, "2026-11-29 09:30"),
    ],
)
def test_promises_are_due_in_working_time_or_by_calendar(start: str, expected: dict[str, Any], result: str) -> None:
    assert due(start, expected) == result


@pytest.mark.parametrize("day", range(16, 23))
def test_a_promise_that_never_comes_to_its_days_is_due_by_calendar(day: int) -> None:
    start = f"2026-11-{day} 10:00"
    long = {"days": 600, "working": True}
    assert due(start, long, {"mon": ["08:00-12:00"]}, ZoneInfo("UTC")) == _later(start, 600)


def test_ten_years_of_holidays_are_survived() -> None:
    days = [(date(2026, 1, 1) + timedelta(days=number)).isoformat() for number in range(4_400)]
    hours = {**WEEK, "holidays": days}
    assert due("2026-11-23 09:00", D2, hours, ZoneInfo("UTC")) == "2026-11-25 09:00"
    assert due("2026-11-23 09:00", H4, hours, ZoneInfo("UTC")) > "2036"


def _later(start: str, days: int) -> str:
    return (datetime.fromisoformat(start) + timedelta(days=days)).strftime("%Y-%m-%d %H:%M")


def test_holidays_are_no_working_days() -> None:
    hours = {**WEEK, "holidays": ["2026-12-25", "2026-12-28"]}
    assert due("2026-12-24 15:00", H4, hours) == "2026-12-29 10:00"
    assert due("2026-12-24 10:00", {"days": 1, "working": True}, hours) == "2026-12-29 10:00"


def test_a_break_at_noon_does_not_count() -> None:
    assert due("2026-11-23 11:00", H4, {"mon": ["13:00-17:00", "08:00-12:00"]}) == "2026-11-23 16:00"


def test_hours_may_go_to_midnight() -> None:
    assert due("2026-11-23 22:00", H4, {"mon": ["18:00-24:00"], "tue": ["00:00-06:00"]}) == "2026-11-24 02:00"


def test_no_limit_and_nothing_promised_are_never_due() -> None:
    hours = compile_hours(None)
    assert due_at(datetime.now(UTC), Expected(no_limit=True), hours, LONDON) is None
    assert due_at(datetime.now(UTC), None, hours, LONDON) is None


def test_where_nobody_ever_works_the_calendar_decides() -> None:
    assert due("2026-11-23 09:00", H4, {}) == "2026-11-23 13:00"
    assert due("2026-11-23 09:00", D2, {}) == "2026-11-25 09:00"


def test_a_business_of_holidays_alone_ends_the_search() -> None:
    every_monday = [f"2026-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]
    assert due("2026-11-23 09:00", H4, {"mon": ["08:00-09:30"], "holidays": every_monday}) > "2026-12-27"


@pytest.mark.parametrize(
    ("start", "expected", "result"),
    [
        ("2026-03-28 12:00", {"days": 1}, "2026-03-29 12:00"),  # the night loses an hour: still noon
        ("2026-03-28 12:00", {"hours": 24}, "2026-03-29 13:00"),  # 24 real hours
        ("2026-10-24 12:00", {"days": 1}, "2026-10-25 12:00"),
        ("2026-10-24 12:00", {"hours": 24}, "2026-10-25 11:00"),
        ("2026-03-27 16:00", {"days": 1, "working": True}, "2026-03-30 16:00"),
        ("2026-03-27 16:00", H4, "2026-03-30 11:00"),
        ("2026-10-23 16:00", H4, "2026-10-26 11:00"),
    ],
)
def test_clock_changes_move_no_promise(start: str, expected: dict[str, Any], result: str) -> None:
    assert due(start, expected, tz=BERLIN) == result


def test_working_hours_across_the_change_are_real_hours() -> None:
    night = {"sat": ["22:00-24:00"], "sun": ["00:00-08:00"]}
    assert due("2026-03-28 23:00", H4, night, BERLIN) == "2026-03-29 04:00"
    assert due("2026-10-24 23:00", H4, night, BERLIN) == "2026-10-25 02:00"


def test_a_start_in_another_zone_is_the_same_moment() -> None:
    start = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    found = due_at(start, Expected(hours=4, working=True), compile_hours(Hours.model_validate(WEEK)), BERLIN)
    assert found == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
