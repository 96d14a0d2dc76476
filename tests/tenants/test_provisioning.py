"""Provisioning: one transaction, replayed and not migrated, nothing left of a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection

from tenants import catalog, provisioning, registry, templates
from tenants.context import public_context, tenant_context
from tenants.errors import ProvisioningFailed, SlugRefused, TemplateError
from tenants.models import Domain, SchemaTemplate, Tenant
from tenants.provisioning import provision
from tenants.snapshot import TenantSnapshot
from tests import databases
from tests.catalog_shape import applied_migrations, migrated_schema, shape_of

TABLE_LIMIT = 45


def schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%%'")
        return {row[0] for row in cursor.fetchall()}


def everything() -> tuple[Any, ...]:
    return schemas(), set(Tenant.objects.values_list("slug")), set(Domain.objects.values_list("host"))


@pytest.fixture
def nothing_left(committed: None) -> Iterator[None]:
    before = everything()
    yield
    assert everything() == before


def test_a_replayed_schema_equals_a_migrated_one(race_tenant: TenantSnapshot) -> None:
    replayed = shape_of(race_tenant.schema_name)
    with migrated_schema() as migrated:
        expected = shape_of(migrated.schema_name)
        assert applied_migrations(migrated.schema_name) == applied_migrations(race_tenant.schema_name)
    assert replayed["tables"] and replayed["constraints"] and replayed["indexes"]
    for kind, lines in expected.items():
        assert replayed[kind] == lines, kind


def test_the_comparison_sees_a_difference(race_tenant: TenantSnapshot) -> None:
    before = shape_of(race_tenant.schema_name)
    with tenant_context(race_tenant), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user ALTER COLUMN name DROP NOT NULL")
    assert shape_of(race_tenant.schema_name)["columns"] != before["columns"]


@pytest.mark.django_db
def test_a_tenant_has_at_most_45_tables_and_none_of_the_forbidden_apps(tenant: TenantSnapshot) -> None:
    names = connection.introspection.table_names()
    assert len(names) <= TABLE_LIMIT, names
    assert not [name for name in names if name.startswith(("django_content", "auth_", "django_admin", "tenants_"))]


@pytest.mark.django_db
def test_a_new_tenant_is_found_served_and_filled(client_for: Any) -> None:
    seen: list[str] = []

    def set_up(snapshot: TenantSnapshot) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW search_path")
            seen.append(cursor.fetchone()[0])

    snapshot = provision(name="Fresh", slug="fresh", set_up=set_up)
    assert seen == [snapshot.schema_name]
    assert catalog.by_host("fresh.localhost") == snapshot
    assert snapshot.url("/x/") == "http://fresh.localhost:8000/x/"
    with tenant_context(snapshot):
        assert get_user_model().objects.count() == 0


def fail_in(module: Any, name: str) -> Callable[[pytest.MonkeyPatch], None]:
    def arrange(monkeypatch: pytest.MonkeyPatch) -> None:
        original = getattr(module, name)

        def after(*args: Any, **kwargs: Any) -> Any:
            original(*args, **kwargs)
            raise DatabaseError(f"after {name}")

        monkeypatch.setattr(module, name, after)

    return arrange


def fail_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_snapshot: TenantSnapshot, _new: Any) -> None:
        raise DatabaseError("after the hooks")

    monkeypatch.setattr(registry, "_provision_hooks", [*registry.provision_hooks(), broken])


STEPS = {
    "rows": fail_in(provisioning, "_claim"),
    "replay": fail_in(provisioning, "replay"),
    "hooks": fail_hook,
    "fill": fail_in(provisioning, "_fill"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_failure_at_any_step_leaves_nothing_and_may_be_tried_again(
    step: str, nothing_left: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        STEPS[step](broken)
        before = everything()
        with pytest.raises(ProvisioningFailed):
            provision(name="Broken", slug="broken", portal=databases.new_portal("Broken"))
        assert everything() == before
    databases.erase(provision(name="Broken", slug="broken", portal=databases.new_portal("Broken")))


def test_an_error_of_the_set_up_leaves_nothing(nothing_left: None) -> None:
    def set_up(_snapshot: TenantSnapshot) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        provision(name="Broken", slug="broken", set_up=set_up)


def test_a_server_process_that_dies_in_between_leaves_nothing(nothing_left: None) -> None:
    def set_up(_snapshot: TenantSnapshot) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(ProvisioningFailed):
        provision(name="Broken", slug="broken", set_up=set_up)


def test_the_same_address_claimed_twenty_times_at_once_is_one_tenant(nothing_left: None, in_threads: Any) -> None:
    before = schemas()
    answers = in_threads(lambda _number: provision(name="Rush", slug="rush"), range(20), threads=20)
    won = [answer for answer in answers if isinstance(answer, TenantSnapshot)]
    lost = [answer for answer in answers if isinstance(answer, SlugRefused)]
    assert (len(won), len(lost)) == (1, 19), answers
    assert {answer.code for answer in lost} == {"taken"}
    assert all(answer.suggestion == "rush-2" for answer in lost)
    assert schemas() - before == {won[0].schema_name}
    assert Tenant.objects.filter(slug="rush").count() == 1
    databases.erase(won[0])


def test_the_template_is_made_once_by_many(committed: None, in_threads: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = templates.ensure_template()
    made: list[str] = []
    make = templates._make_template
    monkeypatch.setattr(templates, "_make_template", lambda fingerprint: made.append(fingerprint) or make(fingerprint))
    before = schemas()
    SchemaTemplate.objects.all().delete()
    results = in_threads(lambda _number: templates.ensure_template().fingerprint, range(4), threads=4)
    assert results == [wanted.fingerprint] * 4
    assert len(made) == 1
    assert schemas() == before


def test_a_failed_dump_leaves_no_schema(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = schemas()
    kept = templates.ensure_template()
    SchemaTemplate.objects.all().delete()
    monkeypatch.setattr("tenants.postgres_tools.pg_dump_binary", lambda: "/bin/false")
    try:
        with pytest.raises(TemplateError):
            templates.ensure_template()
        assert schemas() == before
    finally:
        kept.save(force_insert=True)


@pytest.mark.django_db
def test_inside_a_transaction_a_missing_template_is_said_not_made() -> None:
    with public_context():
        SchemaTemplate.objects.all().delete()
        with pytest.raises(TemplateError, match="migrate_fleet"):
            provision(name="None", slug="no-template")


HEADER = "SET client_encoding = 'UTF8';\n\\restrict abc\n\n--\n-- Name: t_x; Type: SCHEMA; Schema: -; Owner: -\n--\n"
END = "\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n"


def test_cutting_keeps_the_body_and_nothing_else() -> None:
    body = "\nCREATE SCHEMA t_x;\n\n\\restrict is data here\nSET x = 1;\nCREATE TABLE t_x.a (b text);\n"
    assert templates.cut(HEADER + body + END, "t_x") == body[1:] + "\n"


@pytest.mark.parametrize(
    "line",
    [
        "INSERT INTO t_x.a VALUES ('t_x');",
        "CREATE FUNCTION t_x.f() AS $$ SELECT 't_x' $$;",
        "CREATE FUNCTION t_x.f() SET search_path TO 'x' AS $$ $$;",
        "SELECT set_config('search_path', '', false);",
    ],
)
def test_a_dump_that_names_its_schema_unsafely_is_refused(line: str) -> None:
    with pytest.raises(TemplateError):
        templates.cut(f"{HEADER}\nCREATE SCHEMA t_x;\n{line}\n{END}", "t_x")


@pytest.mark.django_db
def test_replaying_leaves_the_session_as_it_was(tenant: TenantSnapshot) -> None:
    def settings_now() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, setting FROM pg_settings WHERE source = 'session' AND name <> 'search_path'")
            found = dict(cursor.fetchall())
        for name in ("check_function_bodies", "max_parallel_maintenance_workers"):
            found.pop(name, None)  # local to the transaction, which is the test’s here
        return sorted(found.items())

    before = settings_now()
    with public_context():
        provision(name="Quiet", slug="quiet")
    after = [item for item in settings_now() if item[0] not in {"default_tablespace", "default_table_access_method"}]
    assert after == before


def test_public_and_foreign_schemas_are_never_dropped() -> None:
    for name in ("public", "pg_catalog", "information_schema"):
        with pytest.raises(TemplateError):
            templates.drop_schema(name)
