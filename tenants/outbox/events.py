"""Writing events: `emit` inside the transaction, a wake-up after its commit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from tenants.outbox.models import Event
from tenants.outbox.subscribers import subscribe
from tenants.outbox.wake import wake_on_commit
from tenants.rehearsal import note_event

__all__ = ["EmittedOutsideTransaction", "emit", "emit_many", "subscribe"]


class EmittedOutsideTransaction(RuntimeError):
    """An event was emitted outside a transaction: it could tell of something that never happened."""


# `Any`: a payload is JSON; each handler checks what it needs.
def emit(kind: str, payload: dict[str, Any], *, due_at: datetime | None = None) -> Event:
    """Writes an event of the current tenant (or of `public`) into the open transaction.

    After the commit the tenant's outbox is woken, unless `due_at` lies ahead. Raises EmittedOutsideTransaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise EmittedOutsideTransaction(kind)
    now = timezone.now()
    event = Event.objects.create(kind=kind, payload=payload, due_at=due_at or now)
    note_event(event)
    if event.due_at <= now:
        wake_on_commit()
    return event


def emit_many(kind: str, events: Sequence[tuple[dict[str, Any], datetime]]) -> None:
    """As `emit`, for many events of one kind, each with its payload and when it is due; in few statements."""
    if not events:
        return
    if not transaction.get_connection().in_atomic_block:
        raise EmittedOutsideTransaction(kind)
    now = timezone.now()
    rows = [Event(kind=kind, payload=payload, due_at=max(due_at, now)) for payload, due_at in events]
    Event.objects.bulk_create(rows, batch_size=500)
    if any(row.due_at <= now for row in rows):
        wake_on_commit()
