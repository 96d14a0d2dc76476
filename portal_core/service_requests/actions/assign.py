"""Giving a request to a person or a team."""

import uuid

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.accounts.roles import resolve_role
from portal_core.config.live import live_portal
from portal_core.history.models import Audience, Kind
from portal_core.history.record import Line, add_line
from portal_core.service_requests.changes import save_written
from portal_core.service_requests.errors import Forbidden, MoveRefused
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.events import emit


def assign(
    *, actor: Actor, request_id: uuid.UUID, assignee_id: uuid.UUID | None, team_key: str | None = None
) -> ServiceRequest:
    """Gives a request to `assignee_id` (None: to nobody) and, if named, to a team; giving it where it is does nothing.

    Raises:
        Forbidden: the actor may not assign.
        MoveRefused: the person is not active staff, or the team does not exist.
    """
    if not actor.may("assign"):
        raise Forbidden
    portal = live_portal()
    if team_key and team_key not in portal.teams:
        raise MoveRefused("There is no such team.")
    assignee = _staff_member(assignee_id) if assignee_id else None
    with transaction.atomic():
        request = lock_request(request_id)
        new_team = request.team_key if team_key is None else team_key
        if (request.assignee_id, request.team_key) != (assignee_id, new_team):
            _write(actor, request, assignee, new_team)
    return request


def hand_over(*, actor: Actor, from_user_id: uuid.UUID, to_user_id: uuid.UUID | None) -> int:
    """Gives all open requests of one person to another (None: to nobody); the number handed over."""
    ids = list(
        ServiceRequest.objects.filter(assignee_id=from_user_id, closed_at=None)
        .order_by("id")
        .values_list("id", flat=True)
    )
    assignee = _staff_member(to_user_id) if to_user_id else None
    with transaction.atomic():
        for request_id in ids:
            request = lock_request(request_id)
            _write(actor, request, assignee, request.team_key)
    return len(ids)


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
    to_name = assignee.name if assignee else live_portal().team_name(team_key)
    # For staff only: customers see who has it in the status block, not each hand it went through.
    line = Line(Kind.ASSIGNED, Audience.STAFF, now, data={"to_name": to_name, "team": team_key})
    entry = add_line(actor=actor, request_id=request.pk, line=line)
    emit(
        "request.assigned",
        {
            "request_id": str(request.pk),
            "entry_id": str(entry.pk),
            "by": str(actor.user_id) if actor.user_id else "",
            "assignee_id": str(assignee.pk) if assignee else "",
            "team_key": team_key,
        },
    )
