"""What stands in a sheet beside its values, and whether its rows and cells are in order: openpyxl would not tell."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final

from openpyxl.utils.cell import range_boundaries

from portal_core.documents.checking.refused import Refused
from portal_core.importing.rows import LARGEST_CELL
from portal_core.importing.workbook_bounds import MAIN, Bounds

MOST_ROWS: Final = 1_048_576
_LAST_COLUMN: Final = "XFD"
_MOST_CELLS: Final = 16_384
_MOST_MERGED: Final = 100_000
_PLACE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW, _CELL, _MORE = f"{MAIN} row", f"{MAIN} c", f"{MAIN} extLst"
_FORMULA, _VALUE, _INLINE, _MERGE = f"{MAIN} f", f"{MAIN} v", f"{MAIN} is", f"{MAIN} mergeCell"


@dataclass
class Scanned:
    """By row (row 0 is none): the `last_filled` column, and the first with a formula without a result; 0 for none."""

    last_filled: "array[int]" = field(default_factory=lambda: array("H", [0]))
    unworked: "array[int]" = field(default_factory=lambda: array("H", [0]))
    merged: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """The number of the last row."""
        return len(self.last_filled) - 1


class Scan(Bounds):
    """Made of a sheet while it is looked through, for `found`. Raises `Refused` where rows or cells are not sound."""

    def __init__(self) -> None:
        super().__init__("row", MOST_ROWS)
        self.found = Scanned()
        self._column = self._length = 0
        self._cell: dict[str, str] | None = None
        self._is_formula = self._is_filled = self._is_worked = self._in_value = False

    def begins(self, tag: str, attributes: dict[str, str]) -> None:
        """As the parser tells."""
        super().begins(tag, attributes)
        self._length = 0
        if tag == _ROW:
            self._row(attributes)
        elif self.item_depth and self.depth == self.item_depth + 1:
            self._in_row(tag, attributes)
        elif self._cell is not None:
            self._is_formula = self._is_formula or tag == _FORMULA
            self._in_value = self._in_value or tag in (_VALUE, _INLINE)
            # A text that is empty is a result, too; of anything else it is none.
            self._is_worked = self._is_worked or (tag == _VALUE and self._cell.get("t") == "str")
        elif tag == _MERGE:
            self._merge(attributes)

    def ends(self, tag: str) -> None:
        """As the parser tells."""
        if tag == _CELL and self.depth == self.item_depth + 1:
            self._cell_ends()
        elif tag in (_VALUE, _INLINE):
            self._in_value = False
        self._length = 0
        super().ends(tag)

    def text(self, words: str) -> None:
        """As the parser tells, which may part one text."""
        self._length += len(words)
        if self._length > LARGEST_CELL:
            raise Refused("bomb")
        self._is_filled = self._is_filled or self._in_value

    def _row(self, attributes: dict[str, str]) -> None:
        """Rows come in their order, none in another, and none is beyond the last that there can be."""
        said = attributes.get("r", str(self.found.rows + 1))
        number = int(said) if said.isascii() and said.isdigit() and len(said) <= len(str(MOST_ROWS)) else 0
        if self.depth != self.item_depth or not self.found.rows < number <= MOST_ROWS:
            raise Refused("spoilt_office")
        empty = [0] * (number - self.found.rows)
        self.found.last_filled.extend(empty)
        self.found.unworked.extend(empty)
        self._column = 0

    def _in_row(self, tag: str, attributes: dict[str, str]) -> None:
        """So do cells: of one that comes late, the value would be lost."""
        if tag == _MORE:
            return
        place = attributes.get("r", "")
        column = _column_of(place) if place else self._column + 1
        if tag != _CELL or not self._column < column <= _MOST_CELLS:
            raise Refused("spoilt_office")
        self._column, self._cell = column, attributes
        self._is_formula = self._is_filled = self._is_worked = self._in_value = False

    def _cell_ends(self) -> None:
        if self._is_filled:
            self.found.last_filled[-1] = self._column
        elif self._is_formula and not self._is_worked and not self.found.unworked[-1]:
            self.found.unworked[-1] = self._column
        self._cell = None

    def _merge(self, attributes: dict[str, str]) -> None:
        self.found.merged.append(attributes.get("ref", ""))
        if len(self.found.merged) > _MOST_MERGED:
            raise Refused("bomb")


def _column_of(place: str) -> int:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise Refused("spoilt_office")
    letters = found[1]
    if len(letters) == len(_LAST_COLUMN) and letters > _LAST_COLUMN:
        raise Refused("spoilt_office")
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


class MergedRows:
    """The rows that merged cells reach into, as few ranges. Raises `ValueError` for what is no range."""

    def __init__(self, refs: Iterable[str], width: int) -> None:
        """Of ranges that begin within `width` columns; a table's own are all that matter."""
        bounds = ((ref, range_boundaries(ref)) for ref in refs)
        found = [
            (top, bottom, ref)
            for ref, (left, top, _right, bottom) in bounds
            if left is not None and top is not None and bottom is not None and left <= width
        ]
        self._ranges: list[tuple[int, int, str]] = []
        for top, bottom, ref in sorted(found):
            # One that ends before another that began before it adds none.
            if not self._ranges or bottom > self._ranges[-1][1]:
                self._ranges.append((top, bottom, ref))

    def at(self, line: int) -> str:
        """A range that reaches into the row, or ""."""
        position = bisect_right(self._ranges, line, key=itemgetter(0))
        if not position:
            return ""
        _top, bottom, ref = self._ranges[position - 1]
        return ref if line <= bottom else ""
