"""Giving a request to a person or a team."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone
from django.utils.translation import gettext as _

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.accounts.roles import resolve_role
from portal_core.config.live import live_portal
from portal_core.history.models import Audience, Kind
from portal_core.history.record import Line, add_line, add_lines
from portal_core.service_requests.changes import save_written
from portal_core.service_requests.errors import Difference, Forbidden, MoveRefused, Stale
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.standing import standing
from tenants.outbox.events import emit


class Unchecked(Enum):
    """Stands for "the page did not say what it showed", where None and "" mean nobody and no team."""

    UNCHECKED = "unchecked"


UNCHECKED: Final = Unchecked.UNCHECKED


def assign(
    *,
    actor: Actor,
    request_id: uuid.UUID,
    assignee_id: uuid.UUID | None,
    team_key: str | None = None,
    seen_assignee_id: uuid.UUID | Unchecked | None = UNCHECKED,
    seen_team_key: str | Unchecked = UNCHECKED,
) -> ServiceRequest:
    """Gives a request to `assignee_id` (None: to nobody) and, if named, to a team; giving it where it is does nothing.

    `seen_…` are who had it when the page was shown.

    Raises:
        Forbidden: the actor may not assign.
        MoveRefused: the person is not active staff, or the team does not exist.
        Stale: somebody else has given it away meanwhile; nothing was written.
    """
    if not actor.may("assign"):
        raise Forbidden
    portal = live_portal()
    if team_key and team_key not in portal.teams:
        raise MoveRefused("There is no such team.")
    assignee = _staff_member(assignee_id) if assignee_id else None
    with transaction.atomic():
        request = lock_request(request_id)
        if request.merged_into_number is not None:
            raise MoveRefused(f"It goes on in {portal.reference(request.merged_into_number)}.")
        new_team = request.team_key if team_key is None else team_key
        if (request.assignee_id, request.team_key) != (assignee_id, new_team):
            _refuse_stale(actor, request, _Seen(seen_assignee_id, seen_team_key), _Holder(assignee, new_team))
            _write(actor, request, assignee, new_team)
    return request


@dataclass(frozen=True)
class _Seen:
    """Who had the request when the page was shown."""

    assignee_id: uuid.UUID | Unchecked | None
    team_key: str | Unchecked


@dataclass(frozen=True)
class _Holder:
    """Who is to have the request."""

    assignee: User | None
    team_key: str


def _refuse_stale(actor: Actor, request: ServiceRequest, seen: _Seen, wanted: _Holder) -> None:
    wanted_id = wanted.assignee.pk if wanted.assignee else None
    differences = []
    if seen.assignee_id is not UNCHECKED and request.assignee_id not in (seen.assignee_id, wanted_id):
        names = [(user.name or user.email) if user else "" for user in (wanted.assignee, request.assignee)]
        differences.append(Difference("assignee", _("Who has it"), yours=names[0], theirs=names[1]))
    if seen.team_key is not UNCHECKED and request.team_key not in (seen.team_key, wanted.team_key):
        portal = live_portal()
        teams = [portal.team_name(key, actor.language) for key in (wanted.team_key, request.team_key)]
        differences.append(Difference("team", _("Team"), yours=teams[0], theirs=teams[1]))
    if differences:
        raise Stale(tuple(differences))


def hand_over(*, actor: Actor, from_user_id: uuid.UUID, to_user_id: uuid.UUID | None) -> int:
    """Gives all open requests of one person to another (None: to nobody); the number handed over.

    However many there are: one event, and a line in the history of each. What nobody gets and nobody had acted on
    stays new.
    """
    assignee = _staff_member(to_user_id) if to_user_id else None
    now = timezone.now()
    with transaction.atomic():
        mine = ServiceRequest.objects.filter(assignee_id=from_user_id, closed_at=None)
        # In the order of their ids, as everybody locks them.
        requests = list(mine.select_for_update(of=("self",)).order_by("id").only("id", "team_key"))
        if not requests:
            return 0
        written: dict[str, Any] = {"assignee": assignee, "revision": F("revision") + 1, "last_entry_at": now}
        if assignee is not None:
            written["is_new"] = False
        ServiceRequest.objects.filter(pk__in=[request.pk for request in requests]).update(**written)
        add_lines(actor=actor, lines={request.pk: _line(assignee, request.team_key, now) for request in requests})
        _emit_handed_over(actor, from_user_id, to_user_id, len(requests))
    return len(requests)


def _emit_handed_over(actor: Actor, from_user_id: uuid.UUID, to_user_id: uuid.UUID | None, count: int) -> None:
    emit(
        "requests.handed_over",
        {
            "from": str(from_user_id),
            "to": str(to_user_id) if to_user_id else "",
            "count": count,
            "by": str(actor.user_id) if actor.user_id else "",
        },
    )


def open_count_by_person() -> dict[uuid.UUID, int]:
    """How many open requests each person has in hand."""
    rows = (
        ServiceRequest.objects.filter(closed_at=None)
        .exclude(assignee=None)
        .order_by()
        .values_list("assignee_id")
        .annotate(count=Count("id"))
    )
    return {person: count for person, count in rows if person is not None}


def _staff_member(user_id: uuid.UUID) -> User:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or resolve_role(user.role).base not in ("owner", "manager", "agent"):
        raise MoveRefused("Requests can only be given to active people of the team.")
    return user


def _write(actor: Actor, request: ServiceRequest, assignee: User | None, team_key: str) -> None:
    now = timezone.now()
    request.assignee = assignee
    request.team_key = team_key
    request.is_new = False
    save_written(request, now=now, fields=("assignee", "team_key", "is_new"))
    line = _line(assignee, team_key, now)
    entry = add_line(actor=actor, request_id=request.pk, line=line)
    emit(
        "request.assigned",
        {
            "request_id": str(request.pk),
            "entry_id": str(entry.pk),
            "by": str(actor.user_id) if actor.user_id else "",
            "assignee_id": str(assignee.pk) if assignee else "",
            "team_key": team_key,
            "stood": standing(request),
        },
    )


def _line(assignee: User | None, team_key: str, now: datetime) -> Line:
    to_name = (assignee.name or assignee.email) if assignee else live_portal().team_name(team_key)
    # For staff only: customers see who has it in the status block, not each hand it went through.
    return Line(Kind.ASSIGNED, Audience.STAFF, now, data={"to_name": to_name, "team": team_key})
