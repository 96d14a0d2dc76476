"""A request's history as one reader may see it: the second half of the one door (`visible.py` is the first).

SECURITY: entries for staff never leave for customers, and a change of fields passes field by field: the reader must
be able to see the field both in the status where the request stands now and in the one where it stood then. Otherwise
a draft that staff wrote while the field was hidden would come to light with the value that was meant to be shown.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.config.compiled import CompiledField, CompiledPortal, CompiledType
from portal_core.config.localise import date_in
from portal_core.config.visibility import Visibility
from portal_core.documents.shown import ShownFile, shown_files
from portal_core.history.models import WRITTEN, Audience, HistoryEntry, Kind, Side
from portal_core.history.record import JsonValue
from portal_core.service_requests.ask_lines import AskLine
from portal_core.service_requests.document_line import document_title, sees_document_line
from portal_core.service_requests.models import Priority, ServiceRequest
from portal_core.service_requests.queries import seen_by_reader
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible_person import VisiblePerson, person
from portal_core.service_requests.visible_values import field_text
from portal_core.service_requests.withholding import Told, told_of

PAGE_SIZE = 50
WRITTEN_LIMIT = 200


@dataclass(frozen=True)
class VisibleChange:
    """One field that was changed, before and after, in the reader's words."""

    label: str
    before: str
    after: str


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


@dataclass(frozen=True)
class EntryPage:
    """A stretch of history, oldest first. `earlier` is the id to ask for the stretch before it, or None."""

    entries: tuple[VisibleEntry, ...]
    earlier: uuid.UUID | None
    hidden_notes: int


def for_viewer(request: ServiceRequest, viewer: Viewer) -> QuerySet[HistoryEntry]:
    """The entries of `request` that `viewer` may see at all, newest first; with them what was written in requests
    that go on in it (of the same customer), each with the number where it was written.

    SECURITY: of those only the ones that the viewer could open. A role that is kept to some types or a team reads
    nothing of others by way of a merge, and a guest's link opens one request and nothing else.
    """
    # As one list of keys, so that the index on request and id is used for all of them.
    merged = Q(merged_into_number=request.number) & seen_by_reader(viewer.user_id, viewer.role, viewer.team_key)
    if viewer.shown_to is not None and not viewer.shown_to.reaches_all:
        # The customer's page on the screen of a colleague, who may not know of all that the customer knows.
        merged = Q(pk__in=[])
    together = ServiceRequest.objects.filter(Q(pk=request.pk) | merged).values("pk")
    entries = HistoryEntry.objects.filter(request_id__in=together)
    entries = entries.filter(Q(request=request) | Q(kind__in=[Kind.REPLIED, Kind.NOTED]))
    entries = entries.annotate(written_in_number=F("request__number")).select_related("actor").order_by("-id")
    return entries if viewer.is_staff else entries.filter(audience=Audience.CUSTOMER)


def page_of(
    request: ServiceRequest,
    viewer: Viewer,
    *,
    portal: CompiledPortal,
    before: uuid.UUID | None = None,
    size: int = PAGE_SIZE,
) -> EntryPage:
    """The latest stretch of history (or the one before entry `before`), in one query."""
    entries = for_viewer(request, viewer)
    if before is not None:
        entries = entries.filter(id__lt=before)
    found = list(entries[: size + 1])
    rows = found[:size]
    shown = _words_for(rows[::-1], request, viewer, portal)
    return EntryPage(
        entries=shown,
        earlier=rows[-1].pk if len(found) > size else None,
        hidden_notes=sum(1 for entry in shown if entry.is_note),
    )


def line_for(
    row: HistoryEntry, request: ServiceRequest, viewer: Viewer, *, portal: CompiledPortal
) -> VisibleEntry | None:
    """One entry of `request` as `viewer` may see it; None when it is not for them, or nothing of it is left to see."""
    if not viewer.is_staff and row.audience != Audience.CUSTOMER:
        return None
    with override(viewer.language):
        return _Line(row, request, viewer, portal).build()


