"""Keeping what a person is told, and seeing that it reaches them: at once, with the daily mail, or in the portal."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from portal_core.accounts.locks import lock_user
from portal_core.accounts.models import User
from portal_core.history.models import HistoryEntry
from portal_core.history.record import JsonValue
from portal_core.notifications.daily import await_digest
from portal_core.notifications.models import Notice, Way
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.models import Event

KEPT: Final = timedelta(days=180)


@dataclass(frozen=True)
class Told:
    """One person told of one event."""

    event: Event
    user: User
    what: str
    kind: str
    way: Way
    request: ServiceRequest | None = None
    entry: HistoryEntry | None = None
    data: Mapping[str, JsonValue] | None = None

    @property
    def is_own_doing(self) -> bool:
        """Whether the reader did it: they get the confirmation by mail, and it is no news to them."""
        return self.entry is not None and self.entry.actor_id == self.user.pk

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.entry.at if self.entry is not None else self.event.created_at


def keep(told: Told) -> bool:
    """Writes the notice and counts it; False when this person was told of this event before.

    What the reader did is no news to them: nothing is kept, and a mail at once is their receipt. What goes once a day
    is announced to the daily mail. Runs in the transaction of the event's handler.
    """
    if told.is_own_doing:
        return True
    _notice, is_new = Notice.objects.get_or_create(
        event_id=told.event.pk,
        user=told.user,
        defaults={
            "request": told.request,
            "entry": told.entry,
            "what": told.what,
            "kind": told.kind,
            "way": told.way,
            "data": dict(told.data or {}),
            "at": told.at,
        },
    )
    if is_new:
        User.objects.filter(pk=told.user.pk).update(new_updates=F("new_updates") + 1)
    if is_new and told.way == Way.DAILY:
        await_digest(told.user.pk)
    return is_new


def mark_read(user_id: uuid.UUID, *, until: uuid.UUID | None = None, request_id: uuid.UUID | None = None) -> None:
    """Marks notices of one person as read, up to the notice `until` and about one request if named."""
    wanted = Q() if until is None else Q(pk__lte=until)
    _mark(user_id, wanted if request_id is None else wanted & Q(request_id=request_id))


def mark_one(notice_id: uuid.UUID, user_id: uuid.UUID | None) -> None:
    """Marks one notice of this person as read."""
    if user_id is not None:
        _mark(user_id, Q(pk=notice_id))


def _mark(user_id: uuid.UUID, wanted: Q) -> None:
    """The person's row is locked first, so that the count beside the bell never misses what comes in meanwhile."""
    with transaction.atomic():
        user = lock_user(user_id)
        unread = Notice.objects.filter(user_id=user_id, read_at=None)
        unread.filter(wanted).update(read_at=timezone.now())
        user.new_updates = unread.count()
        user.save(update_fields=["new_updates"])


def clear_old_notices() -> None:
    """Drops what happened long ago: the history of the requests keeps it. Called once a day in each schema."""
    Notice.objects.filter(at__lt=timezone.now() - KEPT).delete()
