"""Writing events: `emit` inside the transaction, a wake-up after its commit."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from tenants.outbox.models import Event
from tenants.outbox.subscribers import subscribe
from tenants.outbox.wake import wake_on_commit
from tenants.rehearsal import note_event

__all__ = ["EmittedOutsideTransaction", "emit", "subscribe"]


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
