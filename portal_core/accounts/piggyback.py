"""One value that every request needs anyway, read in the statement that loads the session.

Layers above register it (the version that is live); whoever has no session reads it by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import Combinable

from portal_core.accounts.models import Session
from tenants.context import current


@dataclass(frozen=True)
class _Piggyback:
    column: Callable[[], Combinable]
    keep: Callable[[Any], None]  # whatever the column's type is


_registered: list[_Piggyback] = []


def set_piggyback(*, column: Callable[[], Combinable], keep: Callable[[Any], None]) -> None:
    """Registers what comes along and who keeps it; called once at start. `Any`: the column decides the type."""
    _registered[:] = [_Piggyback(column, keep)]


def first_with_piggyback(rows: QuerySet[Session]) -> Session | None:
    """The session's row; what came along is handed to its keeper. In public nothing comes along."""
    if current() is None or not _registered:
        return rows.first()
    piggyback = _registered[0]
    # Not `first`, which sorts what is one row.
    row = next(iter(rows.annotate(piggyback=piggyback.column())), None)
    if row is not None:
        piggyback.keep(row.piggyback)
    return row
