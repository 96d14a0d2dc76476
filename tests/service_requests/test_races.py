"""Many at once: each race is first shown with its guard off, then with it on."""

from __future__ import annotations

import importlib
import threading
import uuid
from collections import Counter
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.db.models import Max

from portal_core.accounts.actor import actor_for
from portal_core.config.live import live_portal
from portal_core.history.models import HistoryEntry, Kind
from portal_core.messaging.actions import Message, reply
from portal_core.service_requests.actions import Move, Submission, change_fields, move, submit
from portal_core.service_requests.errors import Stale
from portal_core.service_requests.models import NumberCounter, ServiceRequest
from tenants.context import tenant_context
from tenants.outbox.models import Event
from tests.databases import people_of


@pytest.fixture
def carol(race_tenant) -> Any:
    return people_of(race_tenant)["carol"]


@pytest.fixture
def bob(race_tenant) -> Any:
    return people_of(race_tenant)["bob"]


def _filing(race_tenant: Any, carol: Any) -> Any:
    """A function that files one request with the given key, in any thread."""
    with tenant_context(race_tenant):
        actor = actor_for(carol)
        type_key = live_portal().types[0].key

    def file(key: uuid.UUID) -> int:
        with tenant_context(race_tenant):
            answers = {"what": "Something"}
            submission = Submission(type_key=type_key, answers=answers, submission_key=key, customer_id=carol.pk)
            return submit(actor=actor, submission=submission).number

    return file


def _file_one(race_tenant: Any, carol: Any) -> ServiceRequest:
    number = _filing(race_tenant, carol)(uuid.uuid4())
    return ServiceRequest.objects.get(number=number)


def _one_after_the_largest(handed_out: list[int]) -> Any:
    def next_number() -> int:
        largest = ServiceRequest.objects.aggregate(largest=Max("number"))["largest"] or 1000
        handed_out.append(largest + 1)
        return largest + 1

    return next_number


def test_without_the_counters_lock_the_same_number_is_given_out_twice(race_tenant, carol, in_threads, monkeypatch):
    """The race itself: "max + 1" under parallel submits."""
    handed_out: list[int] = []
    module = importlib.import_module("portal_core.service_requests.actions.submit")
    monkeypatch.setattr(module, "next_number", _one_after_the_largest(handed_out))
    results = in_threads(_filing(race_tenant, carol), [uuid.uuid4() for _ in range(48)], threads=8)
    assert max(Counter(handed_out).values()) > 1
    assert any(isinstance(result, DatabaseError) for result in results)


def test_numbers_have_neither_gaps_nor_doubles_under_two_hundred_parallel_submits(race_tenant, carol, in_threads):
    numbers = in_threads(_filing(race_tenant, carol), [uuid.uuid4() for _ in range(200)], threads=16)
    assert sorted(numbers) == list(range(1001, 1201))
    with tenant_context(race_tenant):
        assert NumberCounter.objects.get().last_number == 1200
        assert HistoryEntry.objects.filter(kind=Kind.SUBMITTED).count() == 200


def test_a_filing_that_fails_gives_its_number_back(race_tenant, carol, in_threads, monkeypatch):
    module = importlib.import_module("portal_core.service_requests.actions.submit")
    add_line, turns = module.add_line, iter(range(10_000))

    def failing(**given: Any) -> Any:
        if next(turns) % 3 == 0:
            raise RuntimeError("the disk is full")
        return add_line(**given)

    monkeypatch.setattr(module, "add_line", failing)
    results = in_threads(_filing(race_tenant, carol), [uuid.uuid4() for _ in range(60)], threads=8)
    numbers = sorted(result for result in results if isinstance(result, int))
    assert len(numbers) < 60
    assert numbers == list(range(1001, 1001 + len(numbers)))


def test_one_form_sent_from_many_threads_is_one_request(race_tenant, carol, in_threads):
    key = uuid.uuid4()
    numbers = in_threads(_filing(race_tenant, carol), [key] * 24, threads=12)
    assert set(numbers) == {1001}
    with tenant_context(race_tenant):
        assert ServiceRequest.objects.count() == 1
        assert Event.objects.filter(kind="request.submitted").count() == 1
        assert HistoryEntry.objects.filter(kind=Kind.SUBMITTED).count() == 1


def _moving(race_tenant: Any, bob: Any, row: ServiceRequest, start: threading.Barrier) -> Any:
    with tenant_context(race_tenant):
        actor, seen = actor_for(bob), row.status_key

    def go(to: str) -> str:
        with tenant_context(race_tenant):
            connection.ensure_connection()
            start.wait(timeout=30)
            wanted = Move(to=to, seen_status=seen, reason="because")
            return move(actor=actor, request_id=row.pk, move=wanted).status_key

    return go


