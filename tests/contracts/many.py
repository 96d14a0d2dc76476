"""Many requests at once: one is filed the real way, the others are copies of it in different places."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle

from django.utils import timezone

from portal_core.accounts.models import User
from portal_core.config.live import live_portal
from portal_core.history.models import Audience, HistoryEntry, Kind, Side
from portal_core.service_requests.changes import enter_status
from portal_core.service_requests.models import NumberCounter, ServiceRequest
from tenants.identifiers import uuid7
from tests.service_requests.filing import file_request


def file_many(count: int, customer: User, handlers: list[User | None]) -> list[ServiceRequest]:
    """`count` requests of `customer`, spread over all statuses of their type and over `handlers`, with history."""
    portal = live_portal()
    first = file_request(customer)
    statuses = cycle(status.key for status in portal.type(first.type_key).flow.statuses)
    people = cycle(handlers)
    rows = [first]
    for step in range(1, count):
        when = timezone.now() - timedelta(minutes=7 * step)
        row = ServiceRequest.objects.get(pk=first.pk)
        row.pk, row.number, row.submission_key = uuid7(), first.number + step, uuid7()
        row.created_at = row.last_entry_at = when
        row.assignee = next(people)
        row.is_new = step % 3 == 0
        enter_status(row, next(statuses), portal=portal, now=when)
        rows.append(row)
    ServiceRequest.objects.bulk_create(rows[1:])
    HistoryEntry.objects.bulk_create(
        HistoryEntry(
            request=row,
            kind=Kind.SUBMITTED,
            audience=Audience.CUSTOMER,
            side=Side.CUSTOMER,
            actor=customer,
            data={"status": row.status_key},
            at=row.created_at,
        )
        for row in rows[1:]
    )
    NumberCounter.objects.update(last_number=first.number + count - 1)
    return rows


def write_many_entries(request: ServiceRequest, count: int, writers: list[User]) -> None:
    """`count` messages and notes in the history of `request`, by different people."""
    people = cycle(writers)
    entries = []
    for step in range(count):
        writer = next(people)
        is_customer = writer.role == "customer"
        is_note = not is_customer and step % 3 == 0
        entries.append(
            HistoryEntry(
                request=request,
                kind=Kind.NOTED if is_note else Kind.REPLIED,
                audience=Audience.STAFF if is_note else Audience.CUSTOMER,
                side=Side.CUSTOMER if is_customer else Side.STAFF,
                actor=writer,
                body=f"Line {step}",
                at=timezone.now(),
            )
        )
    HistoryEntry.objects.bulk_create(entries)
