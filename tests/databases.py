"""The test databases: one base for the code's migrations, a copy of it for each worker and run."""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
from collections.abc import Iterator
from typing import Any
from unittest import mock

import psycopg
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from portal_core.config.starters import starter, starter_for
from tenants import catalog, migrating
from tenants.context import public_context, tenant_context
from tenants.models import Tenant
from tenants.outbox.models import Event
from tenants.provisioning import NewPortal, provision
from tenants.snapshot import TenantSnapshot
from tenants.templates import drop_schema, ensure_template
from tests.factories import Portal, Twins, make_user

PREFIX = "test_portico"
BASE_LOCK = 0x506F_7235
STARTER = "order-status"

# (key, e-mail, name, role); Alice is made by the portal's own set-up once that is wired.
PEOPLE = (
    ("alice", "alice@example.com", "Alice Owner", "owner"),
    ("bob", "bob@example.com", "Bob Agent", "agent"),
    ("carol", "carol@example.com", "Carol Customer", "customer"),
    ("dave", "dave@example.com", "Dave Colleague", "customer"),
)
EVE = ("eve@example.com", "Eve Elsewhere", "customer")
PASSWORD = "the-same-in-both-twins"


@contextlib.contextmanager
def worker_database(worker: str) -> Iterator[str]:
    """Points Django at a fresh copy of the base; drops it afterwards."""
    original = settings.DATABASES["default"]["NAME"]
    name = f"{PREFIX}_{os.getpid()}_{worker}"
    base = _ensure_base(original)
    with _server() as server:
        _drop_leftovers(server)
        _run(server, "DROP DATABASE IF EXISTS {}", name)
        _run(server, "CREATE DATABASE {} TEMPLATE {}", name, base)
    point_at(name)
    try:
        yield name
    finally:
        connection.close()
        with _server() as server:
            _run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        point_at(original)


def _ensure_base(original: str) -> str:
    """A database with public migrated and the tenants' template; made by the first who needs it."""
    names = (*settings.SHARED_APPS, *settings.TENANT_APPS)
    base = f"{PREFIX}_base_{migrating.fingerprint(names)[:16]}"
    unfinished = f"{base}_new"
    with _server() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [BASE_LOCK])
        if _exists(server, base):
            return base
        _run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", unfinished)
        _run(server, "CREATE DATABASE {} TEMPLATE template0", unfinished)
        point_at(unfinished)
        migrating.migrate_public()
        ensure_template()
        connection.close()
        point_at(original)
        _run(server, "ALTER DATABASE {} RENAME TO {}", unfinished, base)
    return base


def _drop_leftovers(server: psycopg.Connection[Any]) -> None:
    """Databases of test runs whose process is gone."""
    rows = server.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [rf"^{PREFIX}_\d+_"]).fetchall()
    for (name,) in rows:
        pid = int(name.split("_")[2])
        if not os.path.exists(f"/proc/{pid}") and os.path.isdir("/proc/self"):
            with contextlib.suppress(psycopg.Error):
                _run(server, "DROP DATABASE IF EXISTS {}", name)


