"""How much could not be delivered, for many tenants at once, without entering any of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils import timezone
from psycopg import sql

from tenants.outbox.raw import batches, throw_away_connection, union_over

PERIOD: Final = timedelta(days=30)
STUCK_ATTEMPTS: Final = 3
# A mail goes out within seconds; one that waits longer is taken by no server, or fetched by no worker.
LATE: Final = timedelta(minutes=30)
# What has put itself off so often waits for a service beside us that does not answer.
PUT_OFF_TRIES: Final = 5
_COUNTS = sql.SQL(
    "SELECT {name}, (SELECT count(*) FROM {schema}.outbox_mail WHERE failed_at >= {since}),"
    " (SELECT count(*) FROM {schema}.outbox_event WHERE done_at IS NULL AND attempts >= {attempts}),"
    " (SELECT count(*) FROM {schema}.outbox_mail"
    "  WHERE sent_at IS NULL AND failed_at IS NULL AND created_at < {late}),"
    " (SELECT count(*) FROM {schema}.outbox_event WHERE done_at IS NULL AND payload->'tries' >= to_jsonb({tries}))"
)


@dataclass(frozen=True, slots=True)
class Troubles:
    """Mails given up in the last 30 days; events whose handlers keep failing, mails that wait for too long, and events
    that put themselves off again and again (a file that no scanner looks at says so in its `tries`).
    """

    failed_mails: int = 0
    stuck_events: int = 0
    late_mails: int = 0
    put_off_events: int = 0


def troubles_of(schemas: Sequence[str]) -> Mapping[str, Troubles]:
    """By schema, in one statement for each batch of them. A schema that is just going away counts as none."""
    found: dict[str, Troubles] = {}
    for batch in batches(list(schemas)):
        with throw_away_connection() as raw:
            found |= {name: Troubles(*map(int, counts)) for name, *counts in union_over(raw, batch, _question)}
    return found


def _question(name: str) -> sql.Composed:
    now = timezone.now()
    return _COUNTS.format(
        name=sql.Literal(name),
        schema=sql.Identifier(name),
        since=sql.Literal(now - PERIOD),
        attempts=sql.Literal(STUCK_ATTEMPTS),
        late=sql.Literal(now - LATE),
        tries=sql.Literal(PUT_OFF_TRIES),
    )
