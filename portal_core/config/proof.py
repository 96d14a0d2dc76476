"""Proof of visibility: who sees a field where, and which rule decides. The values are those of `visibility`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from portal_core.accounts.roles import GUEST, Role
from portal_core.config.document.fields import FieldBase
from portal_core.config.visibility import Visibility, deciding, reading_lineage, visibility

Why: TypeAlias = Literal["out of reach", "retired", "guest", "status", "field", "usual"]

# The form, before there is a request.
FORM: Final = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What one role may do in several places for one reason; `column` is the role whose rule decides, if any."""

    value: Visibility
    places: tuple[str | None, ...]
    why: Why
    column: str = ""


def prove(field: FieldBase, role: Role, places: Sequence[str | None], type_key: str = "") -> list[Proof]:
    """What `role` may do with a field in each place, places of the same value and reason together."""
    if type_key and role.type_keys is not None and type_key not in role.type_keys:
        return [Proof(Visibility.HIDDEN, tuple(places), "out of reach")]
    found: dict[tuple[Visibility, Why, str], list[str | None]] = {}
    for place in places:
        value = visibility(field, role, place)
        found.setdefault((value, *_reason(field, role, place, value)), []).append(place)
    return [Proof(value, tuple(where), why, column) for (value, why, column), where in found.items()]


def _reason(field: FieldBase, role: Role, place: str | None, value: Visibility) -> tuple[Why, str]:
    rule = deciding(field, reading_lineage(role), place)
    said = None if rule is None else rule.value
    if field.retired and said != value:
        return "retired", ""
    if role.base == GUEST and said is not None and said > value:
        return "guest", ""
    if rule is None:
        return "usual", ""
    return ("status" if rule.is_of_status else "field"), rule.role_key


def sees_anywhere(field: FieldBase, role: Role, places: Iterable[str | None]) -> list[str | None]:
    """The places in which a role sees a field at all."""
    return [place for place in places if visibility(field, role, place) > Visibility.HIDDEN]
