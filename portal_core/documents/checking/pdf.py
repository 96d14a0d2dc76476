"""PDF: begins and ends as one, and runs nothing when it is opened."""

from typing import IO, Final

import re2

from portal_core.documents.checking.pdf_locks import MARK, Locks, locks_of
from portal_core.documents.checking.pdf_streams import Finder, look_inside
from portal_core.documents.checking.refused import Refused

_CHUNK_BYTES: Final = 256 * 1024
_OVERLAP_BYTES: Final = 1024
_END_BYTES: Final = 2048


def _name(word: bytes) -> bytes:
    """A pattern for the letters of a name, each of which may be written with an escape: /J#61vaScript."""
    return b"".join(b"(?:%c|#(?i:%02x))" % (letter, letter) for letter in word)


_PROGRAMS: Final = b"|".join(_name(word) + rb"\b" for word in (b"JavaScript", b"Launch", b"RichMedia", b"XFA"))
# A program inside, another program started, a film or a game; "/JS" alone would also be found in pictures.
# In linear time, whatever they are made to read.
_ACTIVE: Final[Finder] = re2.compile(b"/(?:" + _PROGRAMS + b"|" + _name(b"JS") + rb"[\s\x00]*[(<\d%])")
# Among objects there are no pictures.
_ACTIVE_INSIDE: Final[Finder] = re2.compile(b"/(?:" + _PROGRAMS + b"|" + _name(b"JS") + rb"(?:[^A-Za-z0-9_]|$))")
# What stands in the dictionary of a stream of objects; some readers do without its type.
_OBJECTS: Final[Finder] = re2.compile(b"/(?:" + _name(b"ObjStm") + b"|First)")


def check_pdf(content: IO[bytes]) -> None:
    """Raises `Refused` for what is no PDF, has something behind its end, or carries a program."""
    content.seek(0, 2)
    size = content.tell()
    content.seek(max(0, size - _END_BYTES))
    if b"%%EOF" not in content.read():
        raise Refused("spoilt_pdf")
    content.seek(0)
    if not content.read(5) == b"%PDF-":
        raise Refused("spoilt_pdf")
    is_packed, is_locked = _look_through(content)
    if is_packed or is_locked:
        content.seek(0)
        whole = content.read()
        locks = locks_of(whole) if is_locked else Locks()
        if locks.needs_password:
            raise Refused("locked")
        if is_packed:
            look_inside(whole, locks, _OBJECTS, _ACTIVE_INSIDE)
    content.seek(0)


def _look_through(content: IO[bytes]) -> tuple[bool, bool]:
    """Looks at everything as it lies there; whether objects may lie packed in streams, and whether it may be locked.

    Raises Refused for programs.
    """
    content.seek(0)
    before, is_packed, is_locked = b"", False, False
    while chunk := content.read(_CHUNK_BYTES):
        plain = before + chunk
        if _ACTIVE.search(plain):
            raise Refused("active_pdf")
        is_packed = is_packed or _OBJECTS.search(plain) is not None
        is_locked = is_locked or MARK.search(plain) is not None
        before = chunk[-_OVERLAP_BYTES:]
    return is_packed, is_locked
