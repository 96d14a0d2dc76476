"""Filing a request."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.answers_form import Remembering
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_type import CompiledType
from portal_core.config.errors import UnknownKey
from portal_core.config.kinds.base import Saving
from portal_core.config.live import hold_live_portal
from portal_core.config.visibility import Visibility
from portal_core.history.models import Audience, Kind
from portal_core.history.record import JsonValue, Line, add_line
from portal_core.service_requests.actions.spared import NOTHING_REMEMBERED, earlier_of, spare_work
from portal_core.service_requests.again import files_of
from portal_core.service_requests.answers import settled
from portal_core.service_requests.attaching import attach_answers
from portal_core.service_requests.changes import enter_status
from portal_core.service_requests.checked import require_checked
from portal_core.service_requests.clock import plan_tick
from portal_core.service_requests.errors import Forbidden, TypeNotOpen
from portal_core.service_requests.locks import lock_submission, next_number
from portal_core.service_requests.models import Priority, RequestDraft, ServiceRequest, Source
from portal_core.service_requests.search_index import index_new
from portal_core.service_requests.standing import standing
from portal_core.service_requests.titles import title_of
from tenants.outbox.events import emit

_PRIORITIES = {choice.name.lower(): choice for choice in Priority}


@dataclass(frozen=True)
class Submission:
    """A filled form: answers in stored form by field key, checked by the form that took them.

    `submission_key` was given out with the form: the same key never makes a second request.
    `customer_id` is whose request it is; staff file for customers, customers only for themselves. `remembering` says
    what became of answers that were known before; `again_of` is the number of the request that it was made from.
    `checked_under` is the version whose form took the answers, None where no form did.
    """

    type_key: str
    answers: Mapping[str, JsonValue]
    submission_key: uuid.UUID
    customer_id: uuid.UUID
    remembering: Remembering = NOTHING_REMEMBERED
    again_of: int | None = None
    checked_under: int | None = None


def submit(*, actor: Actor, submission: Submission) -> ServiceRequest:
    """Files a request and gives it back; sent twice, gives back the first.

    Raises:
        TypeNotOpen: the type is unknown, retired, or not open to the actor.
        Forbidden: the actor may not file for that customer, or the form's key was used by somebody else.
        FormOutdated: another version is live by now than the one that took the answers; nothing is filed.
    """
    with transaction.atomic():
        return file_once(actor, submission)


def file_once(actor: Actor, submission: Submission) -> ServiceRequest:
    """What `submit` does, in the transaction of the caller."""
    if actor.user_id is None:
        raise Forbidden
    if submission.customer_id != actor.user_id and not actor.may("create_for_customer"):
        raise Forbidden
    lock_submission(submission.submission_key)
    portal = hold_live_portal()
    require_checked(portal, submission.checked_under)
    request_type = open_type(portal, submission.type_key)
    if not may_file(actor, submission.type_key) or (actor.is_guest and request_type.audience != "everybody"):
        raise TypeNotOpen
    already = ServiceRequest.objects.filter(submission_key=submission.submission_key).first()
    if already is None:
        return _file(actor, submission, portal, request_type)
    if already.created_by_id != actor.user_id:
        # Somebody else's form: never show what it has become.
        raise Forbidden
    return already


def may_file(actor: Actor, type_key: str) -> bool:
    """Whether the role reaches this type at all; custom roles may be limited to some."""
    return actor.role.type_keys is None or not actor.is_staff or type_key in actor.role.type_keys


def open_type(portal: CompiledPortal, type_key: str) -> CompiledType:
    """The type by its key, if requests of it can be filed.

    Raises:
        TypeNotOpen: it is unknown or retired.
    """
    try:
        request_type = portal.type(type_key)
    except UnknownKey:
        raise TypeNotOpen from None
    if request_type.retired:
        raise TypeNotOpen
    return request_type


def filed_with(actor: Actor, submission_key: uuid.UUID) -> ServiceRequest | None:
    """The request that `actor` has filed with this form already, if any: the answer to pressing Send twice."""
    return ServiceRequest.objects.filter(submission_key=submission_key, created_by_id=actor.user_id).first()


def _file(actor: Actor, submission: Submission, portal: CompiledPortal, request_type: CompiledType) -> ServiceRequest:
    now = timezone.now()
    request = _new_request(actor, submission, portal, request_type, now)
    earlier = earlier_of(actor, submission)
    request.again_of = earlier
    request.number = next_number()
    # Before the row is written, so that it holds of each file what its own row says.
    saving = Saving(actor, portal, request.customer_id, submission.submission_key)
    reusable = files_of(earlier, actor, request_type, portal) if earlier is not None else frozenset()
    attach_answers(request, request.data, saving, reusable=reusable)
    plan_tick(request, portal=portal)
    request.save(force_insert=True)
    told: dict[str, JsonValue] = {"status": request.status_key}
    if earlier is not None:
        told["again_of"] = earlier.number
    line = Line(Kind.SUBMITTED, Audience.CUSTOMER, now, data=told)
    entry = add_line(actor=actor, request_id=request.pk, line=line)
    index_new(request, portal)
    spare_work(actor, request, submission, portal, earlier)
    RequestDraft.objects.filter(author_id=actor.user_id, type_key=request.type_key).delete()
    emit(
        "request.submitted",
        {
            "request_id": str(request.pk),
            "entry_id": str(entry.pk),
            "by_staff": actor.is_staff,
            "version": portal.number,
            "stood": standing(request),
        },
    )
    return request


def _new_request(
    actor: Actor, submission: Submission, portal: CompiledPortal, request_type: CompiledType, now: datetime
) -> ServiceRequest:
    allowed = _allowed_answers(actor, submission.answers, request_type)
    saving = Saving(actor, portal, submission.customer_id, submission.submission_key)
    answers = settled(allowed, request_type, saving)
    assignment = request_type.assign_for(answers)
    request = ServiceRequest(
        type_key=request_type.key,
        data=answers,
        title=title_of(request_type, answers, portal),
        customer_id=submission.customer_id,
        created_by_id=actor.user_id or submission.customer_id,
        team_key=assignment.team or "",
        priority=_PRIORITIES.get(assignment.priority or "normal", Priority.NORMAL),
        version_number=portal.number,
        submission_key=submission.submission_key,
        source=Source.DESK if actor.is_staff else Source.PORTAL,
        created_at=now,
        last_entry_at=now,
    )
    enter_status(request, request_type.start, portal=portal, now=now)
    return request


def _allowed_answers(
    actor: Actor, answers: Mapping[str, JsonValue], request_type: CompiledType
) -> dict[str, JsonValue]:
    """Only what is asked under these answers and what this role may fill in; the rest is not stored.

    SECURITY: the form does the same; this is the second lock on the door.
    """
    return {
        field.key: answers[field.key]
        for field in request_type.applicable_fields(answers)
        if answers.get(field.key) is not None and field.visibility(actor.role, None) == Visibility.EDIT
    }
