"""Changing answers after a request was filed."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledField, CompiledPortal
from portal_core.config.kinds.base import Saving
from portal_core.config.live import live_portal
from portal_core.config.visibility import Visibility
from portal_core.history.models import Audience, Kind
from portal_core.history.record import JsonValue, Line, add_line
from portal_core.service_requests.answers import write_answers
from portal_core.service_requests.changes import save_written
from portal_core.service_requests.errors import Difference, Forbidden, Stale
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.titles import title_of
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import field_text
from tenants.identifiers import uuid7
from tenants.outbox.events import emit


def change_fields(
    *, actor: Actor, request_id: uuid.UUID, answers: Mapping[str, JsonValue], seen: Mapping[str, JsonValue]
) -> ServiceRequest:
    """Writes the answers that differ from what stands there.

    `seen` are the values that the page showed: where one of them has changed since, nothing at all is written.

    Raises:
        Forbidden: a field that this role may not edit in this status; nothing was written.
        Stale: somebody else changed a value meanwhile; both values are in the error.
    """
    portal = live_portal()
    with transaction.atomic():
        request = lock_request(request_id)
        fields = _editable(request, answers, portal, actor)
        _refuse_stale(request, fields, _Change(answers, seen), portal=portal, viewer=Viewer.of(actor, portal))
        saving = Saving(actor, portal, request.customer_id, uuid7())
        changes = write_answers(request, answers, portal.type(request.type_key), saving)
        if changes:
            _write(actor, request, portal, changes)
    return request


@dataclass(frozen=True)
class _Change:
    """The new answers, and what the page had shown instead of them."""

    answers: Mapping[str, JsonValue]
    seen: Mapping[str, JsonValue]


def _editable(
    request: ServiceRequest, answers: Mapping[str, JsonValue], portal: CompiledPortal, actor: Actor
) -> list[CompiledField]:
    if actor.is_staff and not actor.may("edit_fields"):
        raise Forbidden
    fields = [portal.type(request.type_key).field(key) for key in answers]
    if any(field.visibility(actor.role, request.status_key) < Visibility.EDIT for field in fields):
        raise Forbidden
    after = {**request.data, **answers}
    asked = {field.key for field in portal.type(request.type_key).applicable_fields(after, request.status_key)}
    if not asked.issuperset(answers):
        # A question that is not asked takes no answer and loses none, whatever was sent for it.
        raise Forbidden
    return fields


def _refuse_stale(
    request: ServiceRequest, fields: list[CompiledField], change: _Change, *, portal: CompiledPortal, viewer: Viewer
) -> None:
    differences = tuple(
        Difference(
            field_key=field.key,
            what=portal.text(field.label, viewer.language),
            yours=field_text(field, change.answers[field.key], portal, viewer),
            theirs=field_text(field, request.data.get(field.key), portal, viewer),
        )
        for field in fields
        if request.data.get(field.key) not in (change.seen.get(field.key), change.answers[field.key])
    )
    if differences:
        raise Stale(differences)


def _write(actor: Actor, request: ServiceRequest, portal: CompiledPortal, changes: list[JsonValue]) -> None:
    now = timezone.now()
    request.title = title_of(portal.type(request.type_key), request.data, portal)
    save_written(request, now=now, fields=("data", "title"))
    # The audience is the wider one: entries.py lets each change through only where its field is seen, in the status
    # of today and in the one of this moment.
    line = Line(Kind.CHANGED, Audience.CUSTOMER, now, data={"status": request.status_key, "changes": changes})
    entry = add_line(actor=actor, request_id=request.pk, line=line)
    emit(
        "request.changed",
        {
            "request_id": str(request.pk),
            "entry_id": str(entry.pk),
            "by": str(actor.user_id) if actor.user_id else "",
            "side": "staff" if actor.is_staff else "customer",
        },
    )
