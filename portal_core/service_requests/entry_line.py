"""One entry of a request's history in the words of one reader.

Whether the entry is for this reader at all has been decided before (`entries.py`).
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext as _

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_type import CompiledType
from portal_core.config.localise import date_in
from portal_core.documents.shown import ShownFile, shown_files
from portal_core.history.models import HistoryEntry, Kind, Side
from portal_core.service_requests.ask_lines import AskLine
from portal_core.service_requests.document_line import document_title, sees_document_line
from portal_core.service_requests.entry_changes import EntryChanges, VisibleChange
from portal_core.service_requests.models import Priority, ServiceRequest
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible_person import VisiblePerson, person

# Of these events the sentence itself says whose deed it was.
_NAMES_WHO: Final = frozenset({Kind.SUBMITTED, Kind.CHANGED, Kind.ANSWERED, Kind.APPROVED, Kind.DECLINED})


@dataclass(frozen=True)
class EntryStatus:
    """What the sign before an event needs of the status that was entered."""

    turn: str
    progress: int
    outcome: str | None


@dataclass(frozen=True)
class VisibleEntry:
    """One line of history. `title` is the sentence of an event; messages and notes have a `body` instead."""

    id: uuid.UUID
    kind: str
    side: str
    who: VisiblePerson | None
    is_mine: bool
    is_note: bool
    is_message: bool
    title: str
    body: str
    changes: tuple[VisibleChange, ...]
    customer_told: bool
    status: EntryStatus | None
    at: datetime
    files: tuple[ShownFile, ...] = ()
    # The request that an entry leads to: the one made from this, or the one that this was made from.
    other_number: int = 0
    # The reference of the merged request in which it was written; nothing for this one's own.
    from_reference: str = ""

    @property
    def title_names_who(self) -> bool:
        """Whether the sentence itself says whose deed it was."""
        return self.kind in _NAMES_WHO


class EntryLine:
    """One entry in the reader's words."""

    def __init__(self, row: HistoryEntry, request: ServiceRequest, viewer: Viewer, portal: CompiledPortal) -> None:
        self.row = row
        self.request = request
        self.viewer = viewer
        self.portal = portal
        self.type: CompiledType = portal.type_or_unknown(request.type_key)
        self.changes = EntryChanges(row, request, viewer, portal)

    def build(self) -> VisibleEntry | None:
        """The entry; None when nothing of it is left for this reader to see."""
        row, viewer = self.row, self.viewer
        if row.kind not in Kind.values:
            return self._unknown() if viewer.is_staff else None
        changes = self.changes.shown()
        if row.kind == Kind.CHANGED and not changes:
            return None
        sees_papers = sees_document_line(row, self.request, viewer, self.portal)
        if row.kind == Kind.DOCUMENT and not (sees_papers and self.changes.sees_its_field()):
            return None
        is_mine = row.actor_id is not None and row.actor_id == viewer.user_id
        return VisibleEntry(
            id=row.pk,
            kind=row.kind,
            side=row.side,
            who=self._who(),
            is_mine=is_mine,
            is_note=row.kind == Kind.NOTED,
            is_message=row.kind in (Kind.REPLIED, Kind.NOTED),
            title=self._title(is_mine),
            body=row.body,
            changes=changes,
            customer_told=bool(row.data.get("told")) and viewer.is_staff,
            status=self._status(),
            at=row.at,
            # SECURITY: files of a document, where one was asked for, are shown to those who see its kind.
            files=shown_files(row.data.get("files")) if sees_papers else (),
            other_number=self._other_number(),
            from_reference=self._from_reference(),
        )

    def _unknown(self) -> VisibleEntry:
        """What later code has written while this one still serves.

        SECURITY: nothing of what it says is shown, and to customers not even that something happened, when and by
        whom: from whom it is kept only that code knows.
        """
        row = self.row
        return VisibleEntry(
            id=row.pk,
            kind=row.kind,
            side=row.side,
            who=self._who(),
            is_mine=False,
            is_note=False,
            is_message=False,
            title=_("Something happened that this page cannot show yet"),
            body="",
            changes=(),
            customer_told=False,
            status=None,
            at=row.at,
        )

    def _title(self, is_mine: bool) -> str:
        row = self.row
        who = self._who() if row.actor else None
        name = who.name if who else self.portal.name
        if row.kind in (Kind.SUBMITTED, Kind.REPEATED):
            return self._submitted(is_mine, name)
        if row.kind == Kind.CHANGED:
            return _("You made a change") if is_mine else _("%(name)s made a change") % {"name": name}
        plain = {
            Kind.MOVED: lambda: self._status_words(str(row.data.get("to", ""))),
            Kind.DOCUMENT: lambda: document_title(row, self.viewer, self.portal),
            Kind.ASSIGNED: self._assigned,
            Kind.PLANNED: self._planned,
            Kind.RECORDED: lambda: str(row.data.get("title", "")),
            Kind.PRIORITISED: self._prioritised,
            Kind.MERGED: self._merged,
            Kind.UNMERGED: self._merged,
        }.get(Kind(row.kind))
        if plain is not None:
            return plain()
        return AskLine(row, self.request, self.type, self.portal, self.viewer).title(is_mine=is_mine, name=name)

    def _who(self) -> VisiblePerson | None:
        """The person behind it; in what was brought over from elsewhere, somebody of whom only the name is known."""
        row = self.row
        if row.actor:
            # Who opened the portal was not asked for a name: the customer reads the business instead.
            is_named_so = self.viewer.is_staff or row.side == Side.CUSTOMER
            return person(row.actor, unnamed=row.actor.first_name if is_named_so else self.portal.name)
        name = str(row.data.get("by") or "")
        if not name and row.kind in (Kind.REPLIED, Kind.NOTED):
            name = self.portal.name
        words = name.split()
        return VisiblePerson(row.pk, name, words[0], "".join(word[0] for word in words[:2]).upper()) if words else None

    def _reference(self, key: str) -> str:
        """The reference of another request that an entry names by its number."""
        return self.portal.reference(int(self.row.data.get(key) or 0))

    def _submitted(self, is_mine: bool, name: str) -> str:
        if self.row.kind == Kind.REPEATED:
            return _("Requested again as %(reference)s") % {"reference": self._reference("again")}
        imported = self.row.data.get("imported")
        if isinstance(imported, dict):
            if not self.viewer.is_staff:
                return _("Request made")
            return _("Request made, brought over from %(source)s (%(number)s)") % {
                "source": imported.get("source", ""),
                "number": imported.get("id", ""),
            }
        sent = self._sent(is_mine, name)
        if not self.row.data.get("again_of"):
            return sent
        return _("%(sent)s, made from %(reference)s") % {"sent": sent, "reference": self._reference("again_of")}

    def _sent(self, is_mine: bool, name: str) -> str:
        if self.row.side == Side.CUSTOMER:
            if is_mine:
                return _("You sent the request")
            return _("Request sent from the portal") if self.viewer.is_staff else _("Request sent")
        return (
            _("%(name)s wrote this down for the customer") % {"name": name}
            if self.viewer.is_staff
            else _("%(name)s wrote this down for you") % {"name": name}
        )

    def _status_words(self, key: str) -> str:
        status = self.type.flow.status_or_unknown(key)
        return self.portal.text(status.name if self.viewer.is_staff else status.customer_name, self.viewer.language)

    def _other_number(self) -> int:
        data = self.row.data
        if self.row.kind in (Kind.MERGED, Kind.UNMERGED):
            return int(data.get("into") or data.get("from") or 0)
        return int(data.get("again") or data.get("again_of") or 0)

    def _from_reference(self) -> str:
        number = getattr(self.row, "written_in_number", None)
        return self.portal.reference(number) if number is not None and number != self.request.number else ""

    def _merged(self) -> str:
        into, origin = self.row.data.get("into"), self.row.data.get("from")
        reference = self.portal.reference(int(str(into or origin or 0)))
        if self.row.kind == Kind.MERGED:
            words = _("Goes on in %(reference)s") if into else _("%(reference)s goes on here")
        elif into:
            words = _("Stands by itself again, apart from %(reference)s")
        else:
            words = _("%(reference)s stands by itself again")
        return words % {"reference": reference}

    def _prioritised(self) -> str:
        level = self.row.data.get("to")
        return f"Priority: {Priority(level).label}" if level in Priority.values else "Priority"

    def _assigned(self) -> str:
        to = str(self.row.data.get("to_name", ""))
        return _("Given to %(name)s") % {"name": to} if to else _("Given back: nobody has it")

    def _planned(self) -> str:
        day, before = (self._day(self.row.data.get(name)) for name in ("day", "before"))
        if not day:
            return _("No longer planned for %(day)s") % {"day": before} if before else _("No longer planned for a day")
        if before:
            return _("Planned for %(day)s instead of %(before)s") % {"day": day, "before": before}
        return _("Planned for %(day)s") % {"day": day}

    def _day(self, stored: object) -> str:
        return date_in(date.fromisoformat(str(stored)), self.viewer.speech) if stored else ""

    def _status(self) -> EntryStatus | None:
        key = self.row.data.get({Kind.MOVED: "to", Kind.SUBMITTED: "status"}.get(Kind(self.row.kind), ""))
        if not key:
            return None
        status = self.type.flow.status_or_unknown(str(key))
        return EntryStatus(status.turn, status.progress, status.outcome)
