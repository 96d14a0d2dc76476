"""What a new document leaves out although requests refer to it is kept as retired, so that they still render."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from portal_core.config.document.fields import (
    AnyField,
    Choice,
    ChoiceField,
    ChoicesField,
    Column,
    DocumentKind,
    FieldBase,
    FileField,
    RecordKind,
    RowsField,
)
from portal_core.config.document.flows import Flow, Status
from portal_core.config.document.portal_document import PortalDocument, RequestType, Team
from portal_core.config.impact import Standing

Item = TypeVar("Item", Flow, Status, RequestType, Team, RecordKind, DocumentKind)
Fielded = TypeVar("Fielded", RequestType, RecordKind)


@dataclass(frozen=True, slots=True)
class Kept:
    """The kinds of which customers have something: records, documents."""

    records: Collection[str] = ()
    documents: Collection[str] = ()


_NOTHING: Final = Kept()


def carry_retired(
    previous: PortalDocument, wanted: PortalDocument, standing: Sequence[Standing], kept: Kept = _NOTHING
) -> PortalDocument:
    """`wanted`, completed by the retired remains of `previous` that requests, records and documents refer to."""
    completed = _with_record_kinds(previous, _with_types(previous, wanted, standing), kept.records)
    return _with_document_kinds(previous, completed, kept.documents)


def _with_document_kinds(previous: PortalDocument, wanted: PortalDocument, kept: Collection[str]) -> PortalDocument:
    """Kinds of documents on file, and those that retired fields name."""
    named = {field.document_kind for kind in wanted.types for field in kind.fields if isinstance(field, FileField)}
    before = [kind for kind in previous.document_kinds if kind.key in kept or kind.key in named]
    gone = _missing(before, wanted.document_kinds)
    return wanted.model_copy(update={"document_kinds": (*wanted.document_kinds, *gone)}) if gone else wanted


def _with_record_kinds(previous: PortalDocument, wanted: PortalDocument, kept: Collection[str]) -> PortalDocument:
    before = {kind.key: kind for kind in previous.record_kinds if kind.key in kept}
    if not before:
        return wanted
    kinds = [_with_fields(kind, before.get(kind.key)) for kind in wanted.record_kinds]
    return wanted.model_copy(update={"record_kinds": (*kinds, *_missing(before.values(), kinds))})


def _with_types(previous: PortalDocument, wanted: PortalDocument, standing: Sequence[Standing]) -> PortalDocument:
    used = {item.type_key for item in standing if item.open_count or item.closed_count}
    if not used:
        return wanted
    kept_types = [kind for kind in previous.types if kind.key in used]
    used_flows = {kind.flow for kind in kept_types}
    old_types = {kind.key: kind for kind in kept_types}
    old_flows = {flow.key: flow for flow in previous.flows if flow.key in used_flows}
    types = [_with_fields(kind, old_types.get(kind.key)) for kind in wanted.types]
    flows = [_with_statuses(flow, old_flows.get(flow.key)) for flow in wanted.flows]
    gone_types = _missing(kept_types, types)
    needed = {kind.flow for kind in gone_types}
    gone_flows = [flow for flow in _missing(old_flows.values(), flows) if flow.key in needed]
    return wanted.model_copy(
        update={
            "types": (*types, *gone_types),
            "flows": (*flows, *gone_flows),
            "teams": (*wanted.teams, *_missing(previous.teams, wanted.teams)),
        }
    )


def _missing(before: Iterable[Item], now: Iterable[Item]) -> list[Item]:
    keys = {item.key for item in now}
    return [item.model_copy(update={"retired": True}) for item in before if item.key not in keys]


def _with_statuses(flow: Flow, before: Flow | None) -> Flow:
    gone = [] if before is None else _missing(before.statuses, flow.statuses)
    if not gone:
        return flow
    steps = {step.key for step in flow.steps}
    fitting = [status if status.step in steps else status.model_copy(update={"step": None}) for status in gone]
    return flow.model_copy(update={"statuses": (*flow.statuses, *fitting)})


def _with_fields(kind: Fielded, before: Fielded | None) -> Fielded:
    if before is None:
        return kind
    return kind.model_copy(update={"fields": _completed(kind.fields, before.fields)})


def _completed(now: Sequence[AnyField], before: Sequence[AnyField]) -> tuple[AnyField, ...]:
    old = {item.key: item for item in before}
    fields = [_with_choices(item, old.get(item.key)) for item in now]
    keys = {item.key for item in fields}
    gone = [item.model_copy(update={"retired": True}) for item in before if item.key not in keys]
    return (*fields, *gone)


def _with_choices(field: AnyField, before: AnyField | None) -> AnyField:
    """A field with the answers and columns that it had before, retired."""
    if isinstance(field, RowsField) and isinstance(before, RowsField):
        return field.model_copy(update={"columns": _columns(field, before)})
    return field.model_copy(update=_gone_choices(field, before))


def _columns(field: RowsField, before: RowsField) -> tuple[Column, ...]:
    old = {column.key: column for column in before.columns}
    kept = [c.model_copy(update=_gone_choices(c, old.get(c.key))) for c in field.columns]
    keys = {column.key for column in kept}
    gone = [c.model_copy(update={"retired": True}) for c in before.columns if c.key not in keys]
    return (*kept, *gone)


def _gone_choices(field: FieldBase, before: FieldBase | None) -> dict[str, tuple[Choice, ...]]:
    if not isinstance(field, ChoiceField | ChoicesField) or not isinstance(before, ChoiceField | ChoicesField):
        return {}
    keys = {choice.key for choice in field.choices}
    gone = [choice.model_copy(update={"retired": True}) for choice in before.choices if choice.key not in keys]
    return {"choices": (*field.choices, *gone)} if gone else {}