def written_in(
    requests: Sequence[ServiceRequest], viewer: Viewer, *, portal: CompiledPortal
) -> dict[uuid.UUID, list[VisibleEntry]]:
    """What was written in several requests as `viewer` sees it, newest first, in one query; for search results.

    Bounded over all of them together: the newest lines of busy requests are enough to show where a word stands.
    """
    if not requests:
        return {}
    by_id = {request.pk: request for request in requests}
    rows = HistoryEntry.objects.filter(request_id__in=by_id, kind__in=WRITTEN).exclude(body="", data={})
    if not viewer.is_staff:
        rows = rows.filter(audience=Audience.CUSTOMER)
    found: dict[uuid.UUID, list[VisibleEntry]] = {}
    with override(viewer.language):
        for row in rows.select_related("actor").order_by("-id")[:WRITTEN_LIMIT]:
            request = by_id[row.request_id] if row.request_id else None
            line = _Line(row, request, viewer, portal).build() if request else None
            if request and line:
                found.setdefault(request.pk, []).append(line)
    return found


@dataclass(frozen=True)
class CustomerEntry:
    """One line of what happened with a customer, and in which request (with its people loaded)."""

    entry: VisibleEntry
    request: ServiceRequest


def latest_of(
    requests: QuerySet[ServiceRequest], viewer: Viewer, *, portal: CompiledPortal, before: uuid.UUID | None = None
) -> tuple[tuple[CustomerEntry, ...], uuid.UUID | None]:
    """What happened last in `requests` (which `viewer` may see), newest first, and where to go on; one query."""
    found = HistoryEntry.objects.filter(request__in=requests.order_by()).select_related(
        "actor", "request__customer", "request__assignee"
    )
    if before is not None:
        found = found.filter(id__lt=before)
    if not viewer.is_staff:
        found = found.filter(audience=Audience.CUSTOMER)
    rows = list(found.order_by("-id")[: PAGE_SIZE + 1])
    with override(viewer.language):
        pairs = [(row.request, row) for row in rows[:PAGE_SIZE] if row.request is not None]
        lines = [(request, _Line(row, request, viewer, portal).build()) for request, row in pairs]
    shown = tuple(CustomerEntry(line, request) for request, line in lines if line is not None)
    return shown, rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None


def _words_for(
    rows: Sequence[HistoryEntry], request: ServiceRequest, viewer: Viewer, portal: CompiledPortal
) -> tuple[VisibleEntry, ...]:
    with override(viewer.language):
        lines = (_Line(row, request, viewer, portal).build() for row in rows)
        return tuple(line for line in lines if line is not None)


class _Line:
    """One entry in the reader's words."""

    def __init__(self, row: HistoryEntry, request: ServiceRequest, viewer: Viewer, portal: CompiledPortal) -> None:
        self.row = row
        self.request = request
        self.viewer = viewer
        self.portal = portal
        self.type: CompiledType = portal.type_or_unknown(request.type_key)

    def build(self) -> VisibleEntry | None:
        row, viewer = self.row, self.viewer
        changes = self._changes()
        if row.kind == Kind.CHANGED and not changes:
            return None
        sees_papers = sees_document_line(row, self.request, viewer, self.portal)
        if row.kind == Kind.DOCUMENT and not (sees_papers and self._sees_its_field()):
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
        return date_in(date.fromisoformat(str(stored)), self.viewer.language) if stored else ""

    def _status(self) -> EntryStatus | None:
        key = self.row.data.get({Kind.MOVED: "to", Kind.SUBMITTED: "status"}.get(Kind(self.row.kind), ""))
        if not key:
            return None
        status = self.type.flow.status_or_unknown(str(key))
        return EntryStatus(status.turn, status.progress, status.outcome)

    def _changes(self) -> tuple[VisibleChange, ...]:
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

    def _sees_its_field(self) -> bool:
        """What is told of a file in an answer is for those who see the answer."""
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
