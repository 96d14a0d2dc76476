"""What a new version would do to the requests that exist.

Requests belong to a higher package: it registers who counts and who moves them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from portal_core.accounts.actor import Actor


@dataclass(frozen=True, slots=True)
class Standing:
    """How many requests of one type stand in one status."""

    type_key: str
    status_key: str
    open_count: int
    closed_count: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """Open requests of `from_type` in `from_status` become `to_type` in `to_status`."""

    from_type: str
    from_status: str
    to_type: str
    to_status: str


CountRequests: TypeAlias = Callable[[], Sequence[Standing]]
ApplyMoves: TypeAlias = Callable[[Actor, Sequence[Move], int], None]


def _none() -> Sequence[Standing]:
    return ()


def _nothing(actor: Actor, moves: Sequence[Move], version_number: int) -> None:
    """Without requests there is nothing to move."""


def _no_kinds() -> frozenset[str]:
    return frozenset()


_kept_records: list[Callable[[], frozenset[str]]] = [_no_kinds]
_kept_documents: list[Callable[[], frozenset[str]]] = [_no_kinds]
_count: CountRequests = _none
_apply: ApplyMoves = _nothing


def register(*, count: CountRequests, apply: ApplyMoves) -> None:
    """Registers the owner of requests; called once at start.

    `count()` gives the standing of all requests. `apply(actor, moves, version_number)` moves the open ones,
    with history, inside the transaction that publishes; it must write to no request that no move names.
    """
    global _count, _apply
    _count, _apply = count, apply


def register_kept_records(kinds: Callable[[], frozenset[str]]) -> None:
    """Registers who knows the kinds of record that customers keep something of; called once at start."""
    _kept_records[:] = [kinds]


def kept_record_kinds() -> frozenset[str]:
    """The kinds of record of which there is any."""
    return _kept_records[0]()


def register_kept_documents(kinds: Callable[[], frozenset[str]]) -> None:
    """Registers who knows the kinds of which customers have documents; called once at start."""
    _kept_documents[:] = [kinds]


def kept_document_kinds() -> frozenset[str]:
    """The document kinds of which there is any."""
    return _kept_documents[0]()


def standing() -> Sequence[Standing]:
    """Where requests stand now."""
    return _count()


def apply_moves(actor: Actor, moves: Sequence[Move], version_number: int) -> None:
    """Moves open requests, in the transaction of the caller."""
    if moves:
        _apply(actor, moves, version_number)
