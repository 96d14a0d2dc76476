"""The shape of a schema as the catalogue tells it, free of the schema's name and of column order (hazard 50)."""

# ruff: noqa: E501  (queries read better whole)

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tenants.context import public_context, tenant_context
from tenants.identifiers import random_schema_name
from tenants.migrating import migrate_tenant
from tenants.snapshot import TenantSnapshot
from tenants.templates import create_schema, drop_schema

_REPRINTED = {"indexes", "constraints"}

_QUERIES = {
    "tables": """SELECT c.relname, c.relkind::text, c.relpersistence::text, c.relrowsecurity, coalesce(c.reloptions::text, '')
        FROM pg_class c WHERE c.relnamespace = %(n)s::regnamespace AND c.relkind IN ('r','p','v','m','f')""",
    "columns": """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
               a.attgenerated::text, a.attstattarget, coalesce(co.collname, ''), coalesce(pg_get_expr(d.adbin, d.adrelid), '')
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r','p','v','m')
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        LEFT JOIN pg_collation co ON co.oid = a.attcollation
        WHERE c.relnamespace = %(n)s::regnamespace AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraints": """SELECT coalesce(c.relname, ''), o.conname, o.contype::text, o.condeferrable, o.condeferred, o.convalidated,
               pg_get_constraintdef(o.oid)
        FROM pg_constraint o LEFT JOIN pg_class c ON c.oid = o.conrelid WHERE o.connamespace = %(n)s::regnamespace""",
    "indexes": """SELECT c.relname, pg_get_indexdef(i.indexrelid), i.indisunique, i.indisprimary, i.indisvalid
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = %(n)s::regnamespace""",
    "triggers": """SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid), t.tgenabled::text
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = %(n)s::regnamespace AND NOT t.tgisinternal""",
    "functions": """SELECT p.proname, pg_get_functiondef(p.oid) FROM pg_proc p
        WHERE p.pronamespace = %(n)s::regnamespace AND p.prokind IN ('f','p')""",
    "sequences": """SELECT sequencename, data_type::text, start_value, min_value, max_value, increment_by, cycle
        FROM pg_sequences WHERE schemaname = %(n)s""",
    "types": """SELECT t.typname, t.typtype::text FROM pg_type t
        WHERE t.typnamespace = %(n)s::regnamespace AND t.typtype IN ('e','d','r')""",
    "extended statistics": """SELECT s.stxname, pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s
        WHERE s.stxnamespace = %(n)s::regnamespace""",
    "comments": """SELECT c.relname, d.objsubid, d.description FROM pg_description d JOIN pg_class c ON c.oid = d.objoid
        WHERE d.classoid = 'pg_class'::regclass AND c.relnamespace = %(n)s::regnamespace""",
}


def shape_of(schema: str) -> dict[str, list[str]]:
    """Every kind of object as sorted lines; the schema's name is replaced by a word."""
    shape: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for kind, query in _QUERIES.items():
            cursor.execute(query, {"n": schema})
            lines = [" | ".join(map(str, row)) for row in cursor.fetchall()]
            shape[kind] = sorted(_normal(line, kind, schema) for line in lines)
    return shape


def _normal(line: str, kind: str, schema: str) -> str:
    line = line.replace(f"{schema}.", "").replace(schema, "SCHEMA")
    if kind in _REPRINTED:  # PostgreSQL prints a parsed expression with other casts than the first time
        line = re.sub(r"::(character varying|text)(\[\])?", "", line).replace("(", "").replace(")", "")
    return line


def applied_migrations(schema: str) -> set[tuple[str, str]]:
    """The rows of django_migrations."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT app, name FROM {schema}.django_migrations")
        return set(cursor.fetchall())


@contextmanager
def migrated_schema() -> Iterator[TenantSnapshot]:
    """A schema made by migrating, to compare with; dropped afterwards. Not inside a transaction."""
    snapshot = TenantSnapshot.bare(random_schema_name())
    with public_context():
        create_schema(snapshot.schema_name)
        try:
            migrate_tenant(snapshot)
            with tenant_context(snapshot):
                yield snapshot
        finally:
            drop_schema(snapshot.schema_name)
