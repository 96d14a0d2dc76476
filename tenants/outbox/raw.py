"""A plain connection for looking into many schemas: opened for a batch, then thrown away.

Looking into a schema leaves its catalog in the memory of the connection for good, and needs a lock for each table and
index; hence batches and no pool (hazards 21 and 41).
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from tenants import catalog

logger = logging.getLogger(__name__)

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


def union_over(
    raw: psycopg.Connection, schemas: Sequence[str], ask: Callable[[str], sql.Composed]
) -> list[tuple[Any, ...]]:
    """What `ask` asks of each schema, in one statement; nothing of one that went away since it was listed.

    At most a batch of them. `Any`: rows are as they are asked for.
    """
    if not schemas:
        return []
    try:
        return raw.execute(sql.SQL(" UNION ALL ").join(ask(name) for name in schemas)).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        # Halve until it stands alone.
        if len(schemas) == 1:
            logger.info("outbox: a schema left while it was looked into")
            return []
        middle = len(schemas) // 2
        return union_over(raw, schemas[:middle], ask) + union_over(raw, schemas[middle:], ask)


def schemas_with_outbox() -> list[str]:
    """`public` and the schemas that have our tables, of all tenants that are not suspended, by name."""
    wanted = {"public", *catalog.all_schemas()} - catalog.suspended_schemas()
    with throw_away_connection() as raw:
        rows = raw.execute(
            "SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relname = 'outbox_mail' AND c.relkind = 'r' ORDER BY n.nspname"
        ).fetchall()
    return [name for (name,) in rows if name in wanted]
