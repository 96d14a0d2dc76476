"""How large a portal may be. Two megabytes and the depth are refused on loading already."""

from collections.abc import Iterator, Sequence
from typing import Final

from portal_core.config.checks.index import Index
from portal_core.config.document.fields import AnyField, ChoiceField, ChoicesField, FieldBase, RowsField
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

MAX_TYPES: Final = 100
MAX_FIELDS: Final = 200
MAX_STATUSES: Final = 40
MAX_CHOICES: Final = 1_000
MAX_RECORD_KINDS: Final = 40
# Below what a request may carry (DATA_UPLOAD_MAX_NUMBER_FIELDS), with room for what our own pages add.
MAX_INPUTS: Final = 3_800


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


def _fields(fields: Sequence[AnyField], path: str) -> Iterator[Problem]:
    yield from _at_most(MAX_FIELDS, len(fields), path, "fields")
    for field in fields:
        for column in (field, *(field.columns if isinstance(field, RowsField) else ())):
            if isinstance(column, ChoiceField | ChoicesField):
                here = f"{path}.{field.key}" + ("" if column is field else f".columns.{column.key}")
                yield from _at_most(MAX_CHOICES, len(column.choices), f"{here}.choices", "choices")
    inputs = sum(_inputs(field) for field in fields if not field.retired)
    if inputs > MAX_INPUTS:
        text = f"Filled in to the last row, this form would send {inputs} answers; the limit is {MAX_INPUTS}."
        yield Problem(path, text, "Lower max_rows of its tables, or take columns out.", kind=ProblemKind.OVER_LIMIT)


def _inputs(field: FieldBase) -> int:
    """How many inputs a form may send for a field, at most."""
    if isinstance(field, RowsField):
        return field.max_rows * (1 + sum(_inputs(column) for column in field.columns if not column.retired))
    if isinstance(field, ChoicesField):
        return min(len(field.choices), field.max_chosen or len(field.choices))
    return {"address": 6, "datetime": 2, "heading": 0, "info": 0}.get(field.kind, 1)


def _at_most(limit: int, count: int, path: str, what: str) -> Iterator[Problem]:
    if count > limit:
        text = f"There are {count} {what}; the limit is {limit}."
        yield Problem(path, text, "Take some out, or split it.", kind=ProblemKind.OVER_LIMIT)
