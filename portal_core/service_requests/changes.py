"""What every write to a request has in common: entering a status, the due time, the title, raising the revision."""

from datetime import date, datetime

from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_flow import CompiledStatus
from portal_core.config.compiled_type import CompiledType
from portal_core.config.hours import due_at, end_of_day
from portal_core.config.live import live_portal
from portal_core.config.placeholders import field_keys_in
from portal_core.config.visibility import Visibility
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.promises import NO_LIMIT
from portal_core.service_requests.search_index import index_answers
from portal_core.service_requests.withholding import is_kept_from_customers

# What entering a status writes.
ENTERED = (
    "status_key",
    "turn",
    "status_since",
    "due_at",
    "closed_at",
    "unanswered_since",
    "team_key",
    "assignee",
    "stay",
    "planned_for",
    "waiting_since",
    "tick_at",
)


def enter_status(request: ServiceRequest, status_key: str, *, portal: CompiledPortal, now: datetime) -> None:
    """Puts `request` into a status and derives who has it, whose turn it is, until when, and whether it is closed.

    Who has it: the status's `handler` names the team; where it names none, the team stays. While the team stays, so
    does the person. A new team's request stays with its person if they belong to that team, or to no team at all;
    otherwise nobody of the new team has taken it yet, and nobody has it. When a request is filed, the more special
    rule stands before: a team that the type's `assign` named stays. Entering the status where it stands moves nothing.
    """
    status = portal.type(request.type_key).flow.status(status_key)
    if request.status_key != status.key:
        _hand_on(request, status)
    request.status_key = status.key
    request.turn = Turn(status.turn)
    request.status_since = now
    request.stay = {}
    request.waiting_since = now if status.turn == "customer" else None
    if request.planned_for is not None and (status.turn == "nobody" or request.planned_for < _day(now, portal)):
        # A plan that lies behind us promises nothing.
        request.planned_for = None
    request.due_at = promised_until(request, portal=portal)
    request.unanswered_since = None
    request.closed_at = now if status.turn == "nobody" else None


def promised_until(request: ServiceRequest, *, portal: CompiledPortal) -> datetime:
    """Until when something was promised here: by the planned date, else by the status, else by the day that was agreed
    on; `NO_LIMIT` for no promise."""
    status = portal.type(request.type_key).flow.status(request.status_key)
    if status.turn != "us":
        return NO_LIMIT
    if request.planned_for is not None:
        return end_of_day(request.planned_for, portal.hours, portal.time_zone)
    promised = due_at(request.status_since, status.expected, portal.hours, portal.time_zone)
    if promised is not None:
        return promised
    day = _agreed_day(request, status, portal)
    return end_of_day(day, portal.hours, portal.time_zone) if day else NO_LIMIT


def follow_agreed_day(request: ServiceRequest, *, portal: CompiledPortal) -> None:
    """Derives until when something is promised anew, where answers have changed and an agreed day may be among them."""
    status = portal.type(request.type_key).flow.status(request.status_key)
    if request.turn == Turn.US and request.planned_for is None and not promises_a_time(status):
        request.due_at = promised_until(request, portal=portal)


def promises_a_time(status: CompiledStatus) -> bool:
    """Whether the status itself says until when something happens."""
    return status.expected is not None and not status.expected.no_limit


def _agreed_day(request: ServiceRequest, status: CompiledStatus, portal: CompiledPortal) -> date | None:
    """The day that the next step names ("You come on {field:appointment}"), unless it lay behind us from the start.

    SECURITY: only from an answer that the customer reads, since the due time is told to everybody.
    """
    for key in agreed_day_keys(portal.type(request.type_key), status):
        value = request.data.get(key)
        if not isinstance(value, str) or is_kept_from_customers(request, key):
            continue
        day = _day_in(value, portal)
        if day is not None and day >= _day(request.status_since, portal):
            return day
    return None


def agreed_day_keys(request_type: CompiledType, status: CompiledStatus) -> tuple[str, ...]:
    """The days and moments that the next step of a status names and customers read there, in order."""
    customer = resolve_role(CUSTOMER)
    named = (request_type.field_or_none(key) for key in field_keys_in(status.next_step))
    days = (field for field in named if field is not None and field.kind.key in ("date", "datetime"))
    return tuple(field.key for field in days if field.visibility(customer, status.key) >= Visibility.SEE)


def _day_in(value: str, portal: CompiledPortal) -> date | None:
    """The day of a stored date or moment, by the portal's clock."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return _day(moment, portal) if moment.tzinfo else moment.date()


def _day(moment: datetime, portal: CompiledPortal) -> date:
    return moment.astimezone(portal.time_zone).date()


def _hand_on(request: ServiceRequest, status: CompiledStatus) -> None:
    was_assigned_at_filing = not request.status_key and bool(request.team_key)
    team_key = status.handler(request.data)
    if team_key is None or team_key == request.team_key or was_assigned_at_filing:
        return
    request.team_key = team_key
    if request.assignee is not None and request.assignee.team_key not in ("", team_key):
        request.assignee = None


def answer_due_at(request: ServiceRequest, *, portal: CompiledPortal, now: datetime) -> datetime:
    """Until when a customer's message wants an answer where the status promises nothing: as long as a new request."""
    request_type = portal.type(request.type_key)
    expected = request_type.flow.status(request_type.start).expected
    if expected is None:
        return NO_LIMIT
    return due_at(now, expected, portal.hours, portal.time_zone) or NO_LIMIT


def save_written(request: ServiceRequest, *, now: datetime, fields: tuple[str, ...]) -> None:
    """Saves `fields` of a locked request and raises its revision; changed answers are found at once."""
    request.revision += 1
    request.last_entry_at = now
    written = (*fields, "withheld") if "data" in fields else fields
    request.save(update_fields=[*written, "revision", "last_entry_at"])
    if "data" in fields or "type_key" in fields:
        index_answers(request, live_portal())
