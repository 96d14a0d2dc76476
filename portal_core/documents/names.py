"""The name of a file as people are shown it. What is stored lies under a random key and never under this name."""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

LENGTH: Final = 120
_SPACES: Final = re.compile(r"\s+")
# Signs that mean something to a shell, a header, a path or a spreadsheet.
_UNSAFE: Final = re.compile(r"[<>:\"|?*`$;&{}^~\x7f]")
_RESERVED: Final = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
# A name such as "invoice.exe.pdf" is read as a program by those who do not see its end.
_INNER_DOT: Final = re.compile(r"\.(?=[A-Za-z0-9]{2,5}(\.|$))")


def extension_of(sent_name: str) -> str:
    """The end of the name as it was sent, lower case, "" for none: "Photo．JPG" and "photo.jpg" are the same."""
    plain = unicodedata.normalize("NFKC", sent_name).strip().rstrip(". ")
    suffix = PurePosixPath(plain.replace("\\", "/")).suffix.lower().lstrip(".")
    return suffix if suffix.isascii() and suffix.isalnum() else ""


def shown_name(sent_name: str, extension: str) -> str:
    """The name for people, ending in what the file was found to be.

    Paths, signs that turn or hide letters, and control characters are gone; the stem has no dots that would let it
    look like another kind of file.
    """
    plain = unicodedata.normalize("NFC", sent_name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(sign for sign in plain if _is_shown(sign))
    stem = plain.rsplit(".", 1)[0] if "." in plain.strip(". ") else plain
    stem = _INNER_DOT.sub("_", _UNSAFE.sub("_", stem))
    stem = _SPACES.sub(" ", stem).strip(" ._=+-@")[: LENGTH - len(extension) - 1].strip()
    if not stem or _RESERVED.match(stem):
        stem = f"file{stem and '-'}{stem}"
    return f"{stem}.{extension}"


def _is_shown(sign: str) -> bool:
    """Not: control, format (right-to-left override, zero width), surrogate, private or unassigned characters."""
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
