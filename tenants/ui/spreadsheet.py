"""Tables for spreadsheet programs: what their cells are, and CSV (RFC 4180) in which nothing runs.

A file begins with a byte order mark: without it Excel takes UTF-8 for another encoding. Excel parts columns, and reads
the sign in numbers, by the settings of the machine that it runs on; so there are two ways to write the same table.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeAlias

BOM: Final = "\ufeff"
CONTENT_TYPE: Final = "text/csv; charset=utf-8"
# Of workbooks (`workbook.py`, which is loaded only to make one), and how many rows one holds, that of the heads too.
WORKBOOK_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS: Final = 1_048_576

# A number is one for the program, too, and a day is a day. A moment is told by the clock of whoever made the table and
# has no time zone. "" is an empty cell; everything else is text.
Cell: TypeAlias = str | int | Decimal | date | datetime


@dataclass(frozen=True)
class Style:
    """Between columns, and before the decimals of numbers."""

    delimiter: str
    decimal_sign: str


POINTS: Final = Style(",", ".")
COMMAS: Final = Style(";", ",")

# What storage and programs trip over, but for tabs and the ends of lines.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")
# Without any of these a text is safe as it is; most are.
_SUSPECT: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff=+@＝＋－＠-]")
_ENDS: Final = re.compile("\r\n?|[\x85\u2028\u2029]")
# Full-width signs are formulas to some programs, as is what a tab or the end of a line stands before.
_SIGNS: Final = frozenset("=+-@＝＋－＠")
_FIRST: Final = frozenset("\t\r\n")
# What begins with a sign and is no formula: a number, and a telephone number with its country. Where hyphens stand in
# one, a blank has to as well, or a program would work it out as a sum.
_HONEST: Final = re.compile(r"[+-]?\d[\d.,]*|\+\d+|\+(?=[^ ]* )\d[\d ()-]*")
# Inside a cell: what would stand at the beginning of one in a program that parts columns by another sign. A list with
# hyphens is none; what could call something is.
_INSIDE: Final = re.compile(r"(?<=[\n\t;,])([ \u00a0]*)(?=[=@＝＠]|[+\-＋－][^\n\t;,]*[(|!])")


def safe(text: str) -> str:
    """A text as a cell that no program takes for a formula: an apostrophe stands before what could be one.

    SECURITY: as OWASP has it ("CSV injection"), full-width signs and signs behind blanks or invisible characters too.
    Numbers and telephone numbers stay as they are. Ends of lines become one character; control characters go.
    """
    if _SUSPECT.search(text) is None:
        return text
    text = plain(text)
    if text[:1] in _FIRST or (_first_visible(text) in _SIGNS and not _HONEST.fullmatch(text)):
        text = f"'{text}"
    return _INSIDE.sub(r"\1'", text)


def plain(text: str) -> str:
    """A text as any program takes it: ends of lines are one character, control characters are gone."""
    return _ENDS.sub("\n", _CONTROL.sub("", text))


def _first_visible(text: str) -> str:
    """The first character that is neither a blank nor invisible; "" without one."""
    return next((sign for sign in text if not sign.isspace() and unicodedata.category(sign) != "Cf"), "")


def lines(rows: Iterable[Sequence[Cell]], style: Style = POINTS) -> str:
    """Rows as they stand in the file; the first part of a file has the BOM before it."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=style.delimiter, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_written(cell, style) for cell in row])
    return written.getvalue()


def _written(cell: Cell, style: Style) -> str:
    if isinstance(cell, str):
        return safe(cell)
    if isinstance(cell, date):
        return written_day(cell)
    return format(cell, "f" if isinstance(cell, Decimal) else "d").replace(".", style.decimal_sign)


def written_day(cell: date) -> str:
    """ISO 8601 with a blank before the time of a moment: that is what programs take for a day and for a moment."""
    return f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else cell.isoformat()


def encoded(text: str) -> bytes:
    """Text as the file has it; what UTF-8 cannot hold becomes a question mark."""
    return text.encode("utf-8", "replace")


def told_apart(heads: Sequence[str]) -> list[str]:
    """Heads of which no two are the same (to a program, in which case does not count): the later ones get a number."""
    taken: set[str] = set()
    found = []
    for head in heads:
        name, number = head, 2
        while name.casefold() in taken:
            name, number = f"{head} ({number})", number + 1
        taken.add(name.casefold())
        found.append(name)
    return found
