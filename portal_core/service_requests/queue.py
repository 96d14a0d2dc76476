"""The staff's queue: which requests, in which order, a page at a time.

Paging is by key, not by offset: the page after a request starts where it ended, however many came in meanwhile, and
the hundredth page costs what the first does.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.live import live_portal
from portal_core.config.visibility import Visibility
from portal_core.service_requests.answer_filters import with_answers
from portal_core.service_requests.models import Priority, ServiceRequest, Turn
from portal_core.service_requests.queries import open_requests, visible_to

PAGE_SIZE = 25
# Nobody counts beyond that; the rail shows "999+".
COUNT_LIMIT = 1000
_FIRST_YEAR = 1900
# How many of a list are looked at one by one for what their answers are.
_NEAR = 1_000
NEEDS_US = Q(turn=Turn.US) | Q(unanswered_since__isnull=False)
VIEWS: dict[str, Q] = {
    "needs-us": NEEDS_US,
    "new": Q(is_new=True),
    "mine": Q(),
    "with-customers": Q(turn=Turn.CUSTOMER),
    "all": Q(),
}
SORTS = {"due": "due_at", "age": "created_at", "priority": "due_at"}
# What the filter on priority leaves, from this level on or exactly this one.
PRIORITIES: dict[str, Q] = {
    "urgent": Q(priority=Priority.URGENT),
    "pressing": Q(priority__gte=Priority.HIGH),
    "low": Q(priority=Priority.LOW),
}


@dataclass(frozen=True)
class Counts:
    """How many open requests stand in each view, COUNT_LIMIT at most."""

    needs_us: int
    late: int
    new: int
    mine: int
    with_customers: int
    all: int


@dataclass(frozen=True)
class Filters:
    """What the address asks for. Unknown values count as not asked."""

    view: str = "needs-us"
    type_key: str = ""
    status_key: str = ""
    who: str = ""  # me, nobody, or a person's id
    team: str = ""
    due: str = ""  # over, today, week
    priority: str = ""  # one of PRIORITIES
    state: str = "open"  # open or closed; any, when searching
    sort: str = "due"
    # "type.field:status,status": where something stands in that field, in these statuses.
    holds: str = ""
    # What stands in answers of the one type: see answer_filters.py.
    answers: str = ""
    # Which columns are shown, as a view keeps them: see desk/columns.py. It narrows nothing.
    columns: str = ""


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
class QueuePage:
    """One page of the queue in order, and the cursors of its neighbours."""

    rows: list[ServiceRequest]
    newer: Cursor | None
    older: Cursor | None


def counts(actor: Actor, also: Sequence[QuerySet[Any]] = ()) -> tuple[Counts, list[int]]:
    """The counts of all views and of whatever else is counted on the same page, in one query.

    Each stops at COUNT_LIMIT, so that they cost the same at any size. `Any`: rows of any table can be counted.
    """
    found = open_requests(actor)
    names = ("needs_us", "late", "new", "mine", "with_customers", "all")
    needs_us = found.filter(NEEDS_US)
    views = (
        needs_us,
        needs_us.filter(due_at__lt=timezone.now()),
        found.filter(is_new=True),
        found.filter(assignee_id=actor.user_id),
        found.filter(turn=Turn.CUSTOMER),
        found,
    )
    found_counts = bounded_counts((*views, *also))
    return Counts(**dict(zip(names, found_counts[: len(names)], strict=True))), found_counts[len(names) :]


def bounded_counts(views: Iterable[QuerySet[Any]], limit: int = COUNT_LIMIT) -> list[int]:
    """How many rows each has, `limit` at most, in one query; of one that is cut already (in its order, with one value a
    row), how many of these have the value."""
    parts: list[str] = []
    values: list[Any] = []  # whatever the ORM made of the conditions
    for view in views:
        try:
            cut = view if view.query.is_sliced else view.order_by().values("pk")[:limit]
            statement, parameters = cut.query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(it) FROM ({statement}) counted (it))")  # noqa: S608 - made by the ORM, values apart
        values.extend(parameters)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)  # as above
        row = cursor.fetchone()
    return [int(number) for number in row or ()]


def page(actor: Actor, filters: Filters, cursor: Cursor | None, *, zone: ZoneInfo) -> QueuePage:
    """One page of the queue with customers and people loaded, in one query; in two where answers narrow it."""
    order = _Order.of(filters)
    found = order.beginning(filtered(actor, filters, zone=zone), cursor).select_related("customer", "assignee")
    rows = []
    if filters.answers:
        # What many requests have is found among the nearest, what few have by the index of answers; the planner knows
        # neither, and the wrong way means sorting all that are found, or walking past all that are not.
        every = order.beginning(_whatever_is_answered(actor, filters, zone=zone), cursor)
        rows = list(found.filter(pk__in=every.values("pk")[:_NEAR])[: PAGE_SIZE + 1])
    if len(rows) <= PAGE_SIZE:
        rows = list(found[: PAGE_SIZE + 1])
    backwards = cursor is not None and cursor.is_backwards
    has_more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    return _with_cursors(rows, order, cursor, has_more=has_more)


def in_order(actor: Actor, filters: Filters, *, zone: ZoneInfo) -> QuerySet[ServiceRequest]:
    """All that the filters leave, in the order of the queue."""
    return filtered(actor, filters, zone=zone).order_by(*_Order.of(filters).columns(backwards=False))


def counted(actor: Actor, filters: Filters, *, zone: ZoneInfo) -> list[QuerySet[Any]]:
    """What `bounded_counts` is to count of a list: what it leaves. Where answers narrow it, what they leave of its next
    COUNT_LIMIT, and the list that these are of: a rare answer is not looked for among all with every page.

    `Any`: rows, or one value a row.
    """
    if not filters.answers:
        return [filtered(actor, filters, zone=zone)]
    every = _whatever_is_answered(actor, filters, zone=zone)
    # Asked of each of the next ones as it is read. As a condition beside "is one of the next ones" the planner, which
    # takes it for rare and cheap, would ask it of all there are.
    is_met = with_answers(filters.type_key, filters.answers, actor.role, live_portal())
    met = _Order.of(filters).beginning(every, None).annotate(met=Case(When(is_met, then=1)))
    return [met.values("met")[:COUNT_LIMIT], every]


def _whatever_is_answered(actor: Actor, filters: Filters, *, zone: ZoneInfo) -> QuerySet[ServiceRequest]:
    return filtered(actor, replace(filters, answers=""), zone=zone)


def neighbours(actor: Actor, filters: Filters, row: ServiceRequest, *, zone: ZoneInfo) -> tuple[int | None, int | None]:
    """The numbers of the requests before and after `row` in a queue, whether or not it stands there; one query."""
    order = _Order.of(filters)
    found = filtered(actor, filters, zone=zone).exclude(pk=row.pk)
    here = order.cursor(row)
    sides = [
        found.filter(order.beyond(replace(here, is_backwards=backwards)))
        .order_by(*order.columns(backwards=backwards))
        .values("number")[:1]
        for backwards in (True, False)
    ]
    parts: list[str] = []
    values: list[Any] = []  # whatever the ORM made of the conditions
    for side in sides:
        try:
            statement, parameters = side.query.sql_with_params()
        except EmptyResultSet:
            parts.append("NULL")
            continue
        parts.append(f"({statement})")
        values.extend(parameters)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)  # made by the ORM, values apart
        before, after = cursor.fetchone() or (None, None)
    return before, after


@dataclass(frozen=True)
class _Order:
    """What a queue is ordered by: a moment, and before it the priority where that was asked for; the id last."""

    key: str
    newest_first: bool = False
    pressing_first: bool = False

    @classmethod
    def of(cls, filters: Filters) -> "_Order":
        if filters.state == "closed":
            return cls("created_at", newest_first=True)
        return cls(SORTS.get(filters.sort, "due_at"), pressing_first=filters.sort == "priority")

    def columns(self, *, backwards: bool) -> list[str]:
        sign = "-" if backwards != self.newest_first else ""
        level = ["priority" if backwards else "-priority"] if self.pressing_first else []
        return [*level, f"{sign}{self.key}", f"{sign}id"]

    def beginning(self, found: QuerySet[ServiceRequest], cursor: Cursor | None) -> QuerySet[ServiceRequest]:
        """What was found in this order, from the cursor on."""
        ordered = found.order_by(*self.columns(backwards=cursor is not None and cursor.is_backwards))
        return ordered if cursor is None else ordered.filter(self.beyond(cursor))

    def beyond(self, cursor: Cursor) -> Q:
        side = _beyond(self.key, cursor, descending=cursor.is_backwards != self.newest_first)
        if not self.pressing_first or cursor.priority is None:
            return side
        less = "gt" if cursor.is_backwards else "lt"
        level = cursor.priority
        return Q(**{f"priority__{less}e": level}) & (Q(**{f"priority__{less}": level}) | Q(priority=level) & side)

    def cursor(self, row: ServiceRequest) -> Cursor:
        return Cursor(getattr(row, self.key), row.pk, priority=row.priority if self.pressing_first else None)


def filtered(actor: Actor, filters: Filters, *, zone: ZoneInfo) -> QuerySet[ServiceRequest]:
    """The requests that the filters leave of what the actor may see."""
    found = visible_to(actor)
    if filters.state != "any":
        found = found.filter(closed_at__isnull=filters.state != "closed")
    found = found.filter(VIEWS.get(filters.view, NEEDS_US) if filters.state != "closed" else Q())
    if filters.view == "mine":
        found = found.filter(assignee_id=actor.user_id)
    return narrowed(found, actor, filters, zone=zone)


def narrowed(
    found: QuerySet[ServiceRequest], actor: Actor, filters: Filters, *, zone: ZoneInfo
) -> QuerySet[ServiceRequest]:
    """`found` without what type, status, person, team, due time and answers leave out."""
    for name, value in (("type_key", filters.type_key), ("status_key", filters.status_key), ("team_key", filters.team)):
        if value:
            found = found.filter(**{name: value})
    if filters.due:
        found = found.filter(_due(filters.due, zone))
    if filters.holds:
        found = found.filter(_holds(filters.holds, actor))
    if filters.answers:
        found = found.filter(with_answers(filters.type_key, filters.answers, actor.role, live_portal()))
    if filters.priority in PRIORITIES:
        found = found.filter(PRIORITIES[filters.priority])
    return found.filter(_who(filters.who, actor)) if filters.who else found


def _holds(holds: str, actor: Actor) -> Q:
    """SECURITY: that there is something in a field is told, by the length of a list too, only to who sees the field."""
    place, _, statuses = holds.partition(":")
    type_key, _, field_key = place.partition(".")
    field = live_portal().type_or_unknown(type_key).field_or_none(field_key)
    if field is None:
        return Q(pk__in=[])
    seen = [key for key in statuses.split(",") if field.visibility(actor.role, key) >= Visibility.SEE]
    return Q(type_key=type_key, status_key__in=seen, data__has_key=field_key)


def _who(who: str, actor: Actor) -> Q:
    if who == "me":
        return Q(assignee_id=actor.user_id)
    if who == "nobody":
        return Q(assignee_id=None)
    try:
        return Q(assignee_id=uuid.UUID(who))
    except ValueError:
        return Q()


def _due(due: str, zone: ZoneInfo) -> Q:
    """Late, due by the end of today, or by the end of Sunday, in the desk's time zone."""
    now = timezone.now()
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    limits = {
        "over": now,
        "today": midnight + timedelta(days=1),
        "week": midnight + timedelta(days=7 - midnight.weekday()),
    }
    return Q(due_at__lt=limits[due]) if due in limits else Q()


def _beyond(key: str, cursor: Cursor, *, descending: bool) -> Q:
    # Written as "key <= at AND (key < at OR id < id)": the first half is what the index can use.
    side = "lt" if descending else "gt"
    return Q(**{f"{key}__{side}e": cursor.at}) & (Q(**{f"{key}__{side}": cursor.at}) | Q(**{f"id__{side}": cursor.id}))


def _with_cursors(rows: list[ServiceRequest], order: _Order, cursor: Cursor | None, *, has_more: bool) -> QueuePage:
    if not rows:
        return QueuePage(rows, newer=None, older=None)
    first, last = (order.cursor(row) for row in (rows[0], rows[-1]))
    backwards = cursor is not None and cursor.is_backwards
    has_newer = has_more if backwards else cursor is not None
    has_older = True if backwards else has_more
    return QueuePage(
        rows,
        newer=replace(first, is_backwards=True) if has_newer else None,
        older=last if has_older else None,
    )
