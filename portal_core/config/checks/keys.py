"""Keys are unique in their list."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from portal_core.config.checks.index import BUILT_IN_ROLES, Index
from portal_core.config.document.fields import AnyField, ChoiceField, ChoicesField, RowsField
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem


class Keyed(Protocol):
    """Anything with a key."""

    @property
    def key(self) -> str:
        """The key."""


def check_keys(index: Index) -> Iterator[Problem]:
    """Every list of keyed things, however deep."""
    document = index.document
    yield from _unique(document.roles, "roles")
    yield from _unique(document.teams, "teams")
    yield from _unique(document.record_kinds, "record_kinds")
    yield from _unique(document.document_kinds, "document_kinds")
    yield from _unique(document.flows, "flows")
    yield from _unique(document.types, "types")
    yield from _unique(document.messages, "messages")
    yield from _unique(document.ready_answers, "ready_answers")
    for flow in document.flows:
        yield from _unique(flow.steps, f"flows.{flow.key}.steps")
        yield from _unique(flow.statuses, f"flows.{flow.key}.statuses")
        for status in flow.statuses:
            yield from _unique(status.asks, f"flows.{flow.key}.statuses.{status.key}.asks")
    for kind in document.types:
        yield from _fields(kind.fields, f"types.{kind.key}.fields")
    for record in document.record_kinds:
        yield from _fields(record.fields, f"record_kinds.{record.key}.fields")
    for role in document.roles:
        if role.key in (*BUILT_IN_ROLES, "operator", "system"):
            mend = "Choose another key."
            text = "Every portal has a role of this key already."
            yield Problem(f"roles.{role.key}.key", text, mend, kind=ProblemKind.DOUBLE_KEY)


def _fields(fields: Sequence[AnyField], path: str) -> Iterator[Problem]:
    yield from _unique(fields, path)
    for field in fields:
        if isinstance(field, ChoiceField | ChoicesField):
            yield from _unique(field.choices, f"{path}.{field.key}.choices")
        if isinstance(field, RowsField):
            yield from _fields(field.columns, f"{path}.{field.key}.columns")


def _unique(items: Iterable[Keyed], path: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for item in items:
        if item.key in seen:
            text = "Two entries of this list have the same key."
            yield Problem(f"{path}.{item.key}", text, "Give one another key.", kind=ProblemKind.DOUBLE_KEY)
        seen.add(item.key)
