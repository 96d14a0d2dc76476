"""Which fields and documents may be found by their words: those that every staff role sees in every status (hazard 42).

An index that held more would tell a colleague who may not see a field what stands in it: by finding something. What
is hidden anywhere from anybody of the staff is therefore found by nobody. The same goes for documents of some kind: for
the names of their files, and for what is written of them.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from portal_core.accounts.roles import AGENT, MANAGER, OWNER, Role, builtin_role
from portal_core.config.compiled_flow import CompiledFlow
from portal_core.config.document.base import TextValue
from portal_core.config.document.fields import ChoiceField, ChoicesField, DocumentKind, FieldBase, RowsField
from portal_core.config.document.portal_document import PortalDocument, RequestType
from portal_core.config.visibility import Visibility, kind_visibility, visibility

_LENGTH = 24
# Raised whenever the program puts more under a signature than before: what is kept then is written anew at night.
_WRITING: Final = 2
# Kinds whose stored values are read with words of the document.
_WORDED: Final = frozenset({ChoiceField, ChoicesField, RowsField})


@dataclass(frozen=True, slots=True)
class Searchable:
    """What of one type is indexed. `signature` changes with whatever changes its words in the index.

    `hidden_kinds` are the kinds of documents of which nothing is indexed. `earlier_signatures` stand for less of the
    same, as earlier programs wrote it: for the fields alone, and for them with what customers sent. What was written
    under them may be found until it is renewed.
    """

    field_keys: frozenset[str]
    signature: str
    earlier_signatures: tuple[str, ...] = ()
    hidden_kinds: frozenset[str] = frozenset()

    def names_documents_of(self, kind_key: str) -> bool:
        """Whether what is said of documents of this kind is indexed."""
        return kind_key not in self.hidden_kinds


# What stands for a type that the document does not know (any more): nothing of its answers is found.
NOTHING = Searchable(frozenset(), "unknown")


class Searchables(Mapping[str, Searchable]):
    """What may be found, by type; each is worked out when it is first asked for, since few ever are in one process.

    Two threads may both do it: what they find is equal.
    """

    def __init__(self, document: PortalDocument, flows: Mapping[str, CompiledFlow], own_roles: Iterable[Role]) -> None:
        built_in = (builtin_role(key) for key in (OWNER, MANAGER, AGENT))
        self._roles = [role for role in (*built_in, *own_roles) if role is not None and role.is_staff]
        self._document, self._flows = document, flows
        self._types = {kind.key: kind for kind in document.types}
        self._found: dict[str, Searchable] = {}

    def __getitem__(self, type_key: str) -> Searchable:
        if type_key not in self._found:
            kind = self._types[type_key]
            flow = self._flows[kind.flow]
            self._found[type_key] = _searchable(kind, flow, self._roles, self._document, self._hidden_kinds)
        return self._found[type_key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    @cached_property
    def _hidden_kinds(self) -> frozenset[str]:
        kinds = self._document.document_kinds
        return frozenset(kind.key for kind in kinds if not _is_kind_seen_by_all(kind, self._roles))


def _searchable(
    kind: RequestType, flow: CompiledFlow, roles: list[Role], document: PortalDocument, hidden_kinds: frozenset[str]
) -> Searchable:
    known = {status.key for status in flow.statuses}
    shown = [field for field in kind.fields if is_seen_by_all(field, roles, known)]
    said: list[object] = [kind.key, document.portal.language, _words(kind.name), [_signed(field) for field in shown]]
    # Of kinds only what is kept out: a new kind that all see changes nothing of what is written already.
    with_kinds = [*said, sorted(hidden_kinds)]
    return Searchable(
        frozenset(field.key for field in shown),
        signature=_digest([*with_kinds, _WRITING]),
        earlier_signatures=(_digest(said), _digest(with_kinds)),
        hidden_kinds=hidden_kinds,
    )


def _digest(said: list[object]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:_LENGTH]


def _is_kind_seen_by_all(kind: DocumentKind, roles: Iterable[Role]) -> bool:
    return not kind.show or all(kind_visibility(kind, role) >= Visibility.SEE for role in roles)


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
