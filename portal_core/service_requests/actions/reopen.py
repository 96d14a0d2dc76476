"""Taking up again what was closed because the customer did not answer."""

import uuid

from django.db import transaction
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.live import hold_live_portal
from portal_core.service_requests import stays
from portal_core.service_requests.arriving import Arrival, arrive
from portal_core.service_requests.errors import Forbidden, NotReopened, NotSeen
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.reopening import may_reopen


def reopen(*, actor: Actor, request_id: uuid.UUID) -> ServiceRequest:
    """Brings the request back to where it stood when the clock closed it; opened already, gives it back as it is.

    What had been done of what was asked there need not be done again; what runs out counts anew. A status that is no
    longer in use is replaced by the one in which such requests begin.

    Raises:
        NotSeen: the request is another customer's.
        Forbidden: staff without the permission to move.
        NotReopened: it was not closed by the clock, or the customer's time to open it is over.
    """
    if actor.is_staff and not actor.may("move"):
        raise Forbidden
    with transaction.atomic():
        portal = hold_live_portal()
        request = lock_request(request_id)
        if not actor.is_staff and (actor.user_id is None or request.customer_id != actor.user_id):
            raise NotSeen
        if request.closed_at is None:
            return request
        now = timezone.now()
        before = stays.closed_from(request)
        if before is None or not may_reopen(request, is_staff=actor.is_staff, now=now):
            raise NotReopened
        flow = portal.type(request.type_key).flow
        is_there = flow.has_status(before.status_key) and not flow.status(before.status_key).retired
        to = before.status_key if is_there else portal.type(request.type_key).start
        arrival = Arrival(to, stay=stays.stay_of_reopened(before) if is_there else {})
        arrive(actor, request, arrival, portal=portal, now=now)
    return request
