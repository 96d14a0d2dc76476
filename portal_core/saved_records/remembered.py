"""What forms remember: filled in before it is asked, kept when the form is sent. See `config/remembering.py`.

SECURITY: a detail is handed out only to who may fill in the field that asks for it, and kept only from a field that
customers see; so it never carries what staff keep to themselves into a customer's form.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from pydantic import JsonValue

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import NAME_LENGTH, User
from portal_core.accounts.own_account import emit_person_changed
from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config.answers_form import Known
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.kinds.base import Asked, Saving
from portal_core.config.looking import hidden_from_looker
from portal_core.config.remembering import ACCOUNT_KEYS, Remembered, parse
from portal_core.config.visibility import Visibility
from portal_core.saved_records.errors import RecordForbidden
from portal_core.saved_records.kind import records_for
from portal_core.saved_records.models import RecordEvent, SavedRecord
from portal_core.saved_records.titles import title_of
from portal_core.saved_records.visible import VisibleRecord, kind_of
from portal_core.saved_records.writing import write_entry

_PHONE_LENGTH = 40


@dataclass(frozen=True)
class Detail:
    """One detail that forms of the live portal remember about a customer, by the field that asks for it first."""

    key: str
    field: CompiledField


def details_of(portal: CompiledPortal, role_key: str = CUSTOMER) -> list[Detail]:
    """The details beside the account's own columns, each once, as far as this role sees the fields that ask."""
    role = resolve_role(role_key)
    found: dict[str, CompiledField] = {}
    for kind in portal.types:
        for field in kind.fields:
            place = parse(field.remember)
            if place is None or place.is_of_record or place.key in ACCOUNT_KEYS or field.retired:
                continue
            if field.visibility(role, None) >= Visibility.SEE:
                found.setdefault(place.key, field)
    return [Detail(key, field) for key, field in found.items()]


def detail_value(customer: User, detail: Detail) -> JsonValue:
    """What is kept of it; None for nothing, and for what was kept as another kind of answer."""
    return _kept(customer, detail.key, detail.field)


def _kept(customer: User, key: str, field: CompiledField) -> JsonValue:
    if hidden_from_looker(field):
        return None
    if key in ACCOUNT_KEYS:
        value: JsonValue = getattr(customer, key) or None
        return value
    kept = customer.remembered.get(key)
    if not isinstance(kept, dict) or kept.get("kind") != field.kind.key:
        return None
    found: JsonValue = kept.get("value")
    return found


def known_answers(
    fields: Iterable[CompiledField], asked: Asked, customer: User | None, chosen: Mapping[str, str]
) -> dict[str, Known]:
    """What is known of the fields that remember. `chosen` are the records chosen so far, by field."""
    found: dict[str, Known] = {}
    everything = {field.key: field for field in fields}
    for field in everything.values():
        place = parse(field.remember)
        if place is None or asked.customer_id is None or hidden_from_looker(field):
            continue
        known = (
            _of_record(field, everything.get(place.record_field), place, asked, chosen)
            if place.is_of_record
            else _of_customer(field, place, asked, customer)
        )
        if known is not None:
            found[field.key] = known
    return found


def _of_customer(field: CompiledField, place: Remembered, asked: Asked, customer: User | None) -> Known | None:
    value = None if customer is None or customer.pk != asked.customer_id else _kept(customer, place.key, field)
    if value is not None and not still_fits(field, value, asked):
        value = None
    source = _("from your saved details") if asked.person_id == asked.customer_id else "from the customer’s details"
    return Known(value, source)


def _of_record(
    field: CompiledField, source: CompiledField | None, place: Remembered, asked: Asked, chosen: Mapping[str, str]
) -> Known | None:
    if source is None:
        return None
    records = records_for(asked, str(getattr(source.config, "record_kind", "")))
    record = _chosen(records, chosen.get(source.key))
    if record is None:
        return None
    value = record.values.get(place.key)
    if value is not None and not still_fits(field, value, asked):
        value = None
    others = [other for item in records if (other := item.values.get(place.key)) is not None]
    return Known(
        value, _("from %(record)s") % {"record": record.title}, others=tuple(others), record_field=place.record_field
    )


