"""The staff's queue: which requests, a page at a time.

A page costs about the same however many requests there are, unless the part that its reader sees grows with them
(`bench pages` says how much more that costs). What an index knows is found wherever it stands; anything else (words
in an answer, two filters at once, whatever narrows closed requests) is looked for among the next FAR of the list, and
the page leads on from there.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.live import live_portal
from portal_core.config.visibility import Visibility
from portal_core.service_requests import bounded_look
from portal_core.service_requests.answer_filters import are_indexed, with_answers
from portal_core.service_requests.models import Priority, ServiceRequest, Turn
from portal_core.service_requests.queries import open_requests, visible_parts, visible_to
from portal_core.service_requests.queue_order import Cursor, Order

PAGE_SIZE = 25
# Nobody counts beyond that; the rail shows "999+".
COUNT_LIMIT = 1000
# What can be counted up to a limit: rows of any table, or a statement that goes no further by itself.
Countable = QuerySet[Any] | bounded_look.Statement
# How many are looked at first, and of how many that an index finds all are put in order.
_NEAR = 1_000
_FEW = 5_000
_NARROWING = ("type_key", "status_key", "who", "team", "due", "priority", "holds", "answers")
NEEDS_US = Q(turn=Turn.US) | Q(unanswered_since__isnull=False)
VIEWS: dict[str, Q] = {
    "needs-us": NEEDS_US,
    "new": Q(is_new=True),
    "mine": Q(),
    "with-customers": Q(turn=Turn.CUSTOMER),
    "all": Q(),
}
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
    state: str = "open"  # open, closed or any
    sort: str = "due"
    # "type.field:status,status": where something stands in that field, in these statuses.
    holds: str = ""
    # What stands in answers of the one type: see answer_filters.py.
    answers: str = ""
    # Which columns are shown, as a view keeps them: see desk/columns.py. It narrows nothing.
    columns: str = ""


@dataclass(frozen=True)
class QueuePage:
    """One page of the queue in order, and the cursors of its neighbours."""

    rows: list[ServiceRequest]
    newer: Cursor | None
    older: Cursor | None
    # The next FAR of the list have no more than this, and it goes on.
    is_part: bool = False


def counts(actor: Actor, also: Sequence[Countable] = ()) -> tuple[Counts, list[int]]:
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


def bounded_counts(views: Iterable[Countable], limit: int = COUNT_LIMIT) -> list[int]:
    """How many rows each has, `limit` at most, in one query; a statement counts as far as it goes by itself."""
    parts: list[str] = []
    values: list[Any] = []  # whatever the ORM made of the conditions
    for view in views:
        try:
            statement, parameters = (
                view if isinstance(view, tuple) else view.order_by().values("pk")[:limit].query.sql_with_params()
            )
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({statement}) counted)")  # noqa: S608 - made by the ORM, values apart
        values.extend(parameters)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)  # as above
        row = cursor.fetchone()
    return [int(number) for number in row or ()]


def page(actor: Actor, filters: Filters, cursor: Cursor | None, *, zone: ZoneInfo) -> QueuePage:
    """One page of the queue with customers and people loaded: one query, at most four where it is looked for."""
    order = Order.of(filters.state, filters.sort)
    found = order.beginning(filtered(actor, filters, zone=zone), cursor).select_related("customer", "assignee")
    look = _Look.of(actor, filters, zone)
    if look is None:
        rows = list(found[: PAGE_SIZE + 1])
        return _as_page(rows[:PAGE_SIZE], order, cursor, [order.cursor(row) for row in rows])
    # What many have is found among the nearest. The planner does not know how many have it, and the wrong way means
    # sorting all that are found, or walking past all that are not.
    keys: list[Cursor] = look.near(order, cursor) if look.has_index else []
    edge = None
    if len(keys) <= PAGE_SIZE:
        if look.has_index and bounded_counts([found], _FEW + 1)[0] <= _FEW:
            rows = list(found[: PAGE_SIZE + 1])
            return _as_page(rows[:PAGE_SIZE], order, cursor, [order.cursor(row) for row in rows])
        keys, edge = look.far(order, cursor)
    rows = list(found.filter(pk__in=[key.id for key in keys[:PAGE_SIZE]])) if keys else []
    return _as_page(rows, order, cursor, keys, edge)


@dataclass(frozen=True)
class _Look:
    """A queue that is looked for among the next requests of a list, one by one."""

    listed: bounded_look.Parts
    is_met: Q
    # Whether an index finds the others of it, wherever they stand.
    has_index: bool

    @classmethod
    def of(cls, actor: Actor, filters: Filters, zone: ZoneInfo) -> "_Look | None":
        """How the queue is looked for; None where it is found at once."""
        is_met = _in_view(actor, filters) & narrowing(actor, filters, zone)
        has_index = _has_index(filters, actor)
        if not is_met or (has_index and not filters.answers):
            return None
        listed = _left(actor, _listed(filters), zone)
        return cls([part.filter(listed) for part in visible_parts(actor)], is_met, has_index)

    def beginning(self, order: Order, cursor: Cursor | None) -> bounded_look.Parts:
        """The list in this order, from the cursor on."""
        return [order.beginning(part, cursor) for part in self.listed]

    def near(self, order: Order, cursor: Cursor | None) -> list[Cursor]:
        """Where those stand that are found among the nearest, one more than a page at most."""
        listed = self.beginning(order, cursor)
        try:
            statement = bounded_look.first_met(listed, self.is_met, "pk", PAGE_SIZE + 1, among=_NEAR)
        except EmptyResultSet:
            return []
        return [order.read(behind) for _, *behind in bounded_look.read(statement)]

    def far(self, order: Order, cursor: Cursor | None) -> tuple[list[Cursor], Cursor | None]:
        """Where those stand that are found, one more than a page at most, and the last one that was looked at, if there
        are others behind it."""
        listed = self.beginning(order, cursor)
        try:
            statement = bounded_look.first_met_and_edge(listed, self.is_met, PAGE_SIZE + 1, among=bounded_look.FAR)
        except EmptyResultSet:
            return [], None
        found = bounded_look.read(statement)
        keys = [order.read(behind) for key, *behind in found if key is not None]
        edges = [order.read(behind) for key, *behind in found if key is None]
        return keys, edges[0] if len(edges) > 1 else None


def _listed(filters: Filters) -> Filters:
    """The list among whose next requests is looked for what the filters leave."""
    listed = replace(filters, who="", team="", due="", priority="", holds="", answers="")
    return listed if filters.state == "open" else replace(listed, view="all", type_key="", status_key="")


def _has_index(filters: Filters, actor: Actor) -> bool:
    """Whether an index finds all that the filters leave: those of open requests know one thing each."""
    asked = {name for name in _NARROWING if getattr(filters, name)}
    if "answers" in asked:
        is_alone = asked == {"type_key", "answers"} and (filters.state == "open" or not _in_view(actor, filters))
        return is_alone and are_indexed(filters.type_key, filters.answers, actor.role, live_portal())
    if filters.state != "open":
        return not asked and not _in_view(actor, filters)
    return asked <= {"type_key", "status_key"} or (len(asked) == 1 and "holds" not in asked)


def in_order(actor: Actor, filters: Filters, *, zone: ZoneInfo) -> QuerySet[ServiceRequest]:
    """All that the filters leave, in the order of the queue."""
    found = filtered(actor, filters, zone=zone)
    return found.order_by(*Order.of(filters.state, filters.sort).columns(backwards=False))


def counted(actor: Actor, filters: Filters, *, zone: ZoneInfo) -> list[Countable]:
    """What `bounded_counts` is to count of a list: what it leaves. Where that is looked for, what is left of the next
    COUNT_LIMIT, and the list that these are of: a rare one is not looked for among all with every page.
    """
    look = _Look.of(actor, filters, zone)
    if look is None:
        return [filtered(actor, filters, zone=zone)]
    listed = look.beginning(Order.of(filters.state, filters.sort), None)
    try:
        met = bounded_look.first_met(listed, look.is_met, "pk", COUNT_LIMIT, among=COUNT_LIMIT)
    except EmptyResultSet:
        return [ServiceRequest.objects.none(), ServiceRequest.objects.none()]
    return [met, filtered(actor, _listed(filters), zone=zone)]


def neighbours(actor: Actor, filters: Filters, row: ServiceRequest, *, zone: ZoneInfo) -> tuple[int | None, int | None]:
    """The numbers of the requests before and after `row` in a queue, whether or not it stands there; one query.

    What is looked for is looked for among the next FAR on either side.
    """
    order, look = Order.of(filters.state, filters.sort), _Look.of(actor, filters, zone)
    every = filtered(actor, filters, zone=zone).exclude(pk=row.pk)
    parts: list[str] = []
    values: list[Any] = []  # whatever the ORM made of the conditions
    for here in (order.cursor(row, backwards=True), order.cursor(row)):
        try:
            if look:
                side = [part.exclude(pk=row.pk) for part in look.beginning(order, here)]
                first = bounded_look.first_met(side, look.is_met, "number", 1, among=bounded_look.FAR)
                number = f"(SELECT met FROM ({first[0]}) side)"  # noqa: S608 - made by the ORM, values apart
            else:
                first = order.beginning(every, here).values_list("number")[:1].query.sql_with_params()
                number = f"({first[0]})"
        except EmptyResultSet:
            parts.append("NULL")
            continue
        parts.append(number)
        values.extend(first[1])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)  # made by the ORM, values apart
        before, after = cursor.fetchone() or (None, None)
    return before, after


def has_passed(actor: Actor, filters: Filters, row: ServiceRequest, following: int, *, zone: ZoneInfo) -> bool:
    """Whether `row` stands no longer before the request numbered `following` in a queue in which that one still stands:
    it was moved down, or out of it; one query."""
    order, both = Order.of(filters.state, filters.sort), (row.number, following)
    found = order.beginning(filtered(actor, filters, zone=zone).filter(number__in=both), None)
    return following != row.number and found.values_list("number", flat=True).first() == following


def filtered(actor: Actor, filters: Filters, *, zone: ZoneInfo) -> QuerySet[ServiceRequest]:
    """The requests that the filters leave of what the actor may see."""
    return visible_to(actor).filter(_left(actor, filters, zone))


def _left(actor: Actor, filters: Filters, zone: ZoneInfo) -> Q:
    """What the filters leave, as one condition."""
    left = Q() if filters.state == "any" else Q(closed_at__isnull=filters.state != "closed")
    return left & _in_view(actor, filters) & narrowing(actor, filters, zone)


def _in_view(actor: Actor, filters: Filters) -> Q:
    if filters.state == "closed":
        return Q(assignee_id=actor.user_id) if filters.view == "mine" else Q()
    return Q(assignee_id=actor.user_id) if filters.view == "mine" else VIEWS.get(filters.view, NEEDS_US)


def narrowing(actor: Actor, filters: Filters, zone: ZoneInfo) -> Q:
    """What type, status, person, team, due time and answers ask of a request."""
    found = Q()
    for name, value in (("type_key", filters.type_key), ("status_key", filters.status_key), ("team_key", filters.team)):
        if value:
            found &= Q(**{name: value})
    if filters.due:
        found &= _due(filters.due, zone)
    if filters.holds:
        found &= _holds(filters.holds, actor)
    if filters.answers:
        found &= with_answers(filters.type_key, filters.answers, actor.role, live_portal())
    if filters.priority in PRIORITIES:
        found &= PRIORITIES[filters.priority]
    return found & _who(filters.who, actor) if filters.who else found


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


def _as_page(
    rows: list[ServiceRequest], order: Order, cursor: Cursor | None, keys: list[Cursor], edge: Cursor | None = None
) -> QueuePage:
    """The page of what was found from a cursor on. `keys`: where those stand, one more than the page where more follow;
    pages go on from there, whatever has become of their requests by now.

    `edge`: from where it leads on, where it was looked no further.
    """
    backwards = cursor is not None and cursor.is_backwards
    shown = keys[:PAGE_SIZE]
    is_part = edge is not None and len(keys) <= PAGE_SIZE
    on = shown[-1] if len(keys) > PAGE_SIZE else edge
    back = None if cursor is None else shown[0].turned(backwards=not backwards) if shown else order.way_back(cursor)
    if on is not None:
        on = on.turned(backwards=backwards)
    if backwards:
        rows.reverse()
    newer, older = (on, back) if backwards else (back, on)
    return QueuePage(rows, newer, older, is_part=is_part)
