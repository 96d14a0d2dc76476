"""Planning anew what the clock is to do, where the rules have changed or nothing was planned yet.

After a new version is published, and once a night for requests that came in another way (older than the clock, or
imported and taken up since), or whose agreed day nobody has made their due time yet. A few hundred requests at a time,
each batch an event of its own. What was imported and nobody has acted on is left alone: its customers hear nothing of a
portal that they may not know.
"""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, TruncDate
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_flow import CompiledStatus
from portal_core.config.document.flows import ApproveAsk
from portal_core.config.live import live_portal, live_portal_or_none
from portal_core.service_requests import stays
from portal_core.service_requests.changes import agreed_day_keys, follow_agreed_day, promises_a_time
from portal_core.service_requests.clock import pending, plan_tick
from portal_core.service_requests.models import ServiceRequest, Source, Turn
from portal_core.service_requests.promises import NO_LIMIT, has_limit
from tenants.outbox.events import emit
from tenants.outbox.models import Event

BATCH = 200
# What was imported and nobody has acted on.
UNTOUCHED = Q(source=Source.IMPORTED, revision=1)


def on_published(_event: Event) -> None:
    """A new version may remind, close or expect otherwise: every open request that this can touch is looked at."""
    emit("requests.replan", {"after": "", "all": True})


def replan_tonight() -> None:
    """Once a night in every schema: plans what was never planned. Does nothing outside of a portal."""
    portal = live_portal_or_none()
    if portal is not None and _touched(portal, also_planned=False).exists():
        with transaction.atomic():
            emit("requests.replan", {"after": "", "all": False})


def on_replan(event: Event) -> None:
    """One batch, and the event for the next one."""
    portal, now = live_portal(), timezone.now()
    found = _touched(portal, also_planned=bool(event.payload.get("all")))
    if event.payload.get("after"):
        found = found.filter(pk__gt=uuid.UUID(event.payload["after"]))
    batch = list(found.select_for_update(of=("self",)).order_by("pk")[:BATCH])
    for request in batch:
        _replan(request, portal, now)
    if len(batch) == BATCH:
        emit("requests.replan", {**event.payload, "after": str(batch[-1].pk)})


def _replan(request: ServiceRequest, portal: CompiledPortal, now: datetime) -> None:
    if not has_limit(request.due_at) and portal.knows(request.type_key, request.status_key):
        follow_agreed_day(request, portal=portal)
    if request.tick_at is not None and request.tick_at <= now:
        # Its tick is on the way.
        request.save(update_fields=["due_at"])
        return
    overdue = [due for due in pending(request, portal) if due.at <= now]
    waits = request.turn == Turn.CUSTOMER and request.unanswered_since is None
    if waits and (request.waiting_since is None or any(due.what in ("remind", "close") for due in overdue)):
        # A rule that nobody knew of when the request came here: its days begin today.
        stays.start_waiting(request, now)
    # Who was late before there was a rule against it is not told of in one great heap.
    if late := [due.key for due in overdue if due.what == "late"]:
        stays.mark_told(request, late)
    plan_tick(request, portal=portal)
    request.save(update_fields=["due_at", "waiting_since", "stay", "tick_at"])


def _touched(portal: CompiledPortal, *, also_planned: bool) -> QuerySet[ServiceRequest]:
    """Open requests in a status with rules for the clock; `also_planned`: those with a plan as well."""
    timed = Q(pk__in=[])
    for kind in portal.every_type:
        keys = [status.key for status in kind.flow.statuses if _is_timed(status)]
        if keys:
            timed |= Q(type_key=kind.key, status_key__in=keys)
    wanted = timed | Q(tick_at__isnull=False) if also_planned else timed & Q(tick_at=None)
    wanted |= Q(pk__in=_without_their_day(portal).values("pk"))
    return ServiceRequest.objects.filter(wanted, closed_at=None).exclude(UNTOUCHED)


def _without_their_day(portal: CompiledPortal) -> QuerySet[ServiceRequest]:
    """Open requests without a due time in a status that promises none by itself, and names a day that is agreed on.

    A day that lay behind us when the request came there is none; the database is asked roughly, since moments are
    stored in UTC.
    """
    since = Cast(TruncDate(F("status_since") - timedelta(days=1), tzinfo=portal.time_zone), TextField())
    named = Q(pk__in=[])
    for kind in portal.every_type:
        for status in kind.flow.statuses:
            if status.turn != "us" or promises_a_time(status):
                continue
            for key in agreed_day_keys(kind, status):
                day = GreaterThanOrEqual(KeyTextTransform(key, "data"), since)
                named |= Q(day, type_key=kind.key, status_key=status.key)
    return ServiceRequest.objects.filter(named, closed_at=None, planned_for=None, due_at=NO_LIMIT)


def _is_timed(status: CompiledStatus) -> bool:
    runs_out = any(isinstance(ask, ApproveAsk) and ask.expires_days is not None for ask in status.asks)
    promises = status.turn == "us" and status.expected is not None and not status.expected.no_limit
    return bool(promises or status.if_late or status.remind or status.close or runs_out)
