"""Hazards 4, 7, 8, 9, 51: which tenant answers, when, and under which name."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.test import Client, override_settings

from tenants import catalog, hosts, migrating, provisioning
from tenants.context import public_context, tenant_context
from tenants.identifiers import random_schema_name
from tenants.models import FreedSlug, Tenant
from tenants.provisioning import provision
from tests.factories import Twins

pytestmark = pytest.mark.django_db
SIGN_IN = "/signin/"


def get(host: str, path: str = SIGN_IN, **headers: str) -> Any:
    return Client(headers={"host": host, **headers}).get(path)


@pytest.mark.parametrize(
    "host", ["alpha.localhost", "ALPHA.localhost", "alpha.localhost.", "Alpha.LocalHost.:8000", "alpha.localhost:8000"]
)
def test_one_tenant_under_every_spelling_of_its_host(twins: Twins, host: str) -> None:
    assert get(host).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["nobody.localhost", "alpha.localhost:666", "alpha.localhost:80", "alpha.localhost..", "alpha..localhost", "a b",
     "alpha.localhost:x", "[::1]", "alpha.localhost@evil", "xn--alpha.localhost", "alpha.localhost/x", "127.0.0.1",
     "beta.alpha.localhost", "аlpha.localhost", "alpha_.localhost", ".alpha.localhost", "x" * 300],
)  # fmt: skip
def test_an_unknown_host_is_a_404_that_names_nobody(twins: Twins, host: str) -> None:
    answer = get(host)
    assert answer.status_code == 404
    page = answer.content.decode().lower()
    assert "alpha" not in page
    assert "beta" not in page


def test_every_unknown_host_gets_the_same_answer(twins: Twins) -> None:
    assert get("nobody.localhost").content == get("evil.example").content == get("alpha.localhost:666").content


def test_9_a_forwarded_host_is_ignored(twins: Twins) -> None:
    def shown(**headers: str) -> str:
        with override_settings(ROOT_URLCONF="tests.tenants.urls_probe"):
            return str(get("alpha.localhost", "/schema/", **headers).content.decode())

    request = HttpRequest()
    request.META = {"HTTP_HOST": "alpha.localhost", "HTTP_X_FORWARDED_HOST": "beta.localhost", "SERVER_PORT": "80"}
    with override_settings(USE_X_FORWARDED_HOST=True):
        assert request.get_host() == "beta.localhost"  # the leak, where the setting is on
        assert shown(**{"x-forwarded-host": "beta.localhost"}) == twins.alpha.tenant.schema_name
    assert request.get_host() == "alpha.localhost"
    assert shown(**{"x-forwarded-host": "beta.localhost"}) == twins.alpha.tenant.schema_name


def test_51_a_port_from_the_header_reaches_no_link(twins: Twins) -> None:
    assert hosts.normalise("alpha.localhost:666") is None
    assert twins.alpha.tenant.url("/x/") == "http://alpha.localhost:8000/x/"


def test_the_platform_host_is_no_tenant_and_health_needs_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        for host in ("localhost", "alpha.localhost", "who.knows", "[broken"):
            assert get(host, "/healthz").status_code == 200
    assert get("localhost", SIGN_IN).status_code == 404


def test_a_paused_tenant_is_503_and_the_others_are_served(twins: Twins) -> None:
    Tenant.objects.filter(slug="alpha").update(status=Tenant.Status.SUSPENDED)
    catalog.forget()
    assert get("alpha.localhost").status_code == 503
    assert get("beta.localhost").status_code == 200


def test_pages_without_a_portal_speak_the_readers_language(twins: Twins) -> None:
    Tenant.objects.filter(slug="alpha").update(status=Tenant.Status.SUSPENDED)
    catalog.forget()
    german = {"accept-language": "de-DE,de;q=0.9,en;q=0.5"}
    for host, words in (("alpha.localhost", "Zurzeit geschlossen"), ("nobody.localhost", "Hier antwortet kein Portal")):
        answer = get(host, **german)
        assert words in answer.content.decode()
        assert '<html lang="de"' in answer.content.decode()
        assert "Accept-Language" in answer["Vary"]
        assert words not in get(host).content.decode()


def test_4_a_missing_table_reads_and_writes_public_on_the_stock_path_and_is_an_error_on_ours(twins: Twins) -> None:
    with twins.alpha.entered(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE accounts_session")
        cursor.execute(f"SET search_path = {twins.alpha.tenant.schema_name}, public")
        cursor.execute(
            "INSERT INTO accounts_session (key_hash, data, user_agent, created_at, last_seen_at, expires_at)"
            " VALUES ('leaked', '', '', now(), now(), now())"
        )
    with public_context(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_session WHERE key_hash = 'leaked'")
        assert cursor.fetchone() == (1,)  # the leak: a tenant's write in public
    with twins.alpha.entered(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_session")


def test_4_a_tenant_that_lacks_a_migration_is_503_alone_and_comes_back(twins: Twins) -> None:
    assert get("alpha.localhost").status_code == 200
    with twins.alpha.entered(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'portal_core' AND name = '0001_initial'")
    migrating.forget_readiness()
    answer = get("alpha.localhost")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert b"alpha" not in answer.content.lower()
    assert get("beta.localhost").status_code == 200
    with twins.alpha.entered(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('portal_core', '0001_initial', now())"
        )
    assert get("alpha.localhost").status_code == 503  # asked again after five seconds
    migrating._not_ready_until.clear()
    assert get("alpha.localhost").status_code == 200


def test_4_a_tenant_ahead_of_the_code_is_served(twins: Twins) -> None:
    with twins.alpha.entered(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('portal_core', '0999_new', now())")
    migrating.forget_readiness()
    assert get("alpha.localhost").status_code == 200


def test_4_an_empty_schema_is_not_ready(twins: Twins) -> None:
    Tenant.objects.filter(slug="alpha").update(schema_name="t_does_not_exist")
    catalog.forget()
    assert get("alpha.localhost").status_code == 503


def test_7_the_same_name_again_finds_nothing_of_the_old_data(monkeypatch: pytest.MonkeyPatch) -> None:
    first = provision(name="Gone", slug="gone-shop")
    with tenant_context(first):
        get_user_model().objects.create_user("old@example.com", name="Old", role="customer")
    Tenant.objects.filter(slug="gone-shop").delete()  # the row goes, the schema stays: the hazard
    with monkeypatch.context() as off:
        # The guard off: the schema is named by the slug, so the new owner is let into the old schema.
        off.setattr(provisioning, "replay", lambda _template, _schema: None)
        off.setattr(Tenant._meta.get_field("schema_name"), "_get_default", lambda: first.schema_name)
        again = provision(name="Gone", slug="gone-shop")
        with tenant_context(again):
            assert get_user_model().objects.filter(email="old@example.com").exists()
        Tenant.objects.filter(slug="gone-shop").delete()
    catalog.forget()
    second = provision(name="Gone", slug="gone-shop")
    assert second.schema_name != first.schema_name
    with tenant_context(second):
        assert get_user_model().objects.count() == 0
    Tenant.objects.filter(slug="gone-shop").delete()
    FreedSlug.objects.create(slug="gone-shop")
    with pytest.raises(provisioning.SlugRefused):
        provision(name="Gone", slug="gone-shop")


def test_8_schema_names_are_generated_alone() -> None:
    from django_tenants.postgresql_backend.base import is_valid_schema_name

    for name in ("information_schema", "PUBLIC", "../x", "a,public"):
        assert is_valid_schema_name(name)  # stock accepts them
    made = {random_schema_name() for _ in range(500)}
    assert len(made) == 500
    assert all(name.startswith("t_") and len(name) == 18 and name.isascii() for name in made)
    snapshot = provision(name="information_schema", slug="any-name")
    assert snapshot.schema_name.startswith("t_")


def test_8_a_schema_name_is_quoted_whatever_it_is(alpha: Any) -> None:
    from tenants.snapshot import TenantSnapshot

    with tenant_context(TenantSnapshot.bare("a,public")), connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        assert cursor.fetchone() == ('"a,public"',)
