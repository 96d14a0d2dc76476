"""In which schemas an e-mail address has an account, without entering any of them."""

from collections.abc import Sequence

import psycopg
import structlog
from psycopg import sql

from portal_core.accounts.models import normalise_email
from tenants.outbox.raw import batches, throw_away_connection

log = structlog.get_logger(__name__)
# By the unique index of addresses.
_KNOWS = sql.SQL(
    "(SELECT {name} FROM {schema}.accounts_user WHERE email = {email} AND is_active AND NOT is_sample LIMIT 1)"
)
_NOT_THERE = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedColumn)


def schemas_that_know(schemas: Sequence[str], email: str) -> set[str]:
    """Those of `schemas` where somebody with this address can be met; a connection of its own for every batch."""
    found: set[str] = set()
    for batch in batches(list(schemas)):
        with throw_away_connection() as raw:
            found |= _ask(raw, batch, normalise_email(email))
    return found


def _ask(raw: psycopg.Connection, batch: list[str], email: str) -> set[str]:
    parts = [
        _KNOWS.format(name=sql.Literal(name), schema=sql.Identifier(name), email=sql.Literal(email)) for name in batch
    ]
    try:
        return {name for (name,) in raw.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall()}
    except _NOT_THERE:
        # A schema went away since it was listed, or is not migrated yet: halve until it stands alone.
        if len(batch) == 1:
            log.info("schema_not_looked_into", schema=batch[0])
            return set()
        middle = len(batch) // 2
        return _ask(raw, batch[:middle], email) | _ask(raw, batch[middle:], email)
