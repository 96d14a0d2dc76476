"""Introspection of the schema in force alone."""

from typing import Any

from django.db.backends.postgresql.introspection import DatabaseIntrospection as StockIntrospection
from django.db.backends.postgresql.introspection import TableInfo


class DatabaseIntrospection(StockIntrospection):
    """Lists the tables of one namespace.

    The other stock queries filter by visibility, which is the same thing on a closed search_path; this one
    would ask for the visibility of every table of every tenant.
    """

    # `cursor` is Any in the stubs of Django, too.
    def get_table_list(self, cursor: Any) -> list[TableInfo]:  # type: ignore[override]  # as Django's own does
        """Tables, partitions and views of the current schema."""
        cursor.execute(
            """
            SELECT c.relname,
                   CASE WHEN c.relispartition THEN 'p' WHEN c.relkind IN ('m', 'v') THEN 'v' ELSE 't' END,
                   obj_description(c.oid, 'pg_class')
              FROM pg_catalog.pg_class c
             WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v')
               AND c.relnamespace = to_regnamespace(quote_ident(current_schema()))
            """
        )
        ignored = self.ignored_tables
        return [TableInfo(*row) for row in cursor.fetchall() if row[0] not in ignored]
