"""Saying how pressing a request is."""

import uuid

from django.db import transaction
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.history.models import Audience, Kind
from portal_core.history.record import Line, add_line
from portal_core.service_requests.changes import save_written
from portal_core.service_requests.errors import Difference, Forbidden, MoveRefused, Stale
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import Priority, ServiceRequest


def prioritise(
    *, actor: Actor, request_id: uuid.UUID, priority: int, seen_priority: int | None = None
) -> ServiceRequest:
    """Gives a request another priority, with a line for staff; the one it has already changes nothing.

    Raises:
        Forbidden: the actor may not assign; who has it and how pressing it is are one decision.
        MoveRefused: there is no such priority.
        Stale: somebody else has changed it since the page was shown.
    """
    if not actor.may("assign"):
        raise Forbidden
    if priority not in Priority.values:
        raise MoveRefused("There is no such priority.")
    with transaction.atomic():
        request = lock_request(request_id)
        if request.priority == priority:
            return request
        if seen_priority is not None and request.priority != seen_priority:
            names = [str(Priority(level).label) for level in (priority, request.priority)]
            raise Stale((Difference("priority", "Priority", yours=names[0], theirs=names[1]),))
        before, request.priority = request.priority, priority
        now = timezone.now()
        save_written(request, now=now, fields=("priority",))
        # For staff only: to the customer theirs is the request that matters.
        line = Line(Kind.PRIORITISED, Audience.STAFF, now, data={"from": before, "to": priority})
        add_line(actor=actor, request_id=request.pk, line=line)
    return request
