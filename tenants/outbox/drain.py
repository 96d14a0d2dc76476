"""Emptying one tenant's outbox: first events to their handlers, then mails to the mail server.

Both phases work row by row, each in a transaction of its own, under a lease that one worker holds at a time. The
lease ends with the transaction; a worker that is refused goes away, and the holder looks once more after it found
nothing, so that what was committed in between is not left to the sweep.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from tenants import catalog
from tenants.context import public_context, tenant_context
from tenants.outbox.delivery import MailSession
from tenants.outbox.handling import handle_next_event
from tenants.outbox.queries import any_event_due, any_mail_due
from tenants.outbox.steps import Step

BUDGET_SECONDS = 20.0
"""After this long a drain gives its worker back and asks for another turn, so that nobody else waits for it."""

LOOKS = 3


class UnknownSchema(LookupError):
    """There is no tenant with this schema; refused instead of working in `public`."""


class Ended(Enum):
    """How a drain ended."""

    EMPTY = auto()
    MORE_TO_DO = auto()


@dataclass(slots=True)
class Budget:
    """How long one drain may go on."""

    ends_at: float

    @classmethod
    def of(cls, seconds: float) -> "Budget":
        return cls(time.monotonic() + seconds)

    def is_spent(self) -> bool:
        return time.monotonic() >= self.ends_at


def drain(schema: str, *, budget_seconds: float = BUDGET_SECONDS) -> Ended:
    """Handles what is due in `schema` ("public" for the platform's own). Raises UnknownSchema.

    Side effects: runs handlers, talks to the mail server. Never raises for a failing handler or mail.
    """
    if schema == "public":
        with public_context():
            return _drain_here(schema, Budget.of(budget_seconds))
    tenant = catalog.by_schema(schema)
    if tenant is None:
        raise UnknownSchema(schema)
    if not tenant.is_active:
        return Ended.EMPTY  # suspended: what waits goes on waiting
    with tenant_context(tenant):
        return _drain_here(schema, Budget.of(budget_seconds))


def _drain_here(schema: str, budget: Budget) -> Ended:
    events = _run(lambda: handle_next_event(schema), any_event_due, budget)
    with MailSession(schema) as session:
        mails = _run(session.send_next, any_mail_due, budget)
    return Ended.MORE_TO_DO if Ended.MORE_TO_DO in (events, mails) else Ended.EMPTY


def _run(step: Callable[[], Step], is_any_due: Callable[[], bool], budget: Budget) -> Ended:
    looks = 0
    while not budget.is_spent():
        result = step()
        if result is Step.DONE:
            looks = 0
            continue
        looks += 1
        # Committed after our look and before the lease ended: its own worker was refused, so it is ours. Bounded,
        # because a row that somebody else holds locked is due and cannot be had.
        if result is Step.NOTHING and looks < LOOKS and is_any_due():
            continue
        return Ended.EMPTY
    return Ended.MORE_TO_DO if is_any_due() else Ended.EMPTY
