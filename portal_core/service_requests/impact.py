"""What publishing asks the owner of requests: where they stand, and to move those whose place goes away."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.impact import Move, Standing
from portal_core.config.live import portal_version
from portal_core.history.models import Audience, Kind
from portal_core.history.record import JsonValue, Line, add_lines
from portal_core.service_requests.arriving import Arrival, arrive
from portal_core.service_requests.changes import ENTERED, enter_status
from portal_core.service_requests.clock import plan_ticks
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.search_index import index_answers

_WRITTEN = ("type_key", *ENTERED, "last_entry_at")
_BATCH = 250


def standing() -> Sequence[Standing]:
    """How many requests stand where, in one query."""
    rows = (
        ServiceRequest.objects.order_by()
        .values_list("type_key", "status_key")
        .annotate(open_count=Count("id", filter=Q(closed_at=None)), closed_count=Count("id", filter=~Q(closed_at=None)))
    )
    return [Standing(*row) for row in rows]


def find_open(numbers: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    """Type and status of the open requests among these numbers.

    Not locked: the review asks too, outside a transaction. While a version is published nothing moves, since whatever
    puts a request into a status waits for the row that says what is live.
    """
    found = ServiceRequest.objects.filter(number__in=numbers, closed_at=None)
    return {
        row.number: (row.type_key, row.status_key)
        for row in found.only("number", "type_key", "status_key").order_by("pk")
    }


def has_any(type_key: str) -> bool:
    """Whether there is or was a request of a type."""
    return ServiceRequest.objects.filter(type_key=type_key).exists()


def is_any() -> bool:
    """Whether there is or was a request at all."""
    return ServiceRequest.objects.exists()


def open_in(type_keys: Sequence[str]) -> dict[str, int]:
    """How many open requests of these types stand in each status, in one query."""
    rows = ServiceRequest.objects.filter(type_key__in=type_keys, closed_at=None).order_by()
    return dict(rows.values_list("status_key").annotate(count=Count("id")))


def apply_moves(actor: Actor, moves: Sequence[Move], version_number: int) -> int:
    """Moves the open requests that stand in what a new version takes away, with history; how many.

    Without mails, except where the move says that customers are told. Single requests come before the rest of their
    status.
    """
    portal = portal_version(version_number)
    now, moved = timezone.now(), 0
    for step in sorted(moves, key=lambda move: move.numbers is None):
        keys = list(_standing_there(step).order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), _BATCH):
            is_read = step.tell or step.to_type != step.from_type
            batch = _locked(keys[start : start + _BATCH], with_customers=is_read)
            if step.tell:
                _move_told(actor, batch, step, portal, now)
            else:
                _move_quietly(actor, batch, step, portal, now)
            moved += len(batch)
    return moved


def _standing_there(step: Move) -> QuerySet[ServiceRequest]:
    found = ServiceRequest.objects.filter(type_key=step.from_type, status_key=step.from_status, closed_at=None)
    return found if step.numbers is None else found.filter(number__in=step.numbers)


def _locked(keys: Sequence[uuid.UUID], *, with_customers: bool) -> list[ServiceRequest]:
    """The rows of a batch; with their customers only where a mail or the search's words need them."""
    needed = ("customer", "assignee") if with_customers else ("assignee",)
    rows = ServiceRequest.objects.select_for_update(of=("self",)).select_related(*needed)
    return list(rows.filter(pk__in=keys, closed_at=None).order_by("pk"))


def _move_told(
    actor: Actor, batch: Sequence[ServiceRequest], step: Move, portal: CompiledPortal, now: datetime
) -> None:
    for request in batch:
        if request.type_key != step.to_type:
            request.type_key = step.to_type
            request.save(update_fields=["type_key"])
            index_answers(request, portal)
        arrive(actor, request, Arrival(to=step.to_status), portal=portal, now=now)


def _write(batch: Sequence[ServiceRequest]) -> None:
    """Saves moved requests, one statement for all that became the same: a CASE a row costs far more than this."""
    alike: dict[str, list[ServiceRequest]] = {}
    for request in batch:
        written = [getattr(request, name if name != "assignee" else "assignee_id") for name in _WRITTEN]
        alike.setdefault(repr(written), []).append(request)
    for requests in alike.values():
        values = {name: getattr(requests[0], name) for name in _WRITTEN}
        found = ServiceRequest.objects.filter(pk__in=[request.pk for request in requests])
        found.update(**values, revision=F("revision") + 1)


def _move_quietly(
    actor: Actor, batch: Sequence[ServiceRequest], step: Move, portal: CompiledPortal, now: datetime
) -> None:
    lines: dict[uuid.UUID, Line] = {}
    for request in batch:
        request.type_key = step.to_type
        enter_status(request, step.to_status, portal=portal, now=now)
        request.last_entry_at = now
        data: dict[str, JsonValue] = {
            "from": step.from_status,
            "to": step.to_status,
            "told": False,
            "by_publishing": portal.number,
        }
        lines[request.pk] = Line(Kind.MOVED, Audience.CUSTOMER, now, data=data)
    plan_ticks(batch, portal=portal)
    _write(batch)
    add_lines(actor=actor, lines=lines)
    if step.to_type != step.from_type:
        for request in batch:
            index_answers(request, portal)
