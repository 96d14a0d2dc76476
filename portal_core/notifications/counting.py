"""Tells the ledger that a customer heard by mail what somebody would have had to tell them."""

import uuid

from tenants.outbox.events import emit
from tenants.outbox.models import Mail


def count_notice(mail: Mail | None, *, request_id: uuid.UUID | None = None) -> None:
    """Counts one notice for a mail that was queued now, in the handler's transaction.

    None (the event has sent its mail already, or nobody reads at the address) counts nothing, so an event that is
    handled again counts once.
    """
    if mail is not None:
        emit("work.removed", {"what": "notices", "count": 1, "request_id": str(request_id) if request_id else ""})
