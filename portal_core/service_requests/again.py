"""Request again: what of an earlier request still applies stands in the new form.

SECURITY: only answers that the reader sees in the status where the earlier request stands, and that customers see,
too: what staff keep to themselves is not copied into anybody's form. What comes out is checked like anything typed.
Files come along as they lie there, where they are still on file; they are not sent a second time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from pydantic import JsonValue

from portal_core.accounts.actor import Actor
from portal_core.accounts.roles import CUSTOMER, Role, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.config.kinds.base import Asked
from portal_core.config.visibility import Visibility
from portal_core.documents.vault import usable_again
from portal_core.saved_records.remembered import still_fits
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest
from portal_core.service_requests.visible_values import field_values
from tenants.identifiers import parse_uuid


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
    seen = _offered(row, actor, request_type, asked.role, portal)
    files = _files_among(seen, request_type)
    usable = _usable_files(row, files, actor, portal)
    values: dict[str, JsonValue] = {}
    dropped = []
    for item in request_type.fields:
        value = seen.get(item.key)
        if value is None:
            continue
        if item.key in files:
            kept: list[JsonValue] = [dict(file) for file in files[item.key] if _id_of(file) in usable]
            fits, value = len(kept) == len(files[item.key]), kept
        else:
            fits = still_fits(item, value, asked)
        if fits or item.key in files:
            values[item.key] = value
        if not fits:
            dropped.append(portal.text(item.label, asked.language))
    return Again(row.number, portal.reference(row.number), values, tuple(dropped))


def files_of(row: ServiceRequest, actor: Actor, request_type: CompiledType, portal: CompiledPortal) -> frozenset[UUID]:
    """The files of an earlier request that may come along with a new one of the same customer and type."""
    files = _files_among(_offered(row, actor, request_type, actor.role, portal), request_type)
    return _usable_files(row, files, actor, portal)


def _offered(
    row: ServiceRequest, actor: Actor, request_type: CompiledType, role: Role, portal: CompiledPortal
) -> dict[str, JsonValue]:
    seen = field_values(row, Viewer.of(actor, portal), portal=portal, at_least=Visibility.SEE)
    allowed = {item.key for item in request_type.fields if _may_come_along(item, row, role)}
    return {key: value for key, value in seen.items() if key in allowed and value is not None}


def _files_among(
    values: Mapping[str, JsonValue], request_type: CompiledType
) -> dict[str, list[Mapping[str, JsonValue]]]:
    """The files by field."""
    keys = [item.key for item in request_type.fields if item.kind.key == "file"]
    lists = {key: value for key in keys if isinstance(value := values.get(key), list)}
    return {key: [file for file in value if isinstance(file, dict)] for key, value in lists.items()}


def _usable_files(
    row: ServiceRequest, files: Mapping[str, list[Mapping[str, JsonValue]]], actor: Actor, portal: CompiledPortal
) -> frozenset[UUID]:
    ids = [key for found in files.values() for file in found if (key := _id_of(file)) is not None]
    return usable_again(row.customer_id, ids, actor.role, portal) if ids else frozenset()


def _id_of(file: Mapping[str, JsonValue]) -> UUID | None:
    return parse_uuid(str(file.get("id") or ""))


def _may_come_along(item: CompiledField, row: ServiceRequest, role: Role) -> bool:
    if item.retired or item.visibility(role, None) < Visibility.EDIT:
        return False
    customer = resolve_role(CUSTOMER)
    return min(item.visibility(customer, status) for status in (None, row.status_key)) >= Visibility.SEE


def again_href(request: VisibleRequest, request_type: CompiledType) -> str:
    """Where a closed request is made again; "" where it is open still or its type does not offer that."""
    if request.is_open or not request_type.again or request_type.retired:
        return ""
    return f"/new/{request_type.key}/?again={request.number}"
