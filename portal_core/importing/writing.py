"""Writes checked rows: requests, their customers and their history, a batch at a time.

No event is emitted: nobody is told of what happened elsewhere long ago. The clock leaves what came in alone until
somebody acts on it (`service_requests/replanning.py`); then the days in which a customer is to answer begin, and what
was late already is not told of.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal_core.config.compiled import CompiledPortal
from portal_core.history.models import HistoryEntry, Side
from portal_core.importing.mapping import ImportMapping
from portal_core.importing.people import PeopleReader, keep_people
from portal_core.importing.prepared import PreparedLine, PreparedRow
from portal_core.service_requests.changes import answer_due_at, enter_status
from portal_core.service_requests.clock import pending
from portal_core.service_requests.locks import lock_imports, next_numbers
from portal_core.service_requests.models import ServiceRequest, Source, Turn
from portal_core.service_requests.search_rebuild import ask_for_words
from portal_core.service_requests.stays import mark_told
from tenants.identifiers import uuid7_at

_BATCH = 500


@dataclass(frozen=True)
class Written:
    """What one batch has added."""

    requests: int
    customers: int
    lines: int


def known_keys(keys: list[uuid.UUID]) -> list[uuid.UUID]:
    """Those of the keys that are in the portal already."""
    return list(ServiceRequest.objects.filter(submission_key__in=keys).values_list("submission_key", flat=True))


class Writer:
    """Writes rows that were checked against `portal`."""

    def __init__(self, mapping: ImportMapping, portal: CompiledPortal, people: PeopleReader) -> None:
        self._portal = portal
        stand_in = people.stand_in()
        self._stand_in = stand_in.email if stand_in else ""
        self._source = mapping.source

    def write(self, rows: list[PreparedRow]) -> Written:
        """Adds the rows that are not there yet, in one transaction (or in the one that is open)."""
        with transaction.atomic():
            # Two imports at once would both find a row missing.
            lock_imports()
            known = set(known_keys([row.key for row in rows]))
            rows = [row for row in rows if row.key not in known]
            if not rows:
                return Written(0, 0, 0)
            customers, new_customers = keep_people({row.customer for row in rows}, stand_in=self._stand_in)
            first = next_numbers(len(rows))
            requests = [self._request(row, first + offset, customers) for offset, row in enumerate(rows)]
            ServiceRequest.objects.bulk_create(requests, batch_size=_BATCH)
            entries = [
                entry for row, request in zip(rows, requests, strict=True) for entry in _entries(row.lines, request)
            ]
            HistoryEntry.objects.bulk_create(entries, batch_size=_BATCH)
            ask_for_words()
        return Written(len(requests), new_customers, len(entries))

    def _request(self, row: PreparedRow, number: int, customers: Mapping[str, uuid.UUID]) -> ServiceRequest:
        now = timezone.now()
        customer_id = customers[row.customer.email]
        request = ServiceRequest(
            number=number,
            type_key=row.type_key,
            data=row.answers,
            title=row.title,
            customer_id=customer_id,
            created_by_id=customer_id,
            assignee_id=row.assignee_id,
            team_key=row.team_key,
            priority=row.priority,
            version_number=self._portal.number,
            submission_key=row.key,
            source=Source.IMPORTED,
            created_at=row.created_at,
            last_entry_at=max(line.at for line in row.lines),
        )
        enter_status(request, row.status_key, portal=self._portal, now=row.status_since)
        is_open = request.closed_at is None
        request.waiting_since = None
        at_start = row.status_key == self._portal.type(row.type_key).start
        request.is_new = is_open and at_start and row.assignee_id is None
        if row.unanswered_since is not None and is_open:
            request.unanswered_since = row.unanswered_since
            if request.turn != Turn.US:
                request.due_at = answer_due_at(request, portal=self._portal, now=row.unanswered_since)
        mark_told(request, [due.key for due in pending(request, self._portal) if due.what == "late" and due.at <= now])
        return request


def _entries(lines: tuple[PreparedLine, ...], request: ServiceRequest) -> list[HistoryEntry]:
    """History is read in the order of its ids, so theirs are made from the times of the lines."""
    found = []
    last: datetime | None = None
    sequence = 0
    for line in lines:
        sequence = sequence + 1 if last == line.at else 0
        last = line.at
        actor_id = line.actor_id
        if actor_id is None and line.side == Side.CUSTOMER:
            actor_id = request.customer_id
        found.append(
            HistoryEntry(
                id=uuid7_at(line.at, sequence),
                request=request,
                kind=line.kind,
                audience=line.audience,
                side=line.side,
                actor_id=actor_id,
                body=line.body,
                data=line.data,
                at=line.at,
            )
        )
    return found
