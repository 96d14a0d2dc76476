"""The schema template: a migrated schema as SQL, kept in public, replayed for each new tenant.

Replaying takes a tenth of the time of migrating. The dump is cut at its header and end by position and never
by pattern (data may look like anything); its random name is replaced only after every place where it occurs
was checked.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg import sql

from tenants.context import public_context
from tenants.errors import TemplateError
from tenants.identifiers import random_schema_name
from tenants.migrating import migrate_tenant, tenant_fingerprint
from tenants.models import SchemaTemplate
from tenants.postgres_tools import dump_schema
from tenants.snapshot import TenantSnapshot
from tenants.template_sql import compact

# "Portico template" for pg_advisory_lock: one process makes the template, the others wait for it.
TEMPLATE_LOCK = 0x506F_7254


def ensure_template() -> SchemaTemplate:
    """The template of the code's migrations; makes it when it is missing (about two seconds).

    Raises:
        TemplateError: it is missing and cannot be made here (inside a transaction, or no pg_dump).
    """
    wanted = tenant_fingerprint()
    with public_context():
        found = SchemaTemplate.objects.filter(fingerprint=wanted).first()
        if found is not None:
            return found
        if connection.in_atomic_block:
            raise TemplateError("The schema template is missing; run migrate_fleet first.")
        with advisory_lock(TEMPLATE_LOCK):
            found = SchemaTemplate.objects.filter(fingerprint=wanted).first()
            return found or _make_template(wanted)


def replay(template: SchemaTemplate, schema_name: str) -> None:
    """Creates `schema_name` from the template, inside the caller's transaction.

    Leaves the connection's search_path as it was.
    """
    with connection.cursor() as cursor:
        # The dump's header did this; function bodies may name what comes later.
        cursor.execute("SET LOCAL check_function_bodies = false")
        # For every index the planner would ask how many helpers should read a table that is empty.
        cursor.execute("SET LOCAL max_parallel_maintenance_workers = 0")
        cursor.execute(template.sql.replace(template.placeholder, schema_name))


@contextmanager
def advisory_lock(number: int) -> Iterator[None]:
    """Waits for, holds and gives back a lock of the database session."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _make_template(wanted: str) -> SchemaTemplate:
    schema = random_schema_name()
    create_schema(schema)
    try:
        migrate_tenant(TenantSnapshot.bare(schema))
        body = compact(cut(dump_schema(schema), schema))
    finally:
        drop_schema(schema)
    return SchemaTemplate.objects.create(fingerprint=wanted, placeholder=schema, sql=body)


def create_schema(schema: str) -> None:
    """CREATE SCHEMA; the name is ours, quoted all the same."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))


def drop_schema(schema: str) -> None:
    """DROP SCHEMA CASCADE, for generated names alone: public and system schemas are refused."""
    if not schema.startswith("t_"):
        raise TemplateError(f"{schema} is no schema of a tenant")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def cut(dump: str, schema: str) -> str:
    r"""The dump from CREATE SCHEMA to its end mark, without session settings and psql's \restrict.

    Raises:
        TemplateError: the dump has not the expected form, or names its schema where replacing is not safe.
    """
    start = dump.find(f"\nCREATE SCHEMA {schema};\n")
    end = dump.rfind("\n--\n-- PostgreSQL database dump complete\n--\n")
    if start < 0 or end < start:
        raise TemplateError("pg_dump wrote something unexpected")
    body = dump[start + 1 : end] + "\n"
    _check_names(body, schema)
    if re.search(r"(?i)\bset\s+search_path\b|set_config\('search_path'", body):
        raise TemplateError("a function sets its own search_path; it would break in the copy")
    return body


def _check_names(body: str, schema: str) -> None:
    """The name may stand only as `name.`, in CREATE SCHEMA, and in pg_dump's comments on entries."""
    safe = re.compile(
        rf"\b{schema}\.|^CREATE SCHEMA {schema};$|^-- (?:Data for )?Name: .*Schema: {schema}; Owner: -$",
        re.MULTILINE,
    )
    if schema in safe.sub("", body):
        raise TemplateError("the dump names its schema where it cannot be replaced safely")
