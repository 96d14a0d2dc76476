"""One tenant's outbox as operators may see it: counts, kinds and times, never what a mail or an event says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
from django.utils import timezone
from psycopg import sql

from tenants import catalog
from tenants.context import public_context, tenant_context
from tenants.models import TenantChange
from tenants.outbox.queries import stuck_events
from tenants.outbox.raw import throw_away_connection
from tenants.outbox.troubles import STUCK_ATTEMPTS
from tenants.outbox.wake import wake

SHOWN: Final = 20
_WAITING = sql.SQL(
    "SELECT (SELECT count(*) FROM {schema}.outbox_mail WHERE sent_at IS NULL AND failed_at IS NULL),"
    " (SELECT min(created_at) FROM {schema}.outbox_mail WHERE sent_at IS NULL AND failed_at IS NULL),"
    " (SELECT max(sent_at) FROM {schema}.outbox_mail)"
)
# An error may quote what somebody typed; its kind stands before the colon.
_STUCK = sql.SQL(
    "SELECT kind, attempts, created_at, due_at, split_part(last_error, ':', 1) FROM {schema}.outbox_event"
    " WHERE done_at IS NULL AND attempts >= {attempts} ORDER BY created_at, id LIMIT {limit}"
)


@dataclass(frozen=True, slots=True)
class StuckEvent:
    """An event whose handlers keep failing."""

    kind: str
    attempts: int
    since: datetime
    next_try_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Outbox:
    """What waits, and what is stuck (the oldest SHOWN)."""

    waiting_mails: int = 0
    waiting_since: datetime | None = None
    last_sent_at: datetime | None = None
    stuck: tuple[StuckEvent, ...] = ()


def outbox_of(schema: str) -> Outbox:
    """Read from outside, without entering the tenant; empty for a schema that is just going away."""
    name = sql.Identifier(schema)
    with throw_away_connection() as raw:
        try:
            waiting = raw.execute(_WAITING.format(schema=name)).fetchone()
            stuck = raw.execute(
                _STUCK.format(schema=name, attempts=sql.Literal(STUCK_ATTEMPTS), limit=sql.Literal(SHOWN))
            ).fetchall()
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            return Outbox()
    count, since, last = waiting or (0, None, None)
    return Outbox(int(count), since, last, tuple(StuckEvent(*row) for row in stuck))


def try_stuck_again(schema: str, *, by: str) -> int:
    """Has every stuck event handled at the next turn instead of at its own time; how many there are.

    What operators did says so, `by` whom.
    """
    tenant = catalog.by_schema(schema)
    if tenant is None:
        return 0
    with tenant_context(tenant):
        count = stuck_events().update(due_at=timezone.now())
    if count:
        with public_context():
            TenantChange.objects.create(
                tenant_id=tenant.id, what=TenantChange.What.RETRIED, reason=str(count), by=by[:320]
            )
    wake(schema)
    return count
