"""What publishing asks the owner of requests: where they stand, and to move those whose place goes away."""

from collections.abc import Sequence

from django.db.models import Count, Q
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.impact import Move, Standing
from portal_core.config.live import portal_version
from portal_core.history.models import Audience, Kind
from portal_core.history.record import JsonValue, Line, add_line
from portal_core.service_requests.changes import ENTERED, enter_status, save_written
from portal_core.service_requests.clock import plan_tick
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest

_WRITTEN = ("type_key", *ENTERED)


def standing() -> Sequence[Standing]:
    """How many requests stand where, in one query."""
    rows = (
        ServiceRequest.objects.order_by()
        .values_list("type_key", "status_key")
        .annotate(open_count=Count("id", filter=Q(closed_at=None)), closed_count=Count("id", filter=~Q(closed_at=None)))
    )
    return [Standing(*row) for row in rows]


def apply_moves(actor: Actor, moves: Sequence[Move], version_number: int) -> None:
    """Moves the open requests that stand in what a new version takes away; with history, without mails."""
    portal = portal_version(version_number)
    now = timezone.now()
    for step in moves:
        standing_there = ServiceRequest.objects.filter(
            type_key=step.from_type, status_key=step.from_status, closed_at=None
        )
        for request_id in list(standing_there.order_by("id").values_list("id", flat=True)):
            request = lock_request(request_id)
            request.type_key = step.to_type
            enter_status(request, step.to_status, portal=portal, now=now)
            plan_tick(request, portal=portal)
            save_written(request, now=now, fields=_WRITTEN)
            data: dict[str, JsonValue] = {
                "from": step.from_status,
                "to": step.to_status,
                "told": False,
                "by_publishing": version_number,
            }
            line = Line(Kind.MOVED, Audience.CUSTOMER, now, data=data)
            add_line(actor=actor, request_id=request.pk, line=line)
