"""Brings the words of requests up to date when they were written under another configuration, or not at all.

A published version that changes what may be found puts the old words out of force at once (`search_index.py`); here
they are written anew, a batch an event, so that no worker is held up and no request is locked for long.
"""

import uuid
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal_core.config.live import live_portal, live_portal_or_none
from portal_core.service_requests.models import RequestSearch, ServiceRequest
from portal_core.service_requests.search_index import index_whole
from tenants.identifiers import parse_uuid
from tenants.outbox.events import emit
from tenants.outbox.models import Event
from tenants.outbox.subscribers import subscribe

BATCH: Final = 100
# Who held the old version while the new one was published may write under it a little later.
_STRAGGLERS: Final = timedelta(minutes=5)


def ask_for_words() -> None:
    """For those who file many requests at once: their words are written from the outbox. Inside a transaction.

    One event that has not begun finds all of them, however many batches come in.
    """
    waiting = Event.objects.filter(kind="search.stale", done_at=None, payload={"after": ""}, due_at__lte=timezone.now())
    if not waiting.exists():
        emit("search.stale", {"after": ""})


def renew_words_tonight() -> None:
    """Once a night in every schema: finds what no event has told of, as when an update indexes more than before.
    Does nothing outside of a portal."""
    portal = live_portal_or_none()
    if portal is not None and _stale(portal.search_signatures, None).exists():
        with transaction.atomic():
            ask_for_words()


def on_published(_event: Event) -> None:
    """Begins with the first batch, and looks for stragglers later."""
    emit("search.stale", {"after": ""})
    emit("search.stale", {"after": ""}, due_at=timezone.now() + _STRAGGLERS)


def on_person_changed(event: Event) -> None:
    """The words of a customer's requests hold the name and the address: they are written anew."""
    user_id = parse_uuid(str(event.payload.get("user_id", "")))
    mine = RequestSearch.objects.filter(request__customer_id=user_id).exclude(signature="")
    if user_id is not None and mine.update(signature=""):
        emit("search.stale", {"after": ""})


def on_stale(event: Event) -> None:
    """Writes one batch and asks for the next one; ends where nothing is stale.

    The rows are locked as writers lock them. One that somebody writes to just now is waited for: its writer has its
    words, or leaves it to us.
    """
    portal = live_portal()
    after = parse_uuid(str(event.payload.get("after", "")))
    stale = _stale(portal.search_signatures, after)
    rows = list(stale.select_related("customer").select_for_update(of=("self",))[:BATCH])
    index_whole(rows, portal)
    if len(rows) == BATCH:
        emit("search.stale", {"after": str(rows[-1].pk)})


def _stale(signatures: tuple[str, ...], after: uuid.UUID | None) -> QuerySet[ServiceRequest]:
    """Requests without words, or with words under a signature that is not in force."""
    rows = ServiceRequest.objects.filter(Q(search=None) | ~Q(search__signature__in=signatures))
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return rows.order_by("id")


def connect() -> None:
    """Registers the handlers; called once, by the composition root."""
    subscribe("portal.published")(on_published)
    subscribe("person.changed")(on_person_changed)
    subscribe("search.stale")(on_stale)
