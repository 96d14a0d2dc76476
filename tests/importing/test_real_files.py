"""Real requests of two cities, and a damaged file, through the command as an operator runs it."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.live import live_portal
from portal_core.config.starters import starter
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.entries import page_of
from portal_core.service_requests.models import ServiceRequest, Source
from portal_core.service_requests.viewer import Viewer
from tenants.outbox.models import Event, Mail
from tests.importing import damaged, nyc
from tests.importing.commands import importing, standing, written

CHICAGO = Path(__file__).resolve().parents[2] / "deploy" / "local" / "chicago"
NYC = Path(__file__).with_name("data") / "nyc-311.csv"
AS_CHICAGO = ("--mapping", str(CHICAGO / "map.json"), str(CHICAGO / "chicago-311.json"))


@pytest.fixture
def chicago(tenant: Any) -> Any:
    publish(actor=SYSTEM, document=starter("chicago"))
    return tenant


@pytest.fixture
def new_york(tenant: Any, tmp_path: Path) -> tuple[str, ...]:
    publish(actor=SYSTEM, document=nyc.portal())
    return ("--mapping", written(tmp_path, "nyc.map.json", nyc.MAPPING), str(NYC))


def test_chicago_comes_in_with_types_answers_statuses_and_dates(chicago: Any) -> None:
    told = importing(*AS_CHICAGO)
    assert "50 requests brought in" in told
    # A bar for each half of the work; where there is no terminal, how it ended.
    assert "Checking" in told and "100%" in told and "50/50" in told
    rows = ServiceRequest.objects.filter(source=Source.IMPORTED)
    kinds = Counter(rows.values_list("type_key", "status_key"))
    assert kinds[("building", "done")] == 35
    assert kinds[("sunken-street", "passed-on")] == 1
    assert kinds[("street-light", "duplicate")] == 1
    pothole = rows.get(type_key="pothole")
    assert pothole.title == "Pothole, 1200 W 81ST ST, CHICAGO, IL, 60620"
    assert pothole.data["lane"] == "traffic"
    assert (pothole.data["ward"], pothole.data["channel"]) == ("21", "phone")
    assert pothole.created_at == datetime(2014, 5, 10, 0, 2, 21, tzinfo=UTC)
    assert pothole.closed_at == pothole.status_since == datetime(2015, 10, 10, 15, 15, 40, tzinfo=UTC)
    assert pothole.team_key == "streets"
    assert pothole.customer.email == "residents@example.com"
    assert list(rows.order_by("created_at").values_list("number", flat=True)) == list(range(1001, 1051))


def test_chicagos_dated_notes_are_history_in_the_words_of_the_portal(chicago: Any) -> None:
    importing(*AS_CHICAGO)
    request = ServiceRequest.objects.select_related("customer").get(type_key="pothole")
    portal = live_portal()
    customer = Viewer.of(actor_for(request.customer), portal)
    entries = page_of(request, customer, portal=portal).entries
    assert [entry.title for entry in entries] == [
        "Request made",
        "Somebody has been there",
        "The right crew has it now",
        "Passed on to another crew",
        "The other crew has finished",
        "The other crew has finished",
        "This is taken care of",
    ]
    assert entries[1].body == "What the crew found\nIt is work for the Department of Transportation."
    assert [f"{entry.at:%Y-%m-%d}" for entry in entries[:2]] == ["2014-05-10", "2014-07-29"]
    staff = Viewer.of(actor_for(User.objects.get(email="bob@example.com")), portal)
    assert "Chicago’s Open311 (14-00684314)" in page_of(request, staff, portal=portal).entries[0].title


def test_importing_twice_adds_nothing_and_tells_nobody(chicago: Any) -> None:
    before = standing()
    importing(*AS_CHICAGO)
    after = standing()
    assert after[:3] == (before[0] + 50, before[1] + 263, before[2] + 50)
    assert after[3:] == before[3:]
    assert "0 requests brought in" in (told := importing(*AS_CHICAGO))
    assert "50 were there already" in told
    assert standing() == after


def test_one_is_counted_as_one(new_york: tuple[str, ...], tmp_path: Path) -> None:
    lines = NYC.read_text(encoding="utf-8").splitlines(keepends=True)
    first = written(tmp_path, "first.csv", "".join(lines[:2]))
    told = importing(*new_york[:2], first)
    assert "1 request brought in with 3 lines of history; 1 new customer. Nobody was told." in told
    assert "0 requests brought in with 0 lines of history; 1 was there already." in importing(*new_york[:2], first)


def test_a_dry_run_shows_a_table_and_writes_nothing(chicago: Any) -> None:
    before = standing()
    told = importing(*AS_CHICAGO, "--dry-run")
    assert standing() == before
    assert "14-00684314" in told
    assert "The inspectors are finished" in told
    assert "50 new. Nothing was written" in told


def test_new_york_comes_in(new_york: tuple[str, ...]) -> None:
    assert "117 requests brought in" in importing(*new_york)
    rows = ServiceRequest.objects.filter(source=Source.IMPORTED)
    assert Counter(rows.values_list("type_key", flat=True)) == {"home": 53, "city": 41, "shop": 23}
    one = rows.select_related("customer").get(data__what="Noise: Alarms (NR3)", data__where="39 COFFEY STREET")
    assert one.created_at == datetime(2016, 6, 21, 17, 39, tzinfo=UTC)
    assert one.closed_at == datetime(2016, 6, 29, 20, 15, tzinfo=UTC)
    assert one.data["near"] == "DWIGHT ST and RICHARDS ST"
    assert (one.team_key, one.is_new) == ("environment", False)
    portal = live_portal()
    staff = Viewer.of(actor_for(User.objects.get(email="bob@example.com")), portal)
    said = [entry for entry in page_of(one, staff, portal=portal).entries if entry.is_message]
    assert said[0].who is not None
    assert said[0].who.name == "Department of Environmental Protection"
    assert said[0].body.startswith("The Department of Environmental Protection did not observe")


def test_a_stand_in_without_an_address_is_nobody_who_could_sign_in_or_be_written_to(new_york: tuple[str, ...]) -> None:
    importing(*new_york)
    stand_in = User.objects.get(email="nyc-311@import.invalid")
    assert (stand_in.name, stand_in.is_active, stand_in.has_usable_password()) == ("New Yorkers", False, False)


def test_new_york_again_with_other_rows_adds_only_those(new_york: tuple[str, ...], tmp_path: Path) -> None:
    lines = NYC.read_text(encoding="utf-8").splitlines(keepends=True)
    some = written(tmp_path, "some.csv", "".join(lines[:51]))
    assert "50 requests brought in" in importing(*new_york[:2], some)
    assert "67 requests brought in" in (told := importing(*new_york))
    assert "50 were there already" in told


def _damaged(folder: Path, count: int, every: int = 100) -> tuple[str, ...]:
    publish(actor=SYSTEM, document=starter("chicago"))
    file = damaged.write(folder / "rows.csv", count, every)
    return ("--mapping", written(folder, "map.json", damaged.MAPPING), str(file))


def test_every_damaged_row_is_named_with_line_and_reason_and_keeps_the_file_out(tenant: Any, tmp_path: Path) -> None:
    arguments = _damaged(tmp_path, 100, every=10)
    before = standing(), User.objects.count()
    with pytest.raises(CommandError, match="90 new, 10 bad") as refused:
        importing(*arguments)
    assert refused.value.returncode == 1
    bad = [line for line in str(refused.value).splitlines() if line.startswith("line ")]
    assert len(bad) == 10
    for line, reason in zip(bad, damaged.WAYS, strict=True):
        assert reason in line
    assert bad[0].startswith("line 6 (id “R-000005”)")
    assert (standing(), User.objects.count()) == before


def test_with_skip_bad_the_good_rows_come_in_and_a_second_run_finds_them_all(tenant: Any, tmp_path: Path) -> None:
    arguments = _damaged(tmp_path, 100, every=10)
    assert "90 requests brought in" in (told := importing(*arguments, "--skip-bad"))
    assert "10 bad rows left out" in told
    after = standing()
    assert "90 were there already" in importing(*arguments, "--skip-bad")
    assert standing() == after
    assert not Event.objects.exclude(kind__in=["portal.published", "search.stale"]).exists()
    assert not Mail.objects.exists()


@pytest.mark.heavy
def test_ten_thousand_rows_come_in_under_a_minute(tenant: Any, tmp_path: Path) -> None:
    arguments = _damaged(tmp_path, 10_000)
    began = time.monotonic()
    assert "900 requests brought in" in (told := importing(*arguments, "--skip-bad"))
    assert time.monotonic() - began < 60
    assert "100 bad rows left out" in told
    assert HistoryEntry.objects.filter(kind=Kind.SUBMITTED, data__imported__source="ten-thousand").count() == 9_900
