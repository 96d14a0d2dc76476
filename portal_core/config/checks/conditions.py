"""Conditions ask only what is known by then, in a way that can be answered."""

from collections.abc import Iterator

from portal_core.config.checks.index import Index, active_statuses, input_keys, inputs
from portal_core.config.conditions import tests_in
from portal_core.config.document.conditions import Condition
from portal_core.config.document.fields import AnyField, ChoiceField, ChoicesField
from portal_core.config.document.flows import Status
from portal_core.config.document.portal_document import RequestType
from portal_core.config.draft.paths import Path
from portal_core.config.kinds import kind_for
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem


def check_conditions(index: Index) -> Iterator[Problem]:
    """Conditions of fields, of assignment, of handlers, of notices, of asks, of reminders, of lateness, of events."""
    for kind in index.types:
        yield from _fields(index, kind)
        for position, rule in enumerate(kind.assign):
            yield from _condition(index, kind, rule.when, f"types.{kind.key}.assign.{position}.when")
    for flow in index.active_flows():
        for status in active_statuses(flow):
            path = f"flows.{flow.key}.statuses.{status.key}"
            for kind in index.types_of(flow.key):
                for position, handler in enumerate(status.handler):
                    yield from _condition(index, kind, handler.when, f"{path}.handler.{position}.when")
                for position, notice in enumerate(status.notify):
                    yield from _condition(index, kind, notice.if_, f"{path}.notify.{position}.if")
                for where, condition in _in_time(status):
                    yield from _condition(index, kind, condition, f"{path}.{where}.when")
    yield from _events(index)


def _in_time(status: Status) -> Iterator[tuple[str, Condition | None]]:
    """The conditions of what is asked, of reminders and of lateness, each with its place."""
    yield from ((f"asks.{ask.key}", ask.when) for ask in status.asks)
    yield from ((f"remind.{position}", item.when) for position, item in enumerate(status.remind))
    yield from ((f"if_late.{position}", item.when) for position, item in enumerate(status.if_late))


def _fields(index: Index, kind: RequestType) -> Iterator[Problem]:
    earlier: set[str] = set()
    known = input_keys(kind)
    for field in kind.fields:
        path = f"types.{kind.key}.fields.{field.key}.when"
        if not field.retired:
            for test in tests_in(field.when):
                if test.field in known and test.field not in earlier:
                    text = f"The condition asks for “{test.field}”, which comes later in the form."
                    names = (("types", kind.key, "fields", test.field),)
                    yield Problem(
                        path, text, "Move that field before this one.", kind=ProblemKind.LATER_FIELD, names=names
                    )
            yield from _condition(index, kind, field.when, path)
            earlier.add(field.key)


def _condition(index: Index, kind: RequestType, condition: Condition | None, path: str) -> Iterator[Problem]:
    if condition is None:
        return
    fields = {field.key: field for field in inputs(kind)}
    for test in tests_in(condition):
        if test.field is not None and test.field not in fields:
            text = f"The condition asks for “{test.field}”, and the request type “{kind.key}” has no such field."
            mend = "Name a field of the type that takes an answer."
            names = (("types", kind.key, "fields", test.field), ("types", kind.key))
            yield Problem(path, text, mend, kind=ProblemKind.MISSING, names=names)
        elif test.field is not None:
            yield from check_test(fields[test.field], ("types", kind.key), test, path)
        elif test.about == "status":
            yield from _status_test(index, kind, test, path)


def _events(index: Index) -> Iterator[Problem]:
    for position, told in enumerate(index.document.notifications):
        for test in tests_in(told.if_):
            yield from _of_any_type(index, test, f"notifications.{position}.if")


def _of_any_type(index: Index, test: Condition, path: str) -> Iterator[Problem]:
    """A test for requests of all types: it can be met by those of some."""
    if test.field is not None:
        asked = [(kind, field) for kind in index.types for field in inputs(kind) if field.key == test.field]
        found = [tuple(check_test(field, ("types", kind.key), test, path)) for kind, field in asked]
        if not asked:
            text = f"The condition asks for “{test.field}”, and no request type has such a field."
            yield Problem(
                path,
                text,
                "Name a field of a type that takes an answer.",
                kind=ProblemKind.NEVER_HOLDS,
                words=(test.field,),
            )
        elif all(found):
            yield from found[0]
    elif test.about == "status":
        known = {status.key for flow in index.active_flows() for status in active_statuses(flow)}
        for operand in _operands(test):
            if operand not in known:
                text = f"No flow has a status {_shown(operand)}."
                yield Problem(path, text, "Name a status that is in use.", kind=ProblemKind.NEVER_HOLDS)


def check_test(field: AnyField, owner: Path, test: Condition, path: str) -> Iterator[Problem]:
    """One test of a condition against the field of `owner` that it asks about."""
    operators = kind_for(field.kind).operators
    if test.operator not in operators:
        mend = f"Use one of: {', '.join(sorted(operators))}."
        text = f"“{test.operator}” does not go with “{field.key}”, a field of the kind {field.kind}."
        yield Problem(path, text, mend, kind=ProblemKind.NEVER_HOLDS, names=((*owner, "fields", field.key),))
        return
    for operand in _operands(test):
        mend = kind_for(field.kind).operand_mend(field, test.operator, operand)
        if mend:
            place = (*owner, "fields", field.key)
            is_key = isinstance(field, ChoiceField | ChoicesField)
            names = (place, (*place, "choices", str(operand)[:60])) if is_key else (place,)
            text = f"“{field.key}” can never be {_shown(operand)}."
            yield Problem(path, text, mend, kind=ProblemKind.NEVER_HOLDS, names=names)


def _operands(test: Condition) -> tuple[object, ...]:
    if test.operator in ("filled", "empty"):
        return ()
    if test.one_of is not None:
        return test.one_of
    given = (test.is_, test.is_not, test.contains, test.more_than, test.less_than, test.before, test.after)
    return tuple(operand for operand in given if operand is not None)


def _status_test(index: Index, kind: RequestType, test: Condition, path: str) -> Iterator[Problem]:
    keys = [status.key for status in index.statuses(kind.flow)]
    for operand in _operands(test):
        if operand not in keys:
            mend = f"Use one of: {', '.join(keys)}."
            text = f"There is no status {_shown(operand)} in the flow “{kind.flow}”."
            names = (("flows", kind.flow, "statuses", str(operand)[:60]), ("flows", kind.flow))
            yield Problem(path, text, mend, kind=ProblemKind.MISSING, names=names)


def _shown(operand: object) -> str:
    return f"“{str(operand)[:60]}”"
