"""Rows of an Excel workbook (.xlsx), one at a time: of one sheet the values, as a file of text would have them."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, BinaryIO, Final, cast
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from portal_core.documents.checking.archives import SPOILT
from portal_core.documents.checking.refused import Refused
from portal_core.importing.errors import ImportRefused
from portal_core.importing.picking import flat, listed
from portal_core.importing.rows import Progress, Row, cell_count, named_columns
from portal_core.importing.workbook_cells import Cell, Unreadable, texts_of
from portal_core.importing.workbook_guard import refuse_unsafe, refused
from portal_core.importing.workbook_opened import Opened
from portal_core.importing.workbook_scan import MergedRows, Scan

MOST_BYTES: Final = 100 * 1024 * 1024
# A row is a value for each.
MOST_COLUMNS: Final = 2_000
# What the library says of a spoilt file.
_SPOILT: Final = (*SPOILT, TypeError, AttributeError, RecursionError, ParseError, InvalidFileException)
# It tells on the terminal what of a workbook it would not keep; nothing is kept.
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")

if not openpyxl.DEFUSEDXML:
    raise ImportError("openpyxl has to read XML by defusedxml: OPENPYXL_DEFUSEDXML must not say otherwise.")


class WorkbookRows:
    """Reads the header when made, rows when iterated; the header is the first row in which something stands.

    Raises `ImportRefused` where the file as a whole is at fault. `note` says which sheet is read where there are more.
    """

    def __init__(self, file: BinaryIO, *, sheet: str | None, progress: Progress) -> None:
        self._progress = progress
        self._content = _on_disk(file)
        refuse_unsafe(self._content)
        self._size = self._content.seek(0, 2)
        scan = Scan()
        with _told():
            opened = Opened(self._content)
        self._sheet = _chosen(opened.sheets, sheet)
        self.note = _note(self._sheet, opened.sheets)
        with _told():
            opened.choose(self._sheet, scan)
        self._scanned = scan.found
        self._lines = self._read()
        self._header, texts = self._first()
        self.columns = named_columns(texts)
        with _told():
            self._merged = MergedRows(self._scanned.merged, len(self.columns))
        if merged := self._merged.at(self._header):
            raise ImportRefused(f"Cells of the header are merged ({flat(merged)}). Part them.", self._header)

    def __iter__(self) -> Iterator[Row]:
        try:
            for line, cells in self._lines:
                row = self._row(line, cells)
                if row.problem or any(row.cells.values()):
                    yield row
        finally:
            self._content.close()

    def _read(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """The rows in which something may stand, with their numbers."""
        for line, cells in enumerate(self._sound(), start=1):
            self._progress(self._size * line // max(self._scanned.rows, 1))
            if self._scanned.last_filled[line] or self._scanned.unworked[line]:
                yield line, cells

    def _sound(self) -> Iterator[Sequence[Cell]]:
        # What the file says of its size need not be so.
        self._sheet.reset_dimensions()
        with _told():
            yield from cast("Iterator[Sequence[Cell]]", self._sheet.iter_rows())  # type: ignore[misc]  # typed for another class

    def _first(self) -> tuple[int, list[str]]:
        """The header. Raises `ImportRefused`."""
        for line, cells in self._lines:
            try:
                texts = _texts(cells)
            except Unreadable:
                raise refused("spoilt_office") from None
            if len(texts) > MOST_COLUMNS:
                words = f"The header has {cell_count(len(texts))}; at most {MOST_COLUMNS:,} are read."
                raise ImportRefused(f"{words} Take out the columns that are not needed.", line)
            if texts:
                return line, texts
        raise ImportRefused(f"The sheet “{flat(self._sheet.title)}” is empty. Its first row must name the columns.")

    def _row(self, line: int, cells: Sequence[Cell]) -> Row:
        if merged := self._merged.at(line):
            return Row(line, problem=f"Cells are merged ({flat(merged)}). Part them, and fill each.")
        if column := self._scanned.unworked[line]:
            words = "holds a formula without its result. Open the file in Excel and save it."
            return Row(line, problem=f"{get_column_letter(column)}{line} {words}")
        for cell in cells:
            if isinstance(cell, ReadOnlyCell) and cell.data_type == "e":
                return Row(line, problem=f"{cell.coordinate} holds an error ({flat(str(cell.value))}).")
        try:
            texts = _texts(cells)
        except Unreadable as cell:
            return Row(line, problem=f"{cell.place} holds a number that is too large, or none.")
        width = len(self.columns)
        if len(texts) > width:
            return Row(line, problem=f"The row has {cell_count(len(texts))}, the header has {width}.")
        return Row(line, dict(zip(self.columns, texts + [""] * (width - len(texts)), strict=True)))


@contextmanager
def _told() -> Iterator[None]:
    """Whatever stands against a workbook is told as `ImportRefused`."""
    try:
        yield
    except Refused as error:
        raise refused(error.code) from None
    except _SPOILT:
        raise refused("spoilt_office") from None


def _texts(cells: Sequence[Cell]) -> list[str]:
    """Raises `Unreadable`, and `ImportRefused` where a cell is shown in a form that is not there."""
    try:
        return texts_of(cells)
    except Unreadable:
        raise
    except _SPOILT:
        raise refused("spoilt_office") from None


def _on_disk(file: BinaryIO) -> IO[bytes]:
    """A copy that can be read to and fro, in a file without a name, which is gone however this ends."""
    content = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is read, or forgotten
    shutil.copyfileobj(_Bounded(file), content)
    return content


class _Bounded:
    """A file of which no more than `MOST_BYTES` are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = MOST_BYTES

    def read(self, size: int = -1) -> bytes:
        """As a file. Raises `ImportRefused` beyond the bound."""
        piece = self._file.read(size)
        self._left -= len(piece)
        if self._left < 0:
            megabytes = MOST_BYTES // (1024 * 1024)
            raise ImportRefused(f"The workbook is larger than {megabytes} MB. Save the one sheet as CSV.")
        return piece


def _chosen(sheets: Sequence[ReadOnlyWorksheet], name: str | None) -> ReadOnlyWorksheet:
    """The sheet of that name, or the first that is not hidden."""
    if name is None:
        found = next((one for one in sheets if one.sheet_state == "visible"), None) or next(iter(sheets), None)
        if found is None:
            raise ImportRefused("The workbook has no sheet of cells.")
        return found
    found = next((one for one in sheets if one.title.strip().casefold() == name.strip().casefold()), None)
    if found is None:
        raise ImportRefused(f"There is no sheet “{name}”. There are: {listed([flat(one.title) for one in sheets])}.")
    return found


def _note(read: ReadOnlyWorksheet, sheets: Sequence[ReadOnlyWorksheet]) -> str:
    others = [flat(one.title) for one in sheets if one is not read]
    return f"Read is the sheet “{flat(read.title)}”. There are also: {listed(others)} (--sheet NAME)." if others else ""
