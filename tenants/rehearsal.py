"""Trying something out so that it never happened: a transaction of its own that is always rolled back.

Nothing outlives a rehearsal. Rows go with the transaction, and with them events, mails and whatever waits for the
commit; what lies outside the database (counters and limits in Redis, tasks, files) asks `is_rehearsal` and stays away.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import connection, transaction

if TYPE_CHECKING:
    from tenants.outbox.models import Event, Mail


@dataclass
class Rehearsal:
    """What one try would have set going."""

    events: "list[Event]" = field(default_factory=list)
    mails: "list[Mail]" = field(default_factory=list)


_rehearsing: Final[ContextVar[Rehearsal | None]] = ContextVar("rehearsing", default=None)


class RehearsalRefused(RuntimeError):
    """Something would have outlived a rehearsal."""

    code = "rehearsal"


def is_rehearsal() -> bool:
    """Whether what is done now is undone afterwards."""
    return _rehearsing.get() is not None


def note_event(event: "Event") -> None:
    """Notes an event that will never be handled, where it was only tried out."""
    trying = _rehearsing.get()
    if trying is not None:
        trying.events.append(event)


def note_mail(mail: "Mail") -> None:
    """Notes a mail that will never be sent, where it was only tried out."""
    trying = _rehearsing.get()
    if trying is not None:
        trying.mails.append(mail)


@contextmanager
def rehearsal() -> Iterator[Rehearsal]:
    """Everything inside is undone at the end, whatever happens.

    Raises `RuntimeError` inside an open transaction: what that had done would be undone as well.
    """
    trying = Rehearsal()
    token = _rehearsing.set(trying)
    try:
        with transaction.atomic(durable=True):
            try:
                yield trying
            finally:
                transaction.set_rollback(True)
    finally:
        _rehearsing.reset(token)


def only_read() -> None:
    """From here to the end of the rehearsal, PostgreSQL itself refuses to write.

    Raises `RehearsalRefused` outside of one: the transaction of somebody else would be read-only from now on.
    """
    if not is_rehearsal():
        raise RehearsalRefused("not inside a rehearsal")
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
