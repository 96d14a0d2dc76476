"""One value that every request needs anyway, read in the statement that loads the session.

Layers above register it (the version that is live); whoever has no session reads it by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Piggyback:
    """`column` is SQL for one value, a constant of the code's; `keep` is handed the value as text, None where empty."""

    column: str
    keep: Callable[[str | None], None]


_NOTHING = Piggyback("NULL", lambda _nothing: None)
_registered: list[Piggyback] = [_NOTHING]


def set_piggyback(*, column: str, keep: Callable[[str | None], None]) -> None:
    """Registers what comes along and who keeps it; called once at start."""
    _registered[:] = [Piggyback(column, keep)]


def piggyback(*, is_public: bool) -> Piggyback:
    """What comes along in a tenant's schema; in public nothing does."""
    return _NOTHING if is_public else _registered[0]
