"""What stands in a cell of a workbook, as a file of text would have it."""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias

from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

from portal_core.importing.rows import DateCell, NumberCell

Cell: TypeAlias = ReadOnlyCell | EmptyCell
# Postcodes and numbers of articles that are kept as numbers and shown with their noughts.
_NOUGHTS: Final = re.compile("0{2,}")
# What is shown as it stands there: "Uhr", \%, [Red], a gap as wide as a sign, one that fills; not [h], all the hours.
_LITERAL: Final = re.compile(r'"[^"]*"?|[\\_*].|\[(?!(?:h+|m+|s+)\])[^\]]*\]?', re.IGNORECASE)
# How workbooks write a sign that XML cannot hold, and "_" where the text itself is spelt so.
_SPELT: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_COUNTED_WITH: Final = 15


class Unreadable(ValueError):
    """A cell whose value is none; `place` is where it stands."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def texts_of(cells: Sequence[Cell]) -> list[str]:
    """Of each cell its text, without the empty ones at the end. Raises `Unreadable`."""
    texts = [_text_at(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _text_at(cell: Cell) -> str:
    if isinstance(cell, EmptyCell):
        return ""
    try:
        return _text_of(cell)
    except (ValueError, OverflowError):
        raise Unreadable(cell.coordinate) from None


def _text_of(cell: ReadOnlyCell) -> str:
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _number_text(value, cell.number_format)
        case datetime():
            has_time = "h" in _LITERAL.sub("", cell.number_format).lower() or value.time() != time.min
            return DateCell(value.isoformat(timespec="seconds") if has_time else value.date().isoformat())
        case date():
            return DateCell(value.isoformat())
        case time():
            return value.isoformat(timespec="minutes" if not value.second else "seconds")
        case timedelta():
            return str(value)
        case _:
            return _SPELT.sub(_sign, str(value))


def _sign(found: re.Match[str]) -> str:
    """Line ends that came from elsewhere have their own beside them; other signs that cannot be seen are none."""
    sign = chr(int(found[1], 16))
    return sign if sign.isprintable() or sign in "\t\n" else ""


def _number_text(value: float, form: str) -> str:
    """Without the trace of how it is kept: 1234.0 is 1234, and 00123 where it is shown so."""
    if not math.isfinite(value):
        raise ValueError(value)
    if "%" in _LITERAL.sub("", form):
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
