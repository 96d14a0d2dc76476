"""Finding what a lost wake-up left behind: which schemas have due rows, without entering any of them."""

import random
from datetime import datetime

import psycopg
from django.utils import timezone
from psycopg import sql

from tenants.outbox.lease import lock_number
from tenants.outbox.raw import batches, schemas_with_outbox, throw_away_connection, union_over

# LIMIT 1 in a branch of its own: half the planning time of EXISTS.
_EVENTS = sql.SQL("(SELECT {name} FROM {schema}.outbox_event WHERE done_at IS NULL AND due_at <= {now} LIMIT 1)")
_MAILS = sql.SQL(
    "(SELECT {name} FROM {schema}.outbox_mail WHERE sent_at IS NULL AND failed_at IS NULL AND due_at <= {now} LIMIT 1)"
)


def sweep() -> list[str]:
    """Schemas with something due, in random order; empty when another sweep is under way.

    Idempotent: any number of beats may call it at any time. Side effects: none beyond an advisory lock.
    """
    with throw_away_connection() as keeper:
        row = keeper.execute("SELECT pg_try_advisory_lock(%s)", [lock_number("sweep")]).fetchone()
        if not row or not row[0]:
            return []
        # The lock goes with the connection.
        found = due_schemas(schemas_with_outbox(), timezone.now())
    # Not by name: under load the same tenants would come last each time. No secret.
    random.shuffle(found)
    return found


def due_schemas(schemas: list[str], now: datetime) -> list[str]:
    """Those of `schemas` in which an event or a mail is due at `now`, by name."""
    found: set[str] = set()
    for batch in batches(schemas):
        with throw_away_connection() as raw:
            # Two statements, so that each needs half the locks.
            found |= _ask(raw, _EVENTS, batch, now) | _ask(raw, _MAILS, batch, now)
    return sorted(found)


def _ask(raw: psycopg.Connection, question: sql.SQL, batch: list[str], now: datetime) -> set[str]:
    def of(name: str) -> sql.Composed:
        return question.format(name=sql.Literal(name), schema=sql.Identifier(name), now=sql.Literal(now))

    return {name for (name,) in union_over(raw, batch, of)}
