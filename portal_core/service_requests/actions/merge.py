"""Two requests about the same matter: one goes on in the other, and can be taken apart again.

Nothing is copied. The one that is merged closes and keeps its history; its messages are shown in the timeline of the
other (`entries.py`), and what is written to it arrives there (`messaging`). How it stood is kept with the line in its
history, so that taking it apart puts back exactly that.
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import hold_live_portal
from portal_core.history.models import Audience, HistoryEntry, Kind
from portal_core.history.record import JsonValue, Line, add_line
from portal_core.service_requests.catching_up import catch_up, tell
from portal_core.service_requests.changes import ENTERED, answer_due_at, enter_status, save_written
from portal_core.service_requests.clock import plan_tick
from portal_core.service_requests.errors import Forbidden, MoveRefused, NotSeen
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.promises import NO_LIMIT
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.stays import start_waiting
from tenants.outbox.events import emit

PERMISSION: Final = "move"
_MOMENTS: Final = ("due_at", "closed_at", "unanswered_since", "waiting_since")
_PLAIN: Final = ("status_key", "turn", "team_key", "is_new", "stay")
_WRITTEN: Final = (*_MOMENTS, "turn", "team_key", "is_new", "stay", "assignee", "tick_at", "merged_into_number")


def merge(*, actor: Actor, request_id: uuid.UUID, into_number: int) -> ServiceRequest:
    """Lets a request go on in another one of the same customer; merged there already, nothing happens.

    The customer is told once. Gives back the merged one.

    Raises:
        Forbidden: the actor may not move requests.
        NotSeen: one of the two is not among those that the actor sees.
        MoveRefused: they cannot be merged; the message says why.
    """
    with transaction.atomic():
        portal = hold_live_portal()
        request, other = _both(actor, request_id, into_number)
        if request.merged_into_number == other.number:
            return request
        _refuse_unfit(request, other, portal.reference)
        now = timezone.now()
        before = _standing(request)
        passed_on = _pass_on(request, other, portal)
        _close(request, other, now)
        data: dict[str, JsonValue] = {"into": other.number, "before": before, "passed_on": passed_on}
        entry = _tell_both(actor, request, other, Line(Kind.MERGED, Audience.CUSTOMER, now, data=data))
        payload = {"request_id": str(request.pk), "entry_id": str(entry.pk), "into": other.number}
        emit("request.merged", {**payload, "by": str(actor.user_id or "")})
    return request


def unmerge(*, actor: Actor, request_id: uuid.UUID) -> ServiceRequest:
    """Takes a merged request apart again: status, person, promise and what was asked are as they were before.

    What was written meanwhile stays where it was written, and what the customer gave there is not asked for again
    (`catching_up.py`). A customer who is to answer has the whole time again, and a status that is no longer in use is
    replaced by the one in which such requests begin. Not merged, nothing happens.

    Raises: as `merge`.
    """
    with transaction.atomic():
        portal = hold_live_portal()
        into = visible_to(actor).filter(pk=request_id).values_list("merged_into_number", flat=True).first()
        if into is None:
            return _seen_alone(actor, request_id)
        request, other = _both(actor, request_id, into)
        if request.merged_into_number is None:
            return request
        merged = HistoryEntry.objects.filter(request=request, kind=Kind.MERGED, data__has_key="before").latest("id")
        now = timezone.now()
        _restore(request, merged.data["before"], portal, now)
        _take_back(other, merged.data.get("passed_on"), portal, now)
        given = catch_up(request, other, merged.at, portal=portal, now=now)
        plan_tick(request, portal=portal)
        save_written(request, now=now, fields=tuple(dict.fromkeys((*_WRITTEN, *ENTERED))))
        line = Line(Kind.UNMERGED, Audience.CUSTOMER, now, data={"into": other.number})
        _tell_both(actor, request, other, line)
        tell(actor, request, given, portal=portal, now=now)
    return request


def _seen_alone(actor: Actor, request_id: uuid.UUID) -> ServiceRequest:
    _require(actor)
    request = visible_to(actor).filter(pk=request_id).first()
    if request is None:
        raise NotSeen
    return request


def _require(actor: Actor) -> None:
    if not (actor.is_staff and actor.may(PERMISSION)):
        raise Forbidden


def _both(actor: Actor, request_id: uuid.UUID, number: int) -> tuple[ServiceRequest, ServiceRequest]:
    """Both requests, locked in the order of their ids, as everybody locks them."""
    _require(actor)
    seen = visible_to(actor)
    other_id = seen.filter(number=number).values_list("id", flat=True).first()
    if other_id is None or not seen.filter(pk=request_id).exists():
        raise NotSeen
    locked = {key: lock_request(key) for key in sorted({request_id, other_id})}
    return locked[request_id], locked[other_id]


def _refuse_unfit(request: ServiceRequest, other: ServiceRequest, reference: Callable[[int], str]) -> None:
    problem = why_not_in(request, other, reference)
    if problem:
        raise MoveRefused(problem)


def why_not(request: ServiceRequest, reference: Callable[[int], str]) -> str:
    """Why this request cannot go on in any other one, "" if it can. `reference`: how a number is said here."""
    here = reference(request.number)
    if request.merged_into_number is not None:
        return f"{here} goes on in {reference(request.merged_into_number)} already."
    if request.closed_at is not None:
        return f"{here} is closed already."
    if ServiceRequest.objects.filter(merged_into_number=request.number).exists():
        return f"Other requests go on in {here}. Let another one go on in it instead."
    return ""


def why_not_in(request: ServiceRequest, other: ServiceRequest, reference: Callable[[int], str]) -> str:
    """Why it cannot go on in this other one, "" if it can."""
    here, there = reference(request.number), reference(other.number)
    if request.pk == other.pk:
        return "A request cannot go on in itself."
    if request.customer_id != other.customer_id:
        return f"{here} and {there} belong to different customers. What one wrote is not for the other."
    if other.merged_into_number is not None:
        return f"{there} goes on in {reference(other.merged_into_number)} itself. Choose that one."
    if request.closed_at is None and other.closed_at is not None:
        return f"{there} is closed. Choose one that is open."
    return why_not(request, reference)


def _standing(request: ServiceRequest) -> dict[str, JsonValue]:
    moments = {name: getattr(request, name) for name in _MOMENTS}
    return {
        **{name: getattr(request, name) for name in _PLAIN},
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        "assignee": str(request.assignee_id) if request.assignee_id else None,
    }


def _restore(request: ServiceRequest, before: dict[str, Any], portal: CompiledPortal, now: datetime) -> None:
    """Everything as it stood, as far as the live version still knows it. `Any`: what `_standing` wrote."""
    for name in _PLAIN:
        setattr(request, name, before[name])
    for name in _MOMENTS:
        setattr(request, name, datetime.fromisoformat(before[name]) if before[name] else None)
    request.assignee_id = uuid.UUID(before["assignee"]) if before["assignee"] else None
    request.merged_into_number = None
    request_type = portal.type(request.type_key)
    flow = request_type.flow
    is_there = flow.has_status(request.status_key) and not flow.status(request.status_key).retired
    if not is_there or flow.status(request.status_key).turn != request.turn:
        # Publishing has moved the open ones meanwhile, or made it somebody else's turn; this one was closed.
        _enter_anew(request, request.status_key if is_there else request_type.start, portal, now)
    elif request.waiting_since is not None:
        # Nobody is closed out for the days in which there was nothing here to answer.
        start_waiting(request, now)


def _enter_anew(request: ServiceRequest, status_key: str, portal: CompiledPortal, now: datetime) -> None:
    """What the customer wrote and nobody has answered still waits for us, and they are not reminded meanwhile."""
    unanswered_since = request.unanswered_since
    enter_status(request, status_key, portal=portal, now=now)
    if unanswered_since is not None and request.closed_at is None:
        request.unanswered_since, request.waiting_since = unanswered_since, None
        if request.turn != Turn.US:
            request.due_at = answer_due_at(request, portal=portal, now=unanswered_since)


def _close(request: ServiceRequest, other: ServiceRequest, now: datetime) -> None:
    request.merged_into_number = other.number
    request.turn = Turn.NOBODY
    request.closed_at = now
    request.due_at = NO_LIMIT
    request.unanswered_since = request.waiting_since = request.tick_at = None
    request.is_new = False
    save_written(request, now=now, fields=_WRITTEN)


def _pass_on(request: ServiceRequest, other: ServiceRequest, portal: CompiledPortal) -> JsonValue:
    """What the customer wrote and nobody has answered waits for us in the other one from now on.

    As with a message that is written there: we owe an answer, and nobody is reminded or closed out meanwhile.
    """
    if request.unanswered_since is None or other.unanswered_since is not None:
        return None
    before: dict[str, JsonValue] = {"waited": other.waiting_since is not None, "due_at": other.due_at.isoformat()}
    other.unanswered_since = request.unanswered_since
    other.waiting_since = None
    if other.turn != Turn.US:
        other.due_at = answer_due_at(other, portal=portal, now=request.unanswered_since)
    plan_tick(other, portal=portal)
    return {"at": request.unanswered_since.isoformat(), **before}


def _take_back(other: ServiceRequest, passed_on: dict[str, Any] | None, portal: CompiledPortal, now: datetime) -> None:
    """Unless it was answered there, or more was written there since. `Any`: what `_pass_on` wrote."""
    if not passed_on or other.unanswered_since != datetime.fromisoformat(passed_on["at"]):
        return
    other.unanswered_since = None
    other.due_at = datetime.fromisoformat(passed_on["due_at"])
    if passed_on["waited"] and other.turn == Turn.CUSTOMER:
        start_waiting(other, now)
    plan_tick(other, portal=portal)


def _tell_both(actor: Actor, request: ServiceRequest, other: ServiceRequest, line: Line) -> HistoryEntry:
    """Writes `line` into the history of the merged one, and its other side into that of the other."""
    save_written(other, now=line.at, fields=("unanswered_since", "waiting_since", "due_at", "stay", "tick_at"))
    there = Line(line.kind, line.audience, line.at, data={"from": request.number})
    add_line(actor=actor, request_id=other.pk, line=there)
    return add_line(actor=actor, request_id=request.pk, line=line)
