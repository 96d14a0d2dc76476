"""Wake-ups: one a transaction, after the commit, never in the way."""

import time

import pytest
from django.db import transaction

from tenants.context import tenant_context
from tenants.outbox import emit
from tenants.outbox import wake as wake_module
from tenants.outbox.events import EmittedOutsideTransaction
from tests.outbox.helpers import a_mail


@pytest.fixture
def woken(monkeypatch):
    calls = []
    monkeypatch.setattr(wake_module, "wake", calls.append)
    return calls


@pytest.mark.django_db
def test_one_wake_up_a_transaction(tenant, woken, django_capture_on_commit_callbacks):
    from tenants.outbox import queue_mail

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        for _ in range(5):
            emit("test.x", {})
        queue_mail(a_mail())
    assert woken == [tenant.schema_name]


@pytest.mark.django_db
def test_wake_up_survives_a_savepoint_that_was_rolled_back(tenant, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            emit("test.x", {})
            1 / 0  # noqa: B018 - raises
        with transaction.atomic():
            emit("test.x", {})
    assert woken == [tenant.schema_name]


def test_nothing_is_woken_by_a_rollback(race_tenant, woken):
    with tenant_context(race_tenant), pytest.raises(ZeroDivisionError), transaction.atomic():
        emit("test.x", {})
        1 / 0  # noqa: B018 - raises
    assert woken == []


def test_emit_outside_a_transaction_is_refused(race_tenant):
    with tenant_context(race_tenant), pytest.raises(EmittedOutsideTransaction):
        emit("test.happened", {})


def test_missing_redis_costs_a_moment_once_and_no_error(monkeypatch):
    from celery import Celery

    # Not the current one: what later tests of this process send would go nowhere.
    app = Celery("nowhere", broker="redis://127.0.0.1:1/0", set_as_current=False)
    app.conf.broker_transport_options = {"max_retries": 0, "socket_connect_timeout": 1}
    monkeypatch.setattr(wake_module, "current_app", app)
    wake_module.circuit.reset()
    started = time.monotonic()
    assert wake_module.wake("t_x") is False
    assert time.monotonic() - started < 1.5
    started = time.monotonic()
    for _ in range(1000):
        assert wake_module.wake("t_x") is False
    assert time.monotonic() - started < 0.1
    wake_module.circuit.reset()


def test_the_real_application_gives_up_at_once_when_redis_is_gone(monkeypatch):
    from deploy.celery import app

    with app.connection_for_write("redis://127.0.0.1:1/0") as broken:
        monkeypatch.setattr(wake_module, "current_app", _Through(app, broken))
        wake_module.circuit.reset()
        started = time.monotonic()
        assert wake_module.wake("t_x") is False
        assert time.monotonic() - started < 1.5
    wake_module.circuit.reset()


class _Through:
    def __init__(self, app, connection):
        self.app, self.connection = app, connection

    def send_task(self, name, **options):
        return self.app.send_task(name, connection=self.connection, **options)
