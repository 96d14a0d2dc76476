"""“Usually moves within …”: measured in this portal, from 20 cases on, said where it helps and at no cost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal_core.config.models import PortalState
from portal_core.history.models import HistoryEntry, Kind, Side
from portal_core.service_requests.promises import usually_words
from portal_core.service_requests.usual import measure_usual_hours, measured
from tenants.identifiers import uuid7_at
from tests.service_requests.asking_portal import Desk

START = "2026-11-02 09:00 +0000"


def _work_on(desk: Desk, clock: time_machine.Coordinates, hours: list[int]) -> None:
    """Requests that stand in "new" for as many hours."""
    for span in hours:
        row = desk.at("new")
        clock.shift(timedelta(hours=span))
        desk.move(row, "work")


@pytest.mark.parametrize(("count", "is_said"), [(19, False), (20, True)])
def test_it_is_said_from_twenty_cases_on(people, client_for, count, is_said):
    with time_machine.travel(START, tick=False) as clock:
        desk = Desk(people)
        _work_on(desk, clock, [10 + n for n in range(count)])
        measure_usual_hours()
        row = desk.at("new")
        carol = client_for(people["carol"])
        for path in ("/", f"/requests/{row.number}/"):
            assert ("Usually moves within 2 days" in carol.get(path).content.decode()) is is_said, path
        # Where nothing is promised it is the promise itself.
        assert desk.seen(row).status.expected.startswith("You hear from us by")
        assert measured(timezone.now()).get("job", {}).keys() == ({"new"} if is_said else set())


def test_four_of_five_are_faster_and_old_cases_do_not_count(people):
    with time_machine.travel(START, tick=False) as clock:
        desk = Desk(people)
        _work_on(desk, clock, [2] * 16 + [200] * 4)
        # The longest quarter-year ago is left out; of what is left, four of five took two hours.
        figures = measured(timezone.now())
        assert figures["job"]["new"] == pytest.approx(42, abs=40)
        clock.shift(timedelta(days=91))
        assert measured(timezone.now()) == {}


def test_what_was_moved_elsewhere_does_not_count(people):
    with time_machine.travel(START, tick=False) as clock:
        desk = Desk(people)
        rows = [desk.at("new") for _ in range(20)]
        clock.shift(timedelta(hours=5))
        since, came_in = timezone.now(), []
        for row in rows:
            data = {"from": "new", "to": "work", "told": False, "imported": True}
            came_in.append(HistoryEntry(request=row, kind=Kind.MOVED, side=Side.SYSTEM, audience="customer", data=data))
            came_in[-1].at, came_in[-1].id = since, uuid7_at(since, 0)
        HistoryEntry.objects.bulk_create(came_in)
        assert measured(timezone.now()) == {}
        _work_on(desk, clock, [3] * 20)
        assert measured(timezone.now()) == {"job": {"new": 3}}


def test_it_stands_instead_of_no_promise(people):
    with time_machine.travel(START, tick=False):
        desk = Desk(people)
        row = desk.at("work")
        assert desk.seen(row).status.expected == "No fixed date yet"
        PortalState.objects.update(usual_hours={"job": {"work": 30}})
        shown = desk.seen(row).status
        assert (shown.expected, shown.usually) == ("Usually moves within 2 days", "")


@pytest.mark.parametrize(
    ("hours", "words"),
    [(1, "1 hour"), (20, "20 hours"), (21, "1 day"), (24, "1 day"), (25, "2 days"), (48, "2 days"), (49, "3 days")],
)
def test_hours_are_said_as_hours_and_days_as_days(hours, words):
    assert usually_words(hours, language="en") == f"Usually moves within {words}"


def test_outside_of_a_portal_nothing_is_measured(db):
    measure_usual_hours()
