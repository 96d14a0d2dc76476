"""Kinds of record: what they hold, what they are called, and the fields that ask for them."""

from collections.abc import Iterable, Iterator
from typing import Final

from portal_core.accounts.roles import Role
from portal_core.config.checks.conditions import check_test
from portal_core.config.checks.index import Index
from portal_core.config.checks.references import unknown
from portal_core.config.conditions import tests_in
from portal_core.config.document.fields import AnyField, FieldBase, RecordField, RecordKind, RowsField
from portal_core.config.kinds import kind_for
from portal_core.config.placeholders import FIELD_PREFIX, field_keys_in, names_in_text
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem
from portal_core.config.visibility import Visibility, visibility

# A record is one thing: it holds no other records, no tables, and its papers lie with the documents.
NOT_INSIDE: Final = frozenset({"record", "rows", "file"})
_NO_KIND: Final = "This field does not say which kind of record it asks for."


def check_records(index: Index) -> Iterator[Problem]:
    """Every kind that can be added, and every field that asks for a record."""
    for kind in index.record_kinds.values():
        yield from _kind(index, kind)
    for request_type in index.types:
        path = f"types.{request_type.key}.fields"
        yield from _asking(index, request_type.fields, path)
        for field in request_type.fields:
            if isinstance(field, RowsField) and not field.retired:
                yield from _asking(index, field.columns, f"{path}.{field.key}.columns")


def _asking(index: Index, fields: Iterable[FieldBase], path: str) -> Iterator[Problem]:
    names = ", ".join(sorted(index.record_kinds)[:12])
    for field in fields:
        if not isinstance(field, RecordField) or field.retired or field.record_kind in index.record_kinds:
            continue
        mend = f"Use one of: {names}." if names else "Add it to record_kinds."
        here = f"{path}.{field.key}.record_kind"
        if field.record_kind is None:
            yield Problem(here, _NO_KIND, mend, kind=ProblemKind.INCOMPLETE)
            continue
        text, missing = f"There is no kind of record “{field.record_kind}”.", ("record_kinds", field.record_kind)
        yield Problem(here, text, mend, kind=ProblemKind.MISSING, names=(missing,))


def _kind(index: Index, kind: RecordKind) -> Iterator[Problem]:
    path = f"record_kinds.{kind.key}"
    inputs = [field for field in kind.fields if not field.retired and kind_for(field.kind).is_input]
    if not inputs:
        text = "This kind of record asks for nothing."
        yield Problem(f"{path}.fields", text, "Add a field that takes an answer.", kind=ProblemKind.INCOMPLETE)
    yield from _title(index, kind, inputs, path)
    earlier: dict[str, AnyField] = {}
    for field in kind.fields:
        if not field.retired:
            here = f"{path}.fields.{field.key}"
            yield from _field(index, field, here)
            yield from _condition(kind, field, earlier, f"{here}.when")
            earlier[field.key] = field


def _field(index: Index, field: AnyField, path: str) -> Iterator[Problem]:
    if field.kind in NOT_INSIDE:
        mend = "Take it out, or ask for it in the request type."
        text = f"A record cannot hold a field of the kind {field.kind}."
        yield Problem(f"{path}.kind", text, mend, kind=ProblemKind.NOT_ALLOWED_HERE)
    if field.calculated is not None:
        text = "Calculated fields are not available yet."
        yield Problem(f"{path}.calculated", text, "Take it out for now.", kind=ProblemKind.UNAVAILABLE)
    if field.at:
        text = "A record stands in no status."
        yield Problem(f"{path}.at", text, "Say it in show, or take at out.", kind=ProblemKind.NOT_ALLOWED_HERE)
    if field.remember is not None:
        mend = "Take remember out: a record is remembered as it is."
        yield Problem(
            f"{path}.remember", "A field of a record is kept already.", mend, kind=ProblemKind.NOT_ALLOWED_HERE
        )
    for role in field.show:
        if role not in index.roles:
            yield unknown(f"{path}.show.{role}", ("roles", role), index.roles)


def _condition(kind: RecordKind, field: AnyField, earlier: dict[str, AnyField], path: str) -> Iterator[Problem]:
    owner = ("record_kinds", kind.key)
    for test in tests_in(field.when):
        if test.field is None:
            text = "In a record, conditions ask about its own fields only."
            yield Problem(path, text, "Name a field of this record.", kind=ProblemKind.NOT_ALLOWED_HERE)
        elif test.field not in earlier or not kind_for(earlier[test.field].kind).is_input:
            text = f"The condition asks for “{test.field}”, which is no answer before this one."
            mend, names = "Name a field of this record that comes earlier.", ((*owner, "fields", test.field),)
            yield Problem(path, text, mend, kind=ProblemKind.LATER_FIELD, names=names)
        else:
            yield from check_test(earlier[test.field], owner, test, path)


def _title(index: Index, kind: RecordKind, inputs: list[AnyField], path: str) -> Iterator[Problem]:
    """A record's title stands in requests and lists of everybody, so it holds only what everybody sees."""
    here, fields = f"{path}.title", {field.key: field for field in inputs}
    if not field_keys_in(kind.title):
        mend = f"Name one or two of its fields: {{{FIELD_PREFIX}KEY}}."
        text = "Without a field in its title, one record looks like the next."
        yield Problem(here, text, mend, kind=ProblemKind.INCOMPLETE)
    for name in names_in_text(kind.title):
        if not name.startswith(FIELD_PREFIX):
            text, mend = f"A title cannot hold {{{name[:60]}}}.", f"Use only {{{FIELD_PREFIX}KEY}}."
            yield Problem(here, text, mend, kind=ProblemKind.NOT_ALLOWED_HERE, words=(name,))
    for key in field_keys_in(kind.title):
        names = (("record_kinds", kind.key, "fields", key),)
        if key not in fields:
            text, mend = f"There is no field “{key}” in this record.", "Name a field that takes an answer."
            yield Problem(here, text, mend, kind=ProblemKind.MISSING, names=names)
            continue
        hidden = [name for name, role in index.roles.items() if _is_hidden(fields[key], role)]
        if hidden:
            unseeing = sorted(hidden)[:5]
            roles = ", ".join(f"“{role}”" for role in unseeing)
            text = f"The title shows “{key}”, which these do not see: {roles}."
            mend = "Use only fields that customers and all of your team see."
            who = (("roles", role) for role in unseeing)
            yield Problem(here, text, mend, kind=ProblemKind.NOT_SEEN, names=(*names, *who))


def _is_hidden(field: AnyField, role: Role) -> bool:
    return visibility(field, role, None) is Visibility.HIDDEN
