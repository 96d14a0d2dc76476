"""A plain connection for looking into many schemas: opened for a batch, then thrown away.

Looking into a schema leaves its catalog in the memory of the connection for good, and needs a lock for each table and
index; hence batches and no pool (hazards 21 and 41).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

from tenants import catalog

BATCH_SIZE = 500


@contextmanager
def throw_away_connection(*, statement_seconds: int = 30) -> Iterator[psycopg.Connection]:
    """An autocommit connection with no tenant, closed at the end. Every name in its statements must say its schema."""
    parameters = connection.get_connection_params()
    for ours in ("cursor_factory", "context"):
        parameters.pop(ours, None)
    raw = psycopg.connect(**parameters, autocommit=True)
    try:
        raw.execute(
            "SELECT set_config('search_path', '', false), set_config('statement_timeout', %s, false)",
            [f"{statement_seconds}s"],
        )
        yield raw
    finally:
        raw.close()


def batches(schemas: list[str], size: int = BATCH_SIZE) -> Iterator[list[str]]:
    """`schemas` in slices of at most `size`."""
    for start in range(0, len(schemas), size):
        yield schemas[start : start + size]


def schemas_with_outbox() -> list[str]:
    """`public` and the schemas that have our tables, of all tenants that are not suspended, by name."""
    wanted = {"public", *catalog.all_schemas()} - catalog.suspended_schemas()
    with throw_away_connection() as raw:
        rows = raw.execute(
            "SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relname = 'outbox_mail' AND c.relkind = 'r' ORDER BY n.nspname"
        ).fetchall()
    return [name for (name,) in rows if name in wanted]
