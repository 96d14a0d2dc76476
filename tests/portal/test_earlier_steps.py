"""Requests and history that speak of what no version in force has: every page still opens."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.config.actions import publish
from portal_core.config.errors import PublishRefused
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.actions import Move, Submission, move, submit
from portal_core.service_requests.models import ServiceRequest
from tests.config.documents import sound
from tests.service_requests.filing import file_request

pytestmark = pytest.mark.django_db


def pages_of(row, people, client_for) -> dict[str, str]:
    """All pages that show the request, by address; each must open."""
    customers = ("/", "/requests/", "/requests/?show=closed", f"/requests/{row.number}/")
    staffs = ("/desk/", "/desk/?state=closed", f"/desk/requests/{row.number}/")
    found = {}
    for who, paths in (("carol", customers), ("bob", staffs)):
        client = client_for(people[who])
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, path
            found[path] = answer.content.decode()
    return found


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
@pytest.mark.parametrize(
    "spoilt", [{"status_key": "ghost"}, {"type_key": "ghost"}, {"type_key": "ghost", "status_key": "ghost"}], ids=str
)
def test_a_request_of_an_unknown_status_or_type_can_be_read(tenant, people, client_for, spoilt, is_open):
    row = file_request(people["carol"])
    closed = {} if is_open else {"turn": "nobody", "closed_at": timezone.now()}
    ServiceRequest.objects.filter(pk=row.pk).update(**spoilt, **closed)
    pages = pages_of(row, people, client_for)
    assert "An earlier step" in pages[f"/requests/{row.number}/"]


def test_history_of_unknown_statuses_and_fields_can_be_read(tenant, people, client_for):
    row = file_request(people["carol"])
    changes = [{"field": "ghost", "before": None, "after": "Words of a field that is gone"}]
    for data in ({"from": row.status_key, "to": "ghost"}, {"from": "ghost", "to": row.status_key, "changes": changes}):
        HistoryEntry.objects.create(
            request_id=row.pk,
            kind=Kind.MOVED,
            audience="customer",
            side="staff",
            actor=people["bob"],
            data=data,
            at=timezone.now(),
        )
    pages = pages_of(row, people, client_for)
    for path in (f"/requests/{row.number}/", f"/desk/requests/{row.number}/"):
        assert "An earlier step" in pages[path]
        assert "Words of a field that is gone" not in pages[path]


def test_a_type_with_closed_requests_keeps_its_flow_and_its_pages(tenant, people, client_for):
    publish(actor=SYSTEM, document=sound())
    carol = people["carol"]
    filed = Submission("repair", {"what": "The valve"}, uuid.uuid4(), carol.pk)
    row = submit(actor=actor_for(carol), submission=filed)
    move(actor=actor_for(people["bob"]), request_id=row.pk, move=Move(to="over", seen_status="new"))
    document = sound()
    document["flows"][0]["key"] = document["types"][0]["flow"] = "road"
    with pytest.raises(PublishRefused) as refused:
        publish(actor=SYSTEM, document=document)
    assert [problem.path for problem in refused.value.problems] == ["types.repair.flow"]
    pages_of(row, people, client_for)
