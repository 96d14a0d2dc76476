"""Which fields may be found by their words: those that every staff role sees in every status (hazard 42).

An index that held more would tell a colleague who may not see a field what stands in it: by finding something. What
is hidden anywhere from anybody of the staff is therefore found by nobody.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from portal_core.accounts.roles import AGENT, MANAGER, OWNER, Role, builtin_role
from portal_core.config.compiled_flow import CompiledFlow
from portal_core.config.document.base import TextValue
from portal_core.config.document.fields import ChoiceField, ChoicesField, FieldBase, RowsField
from portal_core.config.document.portal_document import PortalDocument, RequestType
from portal_core.config.visibility import Visibility, visibility

_LENGTH = 24
# Kinds whose stored values are read with words of the document.
_WORDED: Final = frozenset({ChoiceField, ChoicesField, RowsField})


@dataclass(frozen=True, slots=True)
class Searchable:
    """The fields of one type that are indexed. `signature` changes with whatever changes their words in the index."""

    field_keys: frozenset[str]
    signature: str


# What stands for a type that the document does not know (any more): nothing of its answers is found.
NOTHING = Searchable(frozenset(), "unknown")


def compile_searchable(
    document: PortalDocument, flows: Mapping[str, CompiledFlow], own_roles: Iterable[Role]
) -> dict[str, Searchable]:
    """What may be found, by type."""
    built_in = (builtin_role(key) for key in (OWNER, MANAGER, AGENT))
    roles = [role for role in (*built_in, *own_roles) if role is not None and role.is_staff]
    return {kind.key: _searchable(kind, flows[kind.flow], roles, document) for kind in document.types}


def _searchable(kind: RequestType, flow: CompiledFlow, roles: list[Role], document: PortalDocument) -> Searchable:
    known = {status.key for status in flow.statuses}
    shown = [field for field in kind.fields if is_seen_by_all(field, roles, known)]
    said = [kind.key, document.portal.language, _words(kind.name), [_signed(field) for field in shown]]
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return Searchable(frozenset(field.key for field in shown), digest[:_LENGTH])


def is_seen_by_all(field: FieldBase, roles: Iterable[Role], statuses: Collection[str]) -> bool:
    """Whether each of these roles sees the field in every status; only those that the field names can differ."""
    if not field.show and not field.at:
        return True  # nothing is said, and staff then edit
    special = [None, *(key for key in field.at if key in statuses)]
    return all(visibility(field, role, status) >= Visibility.SEE for role in roles for status in special)


def _signed(field: FieldBase) -> object:
    """What decides how a stored value reads: the words of its choices and columns, no more."""
    has_words = type(field) in _WORDED
    words = field.model_dump(mode="json", include={"choices", "columns"}) if has_words else {}
    return [field.key, field.kind, words]


def _words(text: TextValue) -> str | dict[str, str]:
    return text if isinstance(text, str) else dict(text)