def _exists(server: psycopg.Connection[Any], name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _run(server: psycopg.Connection[Any], statement: str, *names: str) -> None:
    server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextlib.contextmanager
def _server() -> Iterator[psycopg.Connection[Any]]:
    parameters = {
        key: value
        for key, value in connection.get_connection_params().items()
        if key in {"host", "port", "user", "password"}
    }
    with psycopg.connect(**parameters, dbname="postgres", autocommit=True) as server:
        yield server


def point_at(name: str) -> None:
    """The database of this process from now on. All threads share this dictionary."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name
    catalog.forget()
    migrating.forget_readiness()


@contextlib.contextmanager
def around_tests(blocker: Any) -> Iterator[None]:
    """One transaction around several tests, rolled back at its end; each test with `db` has a savepoint in it."""
    block = transaction.atomic()
    # What Django's TestCase says of its own: the tenant may be left inside it.
    block._from_testcase = True
    remembered = dict(_at_first)
    # Here a test begins with what was written around it.
    _at_first.clear()
    with blocker.unblock():
        block.__enter__()
    try:
        yield
    finally:
        _at_first.update(remembered)
        with blocker.unblock():
            transaction.set_rollback(True)
            block.__exit__(None, None, None)


@contextlib.contextmanager
def taken_back() -> Iterator[None]:
    """What is written inside is taken back. By hand: an atomic block of ours would hold the connection to the tenant,
    which signing in, signing up and whole pages have to leave.
    """
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT attempt")
    try:
        yield
    finally:
        connection.needs_rollback = False
        connection.run_on_commit = []
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK TO SAVEPOINT attempt")


def new_portal(name: str) -> NewPortal:
    """What sign-up would know of a test's portal."""
    return NewPortal(
        name=name, owner_email="alice@example.com", owner_name="Alice Owner", starter=STARTER, colour="#c8401a"
    )


def make_twins() -> None:
    """Commits alpha with its people, and beta as its exact copy, plus Eve. Both speak English and German."""
    with mock.patch("portal_core.setup.starter_for", _in_all_languages):
        alpha = provision(name="Alpha", slug="alpha", portal=new_portal("Alpha"), set_up=_add_people)
    beta = provision(name="Beta", slug="beta")
    mirror(alpha, beta)
    with tenant_context(beta):
        make_user(*EVE)
    _at_first[alpha.slug] = pickle.dumps(people_of(alpha))


def _in_all_languages(key: str, **what: str) -> dict[str, Any]:
    """What sign-up opens from a starter, as it is once the owner has added the starter's other languages."""
    opened, written = starter_for(key, **what), starter(key)
    texts = {"welcome": written["portal"]["welcome"], "languages": written["portal"]["languages"]}
    return {**opened, **written, "portal": {**opened["portal"], **texts}}


def _add_people(_tenant: TenantSnapshot) -> None:
    from django.contrib.auth import get_user_model

    users = get_user_model()._default_manager
    for _key, email, name, role in PEOPLE:
        if not users.filter(email=email).exists():
            make_user(email, name, role)
    for user in users.filter(email__in=[person[1] for person in PEOPLE]):
        user.set_password(PASSWORD)
        user.save()
    # What making the portal announced is told; tests of the outbox begin with an empty one.
    Event.objects.all().delete()


@functools.cache
def by_slug(slug: str) -> TenantSnapshot:
    """Alpha or beta, as they were committed: every test begins with them so, and would ask four times in vain."""
    with public_context():
        snapshot = catalog.by_slug(slug)
    assert snapshot is not None
    return snapshot


def twins() -> Twins:
    """Alpha and beta with their people."""
    return Twins(*(Portal(snapshot, people_of(snapshot)) for snapshot in map(by_slug, ("alpha", "beta"))))


# The people with whom tests begin, by portal, as they were committed.
_at_first: dict[str, bytes] = {}


def people_at_first(tenant: TenantSnapshot) -> dict[str, Any]:
    """`people_of` for a test that has written nothing yet; they are read once for the thousands of tests."""
    packed = _at_first.get(tenant.slug)
    if packed is None:
        return people_of(tenant)
    # The connection is left as reading them would leave it: at this tenant.
    with tenant_context(tenant), connection.cursor():
        people: dict[str, Any] = pickle.loads(packed)
    return people


def people_of(tenant: TenantSnapshot) -> dict[str, Any]:
    """The people by the names that tests use."""
    from django.contrib.auth import get_user_model

    emails = {email: key for key, email, _name, _role in PEOPLE} | {EVE[0]: "eve"}
    with tenant_context(tenant):
        found = get_user_model()._default_manager.filter(email__in=list(emails))
        return {emails[user.email]: user for user in found}


def mirror(source: TenantSnapshot, target: TenantSnapshot) -> None:
    """Fills every table of `target` with the rows of `source`; rows of Eve stay. Triggers stay silent."""
    with public_context(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> 'django_migrations'",
            [source.schema_name],
        )
        tables = [row[0] for row in cursor.fetchall()]
        cursor.execute("SET session_replication_role = replica")
        try:
            for table in tables:
                _copy_table(cursor, table, source.schema_name, target.schema_name)
        finally:
            cursor.execute("SET session_replication_role = origin")


def _copy_table(cursor: Any, table: str, source: str, target: str) -> None:
    keep_eve = f"WHERE email <> '{EVE[0]}'" if table == "accounts_user" else ""
    names = {
        "old": sql.Identifier(source, table),
        "new": sql.Identifier(target, table),
        "columns": sql.SQL(", ").join(map(sql.Identifier, _columns(cursor, source, table))),
        "keep": sql.SQL(keep_eve),
    }
    cursor.execute(sql.SQL("DELETE FROM {new} {keep}").format(**names))
    cursor.execute(
        sql.SQL("INSERT INTO {new} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {old}").format(**names)
    )


def _columns(cursor: Any, schema: str, table: str) -> list[str]:
    cursor.execute(
        """SELECT column_name FROM information_schema.columns
            WHERE table_schema = %s AND table_name = %s AND is_generated = 'NEVER'""",
        [schema, table],
    )
    return [row[0] for row in cursor.fetchall()]


def erase(tenant: TenantSnapshot) -> None:
    """Drops a committed tenant of a test: schema and rows."""
    with public_context():
        drop_schema(tenant.schema_name)
        Tenant.objects.filter(pk=tenant.id).delete()
    catalog.forget()
    migrating.forget_readiness(tenant.schema_name)
