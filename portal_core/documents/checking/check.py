"""The one way in: the end of the name, what the content looks like, and a closer look at each format agree."""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import IO, Final

import filetype

from portal_core.config.file_formats import FORMATS, Format
from portal_core.documents.checking.images import clean_image
from portal_core.documents.checking.office import check_office
from portal_core.documents.checking.pdf import check_pdf
from portal_core.documents.checking.refused import Refused
from portal_core.documents.checking.text import check_text
from portal_core.documents.names import extension_of

_HEAD_BYTES: Final = 8192
_CHUNK_BYTES: Final = 256 * 1024
# What `filetype` may call a format; formats without an entry have no sign of their own (text).
_SNIFFED: Final[dict[str, frozenset[str]]] = {
    "pdf": frozenset({"pdf"}),
    "jpg": frozenset({"jpg"}),
    "jpeg": frozenset({"jpg"}),
    "png": frozenset({"png"}),
    "webp": frozenset({"webp"}),
    "heic": frozenset({"heic"}),
    "heif": frozenset({"heic"}),
    "docx": frozenset({"docx", "zip"}),
    "xlsx": frozenset({"xlsx", "zip"}),
    "pptx": frozenset({"pptx", "zip"}),
    "odt": frozenset({"odt", "zip"}),
    "ods": frozenset({"ods", "zip"}),
    "mp4": frozenset({"mp4", "m4v"}),
    "mov": frozenset({"mov"}),
}
_PROGRAMS: Final = frozenset({
    "exe", "com", "scr", "bat", "cmd", "ps1", "vbs", "js", "jse", "wsf", "msi", "jar", "apk", "app", "dmg", "sh",
    "py", "php", "pl", "rb", "dll", "lnk", "hta", "cpl",
})  # fmt: skip
_MACROS: Final = frozenset({
    "docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "potm", "ppsm", "ppam",
})  # fmt: skip
_OLD_OFFICE: Final = frozenset({
    "doc", "dot", "xls", "xlt", "ppt", "pps", "rtf",
})  # fmt: skip
_PAGES: Final = frozenset({
    "html", "htm", "xhtml", "shtml", "mht", "mhtml", "svg", "svgz", "xml", "xsl", "swf",
})  # fmt: skip
_ARCHIVES: Final = frozenset({
    "zip", "rar", "7z", "tar", "gz", "tgz", "bz2", "xz", "iso", "cab",
})  # fmt: skip
_PICTURES: Final = frozenset({
    "gif", "bmp", "tif", "tiff", "ico", "psd", "raw", "dng", "cr2", "avif", "jp2",
})  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """A file that may be kept. `content` is what to keep: the file itself, or a clean copy of a picture."""

    content: IO[bytes]
    extension: str
    mime: str
    size_bytes: int
    sha256: str


def check_file(content: IO[bytes], sent_name: str, allowed: Collection[str]) -> Checked:
    """Checks one file against its name and the allowed ends of names. Raises `Refused`."""
    extension = extension_of(sent_name)
    wanted = _format(extension, allowed)
    head = _read_head(content)
    if not head:
        raise Refused("empty")
    _refuse_other_kind(extension, head)
    clean = _LOOKS[wanted.group](content, extension)
    kept = FORMATS[wanted.kept_as or extension]
    size, digest = _measured(clean)
    return Checked(clean, kept.extension, kept.mime, size, digest)


def _format(extension: str, allowed: Collection[str]) -> Format:
    if not extension:
        raise Refused("no_extension")
    for names, code in (
        (_PROGRAMS, "program"), (_MACROS, "macros"), (_OLD_OFFICE, "old_office"),
        (_PAGES, "page"), (_ARCHIVES, "archive"), (_PICTURES, "picture_kind"),
    ):  # fmt: skip
        if extension in names:
            raise Refused(code)
    if extension not in FORMATS:
        raise Refused("unknown_kind")
    if extension not in allowed:
        raise Refused("not_accepted")
    return FORMATS[extension]


def _read_head(content: IO[bytes]) -> bytes:
    content.seek(0)
    head = content.read(_HEAD_BYTES)
    content.seek(0)
    return head


def _refuse_other_kind(extension: str, head: bytes) -> None:
    """The name's end and the first bytes agree; what has no sign of a known kind is text, or refused (HTML is None)."""
    expected = _SNIFFED.get(extension)
    found = filetype.guess(head)
    if expected is None:
        if found is not None:
            raise Refused("not_what_it_says")
        return
    if extension in ("docx", "xlsx", "pptx", "odt", "ods") and head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("locked")  # an office file with a password is of the old kind inside
    if found is None or found.extension not in expected:
        raise Refused("not_what_it_says")


def _measured(content: IO[bytes]) -> tuple[int, str]:
    content.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(_CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    content.seek(0)
    return size, digest.hexdigest()


def _as_it_is(content: IO[bytes], _extension: str) -> IO[bytes]:
    """A film: its container was recognised, and it is never shown by us."""
    return content


def _pdf(content: IO[bytes], _extension: str) -> IO[bytes]:
    check_pdf(content)
    return content


def _office(content: IO[bytes], extension: str) -> IO[bytes]:
    check_office(content, extension)
    return content


def _spreadsheet(content: IO[bytes], extension: str) -> IO[bytes]:
    return _text(content, extension) if extension == "csv" else _office(content, extension)


def _text(content: IO[bytes], _extension: str) -> IO[bytes]:
    check_text(content)
    return content


_LOOKS: Final[dict[str, Callable[[IO[bytes], str], IO[bytes]]]] = {
    "pdf": _pdf,
    "image": clean_image,
    "document": _office,
    "spreadsheet": _spreadsheet,
    "text": _text,
    "video": _as_it_is,
}
