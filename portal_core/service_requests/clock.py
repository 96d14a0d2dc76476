"""What happens to a request by itself as time passes: reminders, closing, lateness, things that run out.

There is no table of timers. A request's `tick_at` says when the clock looks at it next, and one event of the outbox
waits for that moment; whatever changes the plan writes another moment and another event, and the older one finds that
it is out of date. So two workers, a repeated event or a new version of the portal do nothing twice, and nothing that
was committed is lost. What was done in this stay in the status is noted on the row (`stays.py`).

Reminders and closing count from `waiting_since`: while the customer has written and waits for us, that is empty.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeAlias

from django.utils import timezone

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_flow import CompiledStatus
from portal_core.config.conditions import holds
from portal_core.config.document.flows import ApproveAsk, Expected
from portal_core.config.hours import days_after, due_at
from portal_core.service_requests import stays
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.promises import has_limit
from tenants.outbox.events import emit, emit_many

What: TypeAlias = Literal["late", "remind", "close", "lapse"]
# However late the clock runs: whoever is reminded now has a day to answer.
_AFTER_REMINDER = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Due:
    """One thing that is to happen. `key` names it in the stay; `about` is whom to tell, or which ask ran out."""

    at: datetime
    what: What
    key: str
    about: str = ""
    after_days: int = 0


def plan_tick(request: ServiceRequest, *, portal: CompiledPortal) -> None:
    """Sets `tick_at` of a locked request by what is to happen next; the caller saves it, in the same transaction."""
    following = next((due.at for due in pending(request, portal)), None)
    if following == request.tick_at:
        return
    request.tick_at = following
    if following is not None:
        payload = {"request_id": str(request.pk), "at": following.isoformat()}
        emit("request.tick", payload, due_at=max(following, timezone.now()))


def plan_ticks(requests: Sequence[ServiceRequest], *, portal: CompiledPortal) -> None:
    """As `plan_tick`, for many locked requests at once: their events are written together."""
    events = []
    for request in requests:
        following = next((due.at for due in pending(request, portal)), None)
        if following not in (None, request.tick_at):
            events.append(({"request_id": str(request.pk), "at": following.isoformat()}, following))
        request.tick_at = following
    emit_many("request.tick", events)


def pending(request: ServiceRequest, portal: CompiledPortal) -> list[Due]:
    """What is still to happen in this stay in the status, the earliest first."""
    if request.closed_at is not None:
        return []
    status = portal.type_or_unknown(request.type_key).flow.status_or_unknown(request.status_key)
    told = stays.told(request)
    found = [*_late(request, status, portal), *_waiting(request, status, portal), *_lapsing(request, status, portal)]
    return sorted(due for due in found if due.key not in told)


def _late(request: ServiceRequest, status: CompiledStatus, portal: CompiledPortal) -> Iterator[Due]:
    if not has_limit(request.due_at):
        return
    if not status.if_late:
        # A promise that is not kept is told of without a rule too; who hears of it is the document's (and theirs).
        yield Due(request.due_at, "late", "late.usual")
        return
    is_working = status.expected is not None and status.expected.working
    for rule in status.if_late:
        at: datetime | None = request.due_at
        if rule.after_days:
            # Days are counted as the promise counts them.
            at = due_at(
                request.due_at, Expected(days=rule.after_days, working=is_working), portal.hours, portal.time_zone
            )
        if at is not None:
            yield Due(at, "late", f"late.{rule.tell}.{rule.after_days}", rule.tell, rule.after_days)


def _waiting(request: ServiceRequest, status: CompiledStatus, portal: CompiledPortal) -> Iterator[Due]:
    since = request.waiting_since
    if since is None or status.turn != "customer":
        return
    for days in sorted({rule.after_days for rule in status.remind}):
        yield Due(days_after(since, days, portal.time_zone), "remind", f"remind.{days}", after_days=days)
    if status.close is not None:
        at = days_after(since, status.close.after_days, portal.time_zone)
        reminded = stays.reminded_at(request)
        if reminded is not None:
            at = max(at, reminded + _AFTER_REMINDER)
        yield Due(at, "close", "close", status.close.to, status.close.after_days)


def _lapsing(request: ServiceRequest, status: CompiledStatus, portal: CompiledPortal) -> Iterator[Due]:
    done = stays.done_asks(request)
    for ask in status.asks:
        if not isinstance(ask, ApproveAsk) or ask.expires_days is None or ask.key in done:
            continue
        if holds(ask.when, request.data, status.key, portal.time_zone):
            yield Due(lapses_at(request, ask.key, ask.expires_days, portal), "lapse", f"lapse.{ask.key}", ask.key)


def last_day(request: ServiceRequest, key: str, days: int, portal: CompiledPortal) -> date:
    """The last day on which the ask of this key can be answered that runs out `days` after it was asked."""
    return stays.runs_from(request, key).astimezone(portal.time_zone).date() + timedelta(days=days)


def lapses_at(request: ServiceRequest, key: str, days: int, portal: CompiledPortal) -> datetime:
    """The moment after which it cannot be answered any more: the portal's end of that day, in UTC."""
    following = last_day(request, key, days, portal) + timedelta(days=1)
    return datetime.combine(following, datetime.min.time(), tzinfo=portal.time_zone).astimezone(UTC)
