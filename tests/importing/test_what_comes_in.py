"""What becomes of a row: customers, people, history, dates; and what must never come of it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError

from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.live import live_portal
from portal_core.history.models import HistoryEntry, Kind
from portal_core.importing import writing
from portal_core.importing.mapping import load_mapping
from portal_core.importing.reading import SourceFile
from portal_core.importing.run import check_file
from portal_core.messaging.actions import Message, reply
from portal_core.notifications.handlers import on_replied
from portal_core.service_requests.actions import assign
from portal_core.service_requests.entries import page_of
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.replanning import replan_tonight
from portal_core.service_requests.viewer import Viewer
from tenants.context import tenant_context
from tenants.identifiers import uuid7
from tenants.outbox.drain import drain
from tenants.outbox.models import Event, Mail
from tests.config.documents import sound
from tests.importing.commands import importing, standing, written

MAPPING: dict[str, Any] = {
    "source": "old",
    "id": "id",
    "status": {"from": "state", "map": {"new": "new", "asked": "asked", "over": "over"}, "default": "new"},
    "created": "made",
    "closed": "closed",
    "customer": {"email": "mail", "name": "name", "stand_in": {"name": "Earlier customers"}},
    "assignee": "who",
    "answers": {"what": "what"},
    "history": [
        {
            "each": "log",
            "at": "at",
            "kind": {"from": "kind", "default": "message"},
            "side": {"from": "side", "default": "staff"},
            "text": "text",
            "status": "status",
            "author": "by",
        }
    ],
}
ROW: dict[str, Any] = {"id": "1", "what": "x", "made": "2024-03-01T09:00:00+00:00"}


@pytest.fixture(autouse=True)
def _portal(tenant: Any) -> None:
    publish(actor=SYSTEM, document=sound())


def bring(folder: Path, *rows: dict[str, Any], **change: Any) -> str:
    files = ("--mapping", written(folder, "map.json", {**MAPPING, **change}), written(folder, "rows.json", list(rows)))
    return importing("--type", "repair", *files)


def one(title: str = "x") -> ServiceRequest:
    return ServiceRequest.objects.select_related("customer", "assignee").get(title=title)


def seen_by(person: User, request: ServiceRequest) -> list[str]:
    portal = live_portal()
    viewer = Viewer.of(actor_for(person), portal)
    return [f"{entry.title}|{entry.body}" for entry in page_of(request, viewer, portal=portal).entries]


def test_a_customer_is_found_by_address_or_made_without_a_word(tmp_path: Path, people: dict[str, User]) -> None:
    rows = [
        {**ROW, "what": "old one", "mail": "CAROL@example.com ", "name": "Somebody"},
        {**ROW, "id": "2", "what": "new one", "mail": "nina@example.com", "name": "Nina New"},
        {**ROW, "id": "3", "what": "nobody's"},
    ]
    assert "2 new customers" in bring(tmp_path, *rows)
    assert one("old one").customer == people["carol"]
    assert one("old one").customer.name == "Carol Customer"
    assert (one("new one").customer.name, one("new one").customer.role) == ("Nina New", "customer")
    assert one("nobody's").customer.email == "old@import.invalid"
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"mail": "bob@example.com"}, "customer.email: “bob@example.com” belongs to somebody of the team."),
        ({"mail": "x@y"}, "customer.email: “x@y” is no e-mail address."),
        ({"name": "N" * 121, "mail": "n@example.com"}, "customer.name: “NNN"),
        ({"who": "carol@example.com"}, "assignee: “carol@example.com” is the address of nobody of the team."),
        ({"id": ""}, "id: The row has no id"),
        ({"id": {"a": 1}}, "id: There stands an object, not a value."),
        ({"made": ""}, "created: The row has no date."),
        ({"made": "soon"}, "created: “soon” is no date of the form 2026-11-27"),
        ({"made": "1066-10-14"}, "created: “1066-10-14” is before 1900"),
        ({"made": "2099-01-01"}, "created: 2099-01-01 lies in the future."),
        ({"made": "9999-12-31T23:59:59-12:00"}, "created: "),
        ({"state": "over", "closed": "2024-02-28"}, "closed: 2024-02-28 is before the request was made (2024-03-01)."),
        ({"closed": "2024-03-02"}, "closed: There is a closing date, but “new” is an open status."),
        ({"state": "lost"}, "status: “lost” is none of new, asked, over."),
        ({"what": "\ud800"}, "answers.what: "),
        ({"log": "late"}, "history.0.each: “log” is no list."),
        ({"log": [7]}, "history.0.each: Item 1 of “log” is no object."),
        ({"log": [{"text": "hm"}]}, "history.0 (item 1).at: “hm” has no date."),
        ({"log": [{"text": "\0", "at": "2024-03-02"}]}, "history.0 (item 1).text: "),
        ({"log": [{"text": "t" * 20_001, "at": "2024-03-02"}]}, "Shorten this to 20000 characters"),
        ({"log": [{"text": "hm", "at": "2024-03-02", "kind": "shout"}]}, "history.0 (item 1).kind: “shout” is none of"),
        ({"log": [{"text": "hm", "at": "2024-03-02", "side": "them"}]}, "history.0 (item 1).side: “them” is none of"),
        ({"log": [{"text": "hm", "at": "2024-03-02", "status": "lost"}]}, "repair has no status “lost”."),
        ({"log": [{"text": "hm", "at": "2024-03-02"}] * 2_001}, "history: 2001 lines are more than"),
    ],
)
def test_a_bad_row_says_why_and_nothing_is_written(tmp_path: Path, row: dict[str, Any], said: str) -> None:
    before = standing(), User.objects.count()
    with pytest.raises(CommandError) as refused:
        bring(tmp_path, {**ROW, "id": "good", "mail": "new@example.com"}, {**ROW, **row})
    assert said in str(refused.value)
    assert "1 new, 1 bad. Nothing was written." in str(refused.value)
    assert (standing(), User.objects.count()) == before


def test_everything_that_is_wrong_with_a_row_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        bring(tmp_path, {**ROW, "made": "soon", "state": "lost", "who": "x", "what": "x" * 9_000})
    said = [line for line in str(refused.value).splitlines() if line.startswith("line 1 ")]
    assert [line.split(": ")[1] for line in said] == ["status", "created", "assignee", "answers.what"]


def test_notes_of_staff_never_reach_the_customer_whatever_else_they_say(
    tmp_path: Path, people: dict[str, User]
) -> None:
    log = [
        {"at": "2024-03-02", "kind": "note", "text": "canary one", "by": "Old Hand"},
        {"at": "2024-03-03", "kind": "note", "text": "canary two", "status": "asked"},
        {"at": "2024-03-04", "text": "Which model?", "by": "Old Hand"},
        {"at": "2024-03-05", "text": "The small one", "side": "customer"},
        {"at": "2024-03-06", "kind": "event", "text": "Looked up"},
        {"at": "2024-03-07", "kind": "skip", "text": "never"},
    ]
    bring(tmp_path, {**ROW, "mail": "carol@example.com", "state": "asked", "log": log})
    request = one()
    customer, staff = seen_by(people["carol"], request), seen_by(people["bob"], request)
    assert customer == ["Request made|", "Asked|", "|Which model?", "|The small one", "Looked up|"] or customer == [
        "Request made|",
        "We have your request|",
        "|Which model?",
        "|The small one",
        "Looked up|",
    ]
    assert "canary" not in str(customer)
    assert "|canary one" in staff
    assert "|canary two" in staff
    assert request.unanswered_since == datetime(2024, 3, 5, tzinfo=UTC)
    assert "never" not in str(staff)


def test_history_keeps_its_dates_order_and_moves(tmp_path: Path) -> None:
    log = [
        {"at": "2024-03-05T10:00:00+00:00", "status": "over", "text": "Done"},
        {"at": "2024-03-02T10:00:00+00:00", "status": "asked"},
        {"at": "2024-02-01T10:00:00+00:00", "text": "Before it was made"},
        {"at": "2024-03-03T10:00:00+00:00", "status": "asked", "text": "Asked again"},
    ]
    bring(tmp_path, {**ROW, "state": "over", "log": log})
    request = one()
    entries = list(HistoryEntry.objects.filter(request=request).order_by("id"))
    assert [(entry.kind, f"{entry.at:%m-%d}", entry.data.get("to")) for entry in entries] == [
        (Kind.SUBMITTED, "03-01", None),
        (Kind.REPLIED, "03-01", None),
        (Kind.MOVED, "03-02", "asked"),
        (Kind.RECORDED, "03-03", None),
        (Kind.MOVED, "03-05", "over"),
    ]
    assert entries[-1].data["from"] == "asked"
    assert request.closed_at == request.status_since == datetime(2024, 3, 5, 10, tzinfo=UTC)
    assert request.last_entry_at == datetime(2024, 3, 5, 10, tzinfo=UTC)


def test_an_open_request_of_long_ago_is_late_and_new_only_where_it_began(
    tmp_path: Path, people: dict[str, User]
) -> None:
    bring(
        tmp_path,
        {**ROW, "what": "waiting"},
        {**ROW, "id": "2", "what": "taken", "who": "bob@example.com"},
        {**ROW, "id": "3", "what": "asked", "state": "asked"},
    )
    waiting, taken, asked = one("waiting"), one("taken"), one("asked")
    assert waiting.due_at < datetime(2024, 3, 10, tzinfo=UTC)
    assert (waiting.is_new, taken.is_new, asked.is_new) == (True, False, False)
    assert taken.assignee == people["bob"]
    assert (waiting.team_key, asked.turn, asked.due_at.year) == ("desk", "customer", 9999)


def timed() -> dict[str, Any]:
    """The portal with a status in which the customer is reminded, and closed where nobody answers."""
    made = copy.deepcopy(sound())
    asked = next(status for status in made["flows"][0]["statuses"] if status["key"] == "asked")
    asked |= {"remind": [{"after_days": 2}], "close": {"after_days": 5, "to": "over"}}
    return made


def test_the_clock_leaves_alone_what_came_in_until_somebody_acts_on_it(
    tmp_path: Path, tenant: Any, people: dict[str, User]
) -> None:
    publish(actor=SYSTEM, document=timed())
    with time_machine.travel(datetime(2026, 11, 23, 9, tzinfo=UTC), tick=False) as clock:
        jo = {"mail": "jo@example.com", "name": "Jo"}
        rows = ({**ROW, "id": str(number), "what": f"asked {number}", "state": "asked", **jo} for number in (1, 2))
        bring(tmp_path, *rows, {**ROW, "id": "3", "what": "late"})

        def later(days: int) -> None:
            clock.shift(timedelta(days=days))
            replan_tonight()
            drain(tenant.schema_name)

        later(0)
        later(30)
        publish(actor=SYSTEM, document=timed())
        later(30)
        assert list(ServiceRequest.objects.filter(tick_at__isnull=False)) == []
        assert (Mail.objects.count(), ServiceRequest.objects.filter(closed_at=None).count()) == (0, 3)
        taken = one("asked 1")
        assign(actor=actor_for(people["bob"]), request_id=taken.pk, assignee_id=people["bob"].pk)
        assign(actor=actor_for(people["bob"]), request_id=one("late").pk, assignee_id=people["bob"].pk)
        later(0)
        assert (Mail.objects.count(), one("asked 1").closed_at) == (0, None)
        later(2)
        assert list(Mail.objects.values_list("to_address", flat=True)) == [taken.customer.email]
        later(3)
        assert one("asked 1").closed_at is not None
        assert one("asked 2").closed_at is None
        assert not Mail.objects.filter(to_address=people["bob"].email).exists()


def test_a_dry_run_says_that_the_clock_leaves_open_ones_alone(tmp_path: Path) -> None:
    files = ("--mapping", written(tmp_path, "map.json", MAPPING))
    over = {**ROW, "id": "2", "state": "over", "closed": ROW["made"]}
    for rows, said in (([ROW, over], "1 of them is open. Nobody is reminded"), ([over], "")):
        told = importing("--type", "repair", *files, written(tmp_path, "rows.json", rows), "--dry-run")
        assert said in told
        assert ("Nobody is reminded" in told) == bool(said)


def test_what_fails_in_the_middle_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{**ROW, "id": str(n), "mail": f"p{n}@example.com"} for n in range(1_200)]
    written_rows = writing.Writer.write
    calls: list[int] = []

    def breaks(self: Any, batch: Any) -> Any:
        calls.append(len(batch))
        if len(calls) == 3:
            raise RuntimeError("power cut")
        return written_rows(self, batch)

    monkeypatch.setattr(writing.Writer, "write", breaks)
    before = standing(), User.objects.count()
    with pytest.raises(RuntimeError, match="power cut"):
        bring(tmp_path, *rows)
    assert calls == [500, 500, 200]
    assert (standing(), User.objects.count()) == before


def test_the_neighbour_with_the_same_rows_is_untouched(tmp_path: Path, other_tenant: Any) -> None:
    with tenant_context(other_tenant):
        before = standing(), User.objects.count()
    bring(tmp_path, {**ROW, "mail": "new@example.com"})
    with tenant_context(other_tenant):
        assert (standing(), User.objects.count()) == before


def test_who_may_not_set_up_may_not_import(tmp_path: Path, people: dict[str, User]) -> None:
    mapping = load_mapping(Path(written(tmp_path, "map.json", MAPPING)).read_bytes())
    for name in ("bob", "carol"):
        with (tmp_path / "map.json").open("rb") as file, pytest.raises(Forbidden):
            check_file(
                actor=actor_for(people[name]), source=SourceFile(file, "x.json"), mapping=mapping, type_key="repair"
            )


def test_a_reply_to_a_stand_in_goes_nowhere(tmp_path: Path, people: dict[str, User]) -> None:
    for number, address in enumerate(("old@import.invalid", "carol@example.com")):
        bring(tmp_path, {**ROW, "id": str(number), "what": address, "mail": address if number else ""})
        message = Message("Hello?", uuid7())
        reply(actor=actor_for(people["bob"]), request_id=one(address).pk, message=message)
        on_replied(Event.objects.filter(kind="request.replied").latest("created_at"))
        assert Mail.objects.filter(to_address=address).count() == number
