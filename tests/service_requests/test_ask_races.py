"""Many at once: an ask is answered once, a tick is heeded once, and a worker that fails half-way leaves nothing."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from portal_core.config.live import live_portal
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests import ticks
from portal_core.service_requests.actions import AskAnswer, answer_ask
from portal_core.service_requests.clock import plan_tick
from portal_core.service_requests.errors import AskGone
from portal_core.service_requests.models import ServiceRequest
from tenants.context import tenant_context
from tenants.identifiers import uuid7
from tenants.outbox.drain import drain
from tenants.outbox.models import Event
from tests.databases import people_of
from tests.service_requests.asking_portal import Desk


@pytest.fixture
def desk(race_tenant) -> Desk:
    with tenant_context(race_tenant):
        return Desk(people_of(race_tenant))


def _count(row: Any, kind: Kind) -> int:
    return HistoryEntry.objects.filter(request=row, kind=kind).count()


def test_eight_answers_at_once_are_one(race_tenant, desk, in_threads):
    with tenant_context(race_tenant):
        row = desk.at("visit")
        actor = desk.actor("carol")
    start = threading.Barrier(8)

    def answer(key: Any) -> str:
        with tenant_context(race_tenant):
            start.wait(20)
            given = AskAnswer("day", key, row.status_since, {"slot": "tue"}, {"slot": None})
            return answer_ask(actor=actor, request_id=row.pk, answer=given).status_key

    same = uuid7()
    results = in_threads(answer, [same] * 4 + [uuid7() for _ in range(4)], threads=8)
    assert {type(result) for result in results} <= {str, AskGone}
    with tenant_context(race_tenant):
        assert ServiceRequest.objects.get(pk=row.pk).status_key == "work"
        assert _count(row, Kind.ANSWERED) == 1
        assert Event.objects.filter(kind="request.moved", payload__to="work").count() == 1


def _due(race_tenant: Any, desk: Desk) -> tuple[Any, Event]:
    """A request whose reminder is due now, with its tick."""
    with tenant_context(race_tenant):
        row = desk.at("visit")
        drain(race_tenant.schema_name)
        before = timezone.now() - timedelta(days=2, minutes=1)
        row = ServiceRequest.objects.get(pk=row.pk)
        row.waiting_since = before
        with transaction.atomic():
            plan_tick(row, portal=live_portal())
            row.save(update_fields=["waiting_since", "tick_at"])
        return row, Event.objects.filter(kind="request.tick").latest("id")


def test_two_workers_at_one_tick_remind_once(race_tenant, desk, in_threads):
    row, event = _due(race_tenant, desk)
    start = threading.Barrier(4)

    def work(_number: int) -> None:
        with tenant_context(race_tenant):
            start.wait(20)
            with transaction.atomic():
                ticks.on_tick(event)

    assert in_threads(work, range(4), threads=4) == [None] * 4
    with tenant_context(race_tenant):
        assert _count(row, Kind.REMINDED) == 1
        assert Event.objects.filter(kind="request.reminded").count() == 1


def test_a_tick_that_fails_half_way_leaves_nothing_and_is_done_later(race_tenant, desk, monkeypatch):
    row, _event = _due(race_tenant, desk)
    with tenant_context(race_tenant):

        def fail(*_given: Any, **_named: Any) -> None:
            raise RuntimeError("the worker dies here")

        with monkeypatch.context() as broken:
            broken.setattr(ticks, "plan_tick", fail)
            drain(race_tenant.schema_name)
        assert _count(row, Kind.REMINDED) == 0
        assert not Event.objects.filter(kind="request.reminded").exists()
        Event.objects.filter(done_at=None).update(due_at=timezone.now())
        drain(race_tenant.schema_name)
        assert _count(row, Kind.REMINDED) == 1
