"""What publishing does to the requests that exist: moved all at once or one by one, with or without mails."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.core import mail as sent_mails

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import Decided, publish
from portal_core.config.document import load
from portal_core.config.errors import PortalChanged, PublishRefused
from portal_core.config.live import live_portal
from portal_core.config.models import PortalVersion
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.actions import Move, move
from portal_core.service_requests.models import ServiceRequest
from tenants.identifiers import uuid7
from tenants.outbox.drain import Ended, drain
from tests.config.documents import sound
from tests.service_requests.filing import file_request


@pytest.fixture
def alice(people: dict[str, Any]) -> Any:
    actor = actor_for(people["alice"])
    publish(actor=actor, document=load(sound()))
    return actor


@pytest.fixture
def filed(alice: Any, people: dict[str, Any]) -> list[ServiceRequest]:
    """Three requests of Carol's that stand in "asked"."""
    rows = [file_request(people["carol"], "repair") for _ in range(3)]
    for row in rows:
        move(actor=alice, request_id=row.pk, move=Move(to="asked", seen_status="new", answers={"cause": "A pump"}))
    return rows


def without_asked() -> dict[str, Any]:
    document = sound()
    flow = document["flows"][0]
    flow["statuses"] = [status for status in flow["statuses"] if status["key"] != "asked"]
    flow["transitions"] = [{"from": ["new"], "to": "over", "by": ["agent", "customer"], "label": "Finish"}]
    return document


def statuses(rows: list[ServiceRequest]) -> list[str]:
    return [ServiceRequest.objects.get(pk=row.pk).status_key for row in rows]


def mails(tenant: Any) -> list[str]:
    while drain(tenant.schema_name) is Ended.MORE_TO_DO:
        pass
    found = [mail.subject for mail in sent_mails.outbox if "carol@example.com" in mail.recipients()[0]]
    sent_mails.outbox.clear()
    return found


def test_all_at_once_without_mails(filed, alice, tenant):
    mails(tenant)
    publish(actor=alice, document=load(without_asked()), mapping={"status": {"way.asked": "new"}})
    assert statuses(filed) == ["new"] * 3
    assert mails(tenant) == []
    lines = HistoryEntry.objects.filter(kind=Kind.MOVED, data__by_publishing=live_portal().number)
    assert lines.count() == 3
    assert {line.data["to"] for line in lines} == {"new"}


def test_customers_are_told_where_that_was_decided(filed, alice, tenant):
    mails(tenant)
    mapping = {"status": {"way.asked": "new"}, "tell": ["way.asked"]}
    publish(actor=alice, document=load(without_asked()), mapping=mapping)
    assert statuses(filed) == ["new"] * 3
    assert len(mails(tenant)) == 3


def test_one_by_one_and_the_rest_together(filed, alice):
    one = str(filed[1].number)
    mapping = {"status": {"way.asked": "new"}, "request": {one: "over"}}
    publish(actor=alice, document=load(without_asked()), mapping=mapping)
    assert statuses(filed) == ["new", "over", "new"]


def test_every_one_by_itself_needs_no_rule_for_the_rest(filed, alice):
    numbers = [str(row.number) for row in filed]
    mapping = {"request": {numbers[0]: "new", numbers[1]: "over", numbers[2]: "new"}}
    publish(actor=alice, document=load(without_asked()), mapping=mapping)
    assert statuses(filed) == ["new", "over", "new"]


def test_whoever_is_forgotten_stops_it_and_nothing_moves(filed, alice):
    before = live_portal().number
    with pytest.raises(PublishRefused) as refused:
        publish(actor=alice, document=load(without_asked()), mapping={"request": {str(filed[0].number): "new"}})
    assert [problem.path for problem in refused.value.problems] == ["flows.way.statuses.asked"]
    assert statuses(filed) == ["asked"] * 3
    assert live_portal().number == before


def test_one_that_has_gone_on_meanwhile_stays_where_it_is(filed, alice):
    move(actor=alice, request_id=filed[0].pk, move=Move(to="over", seen_status="asked"))
    mapping = {"status": {"way.asked": "new"}, "request": {str(filed[0].number): "new"}}
    publish(actor=alice, document=load(without_asked()), mapping=mapping)
    assert statuses(filed) == ["over", "new", "new"]


@pytest.mark.parametrize(
    ("mapping", "path"),
    [
        ({"request": {"1001": "nowhere"}}, "mapping.request.1001"),
        ({"request": {"x": "new"}}, "mapping.request.x"),
        ({"request": {str(number): "new" for number in range(2001)}}, "mapping.request"),
        ({"tell": "way.asked"}, "mapping.tell"),
    ],
)
def test_a_mapping_that_says_nothing_is_refused(filed, alice, mapping, path):
    with pytest.raises(PublishRefused) as refused:
        publish(actor=alice, document=load(without_asked()), mapping=mapping)
    assert path in [problem.path for problem in refused.value.problems]


def test_of_two_who_publish_over_the_same_version_the_second_is_told(alice):
    number = live_portal().number
    first, second = copy.deepcopy(sound()), copy.deepcopy(sound())
    first["portal"]["name"], second["portal"]["name"] = "Mine", "Theirs"
    publish(actor=alice, document=load(first), decided=Decided(expected_live=number))
    with pytest.raises(PortalChanged) as raised:
        publish(actor=alice, document=load(second), decided=Decided(expected_live=number))
    assert (raised.value.expected, raised.value.actual) == (number, number + 1)
    assert live_portal().name == "Mine"


def test_pressed_twice_it_publishes_once(alice):
    document, key = sound(), uuid7()
    document["portal"]["name"] = "Mine"
    decided = Decided(expected_live=live_portal().number, key=key)
    versions = [publish(actor=alice, document=load(document), decided=decided).number for _ in range(2)]
    assert versions[0] == versions[1]
    assert PortalVersion.objects.filter(form_key=key).count() == 1


def test_a_thousand_requests_move_in_few_statements(alice, people, django_assert_max_num_queries):
    row = file_request(people["carol"], "repair")
    move(actor=alice, request_id=row.pk, move=Move(to="asked", seen_status="new", answers={"cause": "A pump"}))
    row.refresh_from_db()
    copies = []
    for number in range(300):
        twin = copy.copy(row)
        twin.pk, twin.number, twin.submission_key = uuid7(), 5000 + number, uuid7()
        copies.append(twin)
    ServiceRequest.objects.bulk_create(copies)
    # One event a request waits for its promise; everything else is done for many at once.
    with django_assert_max_num_queries(300 + 60):
        publish(actor=alice, document=load(without_asked()), mapping={"status": {"way.asked": "new"}})
    assert ServiceRequest.objects.filter(status_key="new").count() == 301
