"""Request again: what of an earlier request still applies stands in the new form.

SECURITY: only answers that the reader sees in the status where the earlier request stands, and that customers see,
too: what staff keep to themselves is not copied into anybody's form. What comes out is checked like anything typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from portal_core.accounts.actor import Actor
from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config.compiled import CompiledField, CompiledType
from portal_core.config.kinds.base import Asked
from portal_core.config.visibility import Visibility
from portal_core.saved_records.remembered import still_fits
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, field_values


@dataclass(frozen=True)
class Again:
    """What a new form takes from the request with this number; `dropped` are the questions to be answered anew."""

    number: int
    reference: str
    values: Mapping[str, JsonValue] = field(repr=False)
    dropped: tuple[str, ...] = ()


def made_from(actor: Actor, number: int, request_type: CompiledType, asked: Asked) -> Again | None:
    """What the new form takes from request `number`; None where the actor sees no such request of this type.

    It must be one of the customer for whom the form is made.
    """
    if not request_type.again or asked.customer_id is None:
        return None
    same = visible_to(actor).filter(customer_id=asked.customer_id, type_key=request_type.key)
    row = same.filter(number=number).first()
    return _taken(row, actor, request_type, asked) if row is not None else None


def _taken(row: ServiceRequest, actor: Actor, request_type: CompiledType, asked: Asked) -> Again:
    portal = asked.portal
    seen = field_values(row, Viewer.of(actor, portal), portal=portal, at_least=Visibility.SEE)
    values: dict[str, JsonValue] = {}
    dropped = []
    for item in request_type.fields:
        value = seen.get(item.key)
        if value is None or not _may_come_along(item, row, asked):
            continue
        if still_fits(item, value, asked):
            values[item.key] = value
        else:
            dropped.append(portal.text(item.label, asked.language))
    return Again(row.number, portal.reference(row.number), values, tuple(dropped))


def _may_come_along(item: CompiledField, row: ServiceRequest, asked: Asked) -> bool:
    if item.retired or item.visibility(asked.role, None) < Visibility.EDIT:
        return False
    customer = resolve_role(CUSTOMER)
    return min(item.visibility(customer, status) for status in (None, row.status_key)) >= Visibility.SEE


def again_href(request: VisibleRequest, request_type: CompiledType) -> str:
    """Where a closed request is made again; "" where it is open still or its type does not offer that."""
    if request.is_open or not request_type.again or request_type.retired:
        return ""
    return f"/new/{request_type.key}/?again={request.number}"
