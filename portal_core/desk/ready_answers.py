"""Ready answers: words of the business to start a reply from, with what the customer may see put in."""

from dataclasses import dataclass

from portal_core.config import placeholders
from portal_core.config.compiled import CompiledPortal
from portal_core.config.viewer import Viewer
from portal_core.notifications.parts import address_of
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.visible import visible

NEUTRAL = "…"


@dataclass(frozen=True)
class Ready:
    """One answer as it would stand in the box."""

    key: str
    name: str
    text: str


def ready_answers(row: ServiceRequest, customer: Viewer, viewer: Viewer, portal: CompiledPortal) -> list[Ready]:
    """All of them, in the customer's language.

    SECURITY: `customer` is the customer as a reader on this colleague's screen: a field that either may not see is
    left open ("…"), so that neither a reply nor the box says more than both know.
    """
    if not portal.ready_answers:
        return []
    link = address_of(f"/requests/{row.number}/")
    words = visible(row, customer, portal=portal, link=link).words
    return [
        Ready(
            answer.key,
            portal.text(answer.name, viewer.language),
            placeholders.render(portal.text(answer.body, customer.language), words, neutral=NEUTRAL),
        )
        for answer in portal.ready_answers
    ]
