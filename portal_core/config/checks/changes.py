"""What may never change once it is published: the kind of a field, of a column of rows, the key of an answer."""

from collections.abc import Iterable, Iterator, Sequence

from portal_core.config.checks.index import Index
from portal_core.config.document.base import TextValue
from portal_core.config.document.fields import Choice, ChoiceField, ChoicesField, FieldBase, RecordField, RowsField
from portal_core.config.localise import text_in
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem


def check_changes(index: Index) -> Iterator[Problem]:
    """The document against the one that is live."""
    if index.previous is None:
        return
    types = {kind.key: kind for kind in index.previous.types}
    for kind in index.document.types:
        if kind.key in types:
            yield from _fields(index, kind.fields, types[kind.key].fields, f"types.{kind.key}.fields")
    records = {kind.key: kind for kind in index.previous.record_kinds}
    for record in index.document.record_kinds:
        if record.key in records:
            path = f"record_kinds.{record.key}.fields"
            yield from _fields(index, record.fields, records[record.key].fields, path)


def _fields(index: Index, now: Iterable[FieldBase], before: Iterable[FieldBase], path: str) -> Iterator[Problem]:
    old = {field.key: field for field in before}
    for field in now:
        was = old.get(field.key)
        if was is None:
            continue
        here = f"{path}.{field.key}"
        if was.kind != field.kind:
            text = f"The kind of a published field never changes; this one is {was.kind}."
            mend = f'Keep it as {was.kind} with "retired": true, and add a new field with another key.'
            yield Problem(f"{here}.kind", text, mend, kind=ProblemKind.CHANGED_KIND)
        elif isinstance(field, RecordField) and isinstance(was, RecordField) and field.record_kind != was.record_kind:
            text = f"A published field never asks for another kind of record; this one asks for “{was.record_kind}”."
            mend = (
                f'Keep "record_kind": "{was.record_kind}" with "retired": true, and add a new field with another key.'
            )
            yield Problem(
                f"{here}.record_kind",
                text,
                mend,
                kind=ProblemKind.CHANGED_RECORD_KIND,
                names=(("record_kinds", was.record_kind or ""),),
            )
        elif isinstance(field, RowsField) and isinstance(was, RowsField):
            yield from _fields(index, field.columns, was.columns, f"{here}.columns")
        elif isinstance(field, ChoiceField | ChoicesField) and isinstance(was, ChoiceField | ChoicesField):
            yield from _choices(index, field.choices, was.choices, f"{here}.choices")


def _choices(index: Index, now: Sequence[Choice], before: Sequence[Choice], path: str) -> Iterator[Problem]:
    """An answer that reads as one that is gone, under another key: what was answered before would be lost."""
    keys, old_keys = {choice.key for choice in now}, {choice.key for choice in before}
    gone = {_words(index, choice.label): choice.key for choice in before if choice.key not in keys}
    for choice in now:
        was = gone.get(_words(index, choice.label))
        if choice.key not in old_keys and was is not None:
            text = f"The key of a published answer never changes; this one is “{was}”."
            yield Problem(
                f"{path}.{choice.key}.key",
                text,
                f"Write “{was}” again, or word the new answer differently.",
                kind=ProblemKind.CHANGED_KEY,
                words=(_words_as_they_are(index, choice.label),),
            )


def _words(index: Index, label: TextValue) -> str:
    return _words_as_they_are(index, label).casefold()


def _words_as_they_are(index: Index, label: TextValue) -> str:
    language = index.document.portal.language
    return text_in(label, language, language)
