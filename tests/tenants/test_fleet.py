"""migrate_fleet: all or reported, resumable, changes nothing when it only looks."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tenants import fleet, migrating
from tenants.context import public_context, tenant_context
from tenants.models import Tenant
from tenants.outbox.raw import throw_away_connection
from tenants.provisioning import provision
from tests import databases

# One of those that the migration named below drops.
DROPPED = "portal_core_historyentry_request_id_f95707b1"


def set_back(tenant: Any, migration: str = "") -> None:
    """As if the tenant had been made by the code before a migration of the core, the newest unless one is named."""
    with tenant_context(tenant):
        executor = MigrationExecutor(connection)
        (newest,) = executor.loader.graph.leaf_nodes("portal_core")
        node = ("portal_core", migration) if migration else newest
        before = [key for key in executor.loader.graph.node_map[node].parents if key[0] == "portal_core"]
        executor.migrate([key.key for key in before])
    with public_context():
        Tenant.objects.filter(pk=tenant.id).update(fingerprint="older")
    migrating.forget_readiness()


def rename(tenant: Any, table: str, to: str) -> None:
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {to}")


def fingerprint_of(tenant: Any) -> str:
    with public_context():
        return str(Tenant.objects.get(pk=tenant.id).fingerprint)


def test_what_is_current_is_not_touched(race_tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fleet.check().is_current
    monkeypatch.setattr(fleet, "migrate_tenant", lambda _tenant: pytest.fail("touched"))
    assert fleet.migrate().migrated == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_tenant_that_is_behind_is_brought_up(race_tenant: Any, jobs: int) -> None:
    set_back(race_tenant)
    assert not migrating.is_ready(race_tenant)
    assert fleet.check().behind == [race_tenant.slug]
    with pytest.raises(CommandError, match=race_tenant.slug):
        call_command("migrate_fleet", "--check")
    assert not migrating.is_ready(race_tenant)  # looking changed nothing
    assert fleet.migrate(jobs=jobs).migrated == [race_tenant.slug]
    assert fleet.check().is_current
    assert migrating.is_ready(race_tenant)
    assert fingerprint_of(race_tenant) == migrating.tenant_fingerprint()


def test_a_restored_schema_is_brought_up_whatever_the_catalogue_says(race_tenant: Any) -> None:
    set_back(race_tenant)
    with public_context():
        Tenant.objects.filter(pk=race_tenant.id).update(fingerprint=migrating.tenant_fingerprint())
    assert fleet.check().behind == [race_tenant.slug]
    assert fleet.migrate().migrated == [race_tenant.slug]
    assert migrating.is_ready(race_tenant)


def test_a_tenant_without_its_schema_is_named_and_hides_no_other(race_tenant: Any) -> None:
    rename(race_tenant, "django_migrations", "put_away")
    migrating.forget_readiness()
    assert fleet.check().behind == [race_tenant.slug]
    rename(race_tenant, "put_away", "django_migrations")
    assert fleet.check().is_current


def test_a_tenant_that_fails_holds_nobody_up_and_is_reported(race_tenant: Any) -> None:
    other = provision(name="Other", slug="fleet-other")
    try:
        set_back(race_tenant, "0019_record_words")
        set_back(other)
        # That migration needs this table.
        rename(race_tenant, "portal_core_savedrecord", "put_away")
        report = fleet.migrate()
        assert report.migrated == [other.slug]
        assert list(report.failed) == [race_tenant.slug]
        assert "does not exist" in report.failed[race_tenant.slug]
        with pytest.raises(CommandError, match=race_tenant.slug):
            call_command("migrate_fleet", stdout=StringIO())
        rename(race_tenant, "put_away", "portal_core_savedrecord")
        assert fleet.migrate().migrated == [race_tenant.slug]  # and resumes where it stopped
    finally:
        databases.erase(other)


def test_a_long_reader_is_let_go_first_and_nobody_waits_behind_the_migration(
    race_tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_back(race_tenant, "0020_fewer_indexes")
    table = f"{race_tenant.schema_name}.portal_core_historyentry"
    with tenant_context(race_tenant), connection.cursor() as cursor:
        cursor.execute(
            "CREATE INDEX portal_core_historyentry_request_id_f95707b1 ON portal_core_historyentry (request_id)"
        )
    monkeypatch.setattr(fleet, "LOCK_WAIT", "200ms")
    with throw_away_connection() as reader, throw_away_connection() as customer:
        reader.autocommit = False
        reader.execute(f"SELECT count(*) FROM {table}")

        # What has given up pauses: a customer is served then, and the reader still reads.
        def serve(_seconds: float) -> None:
            customer.execute("SET statement_timeout = '2s'")
            customer.execute(f"SELECT count(*) FROM {table}")

        monkeypatch.setattr(fleet.time, "sleep", serve)
        report = fleet.migrate()
        assert report.migrated == []
        assert "lock timeout" in report.failed[race_tenant.slug]
        monkeypatch.setattr(fleet.time, "sleep", lambda _seconds: reader.rollback())
        assert fleet.migrate().migrated == [race_tenant.slug]
    with tenant_context(race_tenant), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [DROPPED])
        assert cursor.fetchone() == (None,)


def test_a_long_reader_of_public_is_let_go_first_and_operators_are_served_meanwhile(
    committed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The migration after this one adds a column to the table that is read.
    with public_context():
        MigrationExecutor(connection).migrate([("accounts", "0006_password_since")])
    table, served = "public.accounts_user", []
    monkeypatch.setattr(fleet, "LOCK_WAIT", "200ms")
    try:
        with throw_away_connection() as reader, throw_away_connection(statement_seconds=2) as operator:
            # A migration that waited without end would wait for this: then it succeeds, and the test fails.
            reader.execute("SET idle_in_transaction_session_timeout = '20s'")
            reader.autocommit = False
            reader.execute(f"SELECT count(*) FROM {table}")
            # What has given up pauses: others are served then, and the reader still reads.
            monkeypatch.setattr(
                fleet.time, "sleep", lambda _seconds: served.append(operator.execute(f"SELECT count(*) FROM {table}"))
            )
            with pytest.raises(OperationalError, match="lock timeout"):
                fleet.migrate()
            assert len(served) == fleet.ATTEMPTS - 1
            reader.execute(f"SELECT count(*) FROM {table}")
            assert fleet.check().public_is_behind
            with connection.cursor() as cursor:
                cursor.execute("SHOW lock_timeout")
                assert cursor.fetchone() == ("0",)
            monkeypatch.setattr(fleet.time, "sleep", lambda _seconds: reader.rollback())
            fleet.migrate()
        assert not fleet.check().public_is_behind
    finally:
        migrating.migrate_public()


@pytest.mark.parametrize("label", ["accounts.0008_fewer_indexes", "portal_core.0020_fewer_indexes"])
def test_indexes_go_without_a_lock_that_others_wait_behind(label: str) -> None:
    app, name = label.split(".")
    migration = MigrationLoader(None).disk_migrations[app, name]
    statements = [
        str(part.sql)
        for operation in migration.operations
        for part in getattr(operation, "database_operations", [operation])
    ]
    assert not migration.atomic
    assert statements
    assert all(sql.startswith("DROP INDEX CONCURRENTLY IF EXISTS ") for sql in statements)


@pytest.mark.django_db
def test_tenants_lists_the_catalogue() -> None:
    out = StringIO()
    call_command("tenants", "--json", stdout=out)
    rows = {row["slug"]: row for row in json.loads(out.getvalue())}
    assert rows["alpha"]["domains"] == ["alpha.localhost"]
    assert rows["alpha"]["status"] == "active"
    assert rows["alpha"]["is_current"]
    assert rows["alpha"]["schema"].startswith("t_")


@pytest.mark.django_db
def test_create_tenant_refuses_with_a_reason() -> None:
    for slug, reason in (("alpha", "Somebody else"), ("admin", "platform.s own")):
        with pytest.raises(CommandError, match=reason) as caught:
            call_command("create_tenant", "--name", "X", "--slug", slug, "--owner-email", "x@example.com")
        assert caught.value.returncode == 2
    with pytest.raises(CommandError, match="no starter") as caught:
        call_command(
            "create_tenant", "--name", "X", "--slug", "fresh", "--owner-email", "x@example.com", "--starter", "nonsense"
        )
    assert caught.value.returncode == 2


@pytest.mark.django_db
def test_create_tenant_makes_a_live_one() -> None:
    out = StringIO()
    arguments = ("--name", "Fresh", "--slug", "fresh", "--owner-email", "Own@Example.com", "--json")
    call_command("create_tenant", *arguments, stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["url"] == "http://fresh.localhost:8000/"
    assert answer["sign_in"].startswith("http://fresh.localhost:8000/")


def test_the_stock_command_is_refused() -> None:
    with pytest.raises(CommandError, match="migrate_fleet"):
        call_command("migrate")
