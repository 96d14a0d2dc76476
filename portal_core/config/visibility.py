"""What a role may see and edit of a field, by status."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from portal_core.accounts.roles import AGENT, CUSTOMER, GUEST, MANAGER, OWNER, Role
from portal_core.config.document.fields import DocumentKind, FieldBase, FileField


class Visibility(IntEnum):
    """Hidden, visible or editable; comparable."""

    HIDDEN = 0
    SEE = 1
    EDIT = 2


_WORDS: Final = {"hidden": Visibility.HIDDEN, "see": Visibility.SEE, "edit": Visibility.EDIT}
_STAFF: Final = frozenset({OWNER, MANAGER, AGENT})


def visibility(field: FieldBase, role: Role, status_key: str | None) -> Visibility:
    """What `role` may do with the field in a status; `None` is the form, before there is a request.

    The most special role that is named decides (the role itself, then what it is based on); for one role,
    `at` of the status stands before `show`.
    """
    if role.key == "system":
        return Visibility.SEE
    lineage = reading_lineage(role)
    found = _named(field, lineage, status_key)
    value = _default(lineage, status_key) if found is None else found
    if role.base == GUEST and status_key is not None:
        value = min(value, Visibility.SEE)
    if not field.retired:
        return value
    return min(value, Visibility.SEE) if _STAFF.intersection(lineage) else Visibility.HIDDEN


def kind_visibility(kind: DocumentKind | None, role: Role) -> Visibility:
    """What a role may do with documents of a kind: see them, or (edit) add, approve and send back.

    The rules are those of fields: absent in `show`, customers see and staff edit; more special roles stand before.
    What is known of no kind (any more) is for staff alone.
    """
    if kind is None:
        return visibility(_as_field("none", {"customer": "hidden"}), role, "")
    return visibility(_as_field(kind.key, dict(kind.show)), role, "")


def _as_field(key: str, show: dict[str, str]) -> FileField:
    """Kinds of documents and fields say who sees them in the same words; one rule reads both."""
    return FileField.model_validate({"key": key, "kind": "file", "show": show})


def reading_lineage(role: Role) -> tuple[str, ...]:
    """The columns to look in, most special first: guests (and colleagues) read the customers' column."""
    lineage = role.lineage or (role.key,)
    if role.base in (GUEST, CUSTOMER) and CUSTOMER not in lineage:
        # SECURITY: a key that nobody knows resolves to a guest without any rights: no column at all.
        return (*lineage, CUSTOMER) if role.permissions else ()
    return lineage


def _named(field: FieldBase, lineage: Sequence[str], status_key: str | None) -> Visibility | None:
    found = deciding(field, lineage, status_key)
    return None if found is None else found.value


class Deciding(NamedTuple):
    """The rule of a field that decides: the column it stands in, and whether it is for one status."""

    role_key: str
    is_of_status: bool
    value: Visibility


def deciding(field: FieldBase, lineage: Sequence[str], status_key: str | None) -> Deciding | None:
    """The first rule in these columns, most special first; None where what is usual decides."""
    here = field.at.get(status_key, {}) if status_key is not None else {}
    for key in lineage:
        if (word := here.get(key)) is not None:
            return Deciding(key, True, _WORDS[word])
        if (word := field.show.get(key)) is not None:
            return Deciding(key, False, _WORDS[word])
    return None


def _default(lineage: Sequence[str], status_key: str | None) -> Visibility:
    if _STAFF.intersection(lineage):
        return Visibility.EDIT
    if CUSTOMER in lineage:
        return Visibility.EDIT if status_key is None else Visibility.SEE
    return Visibility.HIDDEN
