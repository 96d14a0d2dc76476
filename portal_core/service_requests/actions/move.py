"""Moving a request to another status."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_flow import CompiledTransition
from portal_core.config.kinds.base import Saving
from portal_core.config.live import hold_live_portal, live_portal
from portal_core.config.visibility import Visibility
from portal_core.history.record import JsonValue, written_before
from portal_core.service_requests.answers import write_answers
from portal_core.service_requests.arriving import Arrival, arrive
from portal_core.service_requests.checked import require_checked
from portal_core.service_requests.errors import Difference, Forbidden, MissingFields, MoveRefused, NoSuchMove, Stale
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest
from tenants.identifiers import uuid7


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
    # Given out with the form where one form moves many: the same key never moves a request twice.
    key: uuid.UUID | None = None
    # The version whose form took the answers, None where no form did.
    checked_under: int | None = None


def move(*, actor: Actor, request_id: uuid.UUID, move: Move) -> ServiceRequest:
    """Moves a request, writes history, and has those told whom the configuration names.

    Raises:
        Stale: the request no longer stands where the page showed it; nothing was written.
        MoveRefused: no such move from here for this role.
        MissingFields: the move needs fields that are empty.
        FormOutdated: another version went live since the answers were looked at; nothing was written.
        Forbidden: this person moves nothing, or the key was used by somebody else; nothing was written.
    """
    if actor.is_staff and not actor.may("move"):
        raise Forbidden
    try:
        with transaction.atomic():
            return _once(actor, request_id, move)
    except IntegrityError:
        # The key was used elsewhere: never say for what.
        raise Forbidden from None


def _once(actor: Actor, request_id: uuid.UUID, move: Move) -> ServiceRequest:
    portal = hold_live_portal()
    require_checked(portal, move.checked_under)
    request = lock_request(request_id)
    if written_before(actor, request.pk, move.key):
        return request
    transition = check_move(actor, request, to=move.to, seen_status=move.seen_status)
    if transition.ask_reason and not move.reason.strip():
        raise MoveRefused(_("Write a few words: they go into the history."))
    changes = _fill_in(request, move, transition, portal, actor)
    arrival = Arrival(
        to=move.to,
        tell_customer=move.tell_customer,
        reason=move.reason,
        subject=move.subject,
        body=move.body,
        changes=changes,
        key=move.key,
    )
    arrive(actor, request, arrival, portal=portal, now=timezone.now())
    return request


def refuse_merged(request: ServiceRequest, portal: CompiledPortal) -> None:
    """Raises `MoveRefused` for a request that goes on in another one: what is to be done is done there."""
    if request.merged_into_number is not None:
        reference = portal.reference(request.merged_into_number)
        raise MoveRefused(_("It goes on in %(reference)s.") % {"reference": reference})


def check_move(actor: Actor, request: ServiceRequest, *, to: str, seen_status: str) -> CompiledTransition:
    """The way that the move takes. Raises `Stale` or `MoveRefused` where `move` would, whatever was typed into it."""
    # Inside a move this is the version that the move holds.
    portal = live_portal()
    if request.status_key != seen_status:
        raise _stale(actor, request, to, portal)
    refuse_merged(request, portal)
    for transition in portal.type_or_unknown(request.type_key).flow.moves_from(request.status_key, actor.role):
        if transition.to == to:
            return transition
    raise NoSuchMove(_("This move is not possible from here."))


def check_as_it_stands(actor: Actor, request: ServiceRequest, *, to: str, seen_status: str) -> None:
    """Raises what `move` would where nothing is filled in with it; whether a reason is missing is seen when it is sent.

    Raises: `Stale`, `MoveRefused`, `MissingFields`.
    """
    portal = live_portal()
    transition = check_move(actor, request, to=to, seen_status=seen_status)
    request_type = portal.type(request.type_key)
    needed = [request_type.field(key) for key in transition.must_fill]
    asked = request_type.applicable_fields(request.data, request.status_key)
    _refuse_missing([item for item in needed if item in asked], request, portal, actor)


def _stale(actor: Actor, request: ServiceRequest, to: str, portal: CompiledPortal) -> Stale:
    """The request no longer stands where the page showed it: both statuses, in the reader's words."""
    flow = portal.type_or_unknown(request.type_key).flow

    def words(key: str) -> str:
        if not flow.has_status(key):
            return ""
        status = flow.status(key)
        return portal.text(status.name if actor.is_staff else status.customer_name, actor.language)

    return Stale((Difference("status", _("Status"), yours=words(to), theirs=words(request.status_key)),))


def _fill_in(
    request: ServiceRequest, move: Move, transition: CompiledTransition, portal: CompiledPortal, actor: Actor
) -> list[JsonValue]:
    """Puts the move's answers into the request and gives back what changed.

    A question that is not asked under the answers is not needed either: nobody could fill it in.

    Raises:
        MissingFields: something that must be filled is still empty.
    """
    request_type = portal.type(request.type_key)
    needed = [request_type.field(key) for key in transition.must_fill]
    answers = {
        item.key: move.answers[item.key]
        for item in needed
        if move.answers.get(item.key) is not None and item.visibility(actor.role, request.status_key) == Visibility.EDIT
    }
    asked = request_type.applicable_fields({**request.data, **answers}, request.status_key)
    needed = [item for item in needed if item in asked]
    saving = Saving(actor, portal, request.customer_id, uuid7())
    wanted = {item.key: answers[item.key] for item in needed if item.key in answers}
    changes = write_answers(request, wanted, request_type, saving)
    _refuse_missing(needed, request, portal, actor)
    return changes


def _refuse_missing(
    needed: Iterable[CompiledField], request: ServiceRequest, portal: CompiledPortal, actor: Actor
) -> None:
    missing = [item for item in needed if request.data.get(item.key) in (None, "", [])]
    if missing:
        raise MissingFields(_labels(missing, request, portal, actor))


def _labels(
    fields: Iterable[CompiledField], request: ServiceRequest, portal: CompiledPortal, actor: Actor
) -> tuple[str, ...]:
    """SECURITY: a field that the actor may not see is not named either; all of those together are one neutral word."""
    labels = [
        portal.text(item.label, actor.language or portal.language)
        if item.visibility(actor.role, request.status_key) >= Visibility.SEE
        else _("something that is not yours to fill in")
        for item in fields
    ]
    return tuple(dict.fromkeys(labels))
