"""Hazards 10, 13, 16, 20, 23: what the stock backend does, and ours does not."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import (
    IntegrityError,
    ProgrammingError,
    close_old_connections,
    connection,
    connections,
    models,
    transaction,
)
from django.test.utils import isolate_apps
from django_tenants.models import TenantMixin
from django_tenants.postgresql_backend.base import DatabaseWrapper as StockWrapper
from django_tenants.postgresql_backend.base import FakeTenant
from django_tenants.signals import post_schema_sync

from tenants.backend.base import DatabaseWrapper
from tenants.cache import make_key
from tenants.context import current_schema, tenant_context
from tenants.models import Tenant
from tenants.provisioning import provision
from tenants.snapshot import TenantSnapshot
from tests import databases
from tests.factories import Twins
from tests.statements import server_statements


@pytest.fixture
def stock(race_tenant: Any) -> Iterator[StockWrapper]:
    """django_tenants' own backend on the same database."""
    wrapper = StockWrapper(dict(connection.settings_dict), alias="stock")
    yield wrapper
    wrapper.close()


def path() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_10_a_remembered_path_is_wrong_after_a_savepoint_and_the_reported_one_is_right(
    alpha: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = DatabaseWrapper._close_search_path
    remembered: list[str] = []

    def remembering(self: Any) -> None:
        """As TENANT_LIMIT_SET_CALLS: sent once, then believed."""
        if remembered[-1:] != [self.schema_name]:
            close(self)
            remembered.append(self.schema_name)

    def after_a_rollback() -> str:
        entered = tenant_context(alpha)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            path()
            entered.__enter__()  # set_tenant in the middle of a transaction, as stock code may
            path()  # sent inside the savepoint, and undone with it
            raise ZeroDivisionError
        try:
            return path()
        finally:
            entered.__exit__(None, None, None)

    with monkeypatch.context() as off:
        off.setattr(DatabaseWrapper, "_close_search_path", remembering)
        assert after_a_rollback() == "public"  # the leak: the tenant's code reads public
    assert after_a_rollback() == alpha.schema_name


def test_13_stock_goes_on_after_a_failed_set_and_ours_raises(stock: StockWrapper, race_tenant: Any) -> None:
    stock.set_tenant(FakeTenant("public"))
    with stock.cursor() as cursor:
        cursor.execute("SELECT 1")
    stock.set_autocommit(False)
    with stock.cursor() as cursor, pytest.raises(ProgrammingError):
        cursor.execute("SELECT * FROM no_such_table")
    stock.set_tenant(FakeTenant(race_tenant.schema_name))
    with stock.cursor():
        assert stock.search_path_set_schemas is None  # the SET failed, and nobody was told
    stock.rollback()
    with tenant_context(TenantSnapshot.bare("")), pytest.raises(ProgrammingError), connection.cursor():
        pass


@pytest.mark.django_db
def test_13_a_deleted_row_drops_no_schema_and_nothing_drops_public(alpha: Any) -> None:
    assert not issubclass(Tenant, TenantMixin)
    assert not Tenant.auto_drop_schema
    with pytest.raises(TypeError):
        Tenant.objects.get(slug="alpha").delete(force_drop=True)
    Tenant.objects.get(slug="alpha").delete()
    with tenant_context(alpha):
        assert get_user_model().objects.exists()


def test_13_stock_drops_public_and_schemas_that_exist_and_ours_never(django_db_setup: None, committed: None) -> None:
    """Run in a database of its own, with the library's own model on a table of its own."""
    with databases.worker_database("hazard13"), isolate_apps("tenants"):

        class StockTenant(TenantMixin):
            class Meta:
                app_label = "tenants"

        snapshot = provision(name="Kept", slug="kept", portal=databases.new_portal("Kept"))
        with connection.schema_editor() as editor:
            editor.create_model(StockTenant)

        def refusing(**_given: Any) -> None:
            raise ZeroDivisionError

        post_schema_sync.connect(refusing)
        try:
            with pytest.raises(ZeroDivisionError):
                StockTenant(schema_name=snapshot.schema_name).save(verbosity=0)
        finally:
            post_schema_sync.disconnect(refusing)
        assert not _schema_exists(snapshot.schema_name)  # the loss: the schema of somebody else, who was there before
        public = StockTenant(schema_name="public")
        models.Model.save(public)
        with pytest.raises(ProgrammingError):  # its own row went with the schema
            public.delete(force_drop=True)
        assert not _schema_exists("public")  # the loss: everything that all tenants share

    with databases.worker_database("hazard13ours"):
        snapshot = provision(name="Kept", slug="kept", portal=databases.new_portal("Kept"))
        with pytest.raises(IntegrityError), transaction.atomic():
            Tenant.objects.create(name="Again", slug="again", schema_name=snapshot.schema_name)
        with pytest.raises(TypeError):
            Tenant.objects.get(slug="kept").delete(force_drop=True)
        Tenant.objects.get(slug="kept").delete()
        assert _schema_exists(snapshot.schema_name)
        assert _schema_exists("public")


def _schema_exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [name])
        return cursor.fetchone() is not None


def test_16_the_tenant_is_carried_to_code_of_an_event_loop(race_tenant: Any) -> None:
    async def key() -> str:
        return make_key("k", "", 1)

    seen: list[tuple[str, str]] = []

    def elsewhere() -> None:
        """A thread of an ASGI server's pool with the request's context."""
        seen.append((str(connection.schema_name), current_schema()))

    with tenant_context(race_tenant):
        assert asyncio.run(key()).startswith(f"{race_tenant.schema_name}:")
        copied = contextvars.copy_context()
        thread = threading.Thread(target=lambda: copied.run(elsewhere))
        thread.start()
        thread.join()
    # What stock reads (the connection) says public; what our keys, logs and limits read says the tenant.
    assert seen == [("public", race_tenant.schema_name)]


def test_20_stock_sets_the_path_before_every_cursor_and_ours_never_again(stock: StockWrapper, race_tenant: Any) -> None:
    def three(wrapper: Any) -> None:
        for _ in range(3):
            with wrapper.cursor() as cursor:
                cursor.execute("SELECT 1")

    stock.set_tenant(FakeTenant(race_tenant.schema_name))
    three(stock)
    with server_statements(stock) as sent:
        three(stock)
    assert (len(sent), len(sent.path_changes)) == (6, 3)
    with tenant_context(race_tenant):
        three(connection)
        with server_statements() as sent:
            three(connection)
    assert (len(sent), len(sent.path_changes)) == (3, 0)


@pytest.mark.django_db
def test_20_the_domain_is_looked_up_once(twins: Twins, server_statements: Any) -> None:
    client = twins.alpha.client()
    client.get("/signin/")
    with server_statements() as sent:
        client.get("/signin/")
    assert not [statement for statement in sent if "tenants_" in statement or "django_migrations" in statement]


def test_23_a_connection_is_kept_between_requests(committed: None) -> None:
    def pids(max_age: int) -> set[int]:
        wrapper = connections["default"]
        wrapper.close()
        kept, wrapper.settings_dict["CONN_MAX_AGE"] = wrapper.settings_dict["CONN_MAX_AGE"], max_age
        found = set()
        try:
            for _ in range(4):
                close_old_connections()  # what the start and end of a request do
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    found.add(cursor.fetchone()[0])
        finally:
            wrapper.settings_dict["CONN_MAX_AGE"] = kept
            wrapper.close()
        return found

    assert len(pids(0)) == 4  # the cost: a new connection each time
    assert len(pids(connection.settings_dict["CONN_MAX_AGE"])) == 1
    assert connection.settings_dict["CONN_HEALTH_CHECKS"]
