"""Phase one: an event, everything its handlers write, and its done mark are one transaction."""

import logging

from django.db import connection, transaction
from django.utils import timezone

from tenants.outbox import lease
from tenants.outbox.models import Event
from tenants.outbox.queries import due_events
from tenants.outbox.retry import EVENT_CEILING_SECONDS, next_try
from tenants.outbox.steps import Step
from tenants.outbox.subscribers import handlers_of

logger = logging.getLogger(__name__)

ERROR_LIMIT = 2000


def handle_next_event(schema: str) -> Step:
    """Runs the handlers of the oldest due event of the current schema.

    A handler that raises undoes what all handlers of this event wrote; the event is tried again later, and those
    behind it go on.
    """
    with transaction.atomic():
        if not lease.take("events", schema):
            return Step.REFUSED
        event = due_events().select_for_update(skip_locked=True).first()
        if event is None:
            return Step.NOTHING
        try:
            _handle(event)
        except Exception as error:  # noqa: BLE001 - a handler's fault is its event's alone, whatever it is.
            _put_off(event, error)
        else:
            event.done_at = timezone.now()
            event.last_error = ""
            event.save(update_fields=["done_at", "last_error"])
    return Step.DONE


def _handle(event: Event) -> None:
    with transaction.atomic():
        for handler in handlers_of(event.kind):
            handler(event)
        # Deferred constraints fail here, where the event can be put off, and not at the commit.
        connection.check_constraints()


def _put_off(event: Event, error: Exception) -> None:
    logger.error("outbox: event %s %s failed (attempt %d)", event.kind, event.id, event.attempts + 1, exc_info=error)
    event.attempts += 1
    event.due_at = next_try(event.attempts, ceiling_seconds=EVENT_CEILING_SECONDS)
    event.last_error = f"{type(error).__name__}: {error}".replace("\x00", "")[:ERROR_LIMIT]
    event.save(update_fields=["attempts", "due_at", "last_error"])
