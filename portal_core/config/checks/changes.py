"""What may never change once it is published: the kind of a field (of a type, of a record) or of a column of rows."""

from collections.abc import Iterable, Iterator

from portal_core.config.checks.index import Index
from portal_core.config.document.fields import FieldBase, RecordField, RowsField
from portal_core.config.problems import Problem


def check_changes(index: Index) -> Iterator[Problem]:
    """The document against the one that is live."""
    if index.previous is None:
        return
    before = {kind.key: kind for kind in index.previous.types}
    for kind in index.document.types:
        if kind.key in before:
            yield from _kinds(kind.fields, before[kind.key].fields, f"types.{kind.key}.fields")
    records = {kind.key: kind for kind in index.previous.record_kinds}
    for record in index.document.record_kinds:
        if record.key in records:
            yield from _kinds(record.fields, records[record.key].fields, f"record_kinds.{record.key}.fields")


def _kinds(now: Iterable[FieldBase], before: Iterable[FieldBase], path: str) -> Iterator[Problem]:
    old = {field.key: field for field in before}
    for field in now:
        was = old.get(field.key)
        if was is None:
            continue
        here = f"{path}.{field.key}"
        if was.kind != field.kind:
            text = f"The kind of a published field never changes; this one is {was.kind}."
            mend = f'Keep it as {was.kind} with "retired": true, and add a new field with another key.'
            yield Problem(f"{here}.kind", text, mend)
        elif isinstance(field, RecordField) and isinstance(was, RecordField) and field.record_kind != was.record_kind:
            text = f"A published field never asks for another kind of record; this one asks for “{was.record_kind}”."
            mend = (
                f'Keep "record_kind": "{was.record_kind}" with "retired": true, and add a new field with another key.'
            )
            yield Problem(f"{here}.record_kind", text, mend)
        elif isinstance(field, RowsField) and isinstance(was, RowsField):
            yield from _kinds(field.columns, was.columns, f"{here}.columns")
