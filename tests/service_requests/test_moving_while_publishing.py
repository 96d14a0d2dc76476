"""A request moves into a status, or is filed, at the very moment at which publishing takes its place away."""

from __future__ import annotations

import importlib
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.config import impact
from portal_core.config.actions import publish
from portal_core.config.errors import PublishRefused
from portal_core.config.live import live_portal
from portal_core.config.pinned import one_version
from portal_core.service_requests.actions import Move, Submission, move, submit
from portal_core.service_requests.errors import MoveRefused, TypeNotOpen
from portal_core.service_requests.models import ServiceRequest
from tenants.context import tenant_context
from tests.databases import people_of
from tests.service_requests import small_portal

move_module = importlib.import_module("portal_core.service_requests.actions.move")
submit_module = importlib.import_module("portal_core.service_requests.actions.submit")
# Longer than a move takes, so that one that need not wait is through.
PAUSE_SECONDS = 1.5


def _without_known() -> dict[str, Any]:
    document = small_portal.document()
    flow = document["flows"][0]
    flow["statuses"] = [status for status in flow["statuses"] if status["key"] != "known"]
    flow["transitions"] = [
        {**step, "from": [key for key in step["from"] if key != "known"]}
        for step in flow["transitions"]
        if step["to"] != "known" and step["from"] != ["known"]
    ]
    return document


def _without_sale() -> dict[str, Any]:
    document = small_portal.document()
    document["types"] = [kind for kind in document["types"] if kind["key"] != "sale"]
    return document


@pytest.fixture
def actors(race_tenant: Any) -> dict[str, Any]:
    with tenant_context(race_tenant):
        publish(actor=SYSTEM, document=small_portal.document())
        return {name: actor_for(user) for name, user in people_of(race_tenant).items()}


def _submission(actors: dict[str, Any], type_key: str) -> Submission:
    return Submission(type_key, {"what": "Something"}, uuid.uuid4(), actors["carol"].user_id)


def _is_retired(status_key: str) -> bool:
    """Whether the live version keeps the status only to show what stood in it."""
    statuses = {status.key: status for status in live_portal().document.flows[0].statuses}
    return statuses[status_key].retired


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when publishing has counted where requests stand; it pauses there."""
    event, count = threading.Event(), impact.standing

    def pausing() -> Any:
        found = count()
        event.set()
        threading.Event().wait(PAUSE_SECONDS)
        return found

    monkeypatch.setattr(impact, "standing", pausing)
    return event


def _both(race_tenant: Any, in_threads: Any, counted: threading.Event, document: Any, act: Callable[[], Any]) -> Any:
    """Publishes, and acts while publishing pauses; what the act came to."""

    def publishing() -> Any:
        with tenant_context(race_tenant):
            return publish(actor=SYSTEM, document=document)

    def acting() -> Any:
        with tenant_context(race_tenant), one_version():
            live_portal()  # the page knows the version before, as a web request does
            assert counted.wait(timeout=30)
            return act()

    published, acted = in_threads(lambda job: job(), [publishing, acting], threads=2)
    assert not isinstance(published, Exception), published
    return acted


def _moving(race_tenant: Any, actors: dict[str, Any]) -> tuple[ServiceRequest, Callable[[], Any]]:
    with tenant_context(race_tenant):
        row = submit(actor=actors["carol"], submission=_submission(actors, "repair"))
    wanted = Move(to="known", seen_status="new", answers={"cause": "A seal"})
    return row, lambda: move(actor=actors["bob"], request_id=row.pk, move=wanted)


def test_without_the_lock_a_request_is_left_in_a_status_that_is_gone(
    race_tenant, actors, in_threads, counted, monkeypatch
):
    """The race itself."""
    row, act = _moving(race_tenant, actors)
    monkeypatch.setattr(move_module, "hold_live_portal", live_portal)
    acted = _both(race_tenant, in_threads, counted, _without_known(), act)
    assert not isinstance(acted, Exception)
    with tenant_context(race_tenant):
        row.refresh_from_db()
        assert row.status_key == "known"
        assert _is_retired("known")


def test_with_it_the_move_waits_and_is_refused(race_tenant, actors, in_threads, counted):
    row, act = _moving(race_tenant, actors)
    acted = _both(race_tenant, in_threads, counted, _without_known(), act)
    assert isinstance(acted, MoveRefused)
    with tenant_context(race_tenant):
        row.refresh_from_db()
        assert row.status_key == "new"


def test_without_the_lock_a_request_is_filed_of_a_type_that_is_gone(
    race_tenant, actors, in_threads, counted, monkeypatch
):
    monkeypatch.setattr(submit_module, "hold_live_portal", live_portal)
    filing = _submission(actors, "sale")
    acted = _both(
        race_tenant, in_threads, counted, _without_sale(), lambda: submit(actor=actors["carol"], submission=filing)
    )
    assert isinstance(acted, ServiceRequest)
    with tenant_context(race_tenant):
        assert "sale" not in {kind.key for kind in live_portal().types}
        assert ServiceRequest.objects.get().type_key == "sale"


def test_with_it_the_filing_waits_and_is_refused(race_tenant, actors, in_threads, counted):
    filing = _submission(actors, "sale")
    acted = _both(
        race_tenant, in_threads, counted, _without_sale(), lambda: submit(actor=actors["carol"], submission=filing)
    )
    assert isinstance(acted, TypeNotOpen)
    with tenant_context(race_tenant):
        assert not ServiceRequest.objects.exists()


def test_publishing_waits_for_a_move_under_way_and_counts_it(race_tenant, actors, in_threads, monkeypatch):
    _row, act = _moving(race_tenant, actors)
    held, lock = threading.Event(), move_module.lock_request

    def slowly(request_id: uuid.UUID) -> ServiceRequest:
        held.set()
        threading.Event().wait(PAUSE_SECONDS)
        return lock(request_id)

    monkeypatch.setattr(move_module, "lock_request", slowly)

    def publishing() -> Any:
        with tenant_context(race_tenant):
            assert held.wait(timeout=30)
            return publish(actor=SYSTEM, document=_without_known())

    def moving() -> Any:
        with tenant_context(race_tenant):
            return act()

    published, moved = in_threads(lambda job: job(), [publishing, moving], threads=2)
    assert isinstance(published, PublishRefused)
    assert moved.status_key == "known"
    with tenant_context(race_tenant):
        assert not _is_retired("known")


def test_moves_do_not_wait_for_one_another(race_tenant, actors, in_threads, monkeypatch):
    rows = [_moving(race_tenant, actors) for _ in range(4)]
    all_in, lock = threading.Barrier(4), move_module.lock_request

    def together(request_id: uuid.UUID) -> ServiceRequest:
        all_in.wait(timeout=30)  # passes only when all four hold the version at once
        return lock(request_id)

    monkeypatch.setattr(move_module, "lock_request", together)

    def moving(act: Callable[[], Any]) -> Any:
        with tenant_context(race_tenant):
            return act()

    moved = in_threads(moving, [act for _row, act in rows], threads=4)
    assert [row.status_key for row in moved] == ["known"] * 4
