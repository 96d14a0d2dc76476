"""“Customers then see”: the card of a request in one status, made by the portal's own door and component."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import override

from portal_core.accounts.models import User
from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config.compile import compile_portal
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document import PortalDocument
from portal_core.config.viewer import Viewer
from portal_core.service_requests.changes import enter_status
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.visible import VisibleRequest, visible
from tenants.identifiers import uuid7

_NUMBER = 1001


@dataclass(frozen=True)
class Card:
    """What the component shows, and the look of the portal around it."""

    request: VisibleRequest
    language: str
    voice: str
    corners: str


def card(document: PortalDocument | None, status_key: str) -> Card | None:
    """The card of a made-up request; None where the draft cannot be shown yet. Writes nothing."""
    if document is None or not document.types:
        return None
    try:
        portal = compile_portal(document, 0)
        shown = _request(portal, status_key)
    except (LookupError, ValueError):
        # Something is named that does not exist: the findings say what.
        return None
    brand = document.portal.brand
    return Card(shown, portal.language, brand.title_voice, brand.corners)


def _request(portal: CompiledPortal, status_key: str) -> VisibleRequest:
    now = timezone.now()
    person = User(pk=uuid7(), name="Robin Example", role=CUSTOMER, language=portal.language)
    kind = portal.types[0]
    sent_at = now - timedelta(days=1)
    row = ServiceRequest(
        number=_NUMBER,
        type_key=kind.key,
        title=portal.text(kind.name, portal.language),
        customer=person,
        created_by=person,
        version_number=0,
        submission_key=uuid7(),
        created_at=sent_at,
        last_entry_at=sent_at,
    )
    enter_status(row, status_key, portal=portal, now=now)
    viewer = Viewer(resolve_role(CUSTOMER), person.pk, portal.language, portal.time_zone)
    with override(portal.language):
        return visible(row, viewer, portal=portal, brief=True)
