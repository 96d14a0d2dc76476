"""Rows of a CSV file, one at a time: any of the usual delimiters, quoted line breaks, duplicated headers."""

import csv
from collections.abc import Iterator
from typing import TextIO

from portal_core.importing.errors import ImportRefused
from portal_core.importing.mapping import FileFormat
from portal_core.importing.rows import HINT_ENCODING, LARGEST_CELL, Row, cell_count, has_broken_bytes, named_columns

_DELIMITERS = ",;\t|"
_LONGEST_LINE = 2 * LARGEST_CELL


class CsvRows:
    """Reads the header when made, rows when iterated. Raises `ImportRefused` where the file as a whole is at fault;
    `encoding_hint` says how another encoding is named."""

    note = ""

    def __init__(self, file: TextIO, form: FileFormat, *, encoding_hint: str = HINT_ENCODING) -> None:
        csv.field_size_limit(LARGEST_CELL)
        self._encoding_hint = encoding_hint
        lines = _lines(file, encoding_hint)
        first = next(lines, "")
        if not first.strip():
            raise ImportRefused("The file is empty, or its first line is. The first line must name the columns.", 1)
        delimiter = form.delimiter or _delimiter_of(first)
        self._reader = csv.reader(_again(first, lines), delimiter=delimiter)
        self.columns = named_columns(self._next_header())

    def _next_header(self) -> list[str]:
        try:
            cells = next(self._reader)
        except csv.Error as error:
            raise ImportRefused(f"The header cannot be read: {error}.", 1) from error
        if any(has_broken_bytes(cell) for cell in cells):
            raise ImportRefused(f"The header holds bytes that are not of the file’s encoding. {self._encoding_hint}", 1)
        return cells

    def __iter__(self) -> Iterator[Row]:
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader, None)
            except csv.Error as error:
                raise ImportRefused(_broken(error), line) from error
            if cells is None:
                return
            if any(cells):
                yield self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> Row:
        if len(cells) != len(self.columns):
            return Row(line, problem=f"The row has {cell_count(len(cells))}, the header has {len(self.columns)}.")
        return Row(line, dict(zip(self.columns, cells, strict=True)))


def _lines(file: TextIO, encoding_hint: str) -> Iterator[str]:
    try:
        while line := file.readline(_LONGEST_LINE):
            if len(line) == _LONGEST_LINE:
                raise ImportRefused(f"A line of the file is longer than {_LONGEST_LINE} letters. Is it a CSV file?")
            yield line
    except UnicodeError as error:
        raise ImportRefused(f"The file is not of the encoding that was said. {encoding_hint}") from error


def _again(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _delimiter_of(line: str) -> str:
    """The delimiter that parts the header into most columns, quoted ones counted as one."""
    return max(_DELIMITERS, key=lambda sign: len(next(csv.reader([line], delimiter=sign))))


def _broken(error: csv.Error) -> str:
    if "field larger" in str(error):
        return (
            f"From here on a cell is longer than {LARGEST_CELL // (1024 * 1024)} MB: "
            "a quotation mark is opened and never closed. Close or double it."
        )
    return f"The file cannot be read from here on: {error}."
