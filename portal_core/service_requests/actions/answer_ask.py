"""Doing what was asked: filling in, reading, approving or declining; and moving on by itself when all is done.

Each is one transaction: the answer, its line in the history, the move that follows from it, and the events. A form
that comes in twice carries the same key and does nothing the second time, wherever the request stands by then.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal_core.accounts.actor import SYSTEM, Actor, actor_for
from portal_core.accounts.roles import GUEST
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.flows import ApproveAsk, FillAsk, ReadAsk, UploadAsk
from portal_core.config.kinds.base import Saving
from portal_core.config.live import hold_live_portal
from portal_core.config.visibility import Visibility
from portal_core.documents.uploads import stored_value
from portal_core.history.models import Audience, Kind
from portal_core.history.record import JsonValue, Line, add_line, written_before
from portal_core.service_requests.answers import write_answers
from portal_core.service_requests.approvals import Approval, approval_of, papers_of
from portal_core.service_requests.arriving import Arrival, arrive
from portal_core.service_requests.asking import (
    APPROVED,
    DECLINED,
    AskState,
    asks_of,
    fields_of_fill,
    onward,
    open_changed_approvals,
)
from portal_core.service_requests.attaching import Taken, attach_to_entry
from portal_core.service_requests.changes import save_written
from portal_core.service_requests.checked import require_checked
from portal_core.service_requests.clock import plan_tick
from portal_core.service_requests.errors import (
    ApprovalChanged,
    AskGone,
    AskLapsed,
    Forbidden,
    MissingFields,
    NotSeen,
    ReasonMissing,
)
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.search_index import index_papers, index_text
from portal_core.service_requests.seen_values import Change, refuse_stale_values
from portal_core.service_requests.stays import DoneAsk, mark_ask_done, note_acted
from portal_core.service_requests.taking import Given, open_changed_documents, settle_sent_back, take
from portal_core.service_requests.titles import title_of
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.withholding import shown_to_customers
from tenants.outbox.events import emit

_WRITTEN = ("data", "title", "stay", "waiting_since", "tick_at", "is_new")


@dataclass(frozen=True)
class AskAnswer:
    """An answer to one ask, as its form sent it.

    `submission_key` came with the form: the same key never does anything twice. `seen_since` is when the request had
    come into its status, as the page showed it. `note` is a reason for declining, or how staff got the answer.
    """

    key: str
    submission_key: uuid.UUID
    seen_since: datetime | None
    answers: Mapping[str, JsonValue] = field(default_factory=dict)
    seen: Mapping[str, JsonValue] = field(default_factory=dict)
    is_yes: bool = True
    token: str = ""
    note: str = ""
    given: Given = field(default_factory=Given)
    # The version whose form took the answers, None where no form did.
    checked_under: int | None = None


def answer_ask(*, actor: Actor, request_id: uuid.UUID, answer: AskAnswer) -> ServiceRequest:
    """Does what an ask asks for, as the customer or (with who did it in the history) on the customer's behalf.

    When nothing required is left, the request moves on in the same transaction; who is told is as its status says.

    Raises:
        NotSeen: the request is another customer's.
        Forbidden: staff without the permission to move, or a field that this person may not fill in.
        AskGone: it is not asked (any more): nothing was written.
        Stale: somebody else has changed a field meanwhile: nothing was written.
        MissingFields: something of the form is still empty.
        FormOutdated: another version went live since the answer was looked at: nothing was written.
        AskLapsed, ApprovalChanged, ReasonMissing: see there.
    """
    try:
        with transaction.atomic():
            return _once(actor, request_id, answer)
    except IntegrityError:
        # The key was used elsewhere: never say for what.
        raise Forbidden from None


def _once(actor: Actor, request_id: uuid.UUID, answer: AskAnswer) -> ServiceRequest:
    portal = hold_live_portal()
    require_checked(portal, answer.checked_under)
    request = lock_request(request_id)
    _refuse_strangers(actor, request)
    if written_before(actor, request.pk, answer.submission_key):
        return request
    if request.merged_into_number is not None:
        raise AskGone
    answering = _Answering(actor, request, answer, portal, timezone.now())
    answering.write()
    return request


def _refuse_strangers(actor: Actor, request: ServiceRequest) -> None:
    """SECURITY: the page has asked already; this is the second lock on the door."""
    if actor.is_staff:
        if not actor.may("move"):
            raise Forbidden
    elif actor.user_id is None or request.customer_id != actor.user_id:
        raise NotSeen


class _Answering:
    """One answer on its way into a locked request."""

    def __init__(
        self, actor: Actor, request: ServiceRequest, answer: AskAnswer, portal: CompiledPortal, now: datetime
    ) -> None:
        self.actor = actor
        self.request = request
        self.answer = answer
        self.portal = portal
        self.now = now

    def write(self) -> None:
        state = self._state()
        match state.ask:
            case FillAsk() as ask:
                self._fill(ask)
            case ApproveAsk() as ask:
                self._decide(ask, state)
            case ReadAsk() as ask:
                self._read(ask)
            case UploadAsk() as ask:
                self._upload(ask)
            case _:
                raise AskGone

    def _state(self) -> AskState:
        if self.answer.seen_since != self.request.status_since:
            raise AskGone
        states = asks_of(self.request, portal=self.portal, now=self.now)
        state = next((state for state in states if state.ask.key == self.answer.key), None)
        if state is None or state.is_done:
            raise AskGone
        if self.actor.role.key == GUEST and not isinstance(state.ask, UploadAsk):
            # SECURITY: by the link alone nothing binding is said; the page asks for a code first.
            raise Forbidden
        return state

    def _upload(self, ask: UploadAsk) -> None:
        request = self.request
        saving = Saving(self.actor, self.portal, request.customer_id, self.answer.submission_key)
        taken = take(request, ask, self.answer.given, saving)
        settle_sent_back(request, ask.key, taken.added, now=self.now)
        open_changed_documents(request, ask.document_kind, portal=self.portal)
        data: dict[str, JsonValue] = {
            "kind": ask.document_kind,
            "documents": list(taken.document_ids),
            "files": [dict(stored_value(row)) for row in taken.rows],
            "reused": bool(taken.reused),
        }
        self._finish(Kind.ANSWERED, ask.key, data, taken=taken)

    def _read(self, ask: ReadAsk) -> None:
        """What was read names the very files, where documents are read."""
        if not ask.documents:
            self._finish(Kind.ANSWERED, ask.key, {})
            return
        self._finish(Kind.ANSWERED, ask.key, self._shown(ask).record())

    def _shown(self, ask: ApproveAsk | ReadAsk) -> Approval:
        """What the customer has before them, if it is what they were shown. Raises ApprovalChanged, AskGone."""
        approval = self._approval(ask)
        if approval.is_waiting:
            raise AskGone
        if not approval.was_shown(self.answer.token):
            raise ApprovalChanged
        return approval

    def _approval(self, ask: ApproveAsk | ReadAsk) -> Approval:
        customer = Viewer.of(actor_for(self.request.customer), self.portal)
        papers = papers_of(self.request, [ask])
        return approval_of(self.request, ask, customer, self.portal, papers)

    def _fill(self, ask: FillAsk) -> None:
        request, portal = self.request, self.portal
        request_type = portal.type(request.type_key)
        answers = dict(self.answer.answers)
        fields = [item for item in fields_of_fill(request, ask, request_type) if item.key in answers]
        if {item.key for item in fields} != set(answers):
            raise Forbidden
        if any(item.visibility(self.actor.role, request.status_key) < Visibility.EDIT for item in fields):
            raise Forbidden
        viewer = Viewer.of(self.actor, portal)
        refuse_stale_values(request, fields, Change(answers, self.answer.seen), portal=portal, viewer=viewer)
        saving = Saving(self.actor, portal, request.customer_id, self.answer.submission_key)
        changes = write_answers(request, answers, request_type, saving)
        self._refuse_empty(ask)
        open_changed_approvals(request, changes, portal=portal)
        request.title = title_of(request_type, shown_to_customers(request), portal)
        self._finish(Kind.ANSWERED, ask.key, {"changes": changes} if changes else {})

    def _refuse_empty(self, ask: FillAsk) -> None:
        """What the form requires stands in the request now, whoever wrote it there."""
        request, request_type = self.request, self.portal.type(self.request.type_key)
        asked = {item.key for item in request_type.applicable_fields(request.data, request.status_key)}
        fields = [item for item in fields_of_fill(request, ask, request_type) if item.key in asked]
        needed = [item for item in fields if item.required] or fields
        missing = [item for item in needed if request.data.get(item.key) in (None, "", [])]
        if missing:
            viewer = Viewer.of(self.actor, self.portal)
            seen = [item for item in missing if viewer.visibility(item, request.status_key) >= Visibility.SEE]
            labels = [self.portal.text(item.label, viewer.language) for item in seen]
            raise MissingFields(tuple(labels) or (_("something that is not yours to fill in"),))

    def _decide(self, ask: ApproveAsk, state: AskState) -> None:
        if not self.answer.is_yes:
            self._decline(ask, self._approval(ask).record())
            return
        if state.has_lapsed and state.last_day is not None:
            raise AskLapsed(state.last_day)
        self._finish(Kind.APPROVED, ask.key, self._shown(ask).record())

    def _decline(self, ask: ApproveAsk, record: dict[str, JsonValue]) -> None:
        if ask.declined is None:
            raise AskGone
        if ask.ask_reason and not self.answer.note.strip():
            raise ReasonMissing
        self._finish(Kind.DECLINED, ask.key, record, to=ask.declined)

    def _finish(
        self,
        kind: Kind,
        ask_key: str,
        data: dict[str, JsonValue],
        *,
        to: str | None = None,
        taken: Taken | None = None,
    ) -> None:
        """Notes that it is done, writes the line, and moves on where nothing is left to do."""
        request, actor = self.request, self.actor
        word = {Kind.APPROVED: APPROVED, Kind.DECLINED: DECLINED}.get(kind, "")
        documents = taken.document_ids if taken is not None else ()
        done = DoneAsk(self.now, "staff" if actor.is_staff else "customer", word, documents)
        mark_ask_done(request, ask_key, done)
        # Written down by staff, too: it is what the customer has said.
        note_acted(request, self.now)
        request.is_new = request.is_new and not actor.is_staff
        plan_tick(request, portal=self.portal)
        save_written(request, now=self.now, fields=_WRITTEN)
        line = Line(
            kind,
            Audience.CUSTOMER,
            self.now,
            body=self.answer.note.strip(),
            data={"status": request.status_key, "ask": ask_key, **data},
            submission_key=self.answer.submission_key,
        )
        entry = add_line(actor=actor, request_id=request.pk, line=line)
        if taken is not None:
            attach_to_entry(entry, request, taken.rows)
            index_papers(request, str(data["kind"]), [row.name for row in taken.rows], self.portal)
        if line.body:
            index_text(request.pk, line.body)
        target = to or onward(request, portal=self.portal, now=self.now)
        if target is not None:
            arrive(SYSTEM, request, Arrival(target, by_itself="asks"), portal=self.portal, now=self.now)
            return
        emit(
            "request.changed",
            {
                "request_id": str(request.pk),
                "entry_id": str(entry.pk),
                "by": str(actor.user_id or ""),
                "side": "staff" if actor.is_staff else "customer",
            },
        )
