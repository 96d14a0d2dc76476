"""The ledger of removed work: what the portal spared people, added up by day and kind.

Any action tells it inside its transaction:

    emit("work.removed", {"what": "prefilled", "count": 3, "request_id": "…"})
    emit("work.removed", {"counts": {"prefilled": 3, "kept": 2}, "request_id": "…"})   # one statement for several

`what` is one of WHATS; `request_id` is the evidence, where there is one. Handling is idempotent by the event's id: the
line of an event and a kind is written once, in the transaction that marks the event as done, and an event that comes
again (restored from a copy, say) meets its own line. What it adds up to is `savings.py`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet, Sum

from portal_core.config.live import live_portal
from portal_core.history.models import HistoryEntry, Side
from portal_core.reporting.models import RemovedWork
from tenants.identifiers import parse_uuid
from tenants.outbox.models import Event
from tenants.outbox.subscribers import subscribe

# What is counted, with what it says in a report.
WHATS: Final[Mapping[str, str]] = {
    "prefilled": "Answers that stood in a form already",
    "kept": "Prefilled answers that were sent as they were",
    "changed": "Prefilled answers that were changed",
    "remembered": "Answers that were kept for next time",
    "reused": "Documents and records that were used again instead of being sent again",
    "again": "Requests made from an earlier one",
    "self_service": "Changes that customers made themselves",
    "status_views": "Times that somebody looked up where a request stands",
    "notices": "Notices sent by themselves",
}


def connect() -> None:
    """Registers the listener; once, at start."""
    subscribe("work.removed")(keep)
    subscribe("request.changed")(keep_own_change)
    subscribe("request.moved")(keep_own_move)


def keep(event: Event) -> None:
    """Writes the lines of one event; what is not a count is left out."""
    _write(event, _counts(event.payload))


def keep_own_change(event: Event) -> None:
    """A customer who corrects an answer spares somebody of the staff from doing it."""
    if event.payload.get("side") == "customer":
        _write(event, {"self_service": 1})


def keep_own_move(event: Event) -> None:
    """A customer who moves a request (takes it back, opens it again) does it without asking anybody to."""
    entry_id = parse_uuid(str(event.payload.get("entry_id") or ""))
    if event.payload.get("by_itself") or entry_id is None:
        return
    if HistoryEntry.objects.filter(pk=entry_id, side=Side.CUSTOMER).exists():
        _write(event, {"self_service": 1})


def _write(event: Event, counts: Mapping[str, int]) -> None:
    day = event.created_at.astimezone(live_portal().time_zone).date()
    request_id = parse_uuid(str(event.payload.get("request_id") or ""))
    lines = [
        RemovedWork(event_id=event.pk, what=what, count=count, day=day, request_id=request_id)
        for what, count in counts.items()
    ]
    RemovedWork.objects.bulk_create(lines, ignore_conflicts=True)


# `Any`: an event's payload is JSON.
def _counts(payload: Mapping[str, Any]) -> dict[str, int]:
    given = payload.get("counts") or {payload.get("what"): payload.get("count", 1)}
    return {str(what): count for what, count in given.items() if what in WHATS and isinstance(count, int) and count > 0}


def by_day(first: date, last: date) -> dict[tuple[date, str], int]:
    """How much of each kind on each day, from `first` to `last` inclusive; what there was none of is left out."""
    rows = between(first, last).values_list("day", "what").annotate(Sum("count"))
    return {(day, what): count for day, what, count in rows}


def evidence(what: str, first: date, last: date) -> QuerySet[Any, Any]:
    """What one figure is made of: (day, request or None, count) for each request and day, the newest day first."""
    found = between(first, last).filter(what=what).values_list("day", "request_id").annotate(Sum("count"))
    return found.order_by("-day", "-request_id")


def between(first: date, last: date) -> QuerySet[RemovedWork]:
    """The ledger from `first` to `last` inclusive, in no order."""
    return RemovedWork.objects.order_by().filter(day__gte=first, day__lte=last)


def kept_answers(requests: QuerySet[Any, Any]) -> int:
    """How many prefilled answers were sent as they stood with these requests (a queryset of their keys)."""
    rows = RemovedWork.objects.filter(what="kept", request_id__in=requests)
    return int(rows.aggregate(all=Sum("count"))["all"] or 0)
