"""Writing to the other side, and writing notes that stay at the desk.

SECURITY: reply and note are two actions with nothing in common but the row they write, so that no flag can turn one
into the other.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.live import live_portal
from portal_core.documents.uploads import stored_value
from portal_core.history.models import Audience, HistoryEntry, Kind
from portal_core.history.record import JsonValue, Line, add_line, written_before
from portal_core.service_requests.attaching import attach_to_entry, file_ids, loose_files
from portal_core.service_requests.changes import answer_due_at, save_written
from portal_core.service_requests.clock import plan_tick
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.forms import MessageForm
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.promises import NO_LIMIT
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.search_index import index_text
from portal_core.service_requests.standing import standing
from portal_core.service_requests.stays import start_waiting
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import visible
from tenants.outbox.events import emit

MESSAGE_LENGTH = 20_000
# How often a message follows a request that goes on elsewhere, should it be merged and taken apart meanwhile.
_FOLLOWED = 5


@dataclass(frozen=True)
class Message:
    """What was written. `submission_key` came with the form: the same key never writes a second line."""

    body: str
    submission_key: uuid.UUID
    file_ids: tuple[uuid.UUID, ...] = ()


def message_of(form: MessageForm) -> Message:
    """What a valid form says."""
    cleaned = form.cleaned_data
    return Message(cleaned["body"], cleaned["key"], tuple(file_ids(cleaned.get("files"))))


def reply(*, actor: Actor, request_id: uuid.UUID, message: Message) -> HistoryEntry:
    """Writes to the other side; they are told by the rules of the configuration.

    Raises:
        Forbidden: staff without the permission, or a status in which the customer may not write (or send files), or
            a file that is not the writer's.
    """
    return _once(actor, request_id, message, Kind.REPLIED)


def note(*, actor: Actor, request_id: uuid.UUID, message: Message) -> HistoryEntry:
    """Writes a note that only staff see; nobody outside is told.

    Raises:
        Forbidden: the actor is not staff, or lacks the permission.
    """
    return _once(actor, request_id, message, Kind.NOTED)


class _GoesOn(Exception):
    """The request that was locked goes on in another one; `number` says in which."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _once(actor: Actor, request_id: uuid.UUID, message: Message, kind: Kind) -> HistoryEntry:
    for _attempt in range(_FOLLOWED):
        try:
            with transaction.atomic():
                request = lock_request(request_id)
                already = written_before(actor, request.pk, message.submission_key)
                if already is None and request.merged_into_number is not None:
                    # Locked together they could wait for each other: this lock ends before the other begins.
                    raise _GoesOn(request.merged_into_number)
                return already or _write(actor, request, message, kind)
        except _GoesOn as goes_on:
            request_id = _number_seen(actor, goes_on.number)
        except IntegrityError:
            # The key was used on another request or by somebody else: never show that line.
            raise Forbidden from None
    raise Forbidden


def _number_seen(actor: Actor, number: int) -> uuid.UUID:
    """SECURITY: a colleague who sees the merged request only writes nothing into one that is not theirs to see.

    A guest sees no list; what they write follows their own request, which goes on in one of the same customer.
    """
    theirs = ServiceRequest.objects.filter(customer_id=actor.user_id) if actor.is_guest else visible_to(actor)
    found = theirs.filter(number=number).values_list("id", flat=True).first()
    if found is None:
        raise Forbidden
    return found


def _write(actor: Actor, request: ServiceRequest, message: Message, kind: Kind) -> HistoryEntry:
    _refuse_unless_allowed(actor, request, message, kind)
    now = timezone.now()
    is_note = kind == Kind.NOTED
    files = loose_files(actor, request, message.file_ids)
    data: dict[str, JsonValue] = {"files": [dict(stored_value(row)) for row in files]} if files else {}
    line = Line(
        kind=kind,
        audience=Audience.STAFF if is_note else Audience.CUSTOMER,
        at=now,
        body=message.body.strip(),
        submission_key=message.submission_key,
        data=data,
    )
    entry = add_line(actor=actor, request_id=request.pk, line=line)
    attach_to_entry(entry, request, files)
    index_text(request.pk, line.body, *(row.name for row in files))
    if not is_note:
        _mark_answered(actor, request, now)
        plan_tick(request, portal=live_portal())
    save_written(request, now=now, fields=("is_new", "unanswered_since", "due_at", "waiting_since", "stay", "tick_at"))
    side = "staff" if actor.is_staff else "customer"
    payload = {
        "request_id": str(request.pk),
        "entry_id": str(entry.pk),
        "by": str(actor.user_id or ""),
        "side": side,
        "stood": standing(request),
    }
    emit("request.noted" if is_note else "request.replied", payload)
    return entry


def _refuse_unless_allowed(actor: Actor, request: ServiceRequest, message: Message, kind: Kind) -> None:
    if kind == Kind.NOTED:
        if not (actor.is_staff and actor.may("note")):
            raise Forbidden
        return
    portal = live_portal()
    seen = visible(request, Viewer.of(actor, portal), portal=portal, brief=True)
    if not seen.may_message or (message.file_ids and not seen.may_upload):
        raise Forbidden


def _mark_answered(actor: Actor, request: ServiceRequest, now: datetime) -> None:
    """A customer's message puts the request before staff's eyes, whoever's turn it is; staff's answer takes it away.

    While a customer waits for our answer nobody reminds them, and nothing is closed.
    """
    if actor.is_staff:
        if request.unanswered_since and request.turn != "us":
            request.due_at = NO_LIMIT
            if request.turn == "customer":
                start_waiting(request, now)
        request.unanswered_since = None
        request.is_new = False
        return
    request.waiting_since = None
    if request.unanswered_since is None:
        request.unanswered_since = now
        if request.turn != "us" and request.closed_at is None:
            request.due_at = answer_due_at(request, portal=live_portal(), now=request.unanswered_since)
