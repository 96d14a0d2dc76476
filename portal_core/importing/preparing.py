"""From a row to what will be written: everything is checked here, and nothing is written."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from portal_core.accounts.roles import OWNER, builtin_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_type import CompiledType
from portal_core.config.kinds.base import Asked
from portal_core.history.models import Audience, Kind, Side
from portal_core.history.record import JsonValue
from portal_core.importing.answers import AnswerReader
from portal_core.importing.errors import Unusable
from portal_core.importing.fitting import PRIORITIES
from portal_core.importing.mapping import ImportMapping, MomentPick, Pick
from portal_core.importing.moments import read_moment, refuse_future
from portal_core.importing.past import Past, PastReader, told
from portal_core.importing.people import PeopleReader
from portal_core.importing.picking import listed, picked, shown
from portal_core.importing.prepared import PreparedLine, PreparedRow
from portal_core.importing.rows import Row
from portal_core.importing.words import plain
from portal_core.service_requests.titles import title_of

ID_LENGTH = 200
_NAMESPACE = uuid.UUID("6f2f6a5c-41d5-5c0e-9c5e-3d1b7a8e4f20")

T = TypeVar("T")


class RowRefused(Exception):
    """The row cannot come in. `external_id` where it could be read; `problems` are all that was found."""

    def __init__(self, external_id: str, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.external_id = external_id
        self.problems = problems


def row_key(source: str, external_id: str) -> uuid.UUID:
    """The same row of the same source always has the same key: that is why importing twice adds nothing."""
    return uuid.uuid5(_NAMESPACE, f"{source}\n{external_id}")


@dataclass(frozen=True)
class _Dates:
    created: datetime
    closed: datetime | None
    since: datetime | None


class Preparer:
    """Checks rows one by one against one version of the portal."""

    def __init__(
        self, mapping: ImportMapping, portal: CompiledPortal, people: PeopleReader, type_key: str | None, now: datetime
    ) -> None:
        self.mapping = mapping
        self.portal = portal
        self.people = people
        self.type_key = type_key
        self.now = now
        self.zone = ZoneInfo(mapping.time_zone) if mapping.time_zone else portal.time_zone
        role = builtin_role(OWNER)
        if role is None:
            raise LookupError(OWNER)
        asked = Asked(portal=portal, role=role, language=portal.language)
        self.answers = AnswerReader(mapping, portal, self.zone, asked)
        self.past = PastReader(mapping.history, self._moment, people.author)

    def prepare(self, row: Row) -> PreparedRow:
        """What will be written for the row. Raises `RowRefused` with everything that is wrong with it."""
        if row.problem:
            raise RowRefused("", [row.problem])
        problems: list[str] = []

        def attempt(read: Callable[[], T]) -> T | None:
            try:
                return read()
            except Unusable as unusable:
                problems.append(str(unusable))
                return None

        external_id = attempt(lambda: self._id(row)) or ""
        request_type = attempt(lambda: self._type(row))
        status_key = attempt(lambda: self._status(row, request_type)) or ""
        customer = attempt(lambda: self.people.customer(row.cells))
        dates = attempt(lambda: self._dates(row, request_type, status_key))
        assignee = attempt(lambda: self.people.assignee(row.cells))
        team = attempt(lambda: self._known(row, self.mapping.team, "team", self.portal.teams)) or ""
        priority = attempt(lambda: self._known(row, self.mapping.priority, "priority", PRIORITIES)) or ""
        if request_type is None:
            raise RowRefused(external_id, problems)
        notes = attempt(lambda: self._notes(row, request_type))
        answers, wrong = self.answers.answers(row.cells, request_type, status_key)
        if problems or wrong or customer is None or dates is None or notes is None:
            raise RowRefused(external_id, [*problems, *wrong])
        past = self._past(external_id, request_type, status_key, dates, notes)
        assignment = request_type.assign_for(answers)
        status_team = request_type.flow.status(status_key).handler(answers) if status_key != request_type.start else ""
        return PreparedRow(
            line=row.line,
            key=row_key(self.mapping.source, external_id),
            external_id=external_id,
            type_key=request_type.key,
            status_key=status_key,
            answers=answers,
            title=title_of(request_type, answers, self.portal),
            customer=customer,
            created_at=dates.created,
            status_since=past.status_since,
            assignee_id=assignee,
            team_key=team or status_team or assignment.team or "",
            priority=PRIORITIES[priority or assignment.priority].value,
            unanswered_since=past.unanswered_since if request_type.flow.status(status_key).is_open else None,
            lines=past.lines,
        )

    def _id(self, row: Row) -> str:
        found = plain(picked(row.cells, self.mapping.id, "id"), ID_LENGTH, "id")
        if not found:
            raise Unusable("id", "The row has no id, so that a second import could not tell it from a new one.")
        return found

    def _type(self, row: Row) -> CompiledType:
        key = self.type_key
        if key is None:
            key = picked(row.cells, self.mapping.type, "type") if self.mapping.type else ""
        known = [item.key for item in self.portal.types if not item.retired]
        if key not in known:
            raise Unusable("type", f"{shown(key)} is none of the request types {listed(known)}.")
        return self.portal.type(key)

    def _status(self, row: Row, request_type: CompiledType | None) -> str:
        key = picked(row.cells, self.mapping.status, "status")
        if request_type is None:
            return key
        known = [status.key for status in request_type.flow.statuses if not status.retired]
        if key not in known:
            words = f"{shown(key)} is none of the statuses {listed(known)}." if key else "The row has no status."
            raise Unusable("status", words)
        return key

    def _known(self, row: Row, pick: Pick | None, place: str, known: Mapping[str, object]) -> str:
        key = picked(row.cells, pick, place) if pick is not None else ""
        if key and key not in known:
            raise Unusable(place, f"{shown(key)} is none of {listed(known)}.")
        return key

    def _dates(self, row: Row, request_type: CompiledType | None, status_key: str) -> _Dates:
        mapping = self.mapping
        created = self._moment(row.cells, mapping.created, "created")
        if created is None:
            raise Unusable("created", "The row has no date.")
        closed = self._moment(row.cells, mapping.closed, "closed") if mapping.closed else None
        since = self._moment(row.cells, mapping.status_since, "status_since") if mapping.status_since else None
        for name, moment in (("closed", closed), ("status_since", since)):
            if moment is not None and moment < created:
                raise Unusable(name, f"{moment:%Y-%m-%d} is before the request was made ({created:%Y-%m-%d}).")
        flow = request_type.flow if request_type is not None else None
        if flow is not None and flow.has_status(status_key) and flow.status(status_key).is_open and closed is not None:
            raise Unusable("closed", f"There is a closing date, but {shown(status_key)} is an open status.")
        return _Dates(created, closed, since)

    def _moment(self, cells: Mapping[str, object], pick: MomentPick, place: str) -> datetime | None:
        words = picked(cells, pick, place)
        if not words:
            return None
        zone = ZoneInfo(pick.time_zone) if pick.time_zone else self.zone
        found = read_moment(words, pick.format or self.mapping.date_format, zone, place)
        refuse_future(found, self.now, place)
        return found

    def _notes(self, row: Row, request_type: CompiledType) -> list[PreparedLine]:
        return self.past.notes(row.cells, request_type)

    def _past(
        self, external_id: str, request_type: CompiledType, status_key: str, dates: _Dates, notes: list[PreparedLine]
    ) -> Past:
        source: dict[str, JsonValue] = {"source": self.mapping.source_words, "id": external_id}
        data: dict[str, JsonValue] = {"status": request_type.start, "imported": source}
        filing = PreparedLine(Kind.SUBMITTED, Audience.CUSTOMER, Side.CUSTOMER, dates.created, data=data)
        # A note of the minute before the request is one of it all the same: clocks and rounding.
        notes = [replace(note, at=max(note.at, dates.created)) for note in notes]
        return told(filing, notes, request_type.start, status_key, dates.since or dates.closed)
