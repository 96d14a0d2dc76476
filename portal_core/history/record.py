"""Adds lines to a request's history. Called by actions, inside their transaction."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.history.models import Audience, HistoryEntry, Kind, Side
from tenants.identifiers import uuid7_at

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"

_BATCH = 500
# Between the machines that serve one portal.
_CLOCKS_DIFFER: Final = timedelta(seconds=5)


@dataclass(frozen=True)
class Line:
    """What one entry says. `data` must be JSON; `submission_key` makes sending twice the same line impossible."""

    kind: Kind
    audience: Audience
    at: datetime
    body: str = ""
    data: dict[str, JsonValue] = field(default_factory=dict)
    submission_key: uuid.UUID | None = None
    document_id: uuid.UUID | None = None


def side_of(actor: Actor) -> Side:
    """The side of the door on which `actor` stands."""
    if actor.user_id is None:
        return Side.SYSTEM
    return Side.STAFF if actor.is_staff else Side.CUSTOMER


def add_line(*, actor: Actor, request_id: uuid.UUID | None, line: Line) -> HistoryEntry:
    """Writes one entry and gives it back."""
    entry = _entry(actor, request_id, line)
    entry.save(force_insert=True)
    return entry


def written_before(actor: Actor, request_id: uuid.UUID, submission_key: uuid.UUID | None) -> HistoryEntry | None:
    """What `actor` wrote to this request with this very form, where it came in before."""
    if submission_key is None:
        return None
    written = HistoryEntry.objects.filter(submission_key=submission_key, request_id=request_id)
    return written.filter(actor_id=actor.user_id).first()


def latest_key() -> uuid.UUID | None:
    """The key of the line that was written last: another one whenever anything was done to any request.

    Keys are times: a line that was brought in with a date ahead of now would be the last one until then.
    """
    written = HistoryEntry.objects.filter(pk__lte=uuid7_at(timezone.now() + _CLOCKS_DIFFER, 0))
    return written.order_by("-id").values_list("id", flat=True).first()


def add_lines(*, actor: Actor, lines: Mapping[uuid.UUID, Line]) -> None:
    """Writes one entry for each request, many at once."""
    entries = [_entry(actor, request_id, line) for request_id, line in lines.items()]
    HistoryEntry.objects.bulk_create(entries, batch_size=_BATCH)


def _entry(actor: Actor, request_id: uuid.UUID | None, line: Line) -> HistoryEntry:
    return HistoryEntry(
        request_id=request_id,
        document_id=line.document_id,
        kind=line.kind,
        audience=line.audience,
        side=side_of(actor),
        actor_id=actor.user_id,
        body=line.body,
        data=line.data,
        submission_key=line.submission_key,
        at=line.at,
    )
