"""Removing what was done long ago, schema by schema, without entering any of them."""

import logging
from datetime import datetime, timedelta
from typing import Final

import psycopg
from django.utils import timezone
from psycopg import sql

from tenants.outbox.lease import lock_number
from tenants.outbox.raw import batches, schemas_with_outbox, throw_away_connection

logger = logging.getLogger(__name__)

KEPT: Final = timedelta(days=30)

# Mails first: they point at their events.
_MAILS = sql.SQL("DELETE FROM {schema}.outbox_mail WHERE sent_at < {before} OR failed_at < {before}")
_EVENTS = sql.SQL(
    "DELETE FROM {schema}.outbox_event e WHERE e.done_at < {before}"
    " AND NOT EXISTS (SELECT 1 FROM {schema}.outbox_mail m WHERE m.event_id = e.id)"
)


def purge() -> int:
    """Deletes rows that were done more than 30 days ago in all schemas; returns how many.

    What waits is never touched, however old, nor is a suspended tenant. Empty-handed when another purge is under way.
    """
    before = timezone.now() - KEPT
    with throw_away_connection() as keeper:
        row = keeper.execute("SELECT pg_try_advisory_lock(%s)", [lock_number("purge")]).fetchone()
        if not row or not row[0]:
            return 0
        return sum(_purge_batch(batch, before) for batch in batches(schemas_with_outbox()))


def _purge_batch(batch: list[str], before: datetime) -> int:
    removed = 0
    with throw_away_connection() as raw:
        for name in batch:
            for statement in (_MAILS, _EVENTS):
                removed += _delete(raw, statement, name, before)
    return removed


def _delete(raw: psycopg.Connection, statement: sql.SQL, name: str, before: datetime) -> int:
    try:
        query = statement.format(schema=sql.Identifier(name), before=sql.Literal(before))
        return raw.execute(query).rowcount
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        logger.info("outbox: a schema left during the purge")
        return 0
