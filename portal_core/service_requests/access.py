"""The one loader of a service request for a person: seen, unseen (404) or seen and forbidden (403)."""

from portal_core.accounts.actor import Actor
from portal_core.service_requests.errors import Forbidden, NotSeen
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to


def get_for(actor: Actor, number: int, *, permission: str = "") -> ServiceRequest:
    """Loads request `number` with its people, for `actor`, in one query.

    Raises:
        NotSeen: it does not exist, or the actor may not know that it does.
        Forbidden: the actor sees it but lacks `permission`.
    """
    request = visible_to(actor).select_related("customer", "assignee").filter(number=number).first()
    if request is None:
        raise NotSeen
    if permission and not actor.may(permission):
        raise Forbidden
    return request
