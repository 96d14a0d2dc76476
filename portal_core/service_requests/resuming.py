"""What time must not have done to requests while the portal was closed: made good before it is opened again.

Whoever could not answer has all the days again. What was promised and fell due meanwhile is late, and stands so in
every queue; nobody is told of it by mail, which would be one great heap on the first morning.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal_or_none
from portal_core.service_requests import stays
from portal_core.service_requests.clock import pending, plan_ticks
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.replanning import BATCH, UNTOUCHED


def begin_anew(closed_since: datetime) -> None:
    """Days to answer begin anew, reminders too; what ran out before the portal was closed stays so. May run twice."""
    portal = live_portal_or_none()
    if portal is None:
        return
    now = timezone.now()
    timed = Q(turn=Turn.CUSTOMER) | Q(due_at__lte=now)
    found = ServiceRequest.objects.filter(timed, closed_at=None).exclude(UNTOUCHED).order_by("pk")
    last: uuid.UUID | None = None
    while batch := _begin_batch(found if last is None else found.filter(pk__gt=last), portal, closed_since, now):
        last = batch[-1].pk


def _begin_batch(
    found: QuerySet[ServiceRequest], portal: CompiledPortal, closed_since: datetime, now: datetime
) -> list[ServiceRequest]:
    with transaction.atomic():
        batch = list(found.select_for_update(of=("self",))[:BATCH])
        for request in batch:
            _begin(request, portal, closed_since, now)
        plan_ticks(batch, portal=portal)
        ServiceRequest.objects.bulk_update(batch, ["waiting_since", "stay", "tick_at"])
    return batch


def _begin(request: ServiceRequest, portal: CompiledPortal, closed_since: datetime, now: datetime) -> None:
    planned = [due for due in pending(request, portal) if due.at > closed_since]
    stays.run_anew(request, [due.about for due in planned if due.what == "lapse"], now)
    if late := [due.key for due in planned if due.what == "late" and due.at <= now]:
        stays.mark_told(request, late)
    if request.waiting_since is not None:
        stays.start_waiting(request, now)
