"""How queries become SQL: as Django does it for PostgreSQL, with less work for the order of plain lists."""

from typing import Any

from django.db.backends.postgresql import compiler as stock
from django.db.models import F, OrderBy
from django.db.models.sql.compiler import SQLAggregateCompiler, SQLDeleteCompiler, SQLUpdateCompiler

SQLInsertCompiler = stock.SQLInsertCompiler

__all__ = ["SQLAggregateCompiler", "SQLCompiler", "SQLDeleteCompiler", "SQLInsertCompiler", "SQLUpdateCompiler"]


class SQLCompiler(stock.SQLCompiler):
    """Django's, which for each ordered query hashes every selected column: a third of all work on such a query."""

    def _order_by_pairs(self) -> Any:  # a generator; the stubs say None
        """What a list is ordered by.

        Django asks of each whether it is one of the selected expressions or has the name of one. Of columns without
        names of their own, a name is neither: so they need not be put into the dictionary in which it looks.
        """
        selected = self.select
        if self._is_ordered_by_names_alone() and not any(alias for _column, _sql, alias in selected or ()):
            self.select = None
        try:
            yield from super()._order_by_pairs()  # type: ignore[misc]  # likewise
        finally:
            self.select = selected

    def _is_ordered_by_names_alone(self) -> bool:
        """Not so for combined queries either, whose order stands in what is selected."""
        query = self.query
        meta: Any = query.get_meta()  # of a query without a table, None
        given = (*query.extra_order_by, *query.order_by, *(meta.ordering if meta else ()))
        return not query.combinator and all(map(_is_name, given))


def _is_name(order: Any) -> bool:
    return isinstance(order, str) or (isinstance(order, OrderBy) and type(order.expression) is F) or type(order) is F
