"""What customers would newly see of the requests that exist, when one version follows another."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from portal_core.accounts.roles import CUSTOMER, Role, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.config.impact import Move, Withhold
from portal_core.config.visibility import Visibility, kind_visibility

# A type and a status of it: where requests stand.
Place: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class NewlySeen:
    """A field that customers see from now on, and the statuses of the live version in which they could not."""

    type_key: str
    field_key: str
    status_keys: tuple[str, ...]

    @property
    def key(self) -> str:
        """How the field is named among the decisions: type.field."""
        return f"{self.type_key}.{self.field_key}"


@dataclass(frozen=True)
class NewlySeenPapers:
    """A document kind whose documents customers see from now on."""

    kind_key: str

    @property
    def key(self) -> str:
        """How it is named among the decisions; no field is named so."""
        return f"document:{self.kind_key}"


def newly_seen_papers(before: CompiledPortal, after: CompiledPortal) -> tuple[NewlySeenPapers, ...]:
    """Every document kind whose documents come to light for customers."""
    role = resolve_role(CUSTOMER)
    return tuple(
        NewlySeenPapers(key)
        for key, kind in before.document_kinds.items()
        if kind_visibility(kind, role) == Visibility.HIDDEN
        and kind_visibility(after.document_kinds.get(key), role) > Visibility.HIDDEN
    )


def newly_seen(before: CompiledPortal, after: CompiledPortal, moves: Sequence[Move] = ()) -> tuple[NewlySeen, ...]:
    """Every field whose values come to light for customers somewhere, with the statuses where that happens."""
    targets = _targets(moves)
    role = resolve_role(CUSTOMER)
    found = []
    for kind in before.every_type:
        for field in kind.fields:
            if field.is_input:
                keys = tuple(_shown_at(kind, field, after, targets, role))
                if keys:
                    found.append(NewlySeen(kind.key, field.key, keys))
    return tuple(found)


def _targets(moves: Sequence[Move]) -> dict[Place, set[Place]]:
    """Every place to which requests of a place may come; where single ones are moved, the others may stay."""
    found: dict[Place, set[Place]] = {}
    for move in moves:
        found.setdefault((move.from_type, move.from_status), set()).add((move.to_type, move.to_status))
    for place, to in found.items():
        if not any((move.from_type, move.from_status) == place and move.numbers is None for move in moves):
            to.add(place)
    return found


def _shown_at(
    kind: CompiledType, field: CompiledField, after: CompiledPortal, targets: Mapping[Place, set[Place]], role: Role
) -> Iterator[str]:
    for status in kind.flow.statuses:
        if field.visibility(role, status.key) > Visibility.HIDDEN:
            continue
        place = (kind.key, status.key)
        if any(_is_shown(after, to, field.key, role) for to in targets.get(place, {place})):
            yield status.key


def _is_shown(portal: CompiledPortal, place: Place, field_key: str, role: Role) -> bool:
    now = portal.type_or_unknown(place[0]).field_or_none(field_key)
    return now is not None and now.visibility(role, place[1]) > Visibility.HIDDEN


def withheld(before: CompiledPortal, found: Sequence[NewlySeen], chosen: Collection[str]) -> tuple[Withhold, ...]:
    """What has to be hidden for the fields that were chosen (type.field): in every status where it was hidden before.

    Not only where it comes to light at once: a request that moves on later would show it then.
    """
    role = resolve_role(CUSTOMER)
    fields = [(before.type(item.type_key), item.field_key) for item in found if item.key in chosen]
    return tuple(
        Withhold(
            kind.key,
            key,
            tuple(
                status.key
                for status in kind.flow.statuses
                if kind.field(key).visibility(role, status.key) == Visibility.HIDDEN
            ),
        )
        for kind, key in fields
    )
