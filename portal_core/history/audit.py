"""Who did what to the portal and to the team, and who took data out: written in the transaction of what was done."""

import uuid
from collections.abc import Collection, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from django.utils import timezone
from pydantic import JsonValue

from portal_core.accounts.actor import Actor
from portal_core.history.models import AuditEntry, Deed
from tenants.identifiers import uuid7_at

# What can be asked for alone.
ABOUT: Final[Mapping[str, Collection[Deed]]] = MappingProxyType(
    {
        "draft": (Deed.EDITED, Deed.TAKEN_BACK),
        "live": (Deed.PUBLISHED, Deed.SCHEDULED, Deed.CALLED_OFF),
        "team": (
            Deed.INVITED,
            Deed.JOINED,
            Deed.ROLE_GIVEN,
            Deed.DEACTIVATED,
            Deed.BROUGHT_BACK,
            Deed.ADDRESS_MOVED,
        ),
        "data": (Deed.EXPORTED,),
    }
)
_NOTHING: Final[Mapping[str, JsonValue]] = MappingProxyType({})


def note_deed(
    *,
    actor: Actor,
    deed: Deed,
    words: str = "",
    person_id: uuid.UUID | None = None,
    data: Mapping[str, JsonValue] = _NOTHING,
) -> None:
    """Writes down what `actor` has done; `person_id` is the colleague whom it was done to. Within a transaction."""
    entry = AuditEntry(actor_id=actor.user_id, deed=deed, words=words, person_id=person_id, data=dict(data))
    entry.save(force_insert=True)


def is_noted(*, actor: Actor, deed: Deed, words: str, data: Mapping[str, JsonValue], within: timedelta) -> bool:
    """Whether exactly this was written down of `actor` within that time. One query, by key."""
    since = uuid7_at(timezone.now() - within, 0)
    found = AuditEntry.objects.filter(pk__gt=since, actor_id=actor.user_id, deed=deed, words=words, data=dict(data))
    return found.exists()


def deeds(*, number: int, about: str = "", before: uuid.UUID | None = None) -> tuple[list[AuditEntry], bool]:
    """The latest `number` of them (those before one, where it is named), and whether others follow. One query.

    `about` is one of `ABOUT`; anything else means all.
    """
    found = AuditEntry.objects.select_related("actor", "person").order_by("-id")
    if about in ABOUT:
        found = found.filter(deed__in=ABOUT[about])
    if before is not None:
        found = found.filter(pk__lt=before)
    entries = list(found[: number + 1])
    return entries[:number], len(entries) > number


def moved_by(version: int) -> int:
    """How many open requests the publishing of a version has moved; 0 where that was not counted yet. One query."""
    found = AuditEntry.objects.filter(deed=Deed.PUBLISHED, data__number=version).values_list("data", flat=True).first()
    return int(found.get("moved", 0)) if found else 0
