"""Two hundred people send forms while ten versions go live: every one is filed once, or told why not."""

from __future__ import annotations

import copy
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.config.actions import publish
from portal_core.config.live import live_portal
from portal_core.config.models import PortalVersion
from portal_core.config.pinned import one_version
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.actions import Submission, submit
from portal_core.service_requests.models import ServiceRequest
from tenants.context import tenant_context
from tenants.outbox.models import Event
from tests.databases import people_of
from tests.service_requests import small_portal

FORMS, VERSIONS = 200, 10


def _version(number: int) -> dict[str, Any]:
    """Each with a name of its own."""
    document = copy.deepcopy(small_portal.document())
    document["portal"]["name"] = f"Version {number}"
    return document


def test_every_form_is_accounted_for(race_tenant: Any, in_threads: Callable[..., list[Any]]) -> None:
    with tenant_context(race_tenant):
        publish(actor=SYSTEM, document=small_portal.document())
        carol = actor_for(people_of(race_tenant)["carol"])
        type_key, first = live_portal().types[0].key, live_portal().number
    keys = [uuid.uuid4() for _ in range(FORMS)]
    work: list[Any] = list(keys)
    for number in range(VERSIONS):
        work.insert((number + 1) * (FORMS // VERSIONS), number)

    def one(task: Any) -> Any:
        with tenant_context(race_tenant), one_version():
            if isinstance(task, int):
                return publish(actor=SYSTEM, document=_version(task)).number
            submission = Submission(type_key, {"what": "Something"}, task, carol.user_id)
            return submit(actor=carol, submission=submission).number

    results = in_threads(one, work, threads=12)
    assert [result for result in results if isinstance(result, Exception)] == []
    with tenant_context(race_tenant):
        rows = list(ServiceRequest.objects.filter(submission_key__in=keys))
        assert len(rows) == FORMS
        assert sorted(row.number for row in rows) == list(
            range(min(r.number for r in rows), min(r.number for r in rows) + FORMS)
        )
        versions = set(PortalVersion.objects.values_list("number", flat=True))
        # Each under a version that was live, told of once, with one line of history.
        assert {row.version_number for row in rows} <= versions
        assert PortalVersion.objects.filter(number__gt=first).count() == VERSIONS
        lines = HistoryEntry.objects.filter(kind=Kind.SUBMITTED, request__in=rows)
        assert Counter(lines.values_list("request_id", flat=True)) == Counter(row.pk for row in rows)
        told = Event.objects.filter(kind="request.submitted").values_list("payload__request_id", flat=True)
        assert Counter(told) == Counter(str(row.pk) for row in rows)
