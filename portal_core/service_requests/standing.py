"""How a request stood when something happened, kept with the event: a mail that leaves late still says what was true.

Only what the mail states as a fact and what changes by itself or by others: status, whose turn, since and until when,
who had it. Answers are not kept: what may be shown of them is decided when the mail is written.
"""

import copy
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from portal_core.accounts.models import User
from portal_core.history.record import JsonValue
from portal_core.service_requests.models import ServiceRequest


def standing(request: ServiceRequest) -> dict[str, JsonValue]:
    """The part of a request that its later mails need, as JSON."""
    return {
        "status": request.status_key,
        "turn": str(request.turn),
        "since": request.status_since.isoformat(),
        "due": request.due_at.isoformat(),
        "closed": request.closed_at.isoformat() if request.closed_at else None,
        "assignee": str(request.assignee_id) if request.assignee_id else None,
        "team": request.team_key,
        "planned": request.planned_for.isoformat() if request.planned_for else None,
        "stay": request.stay,
    }


def as_it_stood(request: ServiceRequest, stood: Mapping[str, JsonValue] | None) -> ServiceRequest:
    """A copy of `request` as it stood then; as it is now for an event that does not say."""
    then = copy.copy(request)
    if not stood:
        return then
    then.status_key = str(stood["status"])
    then.turn = str(stood["turn"])
    then.status_since = datetime.fromisoformat(str(stood["since"]))
    then.due_at = datetime.fromisoformat(str(stood["due"]))
    then.closed_at = datetime.fromisoformat(str(stood["closed"])) if stood["closed"] else None
    then.team_key = str(stood["team"])
    planned, stay = stood.get("planned"), stood.get("stay")
    then.planned_for = date.fromisoformat(str(planned)) if planned else None
    then.stay = dict(stay) if isinstance(stay, dict) else {}
    assignee_id = UUID(str(stood["assignee"])) if stood["assignee"] else None
    if assignee_id != request.assignee_id:
        then.assignee = User.objects.filter(pk=assignee_id).first() if assignee_id else None
    return then
