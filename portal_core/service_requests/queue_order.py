"""In which order a queue stands, and where its pages begin.

Paging is by key, not by offset: the page after a request starts where it ended, however many came in meanwhile, and
the hundredth page costs what the first does.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from portal_core.service_requests.models import ServiceRequest
from tenants.identifiers import key_beside

SORTS = {"due": "due_at", "age": "created_at", "priority": "due_at"}
_FIRST_YEAR = 1900


@dataclass(frozen=True)
class Cursor:
    """Where a page starts: after (or before) this request in the chosen order. `priority`: where that sorts first."""

    at: datetime
    id: uuid.UUID
    is_backwards: bool = False
    priority: int | None = None

    def __str__(self) -> str:
        level = "" if self.priority is None else f"{self.priority}p"
        return f"{'-' if self.is_backwards else ''}{level}{self.at.isoformat()}_{self.id}"

    def turned(self, *, backwards: bool) -> "Cursor":
        """The same place, looking that way."""
        return replace(self, is_backwards=backwards)

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """The cursor in an address; None when there is none or it is spoilt."""
        is_backwards = text.startswith("-")
        at, _, key = text.removeprefix("-").partition("_")
        level = int(at[0]) if at[1:2] == "p" and at[0] in "0123" else None
        at = at if level is None else at[2:]
        try:
            moment = datetime.fromisoformat(at.replace(" ", "+"))
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            utc = aware.astimezone(UTC)
            # PostgreSQL's calendar ends elsewhere than Python's; nothing of ours is that old.
            return cls(utc, uuid.UUID(key), is_backwards, level) if utc.year > _FIRST_YEAR else None
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True)
class Order:
    """What a queue is ordered by: a moment, and before it the priority where that was asked for; the id last."""

    key: str
    newest_first: bool = False
    pressing_first: bool = False

    @classmethod
    def of(cls, state: str, sort: str) -> "Order":
        """The order of a queue in that state (open, closed or any). What is closed is due no more: the newest first."""
        if state != "open":
            return cls("created_at", newest_first=True)
        return cls(SORTS.get(sort, "due_at"), pressing_first=sort == "priority")

    def columns(self, *, backwards: bool) -> list[str]:
        """What the database orders by."""
        sign = "-" if backwards != self.newest_first else ""
        level = ["priority" if backwards else "-priority"] if self.pressing_first else []
        return [*level, f"{sign}{self.key}", f"{sign}id"]

    def beginning(self, found: QuerySet[ServiceRequest], cursor: Cursor | None) -> QuerySet[ServiceRequest]:
        """What was found in this order, from the cursor on."""
        ordered = found.order_by(*self.columns(backwards=cursor is not None and cursor.is_backwards))
        return ordered if cursor is None else ordered.filter(self.beyond(cursor))

    def beyond(self, cursor: Cursor) -> Q:
        """What stands behind a cursor, or before it where that looks backwards."""
        side = _beyond(self.key, cursor, descending=cursor.is_backwards != self.newest_first)
        if not self.pressing_first or cursor.priority is None:
            return side
        less = "gt" if cursor.is_backwards else "lt"
        level = cursor.priority
        return Q(**{f"priority__{less}e": level}) & (Q(**{f"priority__{less}": level}) | Q(priority=level) & side)

    def cursor(self, row: ServiceRequest, *, backwards: bool = False) -> Cursor:
        """Where a page starts that goes on from a request."""
        return Cursor(getattr(row, self.key), row.pk, backwards, row.priority if self.pressing_first else None)

    def read(self, values: Sequence[Any]) -> Cursor:  # `Any`: values of any column
        """Where a page starts that goes on from a row of which the values were read that `columns` order by."""
        *level, at, key = values
        return Cursor(at, key, priority=level[0] if level else None)

    def way_back(self, cursor: Cursor) -> Cursor:
        """Where the page before (or after) an empty one starts: the request that its cursor names belongs to it."""
        step = 1 if cursor.is_backwards == self.newest_first else -1
        return replace(cursor, id=key_beside(cursor.id, step), is_backwards=not cursor.is_backwards)


def _beyond(key: str, cursor: Cursor, *, descending: bool) -> Q:
    # Written as "key <= at AND (key < at OR id < id)": the first half is what the index can use.
    side = "lt" if descending else "gt"
    return Q(**{f"{key}__{side}e": cursor.at}) & (Q(**{f"{key}__{side}": cursor.at}) | Q(**{f"id__{side}": cursor.id}))
