"""An import from beginning to end: check every row of the file, then write them."""

import difflib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.live import live_portal
from portal_core.config.problems import Problem
from portal_core.importing.errors import ImportRefused
from portal_core.importing.fitting import refuse_misfit
from portal_core.importing.mapping import ImportMapping, MappingRefused, Pick
from portal_core.importing.people import PeopleReader
from portal_core.importing.picking import cell_at, listed
from portal_core.importing.prepared import PreparedRow
from portal_core.importing.preparing import Preparer, RowRefused
from portal_core.importing.reading import SourceFile, open_rows
from portal_core.importing.rows import Row
from portal_core.importing.spool import RefusedRow, Spool
from portal_core.importing.writing import Writer, Written, known_keys
from portal_core.service_requests.errors import Forbidden

PERMISSION = "manage_setup"
SAMPLE_ROWS = 20
# Longer files than that have been looked at long enough to say that a column is never filled.
_LOOKED_AT = 1_000


@dataclass
class Checked:
    """What is in a file: counts by type and status, the first rows, and places that no row filled."""

    spool: Spool
    writer: Writer
    new: int = 0
    known: int = 0
    refused: int = 0
    by_status: Counter[tuple[str, str]] = field(default_factory=Counter)
    sample: list[PreparedRow] = field(default_factory=list)
    never_filled: tuple[str, ...] = ()
    # What is read of the file where that is not all; "" otherwise.
    source_note: str = ""


def check_file(*, actor: Actor, source: SourceFile, mapping: ImportMapping, type_key: str | None = None) -> Checked:
    """Reads the whole file and checks every row against the live portal; writes nothing. Close the spool at the end.

    Raises:
        Forbidden: the actor may not import.
        MappingRefused: the mapping does not fit the portal or the file's columns.
        ImportRefused: the file as a whole cannot be read.
    """
    if not actor.may(PERMISSION):
        raise Forbidden
    portal = live_portal()
    refuse_misfit(mapping, portal, type_key)
    people = PeopleReader.of(mapping)
    preparer = Preparer(mapping, portal, people, type_key, timezone.now())
    rows = open_rows(source, mapping.file)
    if rows.columns is not None:
        _refuse_unknown_columns(mapping, rows.columns)
    checked = Checked(Spool(), Writer(mapping, portal, people), source_note=rows.note)
    _Checking(preparer, mapping, checked).run(iter(rows))
    return checked


def write_checked(
    *, actor: Actor, checked: Checked, skip_bad: bool = False, progress: Callable[[int], None] = lambda done_rows: None
) -> Written:
    """Writes what was checked. All of it in one transaction; with `skip_bad` each batch in its own.

    So an import that skips bad rows and is interrupted can be run again, and goes on where it ended. Nobody is told.

    Raises:
        Forbidden: the actor may not import.
        ImportRefused: rows were refused, and they are not to be skipped.
    """
    if not actor.may(PERMISSION):
        raise Forbidden
    if checked.refused and not skip_bad:
        raise ImportRefused(f"{_rows(checked.refused)} cannot come in. Nothing was written.")
    whole: AbstractContextManager[None] = nullcontext() if skip_bad else transaction.atomic()
    total = Written(0, 0, 0)
    with whole:
        for batch in checked.spool.new_rows():
            one = checked.writer.write(batch)
            total = Written(total.requests + one.requests, total.customers + one.customers, total.lines + one.lines)
            progress(len(batch))
    return total


class _Checking:
    """Goes through the rows of one file."""

    def __init__(self, preparer: Preparer, mapping: ImportMapping, checked: Checked) -> None:
        self._preparer = preparer
        self._checked = checked
        self._unfilled = {path: pick for path, pick in mapping.picks() if pick.from_ and pick.default is None}

    def run(self, rows: Iterator[Row]) -> None:
        looked_at = 0
        for row in rows:
            looked_at += 1
            if self._unfilled and looked_at <= _LOOKED_AT:
                self._note_filled(row)
            self._take(row)
        if not looked_at:
            raise ImportRefused("The file has no rows.")
        checked = self._checked
        for keys in checked.spool.key_batches():
            checked.spool.mark_known(known_keys(keys))
        checked.new, checked.known, checked.refused = checked.spool.counts()
        checked.never_filled = tuple(f"{path} ({', '.join(pick.from_)})" for path, pick in self._unfilled.items())

    def _take(self, row: Row) -> None:
        spool = self._checked.spool
        try:
            prepared = self._preparer.prepare(row)
        except RowRefused as refused:
            spool.refuse(RefusedRow(row.line, refused.external_id, tuple(refused.problems)))
            return
        if earlier := spool.add(prepared):
            words = f"id: The row on line {earlier} has the same id."
            spool.refuse(RefusedRow(row.line, prepared.external_id, (words,)))
            return
        self._checked.by_status[prepared.type_key, prepared.status_key] += 1
        if len(self._checked.sample) < SAMPLE_ROWS:
            self._checked.sample.append(prepared)

    def _note_filled(self, row: Row) -> None:
        filled = [path for path, pick in self._unfilled.items() if _is_filled(row, pick)]
        for path in filled:
            del self._unfilled[path]


def _is_filled(row: Row, pick: Pick) -> bool:
    return any(cell_at(row.cells, name) not in (None, "") for name in pick.from_)


def _refuse_unknown_columns(mapping: ImportMapping, columns: list[str]) -> None:
    found = [
        Problem(path, f"The file has no column “{name}”.", _nearest(name, columns))
        for path, pick in mapping.picks()
        for name in pick.from_
        if name not in columns
    ]
    if found:
        raise MappingRefused(tuple(found))


def _nearest(name: str, columns: list[str]) -> str:
    by_key = {column.casefold(): column for column in columns}
    close = difflib.get_close_matches(name.casefold(), by_key, n=1)
    return f"Did you mean “{by_key[close[0]]}”?" if close else f"It has: {listed(columns)}."


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
