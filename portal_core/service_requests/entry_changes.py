"""What an entry of history tells of changed answers, to one reader.

SECURITY: a change of fields passes field by field: the reader must be able to see the field both in the status where
the request stands now and in the one where it stood then. Otherwise a draft that staff wrote while the field was hidden
would come to light with the value that was meant to be shown.
"""

from dataclasses import dataclass

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.visibility import Visibility
from portal_core.history.models import HistoryEntry, Kind
from portal_core.history.record import JsonValue
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible_values import field_text
from portal_core.service_requests.withholding import Told, told_of


@dataclass(frozen=True)
class VisibleChange:
    """One field that was changed, before and after, in the reader's words."""

    label: str
    before: str
    after: str


class EntryChanges:
    """The changed answers of one entry."""

    def __init__(self, row: HistoryEntry, request: ServiceRequest, viewer: Viewer, portal: CompiledPortal) -> None:
        self.row = row
        self.request = request
        self.viewer = viewer
        self.portal = portal
        self.type = portal.type_or_unknown(request.type_key)

    def shown(self) -> tuple[VisibleChange, ...]:
        """The changes that this reader may see, in their words."""
        changes = self.row.data.get("changes", [])
        words = [self._change(change) for change in changes]
        words += [self._approved(line) for line in self.row.data.get("lines", [])]
        return tuple(change for change in words if change is not None)

    def _approved(self, line: dict[str, JsonValue]) -> VisibleChange | None:
        """What was approved, word for word as the customer read it then; under the rule for changes."""
        field = self.type.field_or_none(str(line["field"]))
        if field is None or not self._was_and_is_seen(field) or self._told_of(line) == "nothing":
            return None
        return VisibleChange(str(line["label"]), "", str(line["text"]))

    def sees_its_field(self) -> bool:
        """Whether this reader sees the answer that the entry is about, if it is about one (a file in it)."""
        if "field" not in self.row.data:
            return True
        field = self.type.field_or_none(str(self.row.data["field"]))
        return field is not None and self._was_and_is_seen(field)

    def _was_and_is_seen(self, field: CompiledField) -> bool:
        seen_in = {self.request.status_key, *self._statuses_then()}
        return all(self.viewer.visibility(field, status) > Visibility.HIDDEN for status in seen_in)

    def _change(self, change: dict[str, JsonValue]) -> VisibleChange | None:
        field = self.type.field_or_none(str(change["field"]))
        if field is None:
            # The request has been another type since.
            return None
        told = self._told_of(change)
        if not self._was_and_is_seen(field) or told == "nothing":
            return None
        values = field.kind.difference(None if told == "after" else change["before"], change["after"])
        before, after = (field_text(field, value, self.portal, self.viewer) for value in values)
        return VisibleChange(self.portal.text(field.label, self.viewer.language), before, after)

    def _told_of(self, change: dict[str, JsonValue]) -> Told:
        return told_of(self.request, change, self.row.at, self.viewer)

    def _statuses_then(self) -> tuple[str, ...]:
        """Where the request stood when this was written; all statuses when the entry does not say (or none of today).

        What is filled in with a move is written in the status from which it moves.
        """
        then = str(self.row.data.get("from" if self.row.kind == Kind.MOVED else "status") or "")
        flow = self.type.flow
        return (then,) if flow.has_status(then) else tuple(status.key for status in flow.statuses)
