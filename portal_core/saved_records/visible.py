"""The one door through which a saved record leaves the server; nothing else hands `SavedRecord.data` to a reader.

SECURITY: a field passes only where this reader's role sees it; the title is held back where it holds one that the
reader does not see. What is derived from a record (an answer of a request, a prefilled form) comes from here, too.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override
from pydantic import JsonValue

from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_record import CompiledRecordKind
from portal_core.config.placeholders import field_keys_in
from portal_core.config.viewer import Viewer
from portal_core.config.visibility import Visibility
from portal_core.saved_records.models import SavedRecord
from portal_core.saved_records.titles import title_of

DEFAULT_ICON = "tag"


@dataclass(frozen=True)
class VisibleRecordField:
    """One answer of a record, in the reader's words. `fixed_reason` says why the reader cannot change it."""

    key: str
    label: str
    text: str
    kind: str
    may_edit: bool
    fixed_reason: str = ""
    # For staff only: what the customer can do with it ("hidden", "see" or "edit"); "" for customers.
    customer_mark: str = ""


@dataclass(frozen=True)
class VisibleRecord:
    """All that one reader may see of one record, without its history."""

    id: uuid.UUID
    kind_key: str
    kind_name: str
    icon: str
    title: str
    # What tells it from others of its kind: the first answers that do not stand in the title.
    summary: str
    fields: tuple[VisibleRecordField, ...]
    may_edit: bool
    is_archived: bool
    # Its kind is used no more: nothing of it is changed, no form offers it, and it can be put away.
    is_retired: bool
    customer_id: uuid.UUID
    revision: int
    created_at: datetime
    updated_at: datetime
    values: Mapping[str, JsonValue] = field(repr=False)
    in_title: frozenset[str] = frozenset()

    @property
    def card_fields(self) -> tuple[VisibleRecordField, ...]:
        """What a card shows under the title: what is filled in and does not stand in the title."""
        return tuple(item for item in self.fields if item.text and item.key not in self.in_title)

    @property
    def may_change(self) -> bool:
        """Whether the reader may change its answers."""
        return self.may_edit and not self.is_retired

    @property
    def path(self) -> str:
        """Its address in the portal."""
        return f"/saved/{self.id}/"

    @property
    def desk_path(self) -> str:
        """Its address at the desk."""
        return f"/desk/records/{self.id}/"


def kind_of(portal: CompiledPortal, kind_key: str) -> CompiledRecordKind:
    """The kind of a record; a neutral stand-in for one that the configuration does not know (any more)."""
    return portal.record_kinds.get(kind_key) or CompiledRecordKind.unknown(kind_key)


def visible(record: SavedRecord, viewer: Viewer, *, portal: CompiledPortal) -> VisibleRecord:
    """What `viewer` may see of `record`."""
    kind = kind_of(portal, record.kind_key)
    seen = seen_values(record, viewer, portal=portal)
    with override(viewer.speech):
        fields = tuple(_fields(kind, record, viewer, portal))
    in_title = frozenset(key for key in field_keys_in(kind.title) if key in seen)
    return VisibleRecord(
        id=record.pk,
        kind_key=record.kind_key,
        kind_name=portal.text(kind.name, viewer.language),
        icon=kind.icon or DEFAULT_ICON,
        title=title_of(kind, seen, portal),
        summary=" · ".join(
            [item.text.replace("\n", ", ") for item in fields if item.text and item.key not in in_title][:2]
        ),
        fields=fields,
        may_edit=any(item.may_edit for item in fields),
        is_archived=record.archived_at is not None,
        is_retired=kind.retired,
        customer_id=record.customer_id,
        revision=record.revision,
        created_at=record.created_at,
        updated_at=record.updated_at,
        values=seen,
        in_title=in_title,
    )


def visible_all(records: Iterable[SavedRecord], viewer: Viewer, *, portal: CompiledPortal) -> list[VisibleRecord]:
    """The same for many."""
    return [visible(record, viewer, portal=portal) for record in records]


def seen_values(record: SavedRecord, viewer: Viewer, *, portal: CompiledPortal) -> dict[str, JsonValue]:
    """The stored values that `viewer` may see."""
    kind = kind_of(portal, record.kind_key)
    return {
        item.key: record.data[item.key]
        for item in kind.fields
        if item.is_input and item.key in record.data and viewer.visibility(item, None) >= Visibility.SEE
    }


def deciding_values(record: SavedRecord, viewer: Viewer, *, portal: CompiledPortal) -> dict[str, JsonValue]:
    """What the form of a record starts from: what `viewer` may change, and all the rest.

    SECURITY: the rest decides on conditions only; a form shows nothing but the fields that it is made of.
    """
    if viewer.shown_to is None:
        return dict(record.data)
    # On the screen of a colleague: what is hidden from their role would stand in the form.
    kind = kind_of(portal, record.kind_key)
    hidden = {item.key for item in kind.fields if item.visibility(viewer.shown_to, None) < Visibility.SEE}
    return {key: value for key, value in record.data.items() if key not in hidden}


def _fields(
    kind: CompiledRecordKind, record: SavedRecord, viewer: Viewer, portal: CompiledPortal
) -> Iterable[VisibleRecordField]:
    seen = seen_values(record, viewer, portal=portal)
    asked = frozenset(item.key for item in kind.applicable_fields(record.data))
    for item in kind.fields:
        level = viewer.visibility(item, None)
        if not item.is_input or level == Visibility.HIDDEN or (item.key not in seen and item.key not in asked):
            continue
        may_edit = level == Visibility.EDIT and item.key in asked
        text = field_text(item, seen.get(item.key), viewer, portal=portal)
        if not text and not may_edit and not viewer.is_staff:
            continue
        yield VisibleRecordField(
            key=item.key,
            label=portal.text(item.label, viewer.language),
            text=text,
            kind=item.kind.key,
            may_edit=may_edit,
            fixed_reason="" if may_edit or viewer.is_staff else _reason(item, viewer, portal),
            customer_mark=_mark(item) if viewer.is_staff else "",
        )


def _mark(item: CompiledField) -> str:
    return item.visibility(resolve_role(CUSTOMER), None).name.lower()


def _reason(item: CompiledField, viewer: Viewer, portal: CompiledPortal) -> str:
    """Why a customer cannot change this: in the business's own words where it has written some."""
    own = portal.text(item.help, viewer.language)
    return own or _("%(business)s keeps this up to date") % {"business": portal.name}


def field_text(item: CompiledField, value: JsonValue, viewer: Viewer, *, portal: CompiledPortal) -> str:
    """A stored value in the reader's words; nothing for no answer. Whether it may be shown is the caller's question."""
    if value is None:
        return ""
    return item.kind.display(value, item, portal, viewer.language, viewer.time_zone)
