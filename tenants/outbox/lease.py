"""One worker at a time per tenant and phase: keeps the order and stops one tenant from taking every worker."""

import hashlib

from django.db import connection

# A machine that vanishes in the middle must not keep its locks until TCP notices (two hours).
IDLE_LIMIT_MILLISECONDS = 120_000


def lock_number(name: str) -> int:
    """A number for PostgreSQL's advisory locks, the same in every process."""
    return int.from_bytes(hashlib.sha256(f"outbox:{name}".encode()).digest()[:8], "big", signed=True)


def take(phase: str, schema: str) -> bool:
    """Takes the lease of `phase` in `schema` until the open transaction ends; False when another worker has it.

    Whoever is refused may go: the holder looks once more after its last transaction (see drain.py).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s), set_config('idle_in_transaction_session_timeout', %s, true)",
            [lock_number(f"{phase}:{schema}"), str(IDLE_LIMIT_MILLISECONDS)],
        )
        row = cursor.fetchone()
    return bool(row and row[0])
