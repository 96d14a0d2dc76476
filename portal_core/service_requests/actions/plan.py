"""Planning a request for a day: what its customer is promised instead of the status's usual time."""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.history.models import Audience, Kind
from portal_core.history.record import JsonValue, Line, add_line
from portal_core.service_requests.changes import promised_until, save_written
from portal_core.service_requests.clock import plan_tick
from portal_core.service_requests.errors import Difference, Forbidden, MoveRefused, Stale
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.promises import NO_LIMIT
from portal_core.service_requests.standing import standing
from tenants.outbox.events import emit

_MOST_DAYS = 3_650


def plan_for(
    *, actor: Actor, request_id: uuid.UUID, day: date | None, seen: date | None, tell_customer: bool = True
) -> ServiceRequest:
    """Plans a request for `day` (None: for no day any more); planning it for its own day does nothing.

    `seen` is the day that the page showed. The customer hears of it (see `notifications`), unless told not to.

    Raises:
        Forbidden: the actor may not move requests.
        MoveRefused: the request is closed, or the day lies behind us or out of reach.
        Stale: somebody else has planned it meanwhile; nothing was written.
    """
    if not actor.is_staff or not actor.may("move"):
        raise Forbidden
    portal = live_portal()
    with transaction.atomic():
        request = lock_request(request_id)
        if request.planned_for == day:
            return request
        check_plan(request, day, seen, portal=portal)
        now, before = timezone.now(), request.planned_for
        as_if_planned(request, day, portal)
        request.is_new = False
        plan_tick(request, portal=portal)
        save_written(request, now=now, fields=("planned_for", "due_at", "is_new", "tick_at"))
        _write_down(actor, request, before, tell_customer=tell_customer, portal=portal, now=now)
    return request


def check_plan(request: ServiceRequest, day: date | None, seen: date | None, *, portal: CompiledPortal) -> None:
    """Raises `Stale` or `MoveRefused` where `plan_for` would: for a page that first shows what goes out."""
    if request.planned_for not in (seen, day):
        words = [item.isoformat() if item else "" for item in (day, request.planned_for)]
        raise Stale((Difference("planned_for", _("Planned for"), yours=words[0], theirs=words[1]),))
    if request.closed_at is not None:
        raise MoveRefused("This request is closed: there is nothing to plan.")
    today = timezone.now().astimezone(portal.time_zone).date()
    if day is not None and not 0 <= (day - today).days <= _MOST_DAYS:
        raise MoveRefused("Choose a day from today on.")


def as_if_planned(request: ServiceRequest, day: date | None, portal: CompiledPortal) -> None:
    """Puts the day into a request (or a copy, for a preview) and derives until when something is promised."""
    request.planned_for = day
    if request.unanswered_since is None or request.turn == "us":
        request.due_at = promised_until(request, portal=portal) if request.turn == "us" else NO_LIMIT


def _write_down(
    actor: Actor,
    request: ServiceRequest,
    before: date | None,
    *,
    tell_customer: bool,
    portal: CompiledPortal,
    now: datetime,
) -> None:
    day = request.planned_for
    data: dict[str, JsonValue] = {
        "before": before.isoformat() if before else None,
        "day": day.isoformat() if day else None,
        "told": tell_customer,
    }
    entry = add_line(actor=actor, request_id=request.pk, line=Line(Kind.PLANNED, Audience.CUSTOMER, now, data=data))
    emit(
        "request.planned",
        {
            "request_id": str(request.pk),
            "entry_id": str(entry.pk),
            "by": str(actor.user_id or ""),
            "tell_customer": tell_customer,
            "version": portal.number,
            "stood": standing(request),
        },
    )
