"""The backend: one schema on the path, set only when the server reports another (hazards 4, 10, 13, 20)."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection, connections, transaction
from django.db.utils import DatabaseError

from tenants.context import public_context, tenant_context
from tenants.errors import SchemaMismatch, TenantSwitchRefused
from tests.factories import make_user


def path() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_the_path_is_the_tenants_schema_alone_and_public_alone(alpha: Any) -> None:
    with tenant_context(alpha):
        assert path() == alpha.schema_name
    with public_context():
        assert path() == "public"


@pytest.mark.django_db
def test_a_warm_connection_costs_no_statement_and_a_switch_exactly_one(
    tenant: Any, other_tenant: Any, server_statements: Any
) -> None:
    users = get_user_model().objects
    users.count()
    with server_statements() as sent:
        users.count()
        users.count()
    assert len(sent) == 2
    with server_statements() as sent, tenant_context(other_tenant):
        users.count()
        users.count()
    assert len(sent) == 3
    assert len(sent.path_changes) == 1


@pytest.mark.django_db
def test_a_second_request_of_the_same_tenant_sends_no_set(client_for: Any, tenant: Any, server_statements: Any) -> None:
    client = client_for()
    client.get("/")
    with server_statements() as sent:
        client.get("/")
    assert sent.path_changes == []
    assert not [statement for statement in sent if "tenants_domain" in statement]


@pytest.mark.django_db
def test_the_path_is_right_after_a_rollback_to_a_savepoint(tenant: Any) -> None:
    with public_context():
        path()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_user("lost@example.com")
        assert path() == tenant.schema_name  # set inside the savepoint, undone with it
        raise ZeroDivisionError
    assert path() == tenant.schema_name
    assert not get_user_model().objects.filter(email="lost@example.com").exists()


def test_the_path_is_right_after_a_rollback_and_a_reconnect(race_tenant: Any) -> None:
    with tenant_context(race_tenant):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            assert path() == race_tenant.schema_name
            raise ZeroDivisionError
        assert path() == race_tenant.schema_name
        connection.close()
        assert path() == race_tenant.schema_name


@pytest.mark.django_db
def test_an_error_of_the_path_is_not_swallowed(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with public_context():
        path()
    with monkeypatch.context() as wrong:
        wrong.setattr(connections["default"], "_wanted_path", b"something_else")
        with pytest.raises(SchemaMismatch):
            get_user_model().objects.count()


@pytest.mark.django_db
def test_a_table_missing_in_the_tenant_is_an_error_not_publics(tenant: Any) -> None:
    from django_tenants.postgresql_backend.base import DatabaseWrapper as Stock

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE accounts_signinlink")
        # The guard off: stock search_path. The read falls through to public without an error.
        cursor.execute(f"SET search_path = {tenant.schema_name}, public")
        cursor.execute("SELECT count(*) FROM accounts_signinlink")
        assert cursor.fetchone() == (0,)
    assert Stock.include_public_schema
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_signinlink")


@pytest.mark.django_db
def test_a_schema_that_was_set_past_our_context_is_refused(
    alpha: Any, other_tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_context(alpha):
        connection.set_tenant(other_tenant)
        with monkeypatch.context() as off:
            off.setattr(type(connections["default"]), "enforce_context", False)
            assert get_user_model().objects.filter(email="eve@example.com").exists()  # beta's row, in alpha
        with pytest.raises(SchemaMismatch):
            get_user_model().objects.count()
        connection.set_tenant(alpha)


@pytest.mark.django_db
def test_introspection_lists_one_schema(tenant: Any) -> None:
    names = connection.introspection.table_names()
    assert "accounts_user" in names
    assert "tenants_tenant" not in names
    assert len(names) == len(set(names))


def test_another_tenant_cannot_be_entered_inside_a_transaction(race_tenant: Any, committed: None) -> None:
    with tenant_context(race_tenant), transaction.atomic():
        with pytest.raises(TenantSwitchRefused), public_context():
            pass
        with tenant_context(race_tenant):
            pass


def test_a_health_check_costs_no_statement_and_notices_a_dead_server_process(
    committed: None, server_statements: Any
) -> None:
    path()
    connection.health_check_enabled = True
    connection.health_check_done = False
    with server_statements() as sent, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert list(sent) == ["SELECT 1"]
    assert connection.is_usable()
    pid = connection.connection.info.backend_pid
    os.kill(pid, signal.SIGTERM)
    for _ in range(200):
        if not connection.is_usable():
            break
        time.sleep(0.01)
    assert not connection.is_usable()
    connection.health_check_done = False
    with connection.cursor() as cursor:  # the check replaces it: nobody sees an error
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != pid
    connection.health_check_enabled = False


def test_a_server_that_does_not_report_its_path_is_refused(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    wrapper = connection.copy()

    class Silent:
        def parameter_status(self, _name: bytes) -> None:
            return None

    class Old:
        pgconn = Silent()

        class info:  # noqa: N801 - named as psycopg's
            server_version = 150004

        def close(self) -> None:
            pass

    wrapper.connection = Old()
    with pytest.raises(ImproperlyConfigured, match=r"PostgreSQL 18 or later.*version 15"):
        wrapper.init_connection_state()


@pytest.mark.django_db
def test_a_failed_statement_fails_as_itself(tenant: Any) -> None:
    with pytest.raises(DatabaseError, match="no_such_table"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    assert path() == tenant.schema_name
