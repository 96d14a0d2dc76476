"""What is remembered has a place, one kind for each place, and never passes what customers may not see."""

from collections.abc import Iterator

from portal_core.config.checks.index import Index, inputs
from portal_core.config.document.fields import AnyField, RecordField
from portal_core.config.document.portal_document import RequestType
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem
from portal_core.config.remembering import ACCOUNT_KINDS, NOT_REMEMBERED, Remembered, parse
from portal_core.config.visibility import Visibility, visibility

_PLACES = "Write customer.phone, customer.name, customer.KEY, or record.FIELD.KEY."


def check_remember(index: Index) -> Iterator[Problem]:
    """Every field that remembers."""
    kept: dict[str, tuple[str, str]] = {}
    for kind in index.types:
        for field in kind.fields:
            if field.remember is None or field.retired:
                continue
            path = f"types.{kind.key}.fields.{field.key}"
            place = parse(field.remember)
            if place is None:
                text = f"“{field.remember}” is no place to remember in."
                yield Problem(f"{path}.remember", text, _PLACES, kind=ProblemKind.INVALID)
                continue
            yield from _seen(index, kind, field, path)
            if place.is_of_record:
                yield from _of_record(index, kind, field, place, path)
            else:
                yield from _of_customer(field, place, path, kept)


def _seen(index: Index, kind: RequestType, field: AnyField, path: str) -> Iterator[Problem]:
    """SECURITY: what staff alone write must not come to light in the customer's next form."""
    if field.kind in NOT_REMEMBERED:
        mend = "Take remember out."
        text = f"Fields of the kind {field.kind} are kept in their own way."
        yield Problem(f"{path}.remember", text, mend, kind=ProblemKind.NOT_ALLOWED_HERE)
    statuses = [None, *(status.key for status in index.statuses(kind.flow))]
    if any(visibility(field, index.customer, status) is Visibility.HIDDEN for status in statuses):
        text = f"“{field.key}” is remembered for the customer, who does not always see it."
        mend = "Show it to customers in every status, or take remember out."
        names = (("types", kind.key, "fields", field.key),)
        yield Problem(f"{path}.remember", text, mend, kind=ProblemKind.NOT_SEEN, names=names)


def _of_customer(field: AnyField, place: Remembered, path: str, kept: dict[str, tuple[str, str]]) -> Iterator[Problem]:
    allowed = ACCOUNT_KINDS.get(place.key)
    if allowed is not None and field.kind not in allowed:
        mend = f"Make it a field of the kind {allowed[0]}, or remember it under another key."
        text = f"customer.{place.key} does not fit a field of the kind {field.kind}."
        yield Problem(f"{path}.remember", text, mend, kind=ProblemKind.NOT_ALLOWED_HERE)
        return
    first = kept.setdefault(place.key, (field.kind, path))
    if first[0] != field.kind:
        text = f"customer.{place.key} is a {first[0]} in {first[1]} and a {field.kind} here."
        yield Problem(
            f"{path}.remember", text, "Use one kind of field for it, or another key.", kind=ProblemKind.CONTRADICTION
        )


def _of_record(index: Index, kind: RequestType, field: AnyField, place: Remembered, path: str) -> Iterator[Problem]:
    before: dict[str, AnyField] = {}
    for other in inputs(kind):
        if other.key == field.key:
            break
        before[other.key] = other
    source = before.get(place.record_field)
    if not isinstance(source, RecordField):
        mend = "Name a field of the kind record that comes earlier in this form."
        text = f"“{place.record_field}” is no record chosen before this answer."
        chosen = (("types", kind.key, "fields", place.record_field),)
        yield Problem(f"{path}.remember", text, mend, kind=ProblemKind.LATER_FIELD, names=chosen)
        return
    record = index.record_kinds.get(source.record_kind or "")
    if record is None:
        return  # reported at the field that asks for it
    names = (("record_kinds", record.key, "fields", place.key), ("record_kinds", record.key))
    found = next((item for item in record.fields if item.key == place.key and not item.retired), None)
    if found is None:
        text = f"There is no field “{place.key}” in the record “{record.key}”."
        yield Problem(f"{path}.remember", text, "Name one of its fields.", kind=ProblemKind.MISSING, names=names)
    elif found.kind != field.kind:
        text = f"“{place.key}” of the record is a {found.kind}, and this field is a {field.kind}."
        mend = f"Make this a field of the kind {found.kind}."
        yield Problem(f"{path}.remember", text, mend, kind=ProblemKind.NOT_ALLOWED_HERE, names=names)
    elif visibility(found, index.customer, None) is Visibility.HIDDEN:
        text = f"“{place.key}” of the record is hidden from customers, and this field is not."
        mend = "Show it to customers in the record, or take remember out."
        yield Problem(f"{path}.remember", text, mend, kind=ProblemKind.NOT_SEEN, names=names)
