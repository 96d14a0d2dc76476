"""The daily mail: when it is due, and that there is one a person and day.

A person has at most one event waiting (`digest_due_at` on their row, written with it). When it is handled, everything
that waits is collected, marked and put into one mail in the same transaction: a worker that dies leaves it all as it
was. The next one is due on a later day than the last, whatever the clock, the time zone or an outage did.
"""

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.accounts.locks import lock_user
from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.config.hours import WorkingHours
from portal_core.config.live import live_portal
from portal_core.service_requests.viewer import Viewer
from tenants.outbox.events import emit

# In the reader's own morning.
HOUR: Final = time(8, 0)
# Where a business does not work for so long, its staff are told all the same.
_SEARCH_DAYS: Final = 30


def await_digest(user_id: UUID) -> None:
    """Announces the next daily mail of one person, unless one waits. Must run in a transaction."""
    user = lock_user(user_id)
    if user.digest_due_at is not None:
        return
    user.digest_due_at = next_digest(user, live_portal(), after=timezone.now())
    user.save(update_fields=["digest_due_at"])
    emit("person.digest", {"user_id": str(user.pk)}, due_at=user.digest_due_at)


def next_digest(user: User, portal: CompiledPortal, *, after: datetime) -> datetime:
    """The next morning for this reader, on a later day than their last daily mail; for staff a working day."""
    zone = zone_of(user, portal)
    day = after.astimezone(zone).date()
    if morning(day, zone) <= after:
        day += timedelta(days=1)
    if user.digest_day is not None and day <= user.digest_day:
        day = user.digest_day + timedelta(days=1)
    if actor_for(user).is_staff:
        day = _working_day(day, portal.hours)
    return morning(day, zone)


def morning(day: date, zone: ZoneInfo) -> datetime:
    """The hour of the daily mail on `day` by the clocks of `zone`, in UTC."""
    return datetime.combine(day, HOUR, zone).astimezone(ZoneInfo("UTC"))


def zone_of(user: User, portal: CompiledPortal) -> ZoneInfo:
    """The reader's time zone."""
    return Viewer.of(actor_for(user), portal).time_zone


def _working_day(day: date, hours: WorkingHours) -> date:
    if not hours.exist:
        return day
    days = (day + timedelta(days=number) for number in range(_SEARCH_DAYS))
    return next((found for found in days if hours.spans_on(found)), day)
