"""Who may take up again what was closed because the customer did not answer, and for how long."""

from datetime import datetime, timedelta
from typing import Final

from portal_core.service_requests import stays
from portal_core.service_requests.models import ServiceRequest

# For the customer; staff may at any time.
REOPEN_DAYS: Final = 30


def may_reopen(request: ServiceRequest, *, is_staff: bool, now: datetime) -> bool:
    """Whether it was closed by the clock, and this side of the door may still open it again."""
    if request.closed_at is None or stays.closed_from(request) is None:
        return False
    return is_staff or now <= reopen_until(request.closed_at)


def reopen_until(closed_at: datetime) -> datetime:
    """Up to when a customer opens it again without asking anybody."""
    return closed_at + timedelta(days=REOPEN_DAYS)