def _chosen(records: list[VisibleRecord], record_id: str | None) -> VisibleRecord | None:
    """The record that is chosen: in a form just opened, the only one stands chosen."""
    if record_id:
        return next((item for item in records if str(item.id) == record_id), None)
    active = [item for item in records if not item.is_archived]
    return active[0] if record_id is None and len(active) == 1 else None


def still_fits(field: CompiledField, value: JsonValue, asked: Asked) -> bool:
    """Whether a value kept earlier would be taken today: choices go, limits change."""
    try:
        return field.kind.clean(field.kind.initial(value, field, asked), field, asked) is not None
    except (forms.ValidationError, TypeError, ValueError, AttributeError, KeyError):
        # Whatever the kind has become meanwhile: what does not fit is asked anew.
        return False


def keep_answers(
    fields: Mapping[str, CompiledField], answers: Mapping[str, JsonValue], keep: Iterable[str], saving: Saving
) -> int:
    """Keeps the answers of the fields named in `keep` for the customer's next form; how many.

    Runs inside the transaction that files the request. `answers` are settled: a record stands there with its id.
    """
    customer = resolve_role(CUSTOMER)
    details: dict[str, tuple[CompiledField, JsonValue]] = {}
    by_record: dict[str, dict[str, JsonValue]] = {}
    for key in keep:
        field = fields.get(key)
        place = parse(field.remember) if field is not None else None
        if field is None or place is None or field.visibility(customer, None) == Visibility.HIDDEN:
            continue
        if not place.is_of_record:
            details[place.key] = (field, answers.get(key))
        elif isinstance(record := answers.get(place.record_field), dict):
            by_record.setdefault(str(record.get("id")), {})[place.key] = answers.get(key)
    kept = keep_details(saving.customer_id, details) if details else 0
    return kept + sum(_keep_in_record(record_id, values, saving) for record_id, values in by_record.items())


def keep_details(customer_id: uuid.UUID, details: Mapping[str, tuple[CompiledField, JsonValue]]) -> int:
    """Writes details of a customer (None takes one out); how many have changed. Locks the customer's row."""
    row = User.objects.select_for_update(no_key=True).get(pk=customer_id)
    before = (row.phone, row.name, dict(row.remembered))
    changed = 0
    for key, (field, value) in details.items():
        if _kept(row, key, field) != value:
            _write(row, key, field, value)
            changed += 1
    if (row.phone, row.name, row.remembered) != before:
        row.save(update_fields=["phone", "name", "remembered"])
    if (row.phone, row.name) != before[:2]:
        emit_person_changed(row)
    return changed


def _write(row: User, key: str, field: CompiledField, value: JsonValue) -> None:
    if key == "phone":
        row.phone = str(value or "")[:_PHONE_LENGTH]
    elif key == "name":
        # A name is replaced, never emptied: people are addressed by it.
        row.name = str(value)[:NAME_LENGTH] if value else row.name
    elif value is None:
        row.remembered = {name: kept for name, kept in row.remembered.items() if name != key}
    else:
        row.remembered = {**row.remembered, key: {"kind": field.kind.key, "value": value}}


def _keep_in_record(record_id: str, values: Mapping[str, JsonValue], saving: Saving) -> int:
    """Writes answers into the record that the request names, as far as the actor may change those fields there."""
    record = SavedRecord.objects.select_for_update().filter(pk=record_id, customer_id=saving.customer_id).first()
    if record is None:
        raise RecordForbidden
    kind = kind_of(saving.portal, record.kind_key)
    changes: list[JsonValue] = []
    for key, value in values.items():
        field = kind.field_or_none(key)
        if field is None or field.retired or not _both_may_edit(field, saving.actor):
            continue
        if record.data.get(key) != value:
            changes.append({"field": key, "before": record.data.get(key), "after": value})
            record.data = {**record.data, key: value}
    if changes:
        record.data = {key: value for key, value in record.data.items() if value is not None}
        record.title = title_of(kind, record.data, saving.portal)
        record.revision += 1
        record.updated_at = saving.now
        record.save(update_fields=["data", "title", "revision", "updated_at"])
        write_entry(saving.actor, record, RecordEvent.CHANGED, changes)
    return len(changes)


def _both_may_edit(field: CompiledField, actor: Actor) -> bool:
    customer = field.visibility(resolve_role(CUSTOMER), None)
    return field.visibility(actor.role, None) == Visibility.EDIT and customer >= Visibility.SEE
