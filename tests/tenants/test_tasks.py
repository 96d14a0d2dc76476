"""Hazard 15: a task runs in the tenant that published it, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery, Task
from celery.app.trace import build_tracer
from celery.signals import task_postrun, task_prerun

from tenants import catalog, lifecycle
from tenants.context import current_schema, tenant_context
from tenants.errors import TenantGone
from tenants.models import Tenant
from tenants.snapshot import TenantSnapshot
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


class StockTask(Task):
    """Stands for tenant-schemas-celery, whose package conflicts with our Celery and cannot be installed here.

    Read in its source: `apply_async` puts the schema of the connection into a header; a receiver of Celery's
    `task_prerun` takes the header, or "public" when there is none, and switches the connection; another of
    `task_postrun` switches back. The receivers below do the same, and they run where its own run: in Celery's tracer,
    which logs what a receiver raises and goes on with the task.
    """

    abstract = True

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        headers = {"_schema_name": current_schema(), **(options.pop("headers", None) or {})}
        return super().apply_async(args, kwargs, headers=headers, **options)


@pytest.fixture
def stock_receivers() -> Iterator[None]:
    entered: list[Any] = []

    def switch(task: Any, **_given: Any) -> None:
        schema = getattr(task.request, "_schema_name", None) or (task.request.headers or {}).get("_schema_name")
        if isinstance(task, StockTask) and (schema or "public") != "public":
            context = tenant_context(TenantSnapshot.bare(Tenant.objects.get(schema_name=schema).schema_name))
            context.__enter__()
            entered.append(context)

    def restore(task: Any, **_given: Any) -> None:
        while entered:
            entered.pop().__exit__(None, None, None)

    task_prerun.connect(switch, weak=False)
    task_postrun.connect(restore, weak=False)
    yield
    task_prerun.disconnect(switch)
    task_postrun.disconnect(restore)


def traced(app: Celery, task: Task) -> Any:
    """Takes the published message off the broker and has Celery's own tracer run it: what the task gave or raised."""
    with app.connection_for_read() as link:
        queue = link.SimpleQueue("celery")
        message = queue.get(timeout=2)
        message.ack()
        args, kwargs, _embed = message.payload
        queue.close()
    request = {**message.headers, "args": args, "kwargs": kwargs, "is_eager": False, "called_directly": False}
    outcome = build_tracer(task.name, task, app=app)(message.headers["id"], args, kwargs, request)
    return outcome.info.retval if outcome.info else outcome.retval


def test_15_stock_runs_in_public_when_the_tenant_is_gone_or_the_header_is_missing(
    twins: Twins, app: Celery, stock_receivers: None
) -> None:
    stock = app.task(name="stock", base=StockTask)(current_schema)
    ours = app.task(name="ours", base=TenantTask)(current_schema)
    for task in (stock, ours):
        with twins.alpha.entered():
            task.delay()
        assert traced(app, task) == twins.alpha.tenant.schema_name  # both work while all is well
    with twins.alpha.entered():
        stock.apply_async(headers={"_schema_name": ""})  # as by a publisher that knows nothing of tenants
        ours.apply_async(headers={HEADER: ""})
    assert traced(app, stock) == "public"  # the leak
    assert isinstance(traced(app, ours), TenantGone)
    with twins.alpha.entered():
        stock.delay()
        ours.delay()
    assert current_schema() == "public"
    Tenant.objects.filter(slug="alpha").delete()
    catalog.forget()
    assert traced(app, stock) == "public"  # the leak: the lookup failed, and the task ran all the same
    assert isinstance(traced(app, ours), TenantGone)


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


def test_a_task_that_was_published_before_a_suspension_does_not_run_in_it(twins: Twins, app: Celery) -> None:
    ours = app.task(name="ours", base=TenantTask)(current_schema)
    for portal in (twins.alpha, twins.beta):
        with portal.entered():
            ours.delay()
    lifecycle.suspend("alpha", reason="Unpaid", by="ops@example.com")
    assert delivered(app, ours) is None
    assert delivered(app, ours) == twins.beta.tenant.schema_name


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
