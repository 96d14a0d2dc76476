"""What a new version would do to the requests that exist.

Requests belong to a higher package: it registers who counts and who moves them.
"""

from collections.abc import Callable, Mapping, Sequence
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
    """Open requests of `from_type` in `from_status` become `to_type` in `to_status`.

    With `numbers` those alone; without, all that still stand there. `tell` sends customers the mail of the status.
    """

    from_type: str
    from_status: str
    to_type: str
    to_status: str
    numbers: tuple[int, ...] | None = None
    tell: bool = False


@dataclass(frozen=True, slots=True)
class Withhold:
    """A field of a type that customers newly see: what stands in it now stays hidden until it is next changed.

    `status_keys` are the statuses in which customers could not see it until now.
    """

    type_key: str
    field_key: str
    status_keys: tuple[str, ...]


CountRequests: TypeAlias = Callable[[], Sequence[Standing]]
ApplyMoves: TypeAlias = Callable[[Actor, Sequence[Move], int], int]
FindRequests: TypeAlias = Callable[[Sequence[int]], Mapping[int, tuple[str, str]]]
WithholdValues: TypeAlias = Callable[[Sequence[Withhold]], None]


def _none() -> Sequence[Standing]:
    return ()


def _nothing(actor: Actor, moves: Sequence[Move], version_number: int) -> int:
    """Without requests there is nothing to move."""
    return 0


def _find_none(numbers: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    return {}


def _withhold_nothing(fields: Sequence[Withhold]) -> None:
    """Without requests there is nothing to hide."""


def _no_kinds() -> frozenset[str]:
    return frozenset()


_kept_records: list[Callable[[], frozenset[str]]] = [_no_kinds]
_kept_documents: list[Callable[[], frozenset[str]]] = [_no_kinds]
_papers: list[Callable[[Sequence[str]], None]] = [lambda _kind_keys: None]
_count: CountRequests = _none
_apply: ApplyMoves = _nothing
_one_by_one: list[tuple[FindRequests, WithholdValues]] = [(_find_none, _withhold_nothing)]


def register(*, count: CountRequests, apply: ApplyMoves) -> None:
    """Registers the owner of requests; called once at start.

    `count()` gives the standing of all requests. `apply(actor, moves, version_number)` moves the open ones,
    with history, inside the transaction that publishes; it must write to no request that no move names.
    """
    global _count, _apply
    _count, _apply = count, apply


def register_one_by_one(*, find: FindRequests, withhold: WithholdValues) -> None:
    """Registers who knows single requests; called once at start.

    `find(numbers)` gives type and status of open requests by number.
    `withhold(fields)` hides from customers what stands in these fields now.
    """
    _one_by_one[:] = [(find, withhold)]


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


def register_papers(*, withhold: Callable[[Sequence[str]], None]) -> None:
    """Registers who keeps the present documents of kinds from customers; called once at start."""
    _papers[:] = [withhold]


def withhold_papers(kind_keys: Sequence[str]) -> None:
    """Hides from customers what there is of these document kinds, in the transaction of the caller."""
    if kind_keys:
        _papers[0](kind_keys)


def standing() -> Sequence[Standing]:
    """Where requests stand now."""
    return _count()


def apply_moves(actor: Actor, moves: Sequence[Move], version_number: int) -> int:
    """Moves open requests, in the transaction of the caller; how many."""
    return _apply(actor, moves, version_number) if moves else 0


def find_open(numbers: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    """Type and status of the open requests among these numbers."""
    return _one_by_one[0][0](numbers) if numbers else {}


def withhold(fields: Sequence[Withhold]) -> None:
    """Hides from customers what stands in these fields now, in the transaction of the caller."""
    if fields:
        _one_by_one[0][1](fields)
