"""Plain text and tables of text: letters in a known encoding, and no page or script in disguise."""

import codecs
import re
from collections.abc import Iterator
from typing import IO, Final

from portal_core.documents.checking.refused import Refused

_CHUNK_BYTES: Final = 256 * 1024
_OVERLAP: Final = 64
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
# Latin text has none of these either.
_CONTROL_C1: Final = re.compile(r"[\x80-\x9f]")
_MARKUP: Final = re.compile(
    r"<\s*(!doctype|html|head|body|script|svg|iframe|object|embed|meta|link|img|style|form|\?xml|\?php|!entity)\b|<\?",
    re.IGNORECASE,
)


def check_text(content: IO[bytes]) -> None:
    """Raises `Refused` for bytes that are no text (UTF-8, UTF-16 with its mark, Latin) and for pages and scripts."""
    for encoding in _encodings(content):
        try:
            _read_through(content, encoding)
        except UnicodeDecodeError:
            continue
        content.seek(0)
        return
    raise Refused("not_text")


def _encodings(content: IO[bytes]) -> tuple[str, ...]:
    content.seek(0)
    start = content.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    return ("utf-8-sig", "cp1252")


def _read_through(content: IO[bytes], encoding: str) -> None:
    before = ""
    for text in _decoded(content, encoding):
        if _CONTROL.search(text) or (encoding == "cp1252" and _CONTROL_C1.search(text)):
            raise Refused("not_text")
        if not before and text.lstrip().startswith("#!"):
            raise Refused("program")
        if _MARKUP.search(before + text):
            raise Refused("page")
        before = text[-_OVERLAP:]


def _decoded(content: IO[bytes], encoding: str) -> Iterator[str]:
    content.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    while chunk := content.read(_CHUNK_BYTES):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)
