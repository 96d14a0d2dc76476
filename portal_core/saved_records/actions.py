"""What can be done with a saved record: each action is one transaction with its line of history."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from pydantic import JsonValue

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_record import CompiledRecordKind
from portal_core.config.live import live_portal
from portal_core.config.visibility import Visibility
from portal_core.saved_records.errors import RecordForbidden, RecordStale
from portal_core.saved_records.forms import can_fill_in, may_put_away
from portal_core.saved_records.locks import lock_record
from portal_core.saved_records.models import RecordEvent, SavedRecord
from portal_core.saved_records.titles import title_of
from portal_core.saved_records.visible import kind_of
from portal_core.saved_records.writing import NewRecord, create, write_entry
from tenants.outbox.events import emit


def add_record(*, actor: Actor, record: NewRecord) -> SavedRecord:
    """Adds a record and gives it back; sent twice under one key, gives back the first.

    Raises:
        RecordForbidden: not the actor's to add: another customer's, or a kind of which they may say nothing.
        RecordsFull: the customer keeps as many as anybody can.
    """
    portal = live_portal()
    _may_write(actor, record.customer_id)
    with transaction.atomic():
        return create(actor, record, portal)


@dataclass(frozen=True)
class RecordChange:
    """Other answers of a record, in stored form. `seen` are the values that the page showed beside them."""

    answers: Mapping[str, JsonValue]
    seen: Mapping[str, JsonValue]


def change_record(*, actor: Actor, record_id: uuid.UUID, change: RecordChange) -> SavedRecord:
    """Writes the answers that differ. Answers to questions that are no longer asked under the new ones go as well.

    Raises:
        RecordForbidden: the record is not the actor's, or a field is not theirs to change; nothing was written.
        RecordStale: somebody else changed one of these answers meanwhile; nothing was written.
    """
    portal = live_portal()
    with transaction.atomic():
        record = lock_record(record_id)
        _may_write(actor, record.customer_id)
        kind = kind_of(portal, record.kind_key)
        _refuse_foreign_fields(actor, kind, change)
        _refuse_stale(actor, record, kind, change, portal)
        before = dict(record.data)
        record.data = _after(before, change.answers, kind)
        changes: list[JsonValue] = [
            {"field": key, "before": before.get(key), "after": record.data.get(key)}
            for key in dict.fromkeys((*before, *record.data))
            if before.get(key) != record.data.get(key)
        ]
        if changes:
            record.title = title_of(kind, record.data, portal)
            _save(record, "data", "title")
            write_entry(actor, record, RecordEvent.CHANGED, changes)
            if actor.is_customer:
                emit("work.removed", {"what": "self_service", "count": 1, "record_id": str(record.pk)})
    return record


def archive_record(*, actor: Actor, record_id: uuid.UUID) -> SavedRecord:
    """Puts a record away: forms offer it no longer, requests that name it still show it. Twice does nothing more.

    Raises:
        RecordForbidden: the record is not the actor's, or of a kind of which they may fill in nothing.
    """
    return _put(actor, record_id, archived=True)


def restore_record(*, actor: Actor, record_id: uuid.UUID) -> SavedRecord:
    """Takes an archived record back into use.

    Raises:
        RecordForbidden: the record is not the actor's, or of a kind of which they may fill in nothing.
    """
    return _put(actor, record_id, archived=False)


def _put(actor: Actor, record_id: uuid.UUID, *, archived: bool) -> SavedRecord:
    with transaction.atomic():
        record = lock_record(record_id)
        _may_write(actor, record.customer_id)
        if not may_put_away(kind_of(live_portal(), record.kind_key), actor.role):
            raise RecordForbidden
        if (record.archived_at is not None) != archived:
            record.archived_at = timezone.now() if archived else None
            _save(record, "archived_at")
            write_entry(actor, record, RecordEvent.ARCHIVED if archived else RecordEvent.RESTORED, [])
    return record


def _may_write(actor: Actor, customer_id: uuid.UUID) -> None:
    """A customer's own records, or those of a customer for whom staff may change answers."""
    is_own = actor.is_customer and actor.user_id == customer_id
    if not is_own and not (actor.is_staff and actor.may("edit_fields")):
        raise RecordForbidden


def _refuse_foreign_fields(actor: Actor, kind: CompiledRecordKind, change: RecordChange) -> None:
    if not can_fill_in(kind, actor.role):
        raise RecordForbidden
    for key in change.answers:
        item = kind.field_or_none(key)
        if item is None or item.retired or item.visibility(actor.role, None) < Visibility.EDIT:
            raise RecordForbidden


def _refuse_stale(
    actor: Actor, record: SavedRecord, kind: CompiledRecordKind, change: RecordChange, portal: CompiledPortal
) -> None:
    overtaken = [
        key
        for key, value in change.answers.items()
        if record.data.get(key) not in (change.seen.get(key), value) and change.seen.get(key) != value
    ]
    if overtaken:
        fields = [kind.field_or_none(key) for key in overtaken]
        raise RecordStale(tuple(portal.text(item.label, actor.language) for item in fields if item is not None))


def _after(
    before: Mapping[str, JsonValue], answers: Mapping[str, JsonValue], kind: CompiledRecordKind
) -> dict[str, JsonValue]:
    after = {key: value for key, value in {**before, **answers}.items() if value is not None}
    was_asked = {item.key for item in kind.applicable_fields(before)}
    gone = was_asked - {item.key for item in kind.applicable_fields(after)}
    return {key: value for key, value in after.items() if key not in gone}


def _save(record: SavedRecord, *fields: str) -> None:
    record.revision += 1
    record.updated_at = timezone.now()
    record.save(update_fields=[*fields, "revision", "updated_at"])
