"""Initials and a steady tone for a person's mark."""

import unicodedata
import zlib

_TONES = 4


def initials(name: str) -> str:
    """First letters of the first and the last word of a name, at most two; "?" for a name without letters."""
    words = [word for word in (_letters(part) for part in name.split()) if word]
    if not words:
        return "?"
    picked = words[0][0] if len(words) == 1 else words[0][0] + words[-1][0]
    return picked.upper()[:2]


def _letters(word: str) -> str:
    return "".join(character for character in unicodedata.normalize("NFC", word) if character.isalnum())


def tone_class(key: str) -> str:
    """One of the classes a1 to a4, the same for the same key on every page and in every process."""
    return f"a{zlib.crc32(key.encode()) % _TONES + 1}"
