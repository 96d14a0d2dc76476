"""Office documents are archives: their parts are counted and named before any is opened, and none may be a program."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Final
from xml.parsers import expat

from portal_core.documents.checking.archives import PACKED, SPOILT
from portal_core.documents.checking.refused import Refused

_MOST_PARTS: Final = 5_000
_MOST_UNPACKED: Final = 300 * 1024 * 1024
_MOST_RATIO: Final = 200
_PART_READ: Final = 1024 * 1024
# Lists of types and links, which are read to their end; thousands of links in a table are still far less.
_MOST_LISTED: Final = 8 * 1024 * 1024
_MAIN_PART: Final = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "pptx": "ppt/presentation.xml",
    "odt": "content.xml",
    "ods": "content.xml",
}
_MIME: Final = {
    "docx": "wordprocessingml.document.main+xml",
    "xlsx": "spreadsheetml.sheet.main+xml",
    "pptx": "presentationml.presentation.main+xml",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_PROGRAM_PART: Final = re.compile(
    r"vba|macrosheets|activex|oleobject|basic/|scripts/|\.(bin\.exe|exe|dll|js|vbs|ps1|bat|jar|class|hta|lnk|html?|svgz?)$",
    re.IGNORECASE,
)
# Programs by their type, whatever the part is called.
_PROGRAM_TYPE: Final = re.compile(r"macroEnabled|vbaProject", re.IGNORECASE)
# What is fetched when the document is opened; a link that somebody must press is none.
_FETCHED: Final = frozenset({"attachedtemplate", "oleobject", "frame"})


def check_office(content: IO[bytes], extension: str) -> None:
    """Raises `Refused` for archives that are no such document, unpack without end, or carry programs."""
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            parts = archive.infolist()
            _bound(parts)
            for part in parts:
                _part(part, extension)
            _is_document(archive, {part.filename for part in parts}, extension)
    except SPOILT:
        raise Refused("spoilt_office") from None
    except RuntimeError:  # "password required"
        raise Refused("locked") from None
    content.seek(0)


def _bound(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if len(parts) > _MOST_PARTS or unpacked > _MOST_UNPACKED:
        raise Refused("bomb")
    if unpacked > _PART_READ and unpacked / packed > _MOST_RATIO:
        raise Refused("bomb")
    if len({part.filename for part in parts}) != len(parts):
        raise Refused("spoilt_office")


def _part(part: zipfile.ZipInfo, extension: str) -> None:
    name = part.filename
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\x00" in name:
        raise Refused("spoilt_office")
    if part.flag_bits & 0x1:
        raise Refused("locked")
    if part.compress_type not in PACKED:
        raise Refused("spoilt_office")
    if _PROGRAM_PART.search(name) and not (extension in ("odt", "ods") and name == "Thumbnails/"):
        raise Refused("macros")


def _is_document(archive: zipfile.ZipFile, names: set[str], extension: str) -> None:
    is_open_document = extension in ("odt", "ods")
    sign = "mimetype" if is_open_document else "[Content_Types].xml"
    if _MAIN_PART[extension] not in names or sign not in names:
        raise Refused("not_what_it_says")
    types = _Types(_MIME[extension])
    if is_open_document:
        types.look({"ContentType": _read(archive, sign).decode("utf-8", "replace")})
    else:
        _read_elements(archive, [sign], types.look)
    if not types.are_of_document:
        raise Refused("not_what_it_says")
    _read_elements(archive, sorted(name for name in names if name.endswith(".rels")), _refuse_what_is_fetched)


@dataclass
class _Types:
    """The types of a document's parts: whether one says that it is such a document; `Refused` for one of a program."""

    document: str
    are_of_document: bool = False

    def look(self, attributes: dict[str, str]) -> None:
        name = attributes.get("ContentType", "")
        if _PROGRAM_TYPE.search(name):
            raise Refused("macros")
        self.are_of_document |= self.document in name


def _refuse_what_is_fetched(link: dict[str, str]) -> None:
    """A relation that names a template or an object elsewhere."""
    kind = link.get("Type", "").strip().rstrip("/").rpartition("/")[2].casefold()
    if kind in _FETCHED and link.get("TargetMode", "").strip().casefold() == "external":
        raise Refused("macros")


def _read_elements(archive: zipfile.ZipFile, names: list[str], look: Callable[[dict[str, str]], None]) -> None:
    """Has the attributes of all elements of some parts looked at, one element at a time: there may be a million.

    SECURITY: read by a parser and to the end, for a word that is looked for in the bytes can be written in many ways:
    attributes in another order, as &#65;, in UTF-16, or behind a megabyte of comment.
    """
    if sum(archive.getinfo(name).file_size for name in names) > _MOST_LISTED:
        raise Refused("bomb")
    for name in names:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse_declarations
        parser.StartElementHandler = lambda _tag, attributes: look(attributes) if attributes else None
        try:
            with archive.open(name) as part:
                # At once: in pieces, a long comment would be looked through again with each of them.
                parser.Parse(part.read(_MOST_LISTED), True)
        except expat.ExpatError:
            raise Refused("spoilt_office") from None


def _refuse_declarations(*_declared: object) -> None:
    """Office documents declare nothing; what is declared here is made to be expanded."""
    raise Refused("spoilt_office")


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_PART_READ)
