"""Samples happen on days on which the business works."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from portal_core.config.compile import compile_portal
from portal_core.config.document import load
from portal_core.config.hours import compile_hours
from portal_core.config.starters import starter_for, starter_keys
from portal_core.sampling.days import dated, days_from
from portal_core.sampling.filling import stories_of

TWO_WEEKS = [date(2026, 11, 23) + timedelta(days=days) for days in range(14)]


def answers_in(stories: dict[str, Any]) -> list[dict[str, Any]]:
    steps = [step for story in stories["requests"] for step in story["steps"]]
    told = [*stories.get("records", []), *stories["requests"], *steps]
    return [one["answers"] for one in told if "answers" in one]


@pytest.mark.parametrize("key", starter_keys())
def test_no_day_of_a_sample_is_a_sunday_or_a_holiday_whenever_it_is_put_in(key):
    document = starter_for(key, name="Acme")
    document["hours"] = {**document["hours"], "holidays": ["2026-11-30", "2026-12-25"]}
    portal = compile_portal(load(document), 1)
    for today in TWO_WEEKS:
        for answers in answers_in(stories_of(key)):
            said = dated(answers, today, portal)
            for name in (name for name, value in answers.items() if isinstance(value, dict) and "in_days" in value):
                day = date.fromisoformat(str(said[name])[:10])
                assert day == today or portal.hours.spans_on(day), (today, answers, day)
                assert (day > today) == (answers[name]["in_days"] > 0)


def test_a_second_choice_is_another_day_and_nobody_works_on_a_weekend_without_hours():
    friday, nobody = date(2026, 11, 27), compile_hours(None)
    assert days_from(friday, (2, 1, 0, -6, 1), nobody) == {
        -6: date(2026, 11, 20),
        0: friday,
        1: date(2026, 11, 30),
        2: date(2026, 12, 1),
    }
