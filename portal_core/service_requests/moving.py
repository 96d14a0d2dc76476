"""The form of a move: the fields that must be filled in for it, with what stands in them."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from portal_core.config.compiled import CompiledPortal
from portal_core.config.visibility import Visibility
from portal_core.history.record import JsonValue
from portal_core.service_requests.answers import after_answers
from portal_core.service_requests.forms import AnswersForm, asked_about, move_form
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest
from portal_core.service_requests.visible_parts import VisibleMove
from portal_core.service_requests.visible_values import form_values


@dataclass(frozen=True)
class OfferedMove:
    """A move that the reader can make, with the form of what it needs; `tried_reason` is what was typed, `opened` the
    version under which the page shows it.
    """

    move: VisibleMove
    form: AnswersForm
    opened: int
    is_tried: bool = False
    tried_reason: str = ""


def form_of_move(
    row: ServiceRequest, move: VisibleMove, viewer: Viewer, *, portal: CompiledPortal, data: QueryDict | None = None
) -> AnswersForm:
    """The fields that `move` needs and this reader may edit."""
    request_type = portal.type(row.type_key)
    asked = asked_about(row, viewer, portal, auto_id=f"move-{move.to}-%s")
    fields = [
        field
        for field in (request_type.field(key) for key in move.must_fill)
        if field.visibility(viewer.role, row.status_key) == Visibility.EDIT
    ]
    values = form_values(row, viewer, portal=portal, keys=[field.key for field in fields])
    return move_form(fields, asked, values, data)


def offered_moves(
    row: ServiceRequest,
    shown: VisibleRequest,
    viewer: Viewer,
    *,
    portal: CompiledPortal,
    sent: Mapping[str, QueryDict] | None = None,
) -> list[OfferedMove]:
    """All moves of the reader. `sent` holds the form that came back for one of them, by its target."""
    offered = []
    for move in shown.moves:
        data = (sent or {}).get(move.to)
        form = form_of_move(row, move, viewer, portal=portal, data=data)
        reason = data.get("reason", "") if data is not None else ""
        offered.append(OfferedMove(move, form, portal.number, data is not None, reason))
    return offered


def with_answers(row: ServiceRequest, answers: Mapping[str, JsonValue], *, portal: CompiledPortal) -> ServiceRequest:
    """A copy of `row` as it will be once `answers` are written; for previews, never saved."""
    after = copy.copy(row)
    after.data = after_answers(row.data, answers, portal.type(row.type_key), row.status_key)
    return after
