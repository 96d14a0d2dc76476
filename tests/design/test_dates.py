"""Dates in words: the reader's zone, language and day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone, translation

from tenants.ui import dates

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)  # a Tuesday


@pytest.fixture(autouse=True)
def _in_london() -> object:
    with time_machine.travel(NOW, tick=False), translation.override("en"), timezone.override("Europe/London"):
        yield


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "style", "words"),
    [
        ("2026-11-24T07:52", "long", "today, 07:52"),
        ("2026-11-23T16:20", "long", "yesterday, 16:20"),
        ("2026-11-25T12:00", "long", "tomorrow, 12:00"),
        ("2026-11-27T09:00", "long", "Friday 27 November"),
        ("2026-11-27T09:00", "short", "Fri 27 Nov"),
        ("2026-11-17T09:00", "plain", "17 November"),
        ("2025-11-27T09:00", "long", "Thursday 27 November 2025"),
        ("2025-11-27T09:00", "short", "27 Nov 2025"),
        ("2025-11-27T09:00", "plain", "27 November 2025"),
    ],
)
def test_english(moment: str, style: str, words: str) -> None:
    assert dates.in_words(at(moment), style=style) == words


@pytest.mark.parametrize(
    ("style", "words"), [("long", "Freitag, 27. November"), ("short", "Fr., 27. Nov."), ("plain", "27. November")]
)
def test_german(style: str, words: str) -> None:
    with translation.override("de"):
        assert dates.in_words(at("2026-11-27T09:00"), style=style) == words


@pytest.mark.parametrize("language", ["fr", "es", "ar", "he", "ja", "pt-br", "nonsense"])
def test_other_languages_name_the_day_without_the_year(language: str) -> None:
    with translation.override(language):
        words = dates.long_date(at("2026-11-27T09:00"))
    assert words
    assert "2026" not in words
    assert "'" not in words


def test_the_time_is_added_to_far_days_when_asked() -> None:
    assert dates.in_words(at("2026-11-17T08:14"), style="short", with_time=True) == "Tue 17 Nov, 08:14"


def test_what_is_read_on_another_day_calls_no_day_today() -> None:
    with dates.read_later():
        for away, day in ((-1, "Monday 23"), (0, "Tuesday 24"), (1, "Wednesday 25")):
            assert dates.in_words(NOW + timedelta(days=away)) == f"{day} November, 10:30"
        assert dates.in_words(NOW.date()) == dates.long_date(NOW)
    assert dates.in_words(NOW).startswith("today, ")


def test_a_plain_date_has_no_time_and_no_zone() -> None:
    with timezone.override("Pacific/Kiritimati"):
        assert dates.in_words(date(2026, 11, 24)) == "yesterday"  # there the 25th has begun
    assert dates.in_words(date(2026, 11, 24)) == "today"


def test_the_day_is_the_readers() -> None:
    late = at("2026-11-23T23:30")  # in Berlin it is already the 24th
    assert dates.in_words(late) == "yesterday, 23:30"
    with timezone.override("Europe/Berlin"):
        assert dates.in_words(late) == "today, 00:30"


def test_clocks_that_go_back_show_the_hour_twice_with_its_offset() -> None:
    first, second = at("2026-10-25T00:30"), at("2026-10-25T01:30")  # both 01:30 in London
    assert dates.clock(first) == dates.clock(second) == "01:30"
    assert dates.machine(first) == "2026-10-25T01:30+01:00"
    assert dates.machine(second) == "2026-10-25T01:30+00:00"


def test_yesterday_holds_over_the_night_the_clocks_change() -> None:
    with time_machine.travel(at("2026-10-26T00:15"), tick=False):
        assert dates.in_words(at("2026-10-24T23:30")).startswith("yesterday")  # 00:30 on the 25th in London


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "now"),
        (1, "1 min"),
        (38, "38 min"),
        (119, "1 h"),
        (600, "10 h"),
        (11 * 60, "yesterday"),
        (72 * 60, "3 d"),
        (-5, "now"),
    ],
)
def test_ago(minutes: int, words: str) -> None:
    assert dates.ago(NOW - timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("hours", "text", "level", "tone"),
    [
        (-26, "1 d over", 4, "bad"), (-5, "5 h over", 4, "bad"), (0, "1 min over", 4, "bad"),
        (3, "3 h left", 3, "warn"),
        (6.5, "today 17:00", 2, "warn"), (25.5, "tomorrow 12:00", 1, "quiet"), (72, "Fri 27 Nov", 1, "quiet"),
    ],
)  # fmt: skip
def test_due(hours: float, text: str, level: int, tone: str) -> None:
    assert dates.due_in_words(NOW + timedelta(hours=hours)) == (text, level, tone)


def test_the_clock_stands_still_in_the_customers_turn() -> None:
    assert dates.due_in_words(NOW - timedelta(days=4), paused=True) == ("Fri 20 Nov", 1, "quiet")


def test_a_time_carries_its_machine_value() -> None:
    html = Template("{% load ui %}{% when moment start=True %}").render(Context({"moment": at("2026-11-23T16:20")}))
    assert html == '<time datetime="2026-11-23T16:20+00:00">Yesterday, 16:20</time>'
    assert Template("{% load ui %}{% when moment %}").render(Context({"moment": None})) == ""


def test_zones_far_apart_agree_on_the_moment() -> None:
    moment = at("2026-07-01T12:00")
    shown = set()
    for name in ("Asia/Kolkata", "America/St_Johns", "Pacific/Chatham"):
        with timezone.override(ZoneInfo(name)):
            shown.add(datetime.fromisoformat(dates.machine(moment)))
    assert shown == {moment}
