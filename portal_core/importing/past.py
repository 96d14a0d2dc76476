"""The history of a row: its dated notes as lines, and the moves that lead to where it stands."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from portal_core.config.compiled_type import CompiledType
from portal_core.history.models import Audience, Kind, Side
from portal_core.history.record import JsonValue
from portal_core.importing.errors import Unusable
from portal_core.importing.mapping import HistoryRule, MomentPick, Pick
from portal_core.importing.picking import cell_at, listed, picked, shown
from portal_core.importing.prepared import PreparedLine
from portal_core.importing.rows import Cell
from portal_core.importing.words import plain
from portal_core.messaging.actions import MESSAGE_LENGTH

MOST_LINES = 2_000
_TITLE_LENGTH = 200
_AUTHOR_LENGTH = 120
# What a rule of the mapping may say that a line is, and from which side it came.
HISTORY_KINDS = ("message", "note", "event", "skip")
SIDES = ("staff", "customer", "system")
_KINDS = {"message": Kind.REPLIED, "note": Kind.NOTED, "event": Kind.RECORDED}

ReadMoment = Callable[[Mapping[str, Cell], MomentPick, str], datetime | None]


@dataclass(frozen=True)
class Past:
    """What happened to one request: lines in order of time, and since when it stands where it stands."""

    lines: tuple[PreparedLine, ...]
    status_since: datetime
    unanswered_since: datetime | None


@dataclass(frozen=True)
class PastReader:
    """Reads the dated notes of rows."""

    rules: tuple[HistoryRule, ...]
    read_moment: ReadMoment
    author_of: Callable[[str], uuid.UUID | None]

    def notes(self, cells: Mapping[str, Cell], request_type: CompiledType) -> list[PreparedLine]:
        """All lines that the rules find, in order of time. Raises `Unusable`."""
        found = [
            line
            for position, rule in enumerate(self.rules)
            for place, item in _items(cells, rule, f"history.{position}")
            for line in self._note(item, rule, request_type, place)
        ]
        if len(found) > MOST_LINES:
            raise Unusable("history", f"{len(found)} lines are more than the {MOST_LINES} that one request may have.")
        return sorted(found, key=lambda line: line.at)

    def _note(
        self, item: Mapping[str, Cell], rule: HistoryRule, request_type: CompiledType, place: str
    ) -> Iterator[PreparedLine]:
        def word(name: str) -> str:
            pick: Pick | None = getattr(rule, name)
            return picked(item, pick, f"{place}.{name}") if pick is not None else ""

        kind = _one_of(word("kind"), HISTORY_KINDS, f"{place}.kind")
        title = plain(word("title"), _TITLE_LENGTH, f"{place}.title")
        text = plain(word("text"), MESSAGE_LENGTH, f"{place}.text", multiline=True)
        status = word("status")
        if kind == "skip" or not (title or text or status):
            return
        at = self.read_moment(item, rule.at, f"{place}.at")
        if at is None:
            raise Unusable(f"{place}.at", f"{shown(title or text)} has no date.")
        author = plain(word("author"), _AUTHOR_LENGTH, f"{place}.author")
        line = PreparedLine(
            kind=_KINDS[kind],
            audience=Audience.STAFF if kind == "note" else Audience.CUSTOMER,
            side=Side(_one_of(word("side"), SIDES, f"{place}.side")),
            at=at,
            data={"imported": True, "by": author} if author else {"imported": True},
            actor_id=self.author_of(word("author_email")),
        )
        if status and not request_type.flow.has_status(status):
            raise Unusable(f"{place}.status", f"{request_type.key} has no status {shown(status)}.")
        yield from _lines(line, status, title, text)


def _one_of(word: str, known: Sequence[str], place: str) -> str:
    if word not in known:
        raise Unusable(place, f"{shown(word)} is none of {listed(list(known))}.")
    return word


def _lines(line: PreparedLine, status: str, title: str, text: str) -> Iterator[PreparedLine]:
    """The line with its words, and the move that goes with it.

    SECURITY: a note stays a line of its own, for staff alone: customers read what is said with a move.
    """
    body = "\n".join(part for part in (title, text) if part)
    if status:
        data: dict[str, JsonValue] = {**line.data, "to": status, "told": False}
        is_note = line.kind == Kind.NOTED
        said = "" if is_note else body
        yield replace(line, kind=Kind.MOVED, audience=Audience.CUSTOMER, body=said, data=data)
        if not is_note:
            return
    if not body:
        return
    if line.kind == Kind.RECORDED:
        yield replace(line, body=text if title else "", data={**line.data, "title": title or text})
    else:
        yield replace(line, body=body)


def _items(cells: Mapping[str, Cell], rule: HistoryRule, place: str) -> Iterator[tuple[str, Mapping[str, Cell]]]:
    if rule.each is None:
        yield place, cells
        return
    found = cell_at(cells, rule.each)
    if found is None:
        return
    if not isinstance(found, list):
        raise Unusable(f"{place}.each", f"“{rule.each}” is no list.")
    for position, item in enumerate(found, start=1):
        if not isinstance(item, Mapping):
            raise Unusable(f"{place}.each", f"Item {position} of “{rule.each}” is no object.")
        yield f"{place} (item {position})", item


def told(filing: PreparedLine, notes: list[PreparedLine], start: str, status: str, since: datetime | None) -> Past:
    """The whole history: the filing first, moves chained from status to status, the last one to where it stands.

    `since` is when it entered its status, if the file says so; else the last move to it, else the last line.
    """
    lines, stands = [filing], start
    status_since = filing.at
    for note in notes:
        to = str(note.data.get("to", ""))
        # A move to where it stands is none; what was said with it is still worth a line.
        if to and to != stands:
            note.data["from"] = stands
            stands, status_since = to, note.at
            lines.append(note)
        elif not to or note.body:
            lines.append(_without_move(note) if to else note)
    last = max(line.at for line in lines)
    if stands != status:
        data: dict[str, JsonValue] = {"from": stands, "to": status, "told": False, "imported": True}
        status_since = max(since or last, status_since)
        lines.append(PreparedLine(Kind.MOVED, Audience.CUSTOMER, Side.SYSTEM, status_since, data=data))
    elif since is not None:
        status_since = since
    lines.sort(key=lambda line: line.at)
    return Past(tuple(lines), status_since, _unanswered(lines))


def _without_move(note: PreparedLine) -> PreparedLine:
    title, _, text = note.body.partition("\n")
    data = {key: value for key, value in note.data.items() if key not in ("to", "told")}
    return replace(note, kind=Kind.RECORDED, body=text, data={**data, "title": title})


def _unanswered(lines: list[PreparedLine]) -> datetime | None:
    """Since when the customer's last words wait for an answer."""
    waits: datetime | None = None
    for line in lines:
        if line.kind == Kind.REPLIED and line.side == Side.CUSTOMER:
            waits = waits or line.at
        elif line.side == Side.STAFF and line.kind in (Kind.REPLIED, Kind.MOVED):
            waits = None
    return waits
