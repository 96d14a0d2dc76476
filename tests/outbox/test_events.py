"""Events: written with the change, handled once, put off alone when their handler fails."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tenants.outbox import emit, queue_mail, subscribe, subscribers
from tenants.outbox.drain import Ended, UnknownSchema, drain
from tenants.outbox.mails import OutgoingMail
from tenants.outbox.models import Event, Mail
from tenants.outbox.queries import stuck_events
from tests.outbox.helpers import due_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch):
    """Handlers of a test of their own; the product's are away."""
    monkeypatch.setattr(subscribers, "_handlers", {})
    return []


def test_event_is_handled_once_and_marked(tenant, heard):
    subscribe("test.happened")(lambda event: heard.append(event.payload["n"]))
    emit("test.happened", {"n": 1})
    assert drain(tenant.schema_name) is Ended.EMPTY
    assert drain(tenant.schema_name) is Ended.EMPTY
    assert heard == [1]
    assert Event.objects.get().done_at is not None


def test_events_are_handled_in_the_order_in_which_they_were_written(tenant, heard):
    subscribe("test.happened")(lambda event: heard.append(event.payload["n"]))
    for number in range(30):
        emit("test.happened", {"n": number})
    drain(tenant.schema_name)
    assert heard == list(range(30))


def test_event_of_a_rolled_back_transaction_never_existed(tenant, heard):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        emit("test.happened", {})
        1 / 0  # noqa: B018 - raises
    assert not Event.objects.exists()


def test_failing_handler_leaves_nothing_and_does_not_hold_up_others(tenant, heard):
    def poisoned(event):
        queue_mail(OutgoingMail(to="x@example.com", subject="half", text="half"), event=event)
        raise ValueError("poison")

    subscribe("test.poison")(poisoned)
    subscribe("test.happened")(lambda event: heard.append(event.payload["n"]))
    emit("test.poison", {})
    emit("test.happened", {"n": 2})
    drain(tenant.schema_name)
    assert heard == [2]
    assert not Mail.objects.exists()
    stuck = Event.objects.get(kind="test.poison")
    assert (stuck.attempts, stuck.done_at) == (1, None)
    assert "poison" in stuck.last_error
    assert stuck.due_at > timezone.now()


def test_poisoned_event_backs_off_further_each_time_and_becomes_visible(tenant, heard):
    def poisoned(event):
        raise ValueError("poison")

    subscribe("test.poison")(poisoned)
    emit("test.poison", {})
    waits = []
    for _attempt in range(6):
        due_now()
        drain(tenant.schema_name)
        waits.append((Event.objects.get().due_at - timezone.now()).total_seconds())
    assert waits[-1] > waits[0] * 4
    assert stuck_events().count() == 1


def test_mended_handler_gets_the_event_after_all(tenant, heard):
    def broken(event):
        raise ValueError("poison")

    subscribe("test.happened")(broken)
    emit("test.happened", {"n": 5})
    drain(tenant.schema_name)
    subscribers._handlers["test.happened"] = [lambda event: heard.append(event.payload["n"])]
    due_now()
    drain(tenant.schema_name)
    assert heard == [5]
    assert Event.objects.get().last_error == ""


def test_broken_deferred_constraint_is_its_event_s_own_fault(tenant, heard):
    def breaks(event):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE outbox_mail SET event_id = gen_random_uuid()")

    queue_mail(OutgoingMail(to="x@example.com", subject="s", text="t"))
    subscribe("test.breaks")(breaks)
    subscribe("test.happened")(lambda event: heard.append(1))
    emit("test.breaks", {})
    emit("test.happened", {})
    drain(tenant.schema_name)
    assert heard == [1]
    assert "IntegrityError" in Event.objects.get(kind="test.breaks").last_error


def test_event_with_a_later_due_time_waits(tenant, heard):
    subscribe("test.later")(lambda event: heard.append(1))
    emit("test.later", {}, due_at=timezone.now() + timedelta(hours=1))
    drain(tenant.schema_name)
    assert heard == []


def test_event_that_nobody_listens_to_is_done(tenant, heard):
    emit("test.unheard", {})
    drain(tenant.schema_name)
    assert Event.objects.get().done_at is not None


def test_unknown_schema_is_refused_and_nothing_happens_in_public(tenant, heard):
    with pytest.raises(UnknownSchema):
        drain("t_0000000000000000")


def test_public_has_an_outbox_of_its_own(db, heard):
    from tenants.context import public_context

    subscribe("test.happened")(lambda event: heard.append(event.payload["n"]))
    with public_context():
        emit("test.happened", {"n": 9})
        drain("public")
    assert heard == [9]


def test_handlers_of_one_tenant_never_see_rows_of_the_other(twins, heard):
    subscribe("test.happened")(lambda event: heard.append(event.payload["n"]))
    with twins.alpha.entered():
        emit("test.happened", {"n": "alpha"})
    with twins.beta.entered():
        emit("test.happened", {"n": "beta"})
    drain(twins.beta.tenant.schema_name)
    assert heard == ["beta"]


def test_drain_that_has_no_time_left_says_so(tenant, heard):
    emit("test.happened", {"n": 1})
    assert drain(tenant.schema_name, budget_seconds=0) is Ended.MORE_TO_DO
    assert Event.objects.get().done_at is None