def _two_ways(row: ServiceRequest, bob: Any) -> list[str]:
    moves = live_portal().type(row.type_key).flow.moves_from(row.status_key, actor_for(bob).role)
    return [step.to for step in moves if not step.must_fill][:2]


def test_of_two_moves_at_once_one_wins_and_the_other_is_told(race_tenant, carol, bob, in_threads):
    with tenant_context(race_tenant):
        row = _file_one(race_tenant, carol)
        ways = _two_ways(row, bob)
    results = in_threads(_moving(race_tenant, bob, row, threading.Barrier(2)), ways, threads=2)
    lost = [result for result in results if isinstance(result, Stale)]
    won = [result for result in results if isinstance(result, str)]
    assert len(won) == len(lost) == 1
    assert lost[0].differences[0].field_key == "status"
    with tenant_context(race_tenant):
        row.refresh_from_db()
        assert row.status_key == won[0]
        assert HistoryEntry.objects.filter(kind=Kind.MOVED).count() == 1
        assert Event.objects.filter(kind="request.moved").count() == 1


def test_without_the_rows_lock_both_moves_are_made(race_tenant, carol, bob, in_threads, monkeypatch):
    """The race itself: each reads the request before the other has written."""
    module = importlib.import_module("portal_core.service_requests.actions.move")
    both_have_read = threading.Barrier(2)

    def read_without_lock(request_id: uuid.UUID) -> ServiceRequest:
        row = ServiceRequest.objects.select_related("customer", "assignee").get(pk=request_id)
        both_have_read.wait(timeout=30)
        return row

    with tenant_context(race_tenant):
        row = _file_one(race_tenant, carol)
        ways = _two_ways(row, bob)
    monkeypatch.setattr(module, "lock_request", read_without_lock)
    results = in_threads(_moving(race_tenant, bob, row, threading.Barrier(2)), ways, threads=2)
    assert sorted(results) == sorted(ways)
    with tenant_context(race_tenant):
        assert HistoryEntry.objects.filter(kind=Kind.MOVED).count() == 2


def test_of_two_changes_of_one_field_the_later_is_told_and_overwrites_nothing(race_tenant, carol, bob, in_threads):
    with tenant_context(race_tenant):
        row = _file_one(race_tenant, carol)
        actor = actor_for(bob)
    start = threading.Barrier(2)

    def change(words: str) -> str:
        with tenant_context(race_tenant):
            connection.ensure_connection()
            start.wait(timeout=30)
            change_fields(actor=actor, request_id=row.pk, answers={"what": words}, seen={"what": "Something"})
            return words

    results = in_threads(change, ["This", "That"], threads=2)
    won = [result for result in results if isinstance(result, str)]
    lost = [result for result in results if isinstance(result, Stale)]
    assert len(won) == len(lost) == 1
    assert lost[0].differences[0].theirs == won[0]
    with tenant_context(race_tenant):
        row.refresh_from_db()
        assert row.data["what"] == won[0]
        assert HistoryEntry.objects.filter(kind=Kind.CHANGED).count() == 1


def test_one_message_sent_from_many_threads_is_one_line(race_tenant, carol, in_threads):
    with tenant_context(race_tenant):
        row = _file_one(race_tenant, carol)
        actor = actor_for(carol)
    key = uuid.uuid4()

    def send(_attempt: int) -> uuid.UUID:
        with tenant_context(race_tenant):
            return reply(actor=actor, request_id=row.pk, message=Message("Hello", key)).pk

    lines = in_threads(send, range(16), threads=8)
    assert len(set(lines)) == 1 and isinstance(lines[0], uuid.UUID)
    with tenant_context(race_tenant):
        assert HistoryEntry.objects.filter(kind=Kind.REPLIED).count() == 1
        assert Event.objects.filter(kind="request.replied").count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE portal_core_historyentry SET body = 'It never happened'",
        "DELETE FROM portal_core_historyentry",
        "TRUNCATE portal_core_historyentry",
    ],
)
def test_the_database_itself_keeps_history_as_it_was(statement, race_tenant, carol):
    with tenant_context(race_tenant):
        _file_one(race_tenant, carol)
        with pytest.raises((DatabaseError, psycopg.Error)), connection.cursor() as cursor:
            cursor.execute(statement)
        entry = HistoryEntry.objects.get()
        assert entry.kind == Kind.SUBMITTED and entry.body == ""
