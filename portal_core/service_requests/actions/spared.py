"""What filing a request does beside the request: it keeps answers for the next form, ties it to the earlier request
that it was made from, and tells the ledger what nobody had to do. Inside the transaction that files it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from portal_core.accounts.actor import Actor
from portal_core.config.answers_form import Remembering
from portal_core.config.compiled import CompiledPortal
from portal_core.config.kinds.base import Saving
from portal_core.history.models import Audience, Kind
from portal_core.history.record import Line, add_line
from portal_core.saved_records.remembered import keep_answers
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from tenants.outbox.events import emit

if TYPE_CHECKING:
    from portal_core.service_requests.actions.submit import Submission

NOTHING_REMEMBERED: Final = Remembering(counts={}, keep=())


def earlier_of(actor: Actor, submission: Submission) -> ServiceRequest | None:
    """The request that this one is made from.

    SECURITY: only one of the same customer and type that the actor sees; any other number ties nothing and tells
    nothing.
    """
    if submission.again_of is None:
        return None
    same = visible_to(actor).filter(customer_id=submission.customer_id, type_key=submission.type_key)
    return same.filter(number=submission.again_of).first()


def spare_work(
    actor: Actor,
    request: ServiceRequest,
    submission: Submission,
    portal: CompiledPortal,
    earlier: ServiceRequest | None,
) -> None:
    """Keeps, ties and tells."""
    request_type = portal.type(request.type_key)
    fields = {field.key: field for field in request_type.fields}
    counts = dict(submission.remembering.counts)
    if keep := [key for key in submission.remembering.keep if key in request.data or key in submission.answers]:
        saving = Saving(actor, portal, request.customer_id, submission.submission_key)
        counts["remembered"] = keep_answers(fields, request.data, keep, saving)
    counts["reused"] = sum(_is_reused(submission.answers.get(key)) for key in fields)
    if earlier is not None:
        line = Line(Kind.REPEATED, Audience.CUSTOMER, request.created_at, data={"again": request.number})
        add_line(actor=actor, request_id=earlier.pk, line=line)
        counts["again"] = 1
    told = {what: count for what, count in counts.items() if count}
    if told:
        emit("work.removed", {"counts": told, "request_id": str(request.pk)})


def _is_reused(answer: object) -> bool:
    """Whether the answer is a record that was on file already."""
    return isinstance(answer, Mapping) and "id" in answer and "title" in answer
