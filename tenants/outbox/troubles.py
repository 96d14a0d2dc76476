"""How much could not be delivered, for many tenants at once, without entering any of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import psycopg
from django.utils import timezone
from psycopg import sql

from tenants.outbox.raw import throw_away_connection

PERIOD: Final = timedelta(days=30)
STUCK_ATTEMPTS: Final = 3
_COUNTS = sql.SQL(
    "SELECT {name}, (SELECT count(*) FROM {schema}.outbox_mail WHERE failed_at >= {since}),"
    " (SELECT count(*) FROM {schema}.outbox_event WHERE done_at IS NULL AND attempts >= {attempts})"
)


@dataclass(frozen=True, slots=True)
class Troubles:
    """Mails given up in the last 30 days, and events whose handlers keep failing."""

    failed_mails: int = 0
    stuck_events: int = 0


def troubles_of(schemas: Sequence[str]) -> Mapping[str, Troubles]:
    """By schema; a page's worth of tenants, in one statement. A schema that is just going away counts as none."""
    since = timezone.now() - PERIOD
    found: dict[str, Troubles] = {}
    if not schemas:
        return found
    with throw_away_connection() as raw:
        try:
            rows = _ask(raw, schemas, since)
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            rows = []
    return {name: Troubles(failed, stuck) for name, failed, stuck in rows}


def _ask(raw: psycopg.Connection, schemas: Sequence[str], since: datetime) -> list[tuple[str, int, int]]:
    parts = [
        _COUNTS.format(
            name=sql.Literal(name),
            schema=sql.Identifier(name),
            since=sql.Literal(since),
            attempts=sql.Literal(STUCK_ATTEMPTS),
        )
        for name in schemas
    ]
    return [(str(name), int(failed), int(stuck)) for name, failed, stuck in raw.execute(_union(parts)).fetchall()]


def _union(parts: Sequence[sql.Composed]) -> sql.Composed:
    return sql.SQL(" UNION ALL ").join(parts)
