"""Tables as an Excel workbook (XLSX) of one sheet, handed on while it is written: never whole, in memory or on disk.

openpyxl makes the workbook with its row of heads; the rows are put in behind it, for one by one it would take six
times as long. They know text, numbers, days and moments and nothing else: there is no way to write a formula.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import Final
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from tenants.ui.outlet import Outlet
from tenants.ui.spreadsheet import Cell, plain, written_day

# Characters of a cell (one beyond U+FFFF counts as two).
LONGEST_TEXT: Final = 32_767
CUT_MARK: Final = "… (cut)"

_TEXT: Final = "@"
_DAY: Final = "yyyy-mm-dd"
_MOMENT: Final = "yyyy-mm-dd hh:mm"
_MOST_DECIMALS: Final = 9
_NUMBERS: Final = ("0", *(f"0.{'0' * decimals}" for decimals in range(1, _MOST_DECIMALS + 1)))
# Excel counts with 15 digits; a longer number stays whole as text only.
_MOST_DIGITS: Final = 15
# Its calendar begins there.
_FIRST_YEAR: Final = 1900
_NARROWEST, _WIDEST = 9, 50
# What XML cannot hold, beside control characters.
_NOT_XML: Final = re.compile("[\ufffe\uffff]")
# To Excel "_x000D_" is one character: a text that is spelt so has its first sign spelt so.
_SPELT: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_ROWS_GO_HERE: Final = b"</sheetData>"


def pieces(
    title: str, heads: Sequence[str], stretches: Iterable[Sequence[Sequence[Cell]]], *, at_most: int
) -> Iterator[bytes]:
    """The file, a stretch of rows at a time: heads that stay in sight and filter, columns as wide as the first stretch.

    `at_most` rows come; with the heads they have to be `spreadsheet.MOST_ROWS` or fewer.
    """
    remaining = iter(stretches)
    first = next(remaining, ())
    frame = _Frame.of(title, heads, first, at_most)
    outlet = Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]  # it need not seek
        for name, content in frame.others.items():
            archive.writestr(name, content)
        number = 1
        with archive.open(frame.sheet_name, "w") as sheet:
            sheet.write(frame.before)
            for rows in chain([first], remaining):
                for row in rows:
                    number += 1
                    sheet.write(frame.row(number, row).encode())
                yield outlet.taken()
            sheet.write(frame.after)
    yield outlet.taken()


def held(text: str) -> str:
    """A text as a cell holds it: without what XML cannot say, cut with a mark where Excel would refuse the file."""
    text = _NOT_XML.sub("", plain(text)).encode("utf-8", "replace").decode()
    if 2 * len(text) > LONGEST_TEXT and _units(text) > LONGEST_TEXT:
        kept = text.encode("utf-16-le")[: 2 * (LONGEST_TEXT - len(CUT_MARK))]
        # Half a character at its end is none.
        text = kept.decode("utf-16-le", "ignore") + CUT_MARK
    return text


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@dataclass(frozen=True)
class _Frame:
    """A workbook without its rows: the sheet before and after them, all other parts, and the numbers of its styles."""

    sheet_name: str
    before: bytes
    after: bytes
    others: dict[str, bytes]
    styles: dict[str, int]
    width: int

    @classmethod
    def of(cls, title: str, heads: Sequence[str], first: Sequence[Sequence[Cell]], at_most: int) -> "_Frame":
        book = Workbook(write_only=True)
        book.properties.creator = ""
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{at_most + 1}"
        for position, head in enumerate(heads):
            letter = get_column_letter(position + 1)
            sheet.column_dimensions[letter].width = _width(head, [row[position] for row in first])
        styles = {}
        for form in (_TEXT, _DAY, _MOMENT, *_NUMBERS):
            cell = WriteOnlyCell(sheet)
            cell.number_format = form
            styles[form] = cell.style_id
        sheet.append([_head(sheet, head) for head in heads])
        written = io.BytesIO()
        book.save(written)
        with zipfile.ZipFile(written) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = sheet.path.lstrip("/")
        before, _, after = parts.pop(name).partition(_ROWS_GO_HERE)
        return cls(name, before, _ROWS_GO_HERE + after, parts, styles, len(heads))

    @cached_property
    def _letters(self) -> list[str]:
        return [get_column_letter(position) for position in range(1, self.width + 1)]

    def row(self, number: int, cells: Sequence[Cell]) -> str:
        """A row as XML; empty cells are left out."""
        written = (
            self._cell(f"{letter}{number}", cell)
            for letter, cell in zip(self._letters, cells, strict=True)
            if cell != ""
        )
        return f'<row r="{number}">{"".join(written)}</row>'

    def _cell(self, place: str, cell: Cell) -> str:
        """SECURITY: text is inline text, whatever it begins with; numbers, days and moments are digits."""
        if isinstance(cell, date) and cell.year >= _FIRST_YEAR:
            form = _MOMENT if isinstance(cell, datetime) else _DAY
            serial = to_excel(cell)  # type: ignore[no-untyped-call]  # theirs; a number
            return f'<c r="{place}" s="{self.styles[form]}"><v>{serial}</v></c>'
        if isinstance(cell, int | Decimal) and (number := _number(Decimal(cell))):
            return f'<c r="{place}" s="{self.styles[number.form]}"><v>{number.digits}</v></c>'
        text = _SPELT.sub("_x005F_", held(_as_text(cell)))
        style = self.styles[_TEXT]
        return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


@dataclass(frozen=True)
class _Number:
    digits: str
    form: str


def _number(value: Decimal) -> _Number | None:
    """As Excel has it, with the decimals that it was given; None for one with more digits than Excel counts with."""
    digits = format(value, "f")
    if sum(sign.isdigit() for sign in digits.lstrip("-0.")) > _MOST_DIGITS:
        return None
    decimals = len(digits.partition(".")[2])
    return _Number(digits, _NUMBERS[min(decimals, _MOST_DECIMALS)])


def _as_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    return written_day(cell) if isinstance(cell, date) else format(Decimal(cell), "f")


def _head(sheet: WriteOnlyWorksheet, text: str) -> SheetCell:
    cell = WriteOnlyCell(sheet, value=_SPELT.sub("_x005F_", held(text)))
    # Otherwise openpyxl would take what begins with "=" for a formula.
    cell.data_type = "s"
    cell.number_format = _TEXT
    cell.font = Font(bold=True)
    return cell


def _width(head: str, cells: Iterable[Cell]) -> int:
    """In characters: the longest line of what stands there, in bounds; a head has its arrow beside it."""
    longest = max((_longest_line(_as_text(cell)) for cell in cells), default=0)
    return min(_WIDEST, max(_NARROWEST, len(head) + 4, longest + 2))


def _longest_line(text: str) -> int:
    return max(map(len, text.splitlines()), default=0)
