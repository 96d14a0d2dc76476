"""What the starters, and statuses begun blank, say in another language for a text that is still theirs."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from portal_core.config.checks.texts import all_texts
from portal_core.config.starters import starter, starter_keys
from portal_core.config.starters.blank import BLANK_STATUSES


class _Said(NamedTuple):
    starter: str
    path: str
    words: str


@cache
def languages_of_starters() -> tuple[str, ...]:
    """The languages that every starter is written in."""
    spoken: list[str] = starter(starter_keys()[0])["portal"]["languages"]
    return tuple(spoken)


def words_for(text: str, path: str, *, own: str, language: str, opened_from: str = "") -> str:
    """The words in `language` for a text in `own`; "" where no starter has that text.

    The same words can be said in two ways (a place asked for is "er" or "es"): what stands at the same `path`, then
    what the starter says that the portal was `opened_from`, goes first.
    """
    found = _book(own, language).get(text, ())
    best = max(found, key=lambda said: (said.path == path, said.starter == opened_from), default=None)
    return "" if best is None else best.words


def are_words_for(words: str, text: str, *, own: str, language: str) -> bool:
    """Whether a starter says `words` in `language` for a text in `own`."""
    return any(said.words == words for said in _book(own, language).get(text, ()))


@cache
def _book(own: str, language: str) -> Mapping[str, tuple[_Said, ...]]:
    """All texts by their words in `own`: of the starters as they are offered, then of statuses that are begun blank."""
    book: dict[str, list[_Said]] = {}
    if not {own, language} <= set(languages_of_starters()):
        return {}
    for key in starter_keys():
        for path, _name, value in all_texts(starter(key)):
            if isinstance(value, dict):
                book.setdefault(value[own], []).append(_Said(key, path, value[language]))
    for said in BLANK_STATUSES.values():
        book.setdefault(said[own], []).append(_Said("", "", said[language]))
    return {text: tuple(said) for text, said in book.items()}
