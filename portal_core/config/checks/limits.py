"""How large a portal may be. Two megabytes and the depth are refused on loading already."""

from collections.abc import Iterator
from typing import Final

from portal_core.config.checks.index import Index
from portal_core.config.document.fields import AnyField, ChoiceField, ChoicesField
from portal_core.config.problems import Problem

MAX_TYPES: Final = 100
MAX_FIELDS: Final = 200
MAX_STATUSES: Final = 40
MAX_CHOICES: Final = 1_000
MAX_RECORD_KINDS: Final = 40


def check_limits(index: Index) -> Iterator[Problem]:
    """Types, fields, statuses, choices."""
    document = index.document
    yield from _at_most(MAX_TYPES, len(document.types), "types", "request types")
    for flow in document.flows:
        yield from _at_most(MAX_STATUSES, len(flow.statuses), f"flows.{flow.key}.statuses", "statuses")
    yield from _at_most(MAX_RECORD_KINDS, len(document.record_kinds), "record_kinds", "kinds of record")
    for kind in document.types:
        yield from _fields(kind.fields, f"types.{kind.key}.fields")
    for record in document.record_kinds:
        yield from _fields(record.fields, f"record_kinds.{record.key}.fields")


def _fields(fields: tuple[AnyField, ...], path: str) -> Iterator[Problem]:
    yield from _at_most(MAX_FIELDS, len(fields), path, "fields")
    for field in fields:
        if isinstance(field, ChoiceField | ChoicesField):
            yield from _at_most(MAX_CHOICES, len(field.choices), f"{path}.{field.key}.choices", "choices")


def _at_most(limit: int, count: int, path: str, what: str) -> Iterator[Problem]:
    if count > limit:
        yield Problem(path, f"There are {count} {what}; the limit is {limit}.", "Take some out, or split it.")
