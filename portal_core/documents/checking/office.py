"""Office documents are archives: their parts are counted and named before any is opened, and none may be a program."""

import re
import zipfile
from pathlib import PurePosixPath
from typing import IO, Final

from portal_core.documents.checking.refused import Refused

_MOST_PARTS: Final = 5_000
_MOST_UNPACKED: Final = 300 * 1024 * 1024
_MOST_RATIO: Final = 200
_PART_READ: Final = 1024 * 1024
_MAIN_PART: Final = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "pptx": "ppt/presentation.xml",
    "odt": "content.xml",
    "ods": "content.xml",
}
_MIME: Final = {
    "docx": b"wordprocessingml.document.main+xml",
    "xlsx": b"spreadsheetml.sheet.main+xml",
    "pptx": b"presentationml.presentation.main+xml",
    "odt": b"application/vnd.oasis.opendocument.text",
    "ods": b"application/vnd.oasis.opendocument.spreadsheet",
}
_PROGRAM_PART: Final = re.compile(
    r"vba|macrosheets|activex|oleobject|basic/|scripts/|\.(bin\.exe|exe|dll|js|vbs|ps1|bat|jar|class|hta|lnk|html?|svgz?)$",
    re.IGNORECASE,
)
_EXTERNAL: Final = re.compile(rb'(attachedTemplate|oleObject|frame)"[^>]*TargetMode\s*=\s*"External"', re.IGNORECASE)


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
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, OSError, EOFError, NotImplementedError, KeyError):
        # All of these are what the library says of a spoilt archive.
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
    if _PROGRAM_PART.search(name) and not (extension in ("odt", "ods") and name == "Thumbnails/"):
        raise Refused("macros")


def _is_document(archive: zipfile.ZipFile, names: set[str], extension: str) -> None:
    if _MAIN_PART[extension] not in names:
        raise Refused("not_what_it_says")
    sign = "mimetype" if extension in ("odt", "ods") else "[Content_Types].xml"
    if sign not in names:
        raise Refused("not_what_it_says")
    types = _read(archive, sign)
    if b"macroEnabled" in types or b"vbaProject" in types:
        raise Refused("macros")
    if _MIME[extension] not in types:
        raise Refused("not_what_it_says")
    for name in names:
        if name.endswith(".rels") and _EXTERNAL.search(_read(archive, name)):
            raise Refused("macros")  # a template or object that is fetched when the document is opened


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_PART_READ)
