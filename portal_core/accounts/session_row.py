"""A session's row with its user and what comes along with them: one statement, the same for every request.

Django would write it out anew each time, which took a fifth of the time of a small page. Here it is written once in a
process, from the models' own columns, and its row is read by hand.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from django.db import connection

from portal_core.accounts.models import Session, User
from portal_core.accounts.piggyback import piggyback
from tenants.context import current
from tenants.tenant_model import TenantModel

M = TypeVar("M", bound=TenantModel)


def session_row(key_hash: str) -> Session | None:
    """The session of this key with its user, if the schema at hand has it; what came along is with its keeper."""
    along = piggyback(is_public=current() is None)
    with connection.cursor() as cursor:
        cursor.execute(_statement(along.column), [key_hash])
        row = cursor.fetchone()
    if row is None:
        return None
    sessions, users = _columns()
    session = sessions.read(row)
    session.user = users.read(row[len(sessions) : -1]) if session.user_id is not None else None
    along.keep(row[-1])
    return session


class _Columns(Generic[M]):
    """All columns of a model as a statement lists them, and an object from the values that come back."""

    def __init__(self, model: type[M]) -> None:
        self._model = model
        self._fields = model._meta.concrete_fields
        self._names = [field.attname for field in self._fields]
        # What Django asks each field for: JSON is text on the wire.
        self._converters = [
            (place, field, convert)
            for place, field in enumerate(self._fields)
            for convert in field.get_db_converters(connection)
        ]

    def __len__(self) -> int:
        return len(self._fields)

    def sql(self) -> str:
        """Their names with that of the table."""
        table = self._model._meta.db_table
        return ", ".join(f'"{table}"."{field.column}"' for field in self._fields)

    def read(self, row: Sequence[Any]) -> M:
        """The object whose values the row begins with; Any: whatever the columns hold."""
        values = list(row[: len(self)])
        for place, field, convert in self._converters:
            values[place] = convert(values[place], field.cached_col, connection)
        return self._model.from_db(connection.alias, self._names, values)


@cache
def _columns() -> tuple[_Columns[Session], _Columns[User]]:
    return _Columns(Session), _Columns(User)


@cache
def _statement(column: str) -> str:
    """SECURITY: names of tables and columns alone, and a constant; the key goes beside it."""
    sessions, users = _columns()
    return (
        f"SELECT {sessions.sql()}, {users.sql()}, {column}"  # noqa: S608 - constants, see above
        ' FROM "accounts_session" LEFT JOIN "accounts_user" ON "accounts_user"."id" = "accounts_session"."user_id"'
        ' WHERE "accounts_session"."key_hash" = %s'
    )
