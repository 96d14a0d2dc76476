"""Where checked rows wait, on disk, until all are known: a file of any length costs no memory.

A private database of SQLite without a name: no other process can open it, and it is gone when it is closed.
"""

import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from portal_core.importing.prepared import PreparedRow

BATCH = 500


@dataclass(frozen=True)
class RefusedRow:
    """A row that cannot come in."""

    line: int
    external_id: str
    problems: tuple[str, ...]


class Spool:
    """Checked and refused rows in the order of the file. Close it at the end."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(
            "CREATE TABLE good (place INTEGER PRIMARY KEY, key BLOB UNIQUE, line INTEGER, made TEXT, row TEXT,"
            " is_known INTEGER DEFAULT 0)"
        )
        self._db.execute("CREATE TABLE bad (line INTEGER, id TEXT, problems TEXT)")
        self._db.execute("BEGIN")

    def close(self) -> None:
        """Forgets everything."""
        self._db.close()

    def add(self, row: PreparedRow) -> int:
        """Keeps a checked row; gives the line of an earlier row with the same id instead, or 0."""
        try:
            self._db.execute(
                "INSERT INTO good (key, line, made, row) VALUES (?, ?, ?, ?)",
                (row.key.bytes, row.line, row.created_at.isoformat(), row.dumped()),
            )
        except sqlite3.IntegrityError:
            (line,) = self._db.execute("SELECT line FROM good WHERE key = ?", (row.key.bytes,)).fetchone()
            return int(line)
        return 0

    def refuse(self, row: RefusedRow) -> None:
        """Notes a row that cannot come in."""
        self._db.execute("INSERT INTO bad VALUES (?, ?, ?)", (row.line, row.external_id, "\n".join(row.problems)))

    def mark_known(self, keys: list[uuid.UUID]) -> None:
        """These rows are in the portal already."""
        self._db.executemany("UPDATE good SET is_known = 1 WHERE key = ?", [(key.bytes,) for key in keys])

    def key_batches(self) -> Iterator[list[uuid.UUID]]:
        """The keys of checked rows, a batch at a time."""
        last = 0
        query = "SELECT place, key FROM good WHERE place > ? ORDER BY place LIMIT ?"
        while batch := self._db.execute(query, (last, BATCH)).fetchall():
            last = batch[-1][0]
            yield [uuid.UUID(bytes=key) for _, key in batch]

    def new_rows(self) -> Iterator[list[PreparedRow]]:
        """The rows to write, a batch at a time, the oldest request first: so it gets the lowest number."""
        self._db.execute("CREATE INDEX IF NOT EXISTS by_age ON good (made)")
        last = ("", 0)
        query = (
            "SELECT made, place, row FROM good WHERE (made, place) > (?, ?) AND NOT is_known"
            " ORDER BY made, place LIMIT ?"
        )
        while batch := self._db.execute(query, (*last, BATCH)).fetchall():
            last = batch[-1][:2]
            yield [PreparedRow.loaded(row) for _, _, row in batch]

    def refused(self) -> Iterator[RefusedRow]:
        """The rows that cannot come in."""
        for line, external_id, problems in self._db.execute("SELECT line, id, problems FROM bad ORDER BY rowid"):
            yield RefusedRow(line, external_id, tuple(problems.split("\n")))

    def counts(self) -> tuple[int, int, int]:
        """How many rows are new, known already, and refused."""
        known, new = self._db.execute("SELECT sum(is_known), sum(NOT is_known) FROM good").fetchone()
        (bad,) = self._db.execute("SELECT count(*) FROM bad").fetchone()
        return int(new or 0), int(known or 0), int(bad)
