"""What no index finds is looked for among the next rows of a list, one by one.

A list comes in parts, all in the same order, of which none has a row of another (see `queries.visible_parts`): the next
rows of it are among the next of each.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, IntegerField, Q, QuerySet, UUIDField, Value, When
from django.db.models.functions import Cast

from portal_core.service_requests.models import ServiceRequest

# How many are looked at for one page, at most.
FAR: Final = 2_500
# A statement, and the values that stand beside it. `Any`: values of any column.
Statement = tuple[str, tuple[Any, ...]]
Parts = Sequence[QuerySet[ServiceRequest]]


def first_met(listed: Parts, is_met: Q, column: Literal["pk", "number"], number: int, *, among: int) -> Statement:
    """Reads a column of the first few of a list in order that meet a condition, and behind it what the order is by.

    Each of the next `among` is asked as it is read, until there are enough. As a condition of a list that is cut the
    planner, which takes conditions for rare and cheap, would ask them of all there are. Raises `EmptyResultSet` where
    nothing is listed.
    """
    looked_at, values, by = _looked_at(listed, is_met, column, among)
    # SECURITY: made by the ORM and of the names of columns; values stand beside it.
    found = f"SELECT * FROM looked_at WHERE met IS NOT NULL ORDER BY {by} LIMIT {number:d}"  # noqa: S608
    return f"WITH {looked_at} {found}", values


def first_met_and_edge(listed: Parts, is_met: Q, number: int, *, among: int) -> Statement:
    """The keys of the first few among the next, as `first_met` reads them; behind them, where these are fewer, with
    NULL for a key, the last one that is looked at and the one after it, if there are so many.

    One statement sees one state of the list: whatever changes meanwhile, nothing between two pages is left out. What is
    cut keeps its order in a UNION ALL: PostgreSQL appends such parts one after the other.
    """
    looked_at, values, by = _looked_at(listed, is_met, "pk", among + 1)
    names, _ = _order(listed)
    # SECURITY: as above.
    next_ones = f"SELECT * FROM looked_at ORDER BY {by} LIMIT {among:d}"  # noqa: S608
    found = f"SELECT * FROM ({next_ones}) next_ones WHERE met IS NOT NULL ORDER BY {by} LIMIT {number:d}"  # noqa: S608
    is_little = f"(SELECT count(*) FROM found) < {number:d}"  # noqa: S608
    edge = f"SELECT NULL, {', '.join(names)} FROM looked_at WHERE {is_little} ORDER BY {by} OFFSET {among - 1:d}"  # noqa: S608
    return f"WITH {looked_at}, found AS MATERIALIZED ({found}) (SELECT * FROM found) UNION ALL ({edge})", values  # noqa: S608


def next_keys(listed: Parts, number: int) -> Statement:
    """Reads the keys of the next few of a list. Raises `EmptyResultSet` where nothing is listed."""
    names, by = _order(listed)
    keys, values = _next(_columns(listed, F("pk")), names, by, number)
    return f"SELECT met FROM ({keys}) keys (met, {', '.join(names)}) ORDER BY {by}", values  # noqa: S608 - as above


def read(statement: Statement) -> list[tuple[Any, ...]]:
    """What a statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return list(cursor.fetchall())


def _nothing(column: Literal["pk", "number"]) -> Cast:
    """NULL, of the type of a column: PostgreSQL takes one that stands for itself for text."""
    return Cast(Value(None), UUIDField() if column == "pk" else IntegerField())


def _looked_at(
    listed: Parts, is_met: Q, column: Literal["pk", "number"], among: int
) -> tuple[str, tuple[Any, ...], str]:
    """The next few of a list as a table, `met` where they meet a condition; its values; and its order.

    Materialized, and all the same read no further than there are enough: else the planner, which takes the first for
    enough, would walk past all others.
    """
    names, by = _order(listed)
    met = Case(When(is_met, then=column), default=_nothing(column))
    statement, values = _next(_columns(listed, met), names, by, among)
    # SECURITY: as above.
    return f"looked_at (met, {', '.join(names)}) AS MATERIALIZED ({statement})", values, by


def _order(listed: Parts) -> tuple[list[str], str]:
    """The names of the columns that a list is ordered by, and the order itself."""
    order = [str(name) for name in listed[0].query.order_by]
    names = [name.removeprefix("-") for name in order]
    return names, ", ".join(f"{name} DESC" if sign != name else name for name, sign in zip(names, order, strict=True))


def _columns(listed: Parts, met: Case | F) -> Iterable[QuerySet[ServiceRequest, Any]]:
    names, _ = _order(listed)
    return (part.annotate(met=met).values_list("met", *names) for part in listed)


def _next(parts: Iterable[QuerySet[ServiceRequest, Any]], names: list[str], by: str, number: int) -> Statement:
    """The next few rows of a list: of the next few of each part."""
    statement, values = _together([part[:number] for part in parts])
    # SECURITY: as above.
    return f"SELECT * FROM ({statement}) parts (met, {', '.join(names)}) ORDER BY {by} LIMIT {number:d}", values  # noqa: S608


def _together(parts: Sequence[QuerySet[ServiceRequest, Any]]) -> Statement:
    found = []
    for part in parts:
        try:
            found.append(part.query.sql_with_params())
        except EmptyResultSet:
            continue
    if not found:
        raise EmptyResultSet
    return " UNION ALL ".join(f"({one})" for one, _ in found), tuple(value for _, values in found for value in values)
