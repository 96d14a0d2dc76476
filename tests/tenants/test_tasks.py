"""Hazard 15: a task runs in the tenant that published it, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery, Task

from tenants import catalog
from tenants.context import current_schema, tenant_context
from tenants.errors import TenantGone
from tenants.models import Tenant
from tenants.tasks import HEADER, TenantTask
from tests.factories import Twins

pytestmark = pytest.mark.django_db


@pytest.fixture
def app() -> Iterator[Celery]:
    """An application of its own, with a broker in memory."""
    app = Celery("probe", broker="memory://", set_as_current=False)
    app.conf.update(task_always_eager=False, task_ignore_result=True)
    yield app
    app.close()


def delivered(app: Celery, task: Task) -> Any:
    """Takes the published message off the broker and runs it as a worker does."""
    with app.connection_for_read() as link:
        queue = link.SimpleQueue("celery")
        message = queue.get(timeout=2)
        message.ack()
        args, kwargs, _embed = message.payload
        request = {**message.headers, "args": args, "kwargs": kwargs, "is_eager": False, "called_directly": False}
        queue.close()
    task.push_request(**request)
    try:
        return task(*args, **kwargs)
    finally:
        task.pop_request()


def test_a_plain_task_runs_in_public_and_ours_where_it_was_published(twins: Twins, app: Celery) -> None:
    plain = app.task(name="plain")(current_schema)
    ours = app.task(name="ours", base=TenantTask)(current_schema)
    for portal in (twins.alpha, twins.beta):
        with portal.entered():
            plain.delay()
        assert delivered(app, plain) == "public"  # the leak
        with portal.entered():
            ours.delay()
        assert delivered(app, ours) == portal.tenant.schema_name
        with twins.alpha.entered(), portal.entered():
            ours.apply_async(countdown=0)
        with twins.beta.entered():
            assert delivered(app, ours) == portal.tenant.schema_name
            assert current_schema() == twins.beta.tenant.schema_name


def test_nothing_is_published_from_public(app: Celery) -> None:
    ours = app.task(name="ours", base=TenantTask)(current_schema)
    with pytest.raises(TenantGone):
        ours.delay()


@pytest.mark.parametrize("schema", ["", "public", "t_gone", "information_schema"])
def test_a_task_without_a_living_tenant_is_refused(app: Celery, schema: str) -> None:
    ran: list[int] = []

    def body() -> None:
        ran.append(1)

    ours = app.task(name="ours", base=TenantTask)(body)
    ours.push_request(called_directly=False, headers={HEADER: schema} if schema else {})
    try:
        with pytest.raises(TenantGone):
            ours()
    finally:
        ours.pop_request()
    assert not ran


def test_a_task_of_a_tenant_that_is_gone_meanwhile_is_refused(twins: Twins, app: Celery) -> None:
    ours = app.task(name="ours", base=TenantTask)(current_schema)
    with twins.alpha.entered():
        ours.delay()
    Tenant.objects.filter(slug="alpha").delete()
    catalog.forget()
    with pytest.raises(TenantGone):
        delivered(app, ours)


def test_a_retry_keeps_its_tenant(twins: Twins, app: Celery) -> None:
    ours = app.task(name="ours", base=TenantTask)(current_schema)
    ours.push_request(
        called_directly=False, headers={HEADER: twins.alpha.tenant.schema_name}, id="1", args=(), kwargs={}
    )
    try:
        signature = ours.signature_from_request()
    finally:
        ours.pop_request()
    with twins.beta.entered():
        signature.apply_async()
    assert delivered(app, ours) == twins.alpha.tenant.schema_name


def test_an_eager_run_and_a_plain_call_stay_where_they_are(twins: Twins, app: Celery) -> None:
    ours = app.task(name="ours", base=TenantTask)(current_schema)
    with tenant_context(twins.beta.tenant):
        assert ours.apply().get() == twins.beta.tenant.schema_name
        assert ours() == twins.beta.tenant.schema_name
