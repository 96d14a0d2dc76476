"""What tells customers apart in a list: where they live, or else what they keep; and finding them by it.

SECURITY: shown and sought is only what this reader sees: details by the field that asks for them, records by `visible`.
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import OuterRef, Q, Subquery, TextField
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Regex

from portal_core.accounts.folded import Folded
from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_record import CompiledRecordKind
from portal_core.config.viewer import Viewer
from portal_core.config.visibility import Visibility
from portal_core.saved_records.models import SavedRecord
from portal_core.saved_records.remembered import Detail, detail_value, details_of
from portal_core.saved_records.visible import field_text, visible

# Kinds of fields whose stored value is what people would type to find it again.
_SOUGHT: Final = frozenset({"text", "long_text", "address", "email", "phone"})
_MOST_RECORDS: Final = 500


@dataclass(frozen=True)
class Beside:
    """What stands beside a customer's name: a remembered detail, or records of one kind."""

    label: str
    detail: Detail | None = None
    kind: CompiledRecordKind | None = None


def beside(viewer: Viewer, portal: CompiledPortal) -> Beside | None:
    """What this portal's customers are told apart by; None where it keeps nothing of the kind."""
    details = _details(viewer, portal)
    address = next((item for item in details if item.field.kind.key == "address"), None)
    address = address or next((item for item in details if item.key == "address"), None)
    if address is not None:
        return Beside("Address", detail=address)
    kinds = portal.active_record_kinds
    home = next((kind for kind in kinds if kind.key == "address" or _address_field(kind, viewer)), None)
    if home is not None:
        return Beside("Address", kind=home)
    return Beside(portal.text(kinds[0].name, portal.language), kind=kinds[0]) if kinds else None


def lines_beside(
    customers: Iterable[User], shown: Beside, viewer: Viewer, portal: CompiledPortal
) -> dict[uuid.UUID, str]:
    """For each customer one line; who has none is left out. One query where records are shown, else none."""
    if shown.detail is not None:
        detail = shown.detail
        kept = {user.pk: (detail.field, detail_value(user, detail)) for user in customers}
        texts = {
            key: field_text(field, value, viewer, portal=portal)
            for key, (field, value) in kept.items()
            if value is not None
        }
        return {key: _one_line(text) for key, text in texts.items() if text}
    return _of_records(customers, shown.kind, viewer, portal) if shown.kind is not None else {}


def _of_records(
    customers: Iterable[User], kind: CompiledRecordKind, viewer: Viewer, portal: CompiledPortal
) -> dict[uuid.UUID, str]:
    rows = SavedRecord.objects.filter(
        customer_id__in=[user.pk for user in customers], kind_key=kind.key, archived_at=None
    )
    address = _address_field(kind, viewer)
    lines: dict[uuid.UUID, str] = {}
    for row in rows.order_by("id")[:_MOST_RECORDS]:
        record = visible(row, viewer, portal=portal)
        text = field_text(address, record.values.get(address.key), viewer, portal=portal) if address else ""
        lines.setdefault(row.customer_id, _one_line(text or record.title))
    return {key: line for key, line in lines.items() if line}


def found_by(pattern: str, viewer: Viewer, portal: CompiledPortal) -> Q:
    """A condition on customers: a remembered detail, or a record that is not put away, folded (`accounts/folded.py`),
    meets the regular expression."""
    found = Q()
    for detail in _details(viewer, portal):
        if detail.field.kind.key in _SOUGHT:
            kept = Cast(KeyTextTransform("value", KeyTransform(detail.key, "remembered")), TextField())
            found |= Q(Regex(Folded(kept), pattern))
    records = Q()
    for kind in portal.record_kinds.values():
        for field in _sought_in(kind, viewer):
            records |= Q(Regex(Folded(KeyTextTransform(field.key, "data")), pattern), kind_key=kind.key)
    if records:
        theirs = SavedRecord.objects.filter(records, customer_id=OuterRef("pk"), archived_at=None)
        # Not "exists": the planner would look through the records of all customers to answer for a few.
        found |= Q(pk=Subquery(theirs.values("customer_id")[:1]))
    return found


def _details(viewer: Viewer, portal: CompiledPortal) -> list[Detail]:
    return [item for item in details_of(portal) if viewer.visibility(item.field, None) >= Visibility.SEE]


def _sought_in(kind: CompiledRecordKind, viewer: Viewer) -> Iterator[CompiledField]:
    seen = (field for field in kind.fields if viewer.visibility(field, None) >= Visibility.SEE)
    return (field for field in seen if field.kind.key in _SOUGHT)


def _address_field(kind: CompiledRecordKind, viewer: Viewer) -> CompiledField | None:
    return next((field for field in _sought_in(kind, viewer) if field.kind.key == "address"), None)


def _one_line(text: str) -> str:
    return ", ".join(line.strip(" ,") for line in text.splitlines() if line.strip(" ,"))
