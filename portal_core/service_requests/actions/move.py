"""Moving a request to another status."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_flow import CompiledTransition
from portal_core.config.live import live_portal
from portal_core.config.visibility import Visibility
from portal_core.history.models import Audience, Kind
from portal_core.history.record import JsonValue, Line, add_line
from portal_core.service_requests.changes import enter_status, save_written
from portal_core.service_requests.errors import Difference, Forbidden, MissingFields, MoveRefused, Stale
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.events import emit


@dataclass(frozen=True)
class Move:
    """One move as it was decided on a page.

    `seen_status` is the status that the page showed: if the request has gone on since, nothing is written.
    `answers` are fields filled in with the move; `subject` and `body` replace the mail's text when staff edited it.
    """

    to: str
    seen_status: str
    tell_customer: bool = True
    reason: str = ""
    answers: Mapping[str, JsonValue] = field(default_factory=dict)
    subject: str | None = None
    body: str | None = None


def move(*, actor: Actor, request_id: uuid.UUID, move: Move) -> ServiceRequest:
    """Moves a request, writes history, and has those told whom the configuration names.

    Raises:
        Stale: the request no longer stands where the page showed it; nothing was written.
        MoveRefused: no such move from here for this role.
        MissingFields: the move needs fields that are empty.
    """
    if actor.is_staff and not actor.may("move"):
        raise Forbidden
    portal = live_portal()
    with transaction.atomic():
        request = lock_request(request_id)
        _refuse_stale(request, move, portal, actor)
        transition = _transition(request, move, portal, actor)
        changes = _fill_in(request, move, transition, portal, actor)
        _write(actor, request, move, portal, changes)
    return request


def _refuse_stale(request: ServiceRequest, move: Move, portal: CompiledPortal, actor: Actor) -> None:
    if request.status_key == move.seen_status:
        return
    flow = portal.type(request.type_key).flow

    def words(key: str) -> str:
        if not flow.has_status(key):
            return ""
        status = flow.status(key)
        return portal.text(status.name if actor.is_staff else status.customer_name, actor.language)

    raise Stale((Difference("status", _("Status"), yours=words(move.to), theirs=words(request.status_key)),))


def _transition(request: ServiceRequest, move: Move, portal: CompiledPortal, actor: Actor) -> CompiledTransition:
    for transition in portal.type(request.type_key).flow.moves_from(request.status_key, actor.role):
        if transition.to == move.to:
            if transition.ask_reason and not move.reason.strip():
                raise MoveRefused(_("Say why, in a few words: it goes into the history."))
            return transition
    raise MoveRefused(_("This move is not possible from here."))


def _fill_in(
    request: ServiceRequest, move: Move, transition: CompiledTransition, portal: CompiledPortal, actor: Actor
) -> list[JsonValue]:
    """Puts the move's answers into the request and gives back what changed.

    Raises:
        MissingFields: something that must be filled is still empty.
    """
    request_type = portal.type(request.type_key)
    changes: list[JsonValue] = []
    missing: list[str] = []
    for key in transition.must_fill:
        target = request_type.field(key)
        before = request.data.get(key)
        answer = move.answers.get(key)
        may_edit = target.visibility(actor.role, request.status_key) == Visibility.EDIT
        if answer is not None and may_edit and answer != before:
            request.data[key] = answer
            changes.append({"field": key, "before": before, "after": answer})
        if request.data.get(key) in (None, "", []):
            missing.append(portal.text(target.label, actor.language or portal.language))
    if missing:
        raise MissingFields(tuple(missing))
    return changes


def _write(actor: Actor, request: ServiceRequest, move: Move, portal: CompiledPortal, changes: list[JsonValue]) -> None:
    now = timezone.now()
    came_from = request.status_key
    enter_status(request, move.to, portal=portal, now=now)
    request.is_new = request.is_new and not actor.is_staff
    save_written(
        request,
        now=now,
        fields=("status_key", "turn", "status_since", "due_at", "closed_at", "is_new", "unanswered_since", "data"),
    )
    data: dict[str, JsonValue] = {"from": came_from, "to": move.to, "told": move.tell_customer and actor.is_staff}
    if changes:
        data["changes"] = changes
    line = Line(Kind.MOVED, Audience.CUSTOMER, now, body=move.reason.strip(), data=data)
    entry = add_line(actor=actor, request_id=request.pk, line=line)
    emit(
        "request.moved",
        {
            "request_id": str(request.pk),
            "entry_id": str(entry.pk),
            "from": came_from,
            "to": move.to,
            "by": str(actor.user_id) if actor.user_id else "",
            "tell_customer": move.tell_customer,
            "version": portal.number,
            "reason": move.reason.strip(),
            "subject": move.subject,
            "body": move.body,
        },
    )
