"""Keys for new things: made from the name, never one that is or was in use."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Final

from portal_core.config.document.base import MAX_LABEL
from portal_core.config.document.clean import clean_text

_LONGEST: Final = 40
_LETTERS: Final = {"ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "þ": "th"}


def new_key(name: str, taken: Collection[str], *, fallback: str) -> str:
    """A key for something of this name. `fallback` begins it where the name has no letter that a key may have."""
    plain = "".join(_LETTERS.get(letter, letter) for letter in name.casefold())
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[: _LONGEST - 5].rstrip("-")
    if not base or not base[0].isalpha():
        base = f"{fallback}-{base}".strip("-")[: _LONGEST - 5]
    if base not in taken:
        return base
    return next(key for number in range(2, 100_000) if (key := f"{base}-{number}") not in taken)


def typed_name(typed: Mapping[str, str], box: str = "name") -> str:
    """The name that somebody typed for something new: one line, as the document keeps it."""
    return " ".join(clean_text(typed.get(box, "")).split())[:MAX_LABEL].strip()
