"""Changing answers after a request was filed."""

import uuid
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from portal_core.accounts.actor import SYSTEM, Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.kinds.base import Saving
from portal_core.config.live import hold_live_portal
from portal_core.config.visibility import Visibility
from portal_core.history.models import Audience, Kind
from portal_core.history.record import JsonValue, Line, add_line
from portal_core.service_requests import stays
from portal_core.service_requests.answers import write_answers
from portal_core.service_requests.arriving import Arrival, arrive
from portal_core.service_requests.asking import onward, open_changed_approvals
from portal_core.service_requests.changes import follow_agreed_day, save_written
from portal_core.service_requests.checked import require_checked
from portal_core.service_requests.clock import plan_tick
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.seen_values import Change, refuse_stale_values
from portal_core.service_requests.titles import title_of
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.withholding import shown_to_customers
from tenants.identifiers import uuid7
from tenants.outbox.events import emit


def change_fields(
    *,
    actor: Actor,
    request_id: uuid.UUID,
    answers: Mapping[str, JsonValue],
    seen: Mapping[str, JsonValue],
    checked_under: int | None = None,
) -> ServiceRequest:
    """Writes the answers that differ from what stands there.

    `seen` are the values that the page showed: where one of them has changed since, nothing at all is written.
    `checked_under` is the version whose form took the answers, None where no form did.

    Raises:
        Forbidden: a field that this role may not edit in this status; nothing was written.
        FormOutdated: another version went live since they were looked at; nothing was written.
        Stale: somebody else changed a value meanwhile; both values are in the error.
    """
    with transaction.atomic():
        # Held: the last thing that was asked may not be asked any more, and then the request moves.
        portal = hold_live_portal()
        require_checked(portal, checked_under)
        request = lock_request(request_id)
        if request.merged_into_number is not None:
            # It goes on in another one: what is said is said there.
            raise Forbidden
        fields = _editable(request, answers, portal, actor)
        refuse_stale_values(request, fields, Change(answers, seen), portal=portal, viewer=Viewer.of(actor, portal))
        saving = Saving(actor, portal, request.customer_id, uuid7())
        changes = write_answers(request, answers, portal.type(request.type_key), saving)
        if changes:
            _write(actor, request, portal, changes)
    return request


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


def _write(actor: Actor, request: ServiceRequest, portal: CompiledPortal, changes: list[JsonValue]) -> None:
    now = timezone.now()
    request.title = title_of(portal.type(request.type_key), shown_to_customers(request), portal)
    open_changed_approvals(request, changes, portal=portal)
    if actor.is_customer:
        stays.note_acted(request, now)
    follow_agreed_day(request, portal=portal)
    plan_tick(request, portal=portal)
    save_written(request, now=now, fields=("data", "title", "stay", "waiting_since", "due_at", "tick_at"))
    # The audience is the wider one: entry_changes.py lets each change through only where its field is seen, in the
    # status of today and in the one of this moment.
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
    # The last thing that was asked may not be asked any more under these answers.
    if (target := onward(request, portal=portal, now=now)) is not None:
        arrive(SYSTEM, request, Arrival(target, by_itself="asks"), portal=portal, now=now)
