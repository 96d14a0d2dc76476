"""The words of the draft that are not live: what the customer's page underlines."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from portal_core.config.canonical import canonical
from portal_core.config.checks.texts import all_texts
from portal_core.config.compiled import CompiledPortal
from portal_core.config.drafted import Drafted
from portal_core.config.localise import text_in

# Shorter texts are only underlined where they stand alone.
LONG: Final = 12
# More is no longer a change, but another portal: then nothing is gained by underlining it all.
_MOST: Final = 1500
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+|\n+")
# What is replaced by values, or drawn as Markdown, splits a sentence into what stands in the page as it is.
_VALUES: Final = re.compile(r"\{[^{}]*\}|\s{2,}")
_MARKDOWN: Final = re.compile(r"\{[^{}]*\}|[*_`#\[\]()>]+|\s{2,}")
_DRAWN: Final = frozenset({"body", "text"})
_LEAST_LETTERS: Final = 2


@lru_cache(maxsize=40)
def fresh_words(drafted: Drafted, language: str) -> tuple[str, ...]:
    """New wording in the reader's language, the longest first."""
    if drafted.portal is None or not drafted.is_changed:
        return ()
    live = dict(_texts(drafted.live, language))
    known = {piece for path, text in live.items() for piece in _pieces(path, text)}
    found: set[str] = set()
    for path, text in _texts(drafted.portal, language):
        before = live.get(path, "")
        if before != text:
            # What stands elsewhere too ("Yes", a sentence of the status that was copied) says nothing new there.
            found.update(piece for piece in _pieces(path, text) if piece not in before and piece not in known)
    return tuple(sorted(found, key=lambda words: (-len(words), words)))[:_MOST]


def _texts(portal: CompiledPortal, language: str) -> Iterator[tuple[str, str]]:
    document = canonical(portal.document)
    for path, _key, value in all_texts(document):
        yield path, text_in(value, language, portal.language)
    yield "portal.name", portal.name


def _pieces(path: str, text: str) -> Iterator[str]:
    between = _MARKDOWN if path.rpartition(".")[2] in _DRAWN else _VALUES
    for sentence in _SENTENCE.split(text):
        for piece in between.split(sentence):
            words = piece.strip()
            if sum(letter.isalpha() for letter in words) >= _LEAST_LETTERS:
                yield words
