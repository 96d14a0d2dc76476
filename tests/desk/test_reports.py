"""Work removed: what is added up, for whom, and that every figure leads to what it is made of."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date, timedelta

import pytest
import time_machine

from portal_core.desk.hours_chart import Chart, hours_chart
from portal_core.history.models import HistoryEntry
from portal_core.reporting.beginning import keep_baseline
from portal_core.reporting.models import RemovedWork
from portal_core.reporting.savings import Period
from tenants.identifiers import uuid7
from tests.contracts.rows import Rows
from tests.factories import make_user
from tests.service_requests.small_portal import Shop
from tests.statements import server_statements

TODAY = date(2026, 11, 27)  # a Friday


@pytest.fixture
def shop(tenant, people):
    with time_machine.travel("2026-11-27 12:00 +0000", tick=False):
        people["mona"] = make_user("mona@example.com", "Mona Manager", "manager")
        yield Shop(people)


def spared(what, count, *, days_ago=0, request=None):
    day = TODAY - timedelta(days=days_ago)
    RemovedWork.objects.create(event_id=uuid7(), what=what, count=count, day=day, request_id=request)


def page(client, path="", **asked):
    answer = client.get(f"/desk/reports/{path}", asked)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def text_of(part):
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def test_counts_become_hours_by_sums_that_stand_beside_them(shop, client_for):
    keep_baseline(actor=shop.actor("alice"), asked_per_day="6-15", minutes_each=6)
    row = shop.file()
    spared("status_views", 60, request=row.pk)  # ten questions of six minutes
    spared("kept", 900, days_ago=8, request=row.pk)  # of 14 seconds
    spared("reused", 12, days_ago=24)
    spared("self_service", 15, days_ago=2, request=row.pk)
    spared("prefilled", 500)  # no work by itself
    spared("reused", 1000, days_ago=26)  # before the first of these weeks
    shown = text_of(page(client_for(shop.people["mona"])))
    assert "6 hours your people did not spend About 2 hours every week." in shown
    assert "customers ask for news 6 to 15 times a day" in shown
    for part in ("60 Status checks served: what this is made of 1.0 h · 1 in 6, 6 min each", "900 Fields not retyped",
                 "3.5 h · 14 s each", "48 min · 4 min each"):  # fmt: skip
        assert part in shown
    assert "Repair 1 60 900 0 15 5.5 h 0 of 100" in shown
    assert "Sale" not in shown
    assert "1,012" in text_of(page(client_for(shop.people["mona"]), weeks="12"))


def test_one_week_is_no_average_and_minutes_are_no_tenths_of_an_hour(shop, client_for):
    spared("self_service", 2)
    mona = client_for(shop.people["mona"])
    shown = text_of(page(mona))
    assert "8 minutes your people did not spend" in shown and "every week" not in shown
    assert "8 min · 4 min each" in shown
    spared("self_service", 2, days_ago=7)
    assert "About 8 minutes every week." in text_of(page(mona))


def test_what_staff_write_down_is_still_done_by_phone(shop, client_for):
    for place in range(3):
        row = shop.file()
        if place == 0:
            type(row).objects.filter(pk=row.pk).update(source="desk")
    assert "33 of 100" in page(client_for(shop.people["alice"]))


def test_without_anything_counted_it_says_what_will_be(shop, client_for):
    shown = page(client_for(shop.people["alice"]))
    assert "Nothing to count yet" in shown and '<svg class="chart"' not in shown
    assert "Nothing of this was counted" in page(client_for(shop.people["alice"]), "kept/")


def test_a_figure_leads_to_the_requests_behind_it_as_far_as_they_are_seen(shop, client_for):
    seen, other = shop.file(), shop.file("sale")
    spared("kept", 3, request=seen.pk)
    spared("kept", 2, request=seen.pk)
    spared("kept", 7, days_ago=1, request=other.pk)
    spared("kept", 4, days_ago=2)
    rows = re.findall(r"<tr><td.*?</tr>", page(client_for(shop.people["mona"]), "kept/"), re.DOTALL)
    assert [text_of(row).split()[-1] for row in rows] == ["5", "7", "4"]
    assert f"/desk/requests/{seen.number}/" in rows[0] and "without a request" in rows[2]
    # SECURITY: whoever is kept to one kind of request reads nothing of the others.
    shop.publish(based_on="manager", types=["repair"])
    rows = re.findall(r"<tr><td.*?</tr>", page(client_for(shop.people["erin"]), "kept/"), re.DOTALL)
    assert "that you do not see" in rows[1] and str(other.number) not in rows[1] and "Carol" not in rows[1]
    assert f"/desk/requests/{seen.number}/" in rows[0]


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("carol", 404), (None, 302)])
def test_it_is_for_those_who_run_the_place_and_changes_nothing(shop, client_for, who, status):
    spared("kept", 3)
    client, rows = client_for(shop.people[who] if who else None), Rows()
    before, history = rows.now(), HistoryEntry.objects.count()
    for path in ("", "kept/", "?as=csv"):
        answer = client.get(f"/desk/reports/{path}")
        assert answer.status_code == status
        assert b"day,what,count" not in answer.content
    assert rows.now() == before and HistoryEntry.objects.count() == history


@pytest.mark.parametrize("asked", [{"weeks": "999"}, {"weeks": "\x00"}, {"weeks": ["4", "x"]}, {"page": "-1"}])
def test_nonsense_in_the_address_is_the_usual_report(shop, client_for, asked):
    assert "Last 4 weeks" in page(client_for(shop.people["alice"]), **asked)
    assert client_for(shop.people["alice"]).get("/desk/reports/wages/").status_code == 404


def test_the_table_holds_every_count_by_day(shop, client_for):
    spared("kept", 3)
    spared("notices", 2, days_ago=1)
    answer = client_for(shop.people["alice"]).get("/desk/reports/?as=csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [
        ["day", "what", "count"],
        ["2026-11-26", "Notices sent by themselves", "2"],
        ["2026-11-27", "Prefilled answers that were sent as they were", "3"],
    ]
    assert answer["Content-Disposition"].startswith("attachment")


def test_it_costs_the_same_however_much_there_is(shop, client_for):
    client = client_for(shop.people["alice"])

    def cost(path):
        client.get(path)
        with server_statements() as sent:
            client.get(path)
        return len(sent.without_transactions)

    paths = ("/desk/reports/", "/desk/reports/kept/")
    spared("kept", 1, request=shop.file().pk)
    few = [cost(path) for path in paths]
    for place in range(30):
        spared("kept", 1, days_ago=place % 20, request=shop.file("sale" if place % 2 else "repair").pk)
    assert [cost(path) for path in paths] == few
    assert max(few) <= 14


def test_lists_of_evidence_go_on_page_by_page(shop, client_for):
    for place in range(60):
        spared("kept", 1, days_ago=place % 20, request=uuid7())
    client = client_for(shop.people["alice"])
    assert page(client, "kept/").count("that you do not see") == 50
    assert page(client, "kept/", page="2").count("that you do not see") == 10


def test_the_picture_has_its_measures_from_one_place(shop, client_for, monkeypatch):
    spared("kept", 900, request=shop.file().pk)
    monkeypatch.setattr(Chart, "width", 765)
    monkeypatch.setattr(Chart, "left", 44)
    shown = page(client_for(shop.people["alice"]))
    assert 'viewBox="0 0 765 250"' in shown and re.search(r'd="M44 [0-9.]+H765"', shown)


def test_bars_stand_on_each_other_within_the_picture():
    weeks = [(TODAY - timedelta(days=7 * place), (1.0, 0.0, place / 2, 0.5)) for place in range(12)]
    chart = hours_chart(weeks)
    assert [bar.total for bar in chart.bars if bar.total] == ["7.0 h"]
    assert [rule.hours for rule in chart.rules] == ["0", "2", "4", "6", "8"]
    for bar, (_, hours) in zip(chart.bars, weeks, strict=True):
        assert len(bar.parts) == len([amount for amount in hours if amount])
        floor = 214.0
        for part in bar.parts:
            floor -= float(part.height)
            assert abs(float(part.y) - floor) < 0.5
        assert float(bar.y) > 0
    assert [bar.is_open for bar in chart.bars] == [False] * 11 + [True]
    assert len([bar for bar in hours_chart([(TODAY, (0.0,))] * 52).bars if bar.label]) <= 12


def test_a_period_is_whole_weeks_and_ends_with_this_one():
    period = Period.until(TODAY, 4)
    assert (period.first, period.last) == (date(2026, 11, 2), date(2026, 11, 29))
    assert [monday.weekday() for monday in period.mondays] == [0] * 4
