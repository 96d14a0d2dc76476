"""Words that run from right to left inside a sentence that does not, where no `<bdi>` can stand: mails, errors."""

import unicodedata
from typing import Final

_FIRST_STRONG_ISOLATE: Final = "\u2068"
_POP_ISOLATE: Final = "\u2069"
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})


def isolated(words: str) -> str:
    """`words` between the marks that keep their direction to themselves; words without any such letter as they are."""
    if not any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in words):
        return words
    return f"{_FIRST_STRONG_ISOLATE}{words}{_POP_ISOLATE}"
