"""Whether a workbook may be opened, and what the library that reads it would not tell: looked through without it.

SECURITY: openpyxl reads some parts whole, believes the numbers of rows and columns, and goes through a long piece of
text again with each chunk. So everything is bounded here first, by a parser that keeps nothing.
"""

import re
import zipfile
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Final
from xml.parsers import expat

from portal_core.documents.checking.archives import SPOILT
from portal_core.documents.checking.office import check_office
from portal_core.documents.checking.refused import Refused
from portal_core.importing.errors import ImportRefused
from portal_core.importing.rows import LARGEST_CELL

MOST_ROWS: Final = 1_048_576
_LAST_COLUMN: Final = "XFD"
_MOST_CELLS: Final = 16_384
_MOST_MERGED: Final = 100_000
# Beside the sheets and their texts, parts are read whole.
_LARGEST_PART: Final = 16 * 1024 * 1024
_LONG_PARTS: Final = re.compile(r"xl/(worksheets/[^/]+|sharedStrings)\.xml", re.IGNORECASE)
_CHUNK: Final = 1024 * 1024
_PLACE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
# How files of Excel before 2007 begin, and those of today that have a password.
_OLD_SIGN: Final = b"\xd0\xcf\x11\xe0"
_ZIP_SIGN: Final = b"PK\x03\x04"
_PASSWORD_SIGN: Final = "EncryptedPackage".encode("utf-16-le")
_SAVE: Final = "Save it as “Excel workbook (.xlsx)” or as CSV, and bring that."
_WORDS: Final = {
    "macros": f"The workbook carries macros, or fetches parts from elsewhere. {_SAVE}",
    "locked": f"The workbook is protected with a password. Take it off. {_SAVE}",
    "old": f"This is a file of an old Excel (.xls). {_SAVE}",
    "bomb": "The workbook unpacks to far more than a table needs. Save the one sheet as CSV, and bring that.",
    "spoilt_office": f"The workbook is damaged, or of a kind that is not read here. {_SAVE}",
    "not_what_it_says": f"This is no Excel workbook (.xlsx). {_SAVE}",
}


def is_workbook(head: bytes) -> bool:
    """Whether a file that begins so is one of a spreadsheet program, whatever its name says: a workbook is no text."""
    return head.startswith((_OLD_SIGN, _ZIP_SIGN))


def refused(code: str) -> ImportRefused:
    """Why a workbook is not read, with what to do."""
    return ImportRefused(_WORDS[code])


def refuse_unsafe(content: IO[bytes]) -> None:
    """Raises `ImportRefused` for what is no workbook, has a password or macros, or unpacks without end."""
    content.seek(0)
    if content.read(len(_OLD_SIGN)) == _OLD_SIGN:
        raise refused("locked" if _PASSWORD_SIGN in content.read() else "old")
    try:
        check_office(content, "xlsx")
        with zipfile.ZipFile(content) as archive:
            for part in archive.infolist():
                _bound(archive, part)
    except Refused as error:
        raise refused(error.code) from None
    except SPOILT:
        raise refused("spoilt_office") from None
    content.seek(0)


def _bound(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    if not part.filename.lower().endswith((".xml", ".rels")):
        return
    if part.file_size > _LARGEST_PART and not _LONG_PARTS.fullmatch(part.filename):
        raise Refused("bomb")
    with archive.open(part) as content:
        _parse(content, expat.ParserCreate())


def _parse(content: IO[bytes], parser: expat.XMLParserType) -> None:
    """To its end; raises `Refused` for what declares entities, is no XML, or has a piece longer than any cell."""
    parser.StartDoctypeDeclHandler = _refuse_declarations
    given = 0
    try:
        while chunk := content.read(_CHUNK):
            parser.Parse(chunk, False)
            given += len(chunk)
            if given - parser.CurrentByteIndex > LARGEST_CELL:
                raise Refused("bomb")
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise Refused("spoilt_office") from None


def _refuse_declarations(*_declared: object) -> None:
    raise Refused("spoilt_office")


@dataclass
class Scanned:
    """What stands in a sheet beside its values: `last_filled` column by row (row 0 is none), merged ranges, and the
    first formula without a result of each row that has one."""

    last_filled: "array[int]" = field(default_factory=lambda: array("H", [0]))
    merged: list[str] = field(default_factory=list)
    unworked: dict[int, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """The number of the last row."""
        return len(self.last_filled) - 1


def scan_sheet(content: IO[bytes], part: str) -> Scanned:
    """Looks through the sheet that is kept as `part`. Raises `ImportRefused` where its rows or cells are not sound."""
    scan = _Scan()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = scan.begins
    parser.EndElementHandler = scan.ends
    try:
        with zipfile.ZipFile(content) as archive, archive.open(part) as sheet:
            _parse(sheet, parser)
    except Refused as error:
        raise refused(error.code) from None
    except SPOILT:
        raise refused("spoilt_office") from None
    return scan.found


class _Scan:
    def __init__(self) -> None:
        self.found = Scanned()
        self._cells = 0
        self._column = 0
        self._place = ""
        self._is_formula = self._is_filled = False
        self._beginnings: dict[str, Callable[[dict[str, str]], None]] = {
            "row": self._row,
            "c": self._cell,
            "f": self._formula,
            "v": self._value,
            "is": self._value,
            "mergeCell": self._merge,
        }

    def begins(self, tag: str, attributes: dict[str, str]) -> None:
        handler = self._beginnings.get(tag.rpartition(" ")[2])
        if handler is not None:
            handler(attributes)

    def ends(self, tag: str) -> None:
        if tag.rpartition(" ")[2] != "c":
            return
        if self._is_filled:
            self.found.last_filled[-1] = max(self.found.last_filled[-1], self._column)
        elif self._is_formula:
            self.found.unworked.setdefault(self.found.rows, self._place)

    def _row(self, attributes: dict[str, str]) -> None:
        """Rows come in their order, and none is beyond the last that there can be."""
        said = attributes.get("r", str(self.found.rows + 1))
        number = int(said) if said.isascii() and said.isdigit() and len(said) <= len(str(MOST_ROWS)) else 0
        if not self.found.rows < number <= MOST_ROWS:
            raise Refused("spoilt_office")
        self.found.last_filled.extend([0] * (number - self.found.rows))
        self._cells = self._column = 0

    def _cell(self, attributes: dict[str, str]) -> None:
        self._cells += 1
        self._place = attributes.get("r", "")
        self._column = _column_of(self._place) if self._place else self._column + 1
        self._is_formula = self._is_filled = False
        if not self.found.rows or max(self._cells, self._column) > _MOST_CELLS:
            raise Refused("spoilt_office")

    def _formula(self, _attributes: dict[str, str]) -> None:
        self._is_formula = True

    def _value(self, _attributes: dict[str, str]) -> None:
        self._is_filled = True

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
