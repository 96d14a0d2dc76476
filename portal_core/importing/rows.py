"""One row of a file, whatever the file is."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# What a cell or a JSON value may be: numbers arrive as they were written.
Cell = object
# A broken quotation mark swallows the rest of a file; no real cell or item is that long.
LARGEST_CELL = 4 * 1024 * 1024
_CHUNK = 64 * 1024
_CODECS = {"utf-8": "utf-8-sig", "latin-1": "latin-1", "windows-1252": "cp1252", "utf-16": "utf-16"}
# Of spreadsheet programs; all but the first are refused with what to do.
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
HINT_ENCODING = 'If the file is from an older program, say so in the mapping: "file": {"encoding": "windows-1252"}.'


@dataclass(frozen=True)
class Row:
    """The cells of one row by column (CSV, workbook), or one item (JSON), and the line on which it begins.

    `problem` says why the row cannot be read at all; its cells are then not to be used.
    """

    line: int
    cells: Mapping[str, Cell] = field(default_factory=dict)
    problem: str = ""


class TypedCell(str):
    """What the file itself keeps as more than text, and so is read the same whatever the mapping or the portal says."""

    __slots__ = ()


class DateCell(TypedCell):
    """A day or a moment, in ISO 8601."""

    __slots__ = ()


class NumberCell(TypedCell):
    """A number: digits with a point. As text, "1.234" would be a thousand in a German portal."""

    __slots__ = ()


# Is told how many bytes of the file have been read.
Progress = Callable[[int], None]


class _Counted(io.RawIOBase):
    """A binary file that tells how far it has been read."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        self._done = 0

    def readable(self) -> bool:
        """As Python's text layer asks."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fills the buffer; 0 at the end."""
        view = memoryview(buffer)
        piece = self._file.read(len(view))
        view[: len(piece)] = piece
        self._done += len(piece)
        self._progress(self._done)
        return len(piece)


def open_text(file: BinaryIO, encoding: str, progress: Progress) -> io.TextIOWrapper:
    """The file as text, line ends as they are.

    Bytes of another encoding become lone surrogates, so that only their row is refused.
    """
    counted = io.BufferedReader(_Counted(file, progress), _CHUNK)
    return io.TextIOWrapper(counted, _CODECS[encoding], errors="surrogateescape", newline="")


def named_columns(cells: list[str]) -> list[str]:
    """Names of columns, trimmed; the second of one name becomes "Name#2", and so on."""
    seen: dict[str, int] = {}
    names = []
    for position, cell in enumerate(cells, start=1):
        name = " ".join(cell.split()) or f"column {position}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return names


def cell_count(count: int) -> str:
    """So many cells, in words."""
    return "1 cell" if count == 1 else f"{count} cells"


def format_of(name: str, said: str | None) -> str:
    """`csv`, `json` or `xlsx`: what the mapping says, else what the file's name says."""
    if said:
        return said
    ending = PurePath(name).suffix.lower()
    if ending in (".json", ".jsonl", ".ndjson", ".geojson"):
        return "json"
    return "xlsx" if ending in _WORKBOOKS else "csv"


def has_broken_bytes(words: str) -> bool:
    """Whether bytes were not of the file's encoding (they were kept as lone surrogates)."""
    return any("\udc80" <= letter <= "\udcff" for letter in words) if not words.isascii() else False
