"""What the ledger of removed work hears of: mails that told customers, moves of their own, looks at a request."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisConnectionError

from portal_core.accounts.models import User
from portal_core.notifications import handlers
from portal_core.notifications.models import Notice
from portal_core.reporting import views
from portal_core.reporting.models import RemovedWork
from portal_core.saved_records.details import save_details
from portal_core.service_requests.actions import Move, change_fields, move
from tenants.context import tenant_context
from tenants.outbox.drain import drain
from tenants.outbox.models import Event, Mail
from tests.saved_records import house as houses
from tests.service_requests.filing import file_request


def counted(what):
    return list(RemovedWork.objects.filter(what=what).order_by("id").values_list("count", "request_id"))


def test_a_mail_that_told_the_customer_counts_once_however_often_its_event_is_handled(house, tenant):
    made = houses.document()
    made["messages"] = [{"key": "arrived", "subject": "It is here", "body": "We have it."}]
    made["flows"][0]["statuses"][0]["notify"] = [{"who": "customer", "message": "arrived"}]
    house.publish(made)
    row = house.file(record=house.keep())
    drain(tenant.schema_name)
    drain(tenant.schema_name)
    assert Mail.objects.filter(recipient_user_id=row.customer_id).count() == 1 and counted("notices") == [(1, row.pk)]
    told = Event.objects.filter(kind="work.removed", payload__what="notices").count()
    Notice.objects.all().delete()
    handlers.on_submitted(Event.objects.get(kind="request.submitted"))
    assert Event.objects.filter(kind="work.removed", payload__what="notices").count() == told


def test_a_move_by_the_customer_counts_and_one_by_staff_does_not(house, tenant):
    row = house.file(record=house.keep())
    change_fields(actor=house.actor("bob"), request_id=row.pk, answers={"cause": "Worn"}, seen={})
    move(actor=house.actor("bob"), request_id=row.pk, move=Move("known", "new"))
    drain(tenant.schema_name)
    assert counted("self_service") == []
    move(actor=house.actor("carol"), request_id=row.pk, move=Move("over", "known"))
    drain(tenant.schema_name)
    assert counted("self_service") == [(1, row.pk)]


@pytest.fixture
def looked(house, client_for):
    row = house.file(record=house.keep())
    carol = client_for(house.people["carol"])
    return row, lambda: carol.get(f"/requests/{row.number}/")


def test_looks_are_counted_without_a_row_and_written_down_by_the_tick(looked, house, client_for):
    row, look = looked
    assert look().status_code == 200 and look().status_code == 200
    assert client_for(house.people["bob"]).get(f"/desk/requests/{row.number}/").status_code == 200
    assert counted("status_views") == []
    views.write_down_tick()
    assert counted("status_views") == [(1, row.pk)], "loading it again is one look; staff look for other reasons"
    views.write_down_tick()
    assert counted("status_views") == [(1, row.pk)]


def test_a_tick_that_died_before_it_dropped_its_batch_counts_once(looked, monkeypatch):
    row, look = looked
    look()
    real = views._redis()

    class Dies:
        def __getattr__(self, name):
            return getattr(real, name)

        def delete(self, *names):
            raise RedisConnectionError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(views, "_redis", Dies)
        with pytest.raises(RedisConnectionError):
            views.write_down()
    assert counted("status_views") == [(1, row.pk)]
    views.write_down()
    assert counted("status_views") == [(1, row.pk)] and not real.exists(cache.make_key("views-aside"))


def test_without_redis_the_page_works_and_a_flushed_one_loses_counts_alone(looked, monkeypatch):
    _row, look = looked
    look()
    cache.clear()
    views.write_down_tick()
    assert counted("status_views") == []

    def gone():
        raise RedisConnectionError("gone")

    monkeypatch.setattr(views, "_redis", gone)
    monkeypatch.setattr(views, "circuit", type(views.circuit)())
    assert look().status_code == 200


def test_each_tenant_counts_its_own(twins):
    with tenant_context(twins.alpha.tenant):
        row = file_request(User.objects.get(email="carol@example.com"))
    twins.mirror()
    assert twins.alpha.client("carol").get(f"/requests/{row.number}/").status_code == 200
    with tenant_context(twins.beta.tenant):
        views.write_down()
    views.write_down_tick()
    for portal, expected in ((twins.alpha, [(1, row.pk)]), (twins.beta, [])):
        with tenant_context(portal.tenant):
            assert counted("status_views") == expected


def test_a_name_that_a_form_remembers_is_told_to_who_keeps_copies(house):
    made = houses.document()
    made["types"][0]["fields"].append({"key": "who", "kind": "text", "label": "Your name", "remember": "customer.name"})
    house.publish(made)
    from portal_core.config.live import live_portal
    from portal_core.saved_records.remembered import keep_details

    field = live_portal().type("repair").field("who")
    carol = house.people["carol"]
    assert keep_details(carol.pk, {"name": (field, "Carol Newname")}) == 1
    assert [event.payload["user_id"] for event in Event.objects.filter(kind="person.changed")] == [str(carol.pk)]
    assert keep_details(carol.pk, {"name": (field, "Carol Newname")}) == 0
    assert Event.objects.filter(kind="person.changed").count() == 1
    save_details(actor=house.actor("carol"), customer_id=carol.pk, answers={"notes": "x"})
    assert Event.objects.filter(kind="person.changed").count() == 1, "a note of theirs is no name"
