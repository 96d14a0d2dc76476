"""A record's history as one reader may see it: part of the one door, beside `visible.py`.

SECURITY: a change passes field by field, and only where the reader sees the field now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override
from pydantic import JsonValue

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_record import CompiledRecordKind
from portal_core.config.viewer import Viewer
from portal_core.config.visibility import Visibility
from portal_core.history.models import Side
from portal_core.saved_records.models import RecordEntry, RecordEvent, SavedRecord
from portal_core.saved_records.visible import field_text, kind_of

ENTRIES_SHOWN = 50


@dataclass(frozen=True)
class RecordChangeShown:
    """One answer that was changed, before and after, in the reader's words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RecordLine:
    """One line of a record's history."""

    title: str
    changes: tuple[RecordChangeShown, ...]
    at: datetime


def lines_of(
    record: SavedRecord, viewer: Viewer, *, portal: CompiledPortal, everything: bool = False
) -> tuple[list[RecordLine], bool]:
    """What happened to the record, newest first, and whether there is more, in one query; lines that show this reader
    nothing are left out."""
    entries = RecordEntry.objects.filter(record=record).select_related("actor").order_by("-id")
    rows = list(entries if everything else entries[: ENTRIES_SHOWN + 1])
    has_more = not everything and len(rows) > ENTRIES_SHOWN
    rows = rows[:ENTRIES_SHOWN] if has_more else rows
    kind = kind_of(portal, record.kind_key)
    with override(viewer.speech):
        lines = [_line(row, kind, viewer, portal) for row in rows]
    return [line for line in lines if line is not None], has_more


def _line(row: RecordEntry, kind: CompiledRecordKind, viewer: Viewer, portal: CompiledPortal) -> RecordLine | None:
    if row.kind not in RecordEvent.values:
        return _unknown(row) if viewer.is_staff else None
    changes = tuple(shown for change in row.changes if (shown := _change(change, kind, viewer, portal)) is not None)
    if row.kind == RecordEvent.CHANGED and not changes:
        return None
    return RecordLine(_title(row, viewer, portal), changes, row.at)


def _unknown(row: RecordEntry) -> RecordLine:
    """What later code has written while this one still serves.

    SECURITY: nothing of what it says is shown, and to customers not even that something happened and when: from whom it
    is kept only that code knows.
    """
    return RecordLine(_("Something happened that this page cannot show yet"), (), row.at)


def _change(
    change: Mapping[str, JsonValue], kind: CompiledRecordKind, viewer: Viewer, portal: CompiledPortal
) -> RecordChangeShown | None:
    item = kind.field_or_none(str(change["field"]))
    if item is None or viewer.visibility(item, None) == Visibility.HIDDEN:
        return None
    before, after = (field_text(item, change[side], viewer, portal=portal) for side in ("before", "after"))
    return RecordChangeShown(portal.text(item.label, viewer.language), before, after)


def _title(row: RecordEntry, viewer: Viewer, portal: CompiledPortal) -> str:
    if row.actor_id is not None and row.actor_id == viewer.user_id:
        return _MINE[RecordEvent(row.kind)]()
    name = row.actor.name if row.actor and row.side != Side.SYSTEM else portal.name
    return _THEIRS[RecordEvent(row.kind)]() % {"name": name or portal.name}


_MINE = {
    RecordEvent.ADDED: lambda: _("You added this"),
    RecordEvent.CHANGED: lambda: _("You made a change"),
    RecordEvent.ARCHIVED: lambda: _("You put this away"),
    RecordEvent.RESTORED: lambda: _("You took this back into use"),
}
_THEIRS = {
    RecordEvent.ADDED: lambda: _("%(name)s added this"),
    RecordEvent.CHANGED: lambda: _("%(name)s made a change"),
    RecordEvent.ARCHIVED: lambda: _("%(name)s put this away"),
    RecordEvent.RESTORED: lambda: _("%(name)s took this back into use"),
}
