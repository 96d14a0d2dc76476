"""Waking the worker after a commit. Only a hint: whatever is lost here, the sweep finds.

A request is never failed by it, and slowed at most once in a few seconds: after a failure the broker is left alone
for `PAUSE_SECONDS` by this process.
"""

import logging
import threading
import time

from celery import current_app
from django.db import transaction

from tenants.context import current_schema
from tenants.rehearsal import is_rehearsal

logger = logging.getLogger(__name__)

# By name, because the task itself wakes its schema again.
DRAIN_TASK = "outbox.drain"
PAUSE_SECONDS = 5.0
# A wake-up that waited longer than this in a long queue is dropped: the sweep has come by several times since.
WAKE_EXPIRES_SECONDS = 120


class _Circuit:
    """Remembers, for the threads of this process, until when the broker is left alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed_until = 0.0

    def lets_through(self) -> bool:
        if is_rehearsal():
            return False
        with self._lock:
            return time.monotonic() >= self._closed_until

    def failed(self) -> None:
        with self._lock:
            self._closed_until = time.monotonic() + PAUSE_SECONDS

    def reset(self) -> None:
        with self._lock:
            self._closed_until = 0.0


circuit = _Circuit()


def wake_on_commit() -> None:
    """Wakes the current schema's outbox once after the open transaction commits, however often it is called."""
    schema = current_schema()
    connection = transaction.get_connection()
    alive = set(connection.savepoint_ids)
    for savepoints, hook, *_ in connection.run_on_commit:
        # A hook of a savepoint that may still be rolled back alone does not stand in for ours.
        if isinstance(hook, _Wake) and hook.schema == schema and savepoints <= alive:
            return
    transaction.on_commit(_Wake(schema), robust=True)


def wake(schema: str) -> bool:
    """Asks the workers to drain `schema`; False when the broker could not be reached (never raises)."""
    if not circuit.lets_through():
        return False
    try:
        current_app.send_task(DRAIN_TASK, args=(schema,), retry=False, expires=WAKE_EXPIRES_SECONDS)
    except Exception as error:  # noqa: BLE001 - the broker's client raises errors of four libraries; none may reach the request.
        circuit.failed()
        logger.warning("outbox: broker not reached, the sweep will find it: %s", type(error).__name__)
        return False
    return True


class _Wake:
    """The on-commit hook; carries the schema, since the tenant may have been left when it runs."""

    def __init__(self, schema: str) -> None:
        self.schema = schema
        self.__qualname__ = "wake"

    def __call__(self) -> None:
        wake(self.schema)
