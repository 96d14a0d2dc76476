"""PDF that is locked. `locked/` was written by qpdf (through pikepdf): owner's password "boss"; `-password` ones open
with "secret" alone, `-script` ones run a program. What means harm is made here, with the lock of one of those."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from portal_core.documents.checking.pdf_locks import locks_of
from tests.documents.samples import pdf

_FOLDER = Path(__file__).parent / "locked"
SCRIPT = b"5 0 <</S/JavaScript/JS(app.alert\\(1\\))>>"
PLAIN = b"5 0 <</Type/Font>>"


def paper(name: str) -> bytes:
    return (_FOLDER / f"{name}.pdf").read_bytes()


def names(kind: str) -> list[str]:
    """The files that are taken ("open"), that run a program ("script"), that need a password ("password")."""
    found = sorted(path.stem for path in _FOLDER.glob("*.pdf"))
    if kind == "open":
        return [name for name in found if not name.endswith(("-script", "-password"))]
    return [name for name in found if name.endswith(f"-{kind}")]


def _lock(like: str = "rc4-40") -> tuple[bytes, bytes]:
    """The dictionary of a lock, and the name of the document to which it belongs."""
    whole = paper(like)
    number = int(re.search(rb"/Encrypt (\d+) 0 R", whole)[1])
    begin = whole.index(b"%d 0 obj" % number)
    found = re.search(rb"/ID ?\[<([0-9a-f]+)>", whole)
    return whole[whole.index(b"<<", begin) : whole.index(b"endobj", begin)], found[1] if found else b""


def with_lock(body: bytes, more: bytes = b"") -> bytes:
    lock, name = _lock()
    ends = b"<</Encrypt 9 0 R/ID[<" + name + b"><" + name + b">]>>"
    return pdf(body + more + b"9 0 obj" + lock + b"endobj\n" + ends)


def stream(content: bytes, number: int = 3) -> bytes:
    """A stream of objects that the lock of `with_lock` hides."""
    (key,) = locks_of(with_lock(b"")).keys
    hidden = key.opened(memoryview(content), number, 0)
    return (
        b"%d 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\n" % number + hidden + b"\nendstream endobj\n"
    )


def _second() -> bytes:
    """Another lock under the same number: a reader may take either."""
    return b"9 0 obj" + _lock("aes-128")[0] + b"endobj\n"


def _picture() -> bytes:
    return b"7 0 obj<<>>stream\n" + b"\x91" * 12_000_000 + b"endstream endobj\n"


def flood() -> bytes:
    """Places without end that each seem to open to something packed, over one long stretch."""
    (key,) = locks_of(with_lock(b"")).keys
    piece = b"stream\n" + key.opened(memoryview(b"x\x9c"), 3, 0)
    return with_lock(b"3 0 obj<</Type/ObjStm " + piece * 900 + b"\x00" * 15_000_000 + b"endstream endobj\n")


LOCKED_REFUSED = {
    **{f"{name}.pdf": (lambda name=name: paper(name)) for name in [*names("script"), *names("password")]},
    "locked script.pdf": lambda: with_lock(stream(zlib.compress(SCRIPT))),
    "locked twice.pdf": lambda: with_lock(stream(zlib.compress(SCRIPT)), _second()),
    "locked elsewhere.pdf": lambda: with_lock(stream(zlib.compress(PLAIN)).replace(b"3 0 obj", b"4 0 obj")),
    "locked bomb.pdf": lambda: with_lock(stream(zlib.compress(b"5 0 " + b" " * 90_000_000, 9))),
    "locked flood.pdf": flood,
    "locked broken.pdf": lambda: with_lock(stream(zlib.compress(PLAIN))).replace(b"/U", b"/X"),
    "certificate.pdf": lambda: pdf(b"9 0 obj<</Filter/Adobe.PubSec/V 4>>endobj <</Encrypt 9 0 R>>"),
}  # fmt: skip
LOCKED_TAKEN = {
    **{f"{name}.pdf": (lambda name=name: paper(name)) for name in names("open")},
    "locked.pdf": lambda: with_lock(stream(zlib.compress(PLAIN))),
    "locked book.pdf": lambda: with_lock(b"".join(stream(zlib.compress(PLAIN * 50), n) for n in range(1, 4_000))),
    "locked pictures.pdf": lambda: with_lock(stream(zlib.compress(PLAIN)) + _picture()),
}  # fmt: skip
