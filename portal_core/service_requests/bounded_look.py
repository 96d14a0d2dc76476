"""What no index finds is looked for among the next rows of a list, one by one."""

from typing import Any, Final

from django.db import connection
from django.db.models import Case, Q, QuerySet, UUIDField, Value, When

from portal_core.service_requests.models import ServiceRequest

# How many are looked at for one page, at most.
FAR: Final = 5_000
# A statement, and the values that stand beside it. `Any`: values of any column.
Statement = tuple[str, tuple[Any, ...]]


def first_met(listed: QuerySet[ServiceRequest], is_met: Q, column: str, number: int, *, among: int) -> Statement:
    """Reads a column of the first few of a list in order that meet a condition, and behind it what the order is by.

    Each of the next `among` is asked as it is read, until there are enough. As a condition of a list that is cut the
    planner, which takes conditions for rare and cheap, would ask them of all there are. Raises `EmptyResultSet` where
    nothing is listed.
    """
    order = [str(name) for name in listed.query.order_by]
    names = _names(order)
    met = listed.annotate(met=Case(When(is_met, then=column))).values_list("met", *names)[:among]
    statement, values = met.query.sql_with_params()
    by = ", ".join(f"{name} DESC" if sign == f"-{name}" else name for name, sign in zip(names, order, strict=True))
    # SECURITY: made by the ORM and of the names of columns; values stand beside it.
    looked_at = f"SELECT * FROM ({statement}) looked_at (met, {', '.join(names)})"  # noqa: S608
    return f"{looked_at} WHERE met IS NOT NULL ORDER BY {by} LIMIT {number:d}", values


def first_met_and_edge(listed: QuerySet[ServiceRequest], is_met: Q, number: int) -> Statement:
    """The keys of the first few among the next FAR, as `first_met` reads them; behind them, with NULL for a key, the
    last one that is looked at and the one after it, where there are so many.

    One statement sees one state of the list: whatever changes meanwhile, nothing between two pages is left out.
    """
    names = _names([str(name) for name in listed.query.order_by])
    statement, values = first_met(listed, is_met, "pk", number, among=FAR)
    nothing = Value(None, output_field=UUIDField())
    edge = listed.annotate(met=nothing).values_list("met", *names)[FAR - 1 : FAR + 1]
    edge_statement, edge_values = edge.query.sql_with_params()
    return f"({statement}) UNION ALL ({edge_statement})", (*values, *edge_values)


def read(statement: Statement) -> list[tuple[Any, ...]]:
    """What a statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return list(cursor.fetchall())


def _names(order: list[str]) -> list[str]:
    return [name.removeprefix("-") for name in order]
