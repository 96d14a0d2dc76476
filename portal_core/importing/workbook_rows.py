"""Rows of an Excel workbook (.xlsx), one at a time: of one sheet the values, as a file of text would have them."""

import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, BinaryIO, Final, TypeAlias, cast
from xml.etree import ElementTree

import openpyxl
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from portal_core.documents.checking.archives import SPOILT
from portal_core.importing.errors import ImportRefused
from portal_core.importing.picking import listed
from portal_core.importing.rows import DateCell, NumberCell, Progress, Row, cell_count, named_columns
from portal_core.importing.workbook_guard import Scanned, refuse_unsafe, refused, scan_sheet

_Cell: TypeAlias = ReadOnlyCell | EmptyCell
MOST_BYTES: Final = 100 * 1024 * 1024
# Postcodes and numbers of articles that are kept as numbers and shown with their noughts.
_NOUGHTS: Final = re.compile("0{2,}")
# How workbooks write the end of a line that came from elsewhere.
_RETURN: Final = re.compile("_x000[dD]_")
_COUNTED_WITH: Final = 15
# What the library says of a spoilt file.
_SPOILT: Final = (
    *SPOILT,
    *(TypeError, AttributeError, RecursionError, ElementTree.ParseError, InvalidFileException),
)
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
        try:
            # Values, not formulas; links to other files are not followed.
            book = openpyxl.load_workbook(self._content, read_only=True, data_only=True, keep_links=False)
            # As it was opened, all of them are.
            sheets = cast("list[ReadOnlyWorksheet]", book.worksheets)
        except _SPOILT:
            raise refused("spoilt_office") from None
        self._sheet = _chosen(sheets, sheet)
        self.note = _note(self._sheet, sheets)
        part: str = self._sheet._worksheet_path  # type: ignore[attr-defined]  # told by nothing else
        self._scanned = scan_sheet(self._content, part)
        self._lines = self._read()
        self._header, cells = next(self._lines, (0, ()))
        if not self._header:
            raise ImportRefused(f"The sheet “{self._sheet.title}” is empty. Its first row must name the columns.")
        width = self._scanned.last_filled[self._header]
        self.columns = named_columns([_text_of(cell) for cell in cells[:width]])
        self._merged = _merged_rows(self._scanned, len(self.columns))
        if self._header in self._merged:
            raise ImportRefused(
                f"Cells of the header are merged ({self._merged[self._header]}). Part them.", self._header
            )

    def __iter__(self) -> Iterator[Row]:
        try:
            for line, cells in self._lines:
                yield self._row(line, cells)
        finally:
            self._content.close()

    def _read(self) -> Iterator[tuple[int, Sequence[_Cell]]]:
        """The rows in which something stands, with their numbers."""
        # What the file says of its size need not be so.
        self._sheet.reset_dimensions()
        rows = cast("Iterator[Sequence[_Cell]]", self._sheet.iter_rows())  # type: ignore[misc]  # typed for another class
        try:
            for line, cells in enumerate(rows, start=1):
                self._progress(self._size * line // max(self._scanned.rows, 1))
                if self._scanned.last_filled[line] or line in self._scanned.unworked:
                    yield line, cells
        except _SPOILT:
            raise refused("spoilt_office") from None

    def _row(self, line: int, cells: Sequence[_Cell]) -> Row:
        width, filled = len(self.columns), self._scanned.last_filled[line]
        if line in self._merged:
            return Row(line, problem=f"Cells are merged ({self._merged[line]}). Part them, and fill each.")
        if line in self._scanned.unworked:
            place = self._scanned.unworked[line]
            words = f"{place} holds a formula without its result. Open the file in Excel and save it."
            return Row(line, problem=words)
        if filled > width:
            return Row(line, problem=f"The row has {cell_count(filled)}, the header has {width}.")
        for cell in cells:
            if isinstance(cell, ReadOnlyCell) and cell.data_type == "e":
                return Row(line, problem=f"{cell.coordinate} holds an error ({cell.value}).")
        texts = [_text_of(cell) for cell in cells[:width]]
        return Row(line, dict(zip(self.columns, texts + [""] * (width - len(texts)), strict=True)))


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
        raise ImportRefused(f"There is no sheet “{name}”. There are: {listed([one.title for one in sheets])}.")
    return found


def _note(read: ReadOnlyWorksheet, sheets: Sequence[ReadOnlyWorksheet]) -> str:
    others = [one.title for one in sheets if one is not read]
    return f"Read is the sheet “{read.title}”. There are also: {listed(others)} (--sheet NAME)." if others else ""


def _merged_rows(scanned: Scanned, width: int) -> dict[int, str]:
    """The rows that merged cells of the table reach into, each with such a range."""
    found: dict[int, str] = {}
    for ref in scanned.merged:
        try:
            left, top, _right, bottom = range_boundaries(ref)
        except ValueError:
            raise refused("spoilt_office") from None
        if left is None or top is None or bottom is None or left > width:
            continue
        for line in range(top, min(bottom, scanned.rows) + 1):
            found.setdefault(line, ref)
    return found


def _text_of(cell: _Cell) -> str:
    """What stands in a cell, as a file of text would have it."""
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _number_text(value, _form_of(cell))
        case datetime():
            has_time = "h" in _form_of(cell).lower() or value.time() != time.min
            return DateCell(value.isoformat(timespec="seconds") if has_time else value.date().isoformat())
        case date():
            return DateCell(value.isoformat())
        case time():
            return value.isoformat(timespec="minutes" if not value.second else "seconds")
        case timedelta():
            return str(value)
        case _:
            return _RETURN.sub("", str(value))


def _form_of(cell: _Cell) -> str:
    """How a cell is shown."""
    try:
        return cell.number_format
    except _SPOILT:
        raise refused("spoilt_office") from None


def _number_text(value: float, form: str) -> str:
    """Without the trace of how it is kept: 1234.0 is 1234, and 00123 where it is shown so."""
    if "%" in form:
        return f"{_plain_number(value * 100)}%"
    words = _plain_number(value)
    return words.zfill(len(form)) if _NOUGHTS.fullmatch(form) and words.isdigit() else NumberCell(words)


def _plain_number(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    whole, _, decimals = f"{value:.{_COUNTED_WITH}g}".partition("e")
    if decimals:
        whole = f"{value:.{_COUNTED_WITH}f}"
    return whole.rstrip("0").rstrip(".") if "." in whole else whole
