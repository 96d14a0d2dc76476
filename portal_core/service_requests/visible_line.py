"""A request as one line of a table. Part of the one door (see `visible.py`), for a hundred thousand of them at once:
without what only a page shows (promises, next steps, what can be done)."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.config.compiled import CompiledPortal
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible_person import VisiblePerson, person
from portal_core.service_requests.visible_values import title_for


@dataclass(frozen=True)
class VisibleLine:
    """What one of the staff may see of a request without its answers, as `VisibleRequest` says it."""

    reference: str
    type_name: str
    title: str
    status_name: str
    turn: Turn
    customer: VisiblePerson
    handler: VisiblePerson | None
    # Empty where no team has it.
    team_name: str


def visible_line(request: ServiceRequest, viewer: Viewer, *, portal: CompiledPortal) -> VisibleLine:
    """`request`, whose customer and assignee are loaded, for somebody of the staff.

    SECURITY: staff's names of statuses, and addresses; raises `ValueError` for any other reader.
    """
    if not viewer.is_staff:
        raise ValueError("lines of tables are for staff")
    request_type = portal.type_or_unknown(request.type_key)
    handler = request.assignee
    return VisibleLine(
        reference=portal.reference(request.number),
        type_name=portal.text(request_type.name, viewer.language),
        title=title_for(request, viewer, portal=portal),
        status_name=_status_name(request, viewer, portal),
        turn=Turn.NOBODY if request.merged_into_number is not None else Turn(request.turn),
        customer=person(request.customer, with_email=True),
        handler=None if handler is None else person(handler, with_email=True, unnamed=handler.first_name),
        team_name=portal.team_name(request.team_key, viewer.language),
    )


def _status_name(request: ServiceRequest, viewer: Viewer, portal: CompiledPortal) -> str:
    number = request.merged_into_number
    if number is not None:
        return goes_on_words(portal.reference(number), viewer.speech)
    status = portal.type_or_unknown(request.type_key).flow.status_or_unknown(request.status_key)
    return portal.text(status.name, viewer.language)


def goes_on_words(reference: str, language: str) -> str:
    """What stands in the place of a status while a request goes on in another one."""
    with override(language):
        return _("Goes on in %(reference)s") % {"reference": reference}
