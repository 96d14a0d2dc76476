"""PDF: begins and ends as one, and runs nothing when it is opened."""

import re
from typing import IO, Final

from portal_core.documents.checking.refused import Refused

_CHUNK_BYTES: Final = 256 * 1024
_OVERLAP_BYTES: Final = 64
_END_BYTES: Final = 2048
_HEX_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
# A program inside, another program started, a film or a game; "/JS" alone would also be found in pictures.
_ACTIVE: Final = re.compile(rb"/(JavaScript|Launch|RichMedia|XFA)\b|/JS\s*[(<\d]")


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
    content.seek(0)
    before = b""
    while chunk := content.read(_CHUNK_BYTES):
        # Names may be written with escapes: /J#61vaScript.
        plain = _HEX_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), before + chunk)
        if _ACTIVE.search(plain):
            raise Refused("active_pdf")
        before = chunk[-_OVERLAP_BYTES:]
    content.seek(0)
