"""What no index finds is looked for among the next rows of a list, one by one."""

from typing import Any, Final

from django.db.models import Case, Q, QuerySet, When

from portal_core.service_requests.models import ServiceRequest

# How many are looked at for one page, at most.
FAR: Final = 10_000


def first_met(
    listed: QuerySet[ServiceRequest], is_met: Q, column: str, number: int, *, among: int
) -> tuple[str, tuple[Any, ...]]:
    """The statement, with its values, that reads a column of the first few of a list in order that meet a condition.

    Each of the next `among` is asked as it is read, until there are enough. As a condition of a list that is cut the
    planner, which takes conditions for rare and cheap, would ask them of all there are. Raises `EmptyResultSet` where
    nothing is listed. `Any`: values of any column.
    """
    order = [str(name) for name in listed.query.order_by]
    names = [name.removeprefix("-") for name in order]
    met = listed.annotate(met=Case(When(is_met, then=column))).values_list("met", *names)[:among]
    statement, values = met.query.sql_with_params()
    by = ", ".join(f"{name} DESC" if sign == f"-{name}" else name for name, sign in zip(names, order, strict=True))
    # SECURITY: made by the ORM and of the names of columns; values stand beside it.
    looked_at = f"({statement}) looked_at (met, {', '.join(names)})"
    return f"SELECT met FROM {looked_at} WHERE met IS NOT NULL ORDER BY {by} LIMIT {number:d}", values  # noqa: S608
