"""What was done about a saved record: the requests that name it, as one reader may see them.

SECURITY: a request counts only where the reader sees the field that names the record in the status in which the
request stands. Otherwise a field that staff keep to themselves would tell through the record what it holds.
"""

import dataclasses
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.config.document.fields import RecordField
from portal_core.config.visibility import Visibility
from portal_core.saved_records.models import SavedRecord
from portal_core.service_requests.actions.submit import may_file
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.record_files import FilesPart, RecordFiles, files_about
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible
from portal_core.service_requests.visible_values import field_values

REQUESTS_SHOWN = 50


def record_fields(request_type: CompiledType, record_kind: str) -> Iterator[CompiledField]:
    """The fields of a type that hold a record of this kind, retired ones too."""
    for field in request_type.fields:
        if isinstance(field.config, RecordField) and field.config.record_kind == record_kind:
            yield field


@dataclass(frozen=True)
class ServiceHistory:
    """What was done about a record, and the files that came with it; the latest first."""

    requests: list[VisibleRequest]
    files: RecordFiles
    has_more: bool


@dataclass(frozen=True)
class Part:
    """How much of it: a page of the requests, and how many of their files."""

    page: int = 1
    files: FilesPart = dataclasses.field(default_factory=FilesPart)


def history_of(
    record: SavedRecord, actor: Actor, viewer: Viewer, *, portal: CompiledPortal, part: Part
) -> ServiceHistory:
    """A page of the requests that name the record, and their files, in one query each."""
    first = (part.page - 1) * REQUESTS_SHOWN
    found = list(_rows_about(record, actor, portal)[first : first + REQUESTS_SHOWN + 1])
    rows = [row for row in found[:REQUESTS_SHOWN] if _is_seen_to_name(row, record, viewer, portal)]
    requests = [visible(row, viewer, portal=portal, brief=True) for row in rows]
    files = files_about(rows, viewer, portal=portal, part=part.files)
    return ServiceHistory(requests, files, has_more=len(found) > REQUESTS_SHOWN)


def _rows_about(record: SavedRecord, actor: Actor, portal: CompiledPortal) -> QuerySet[ServiceRequest]:
    by_type = {kind.key: [field.key for field in record_fields(kind, record.kind_key)] for kind in portal.every_type}
    names_it = Q()
    for type_key, keys in by_type.items():
        for key in keys:
            names_it |= Q(type_key=type_key, data__contains={key: {"id": str(record.pk)}})
    if not names_it:
        return ServiceRequest.objects.none()
    # A record is named by its own customer's requests alone: few rows, where the whole table would be read.
    theirs = visible_to(actor).filter(customer_id=record.customer_id)
    return theirs.filter(names_it).select_related("customer", "assignee").order_by("-created_at", "-id")


def _is_seen_to_name(row: ServiceRequest, record: SavedRecord, viewer: Viewer, portal: CompiledPortal) -> bool:
    seen = field_values(row, viewer, portal=portal, at_least=Visibility.SEE)
    fields = record_fields(portal.type(row.type_key), record.kind_key)
    return any(_is(seen.get(field.key), record.pk) for field in fields)


def _is(value: object, record_id: uuid.UUID) -> bool:
    return isinstance(value, dict) and value.get("id") == str(record_id)


def types_for(record_kind: str, actor: Actor, *, portal: CompiledPortal) -> list[CompiledType]:
    """The types that can be started about a record of this kind: their form asks this role for one."""
    return [
        kind
        for kind in portal.types
        if may_file(actor, kind.key)
        and any(
            not field.retired and field.visibility(actor.role, None) == Visibility.EDIT
            for field in record_fields(kind, record_kind)
        )
    ]
