"""Bringing a request into another status: the row, its line in the history and its event, for whoever moves it.

Used by moves that people make and by what moves a request by itself (all asked for is done, nobody answered).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal_core.accounts.actor import SYSTEM, Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.history.models import Audience, Kind
from portal_core.history.record import JsonValue, Line, add_line
from portal_core.service_requests.changes import ENTERED, enter_status, save_written
from portal_core.service_requests.clock import plan_tick
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.search_index import index_text
from portal_core.service_requests.standing import standing
from portal_core.service_requests.stays import note_said
from portal_core.service_requests.taking import recall_sent_back
from portal_core.service_requests.titles import title_of
from portal_core.service_requests.withholding import shown_to_customers
from tenants.outbox.events import emit


@dataclass(frozen=True)
class Arrival:
    """One move: where to, who is told in which words, and what was changed with it (for the history).

    `key` came with the form that asked for it: the same one never moves twice. `stay` is what the request remembers in
    its new status. `by_itself` says why nobody moved it: "asks" or "close".
    """

    to: str
    tell_customer: bool = True
    reason: str = ""
    subject: str | None = None
    body: str | None = None
    changes: Sequence[JsonValue] = ()
    stay: dict[str, JsonValue] = field(default_factory=dict)
    by_itself: str = ""
    key: uuid.UUID | None = None


def arrive(actor: Actor, request: ServiceRequest, arrival: Arrival, *, portal: CompiledPortal, now: datetime) -> None:
    """Writes the move of a locked request, inside the transaction of the caller."""
    came_from, had_team, unanswered_since = request.status_key, request.team_key, request.unanswered_since
    enter_status(request, arrival.to, portal=portal, now=now)
    request.stay = dict(arrival.stay)
    if actor.is_staff:
        note_said(request, arrival.reason.strip())
    recall_sent_back(request, portal=portal)
    if actor is SYSTEM:
        # Nobody at the desk has read what the customer wrote.
        request.unanswered_since = unanswered_since
        if unanswered_since is not None:
            # While they wait for our answer nobody reminds them.
            request.waiting_since = None
    request.is_new = request.is_new and not actor.is_staff
    if arrival.changes:
        request.title = title_of(portal.type(request.type_key), shown_to_customers(request), portal)
    plan_tick(request, portal=portal)
    save_written(request, now=now, fields=(*ENTERED, "is_new", *(("data", "title") if arrival.changes else ())))
    is_told = arrival.tell_customer and (actor.is_staff or actor is SYSTEM)
    data: dict[str, JsonValue] = {"from": came_from, "to": arrival.to, "told": is_told}
    if arrival.changes:
        data["changes"] = list(arrival.changes)
    if request.team_key != had_team:
        data["team"] = request.team_key
    if arrival.by_itself:
        data["by_itself"] = arrival.by_itself
    line = Line(Kind.MOVED, Audience.CUSTOMER, now, body=arrival.reason.strip(), data=data, submission_key=arrival.key)
    entry = add_line(actor=actor, request_id=request.pk, line=line)
    index_text(request.pk, line.body)
    emit(
        "request.moved",
        {
            "request_id": str(request.pk),
            "entry_id": str(entry.pk),
            "from": came_from,
            "to": arrival.to,
            "by": str(actor.user_id) if actor.user_id else "",
            "tell_customer": arrival.tell_customer,
            "version": portal.number,
            "stood": standing(request),
            "reason": arrival.reason.strip(),
            "subject": arrival.subject,
            "body": arrival.body,
            "by_itself": arrival.by_itself,
        },
    )
