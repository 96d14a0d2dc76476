"""What customers see: titles, promises about visibility, values that do not exist yet."""

from collections.abc import Iterator

from portal_core.config.checks.index import Index, inputs, ways_by_itself
from portal_core.config.document.fields import AnyField
from portal_core.config.document.flows import Flow
from portal_core.config.document.portal_document import RequestType
from portal_core.config.draft.paths import Path
from portal_core.config.placeholders import field_keys_in
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem
from portal_core.config.visibility import Visibility, visibility


def check_shown(index: Index) -> Iterator[Problem]:
    """Titles, assertions, and fields that are shown before they can have a value."""
    for kind in index.types:
        yield from _title(index, kind)
        flow = index.flows.get(kind.flow)
        if flow is not None:
            for field in inputs(kind):
                yield from _too_early(index, kind, flow, field)
    yield from _assertions(index)


def _title(index: Index, kind: RequestType) -> Iterator[Problem]:
    fields = {field.key: field for field in inputs(kind)}
    path = f"types.{kind.key}.title"
    for key in field_keys_in(kind.title):
        if key not in fields:
            text = f"There is no field “{key}” in this type."
            mend = "Name a field that takes an answer."
            yield Problem(path, text, mend, kind=ProblemKind.MISSING, names=(("types", kind.key, "fields", key),))
            continue
        hidden = [
            status.key
            for status in index.statuses(kind.flow)
            if visibility(fields[key], index.customer, status.key) is Visibility.HIDDEN
        ]
        if hidden or visibility(fields[key], index.customer, None) is Visibility.HIDDEN:
            said = ", ".join(f"“{status}”" for status in hidden[:5])
            text = f"The title shows “{key}”, which customers do not see {f'in {said}' if hidden else 'on the form'}."
            mend = "Use only fields that customers see in every status."
            statuses = (("flows", kind.flow, "statuses", status) for status in hidden[:5])
            names = (("types", kind.key, "fields", key), *statuses)
            yield Problem(path, text, mend, kind=ProblemKind.NOT_SEEN, names=names)


def _assertions(index: Index) -> Iterator[Problem]:
    for position, assertion in enumerate(index.document.assertions):
        type_key, field_key = assertion.field.split(".")
        kind, role = index.all_types.get(type_key), index.roles.get(assertion.never)
        field = next((field for field in kind.fields if field.key == field_key), None) if kind else None
        if kind is None or field is None or role is None:
            continue  # the reference is reported elsewhere
        flow = index.flows.get(kind.flow)
        places = [None, *(status.key for status in flow.statuses)] if flow else [None]
        seen = [place for place in places if visibility(field, role, place) > Visibility.HIDDEN]
        if seen:
            where = "on the form" if seen[0] is None else f"in the status “{seen[0]}”"
            text = f"“{assertion.never}” must never see “{field_key}” of “{type_key}”, but would {where}."
            mend = f'Set "{assertion.never}": "hidden" in show and at of the field, or take the assertion out.'
            names: tuple[Path, ...] = (("roles", assertion.never), ("types", type_key, "fields", field_key))
            if seen[0] is not None:
                names = (*names, ("flows", kind.flow, "statuses", seen[0]))
            names = (*names, ("types", type_key))
            yield Problem(f"assertions.{position}", text, mend, kind=ProblemKind.BROKEN_PROMISE, names=names)


def _too_early(index: Index, kind: RequestType, flow: Flow, field: AnyField) -> Iterator[Problem]:
    """A field that a customer is shown in a status in which nobody can have filled it in yet."""
    for status in _without_value(index, kind, flow, field):
        if visibility(field, index.customer, status) >= Visibility.SEE:
            text = f"Customers are shown “{field.key}” in “{status}”, before anybody can have filled it in."
            mend = f'Hide it there: "at": {{"{status}": {{"customer": "hidden"}}}}, or let somebody edit it earlier.'
            place = ("types", kind.key, "fields", field.key)
            names = (place, ("flows", flow.key, "statuses", status))
            yield Problem(".".join(place), text, mend, kind=ProblemKind.SHOWN_TOO_EARLY, names=names)


def _without_value(index: Index, kind: RequestType, flow: Flow, field: AnyField) -> list[str]:
    """The statuses that a request can come to before anybody could write the field."""
    if _writable(index, field, None):
        return []
    found: list[str] = []
    waiting = [kind.start]
    while waiting:
        status = waiting.pop()
        if status in found or _writable(index, field, status):
            continue
        found.append(status)
        moves = (move for move in flow.transitions if status in move.from_ and field.key not in move.must_fill)
        waiting.extend(move.to for move in moves)
        waiting.extend(target for item in flow.statuses if item.key == status for target in ways_by_itself(item))
    return found


def _writable(index: Index, field: AnyField, status: str | None) -> bool:
    return any(visibility(field, role, status) is Visibility.EDIT for role in index.roles.values())
