"""What adding a record and settling an answer with a new one have in common; inside the caller's transaction."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from pydantic import JsonValue

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.visibility import Visibility
from portal_core.history.record import side_of
from portal_core.saved_records.errors import RecordForbidden, RecordsFull
from portal_core.saved_records.forms import can_fill_in
from portal_core.saved_records.locks import lock_customer
from portal_core.saved_records.models import RecordEntry, RecordEvent, SavedRecord
from portal_core.saved_records.queries import MOST_RECORDS, of_customer
from portal_core.saved_records.titles import title_of


@dataclass(frozen=True)
class NewRecord:
    """A record to be added. `id` was given out with the form: the same one never makes a second record."""

    id: uuid.UUID
    kind_key: str
    customer_id: uuid.UUID
    answers: Mapping[str, JsonValue]


def create(actor: Actor, new: NewRecord, portal: CompiledPortal) -> SavedRecord:
    """Writes the record with its first line of history; gives back the one that is there when it was added before.

    SECURITY: only what is asked of such a record and what this role may say is stored, whatever was sent. An id that
    another customer's record bears is refused: it would give out what it became.
    """
    lock_customer(new.customer_id)
    already = SavedRecord.objects.filter(pk=new.id).first()
    if already is not None:
        if already.customer_id != new.customer_id or already.created_by_id != actor.user_id:
            raise RecordForbidden
        return already
    kind = portal.record_kinds.get(new.kind_key)
    if kind is None or actor.user_id is None or not can_fill_in(kind, actor.role):
        raise RecordForbidden
    if of_customer(new.customer_id).count() >= MOST_RECORDS:
        raise RecordsFull
    answers = {
        item.key: new.answers[item.key]
        for item in kind.applicable_fields(new.answers)
        if new.answers.get(item.key) is not None and item.visibility(actor.role, None) == Visibility.EDIT
    }
    now = timezone.now()
    record = SavedRecord(
        id=new.id,
        kind_key=new.kind_key,
        customer_id=new.customer_id,
        created_by_id=actor.user_id,
        data=answers,
        title=title_of(kind, answers, portal),
        created_at=now,
        updated_at=now,
    )
    record.save(force_insert=True)
    write_entry(actor, record, RecordEvent.ADDED, [])
    return record


def write_entry(actor: Actor, record: SavedRecord, kind: RecordEvent, changes: list[JsonValue]) -> None:
    """Adds a line to the record's history."""
    entry = RecordEntry(
        record=record, kind=kind, side=side_of(actor), actor_id=actor.user_id, changes=changes, at=timezone.now()
    )
    entry.save(force_insert=True)
