"""What somebody has typed to find requests: the words as they are compared, each in all the ways it may be written."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from portal_core.config.compiled import CompiledPortal
from portal_core.service_requests.search_words import joined_digits, national_digits, ways_of_words

QUERY_LENGTH: Final = 200
NUMBER_LENGTH: Final = 9
_WORDS_LIMIT: Final = 10
# The beginning of a word finds it from here on; single letters would find half of everything.
_PREFIX_LENGTH: Final = 2


@dataclass(frozen=True)
class Query:
    """What was asked: its words, each in the ways in which it may be written, and the number when it looks like one.

    One way of each word is enough, but every word must be met.
    """

    text: str
    words: tuple[tuple[str, ...], ...]
    number: int | None

    @classmethod
    def of(cls, text: str, portal: CompiledPortal) -> "Query":
        """Reads what was typed; what is too long is cut."""
        text = " ".join(text.replace("\x00", "").split())[:QUERY_LENGTH]
        return cls(text, tuple(dict.fromkeys(ways_of_words(text)))[:_WORDS_LIMIT], _number(text, portal))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.words

    def widened(self, near: Mapping[str, Iterable[str]]) -> "Query":
        """The same with more ways for each word: beside each, those that are `near` it."""
        return replace(
            self, words=tuple((*ways, *(other for way in ways for other in near.get(way, ()))) for ways in self.words)
        )

    def finds(self, word: str) -> bool:
        """Whether a folded word is one of those that were asked for."""
        return any(_is_met(ways, [word]) for ways in self.words)

    def is_met_by(self, words: Collection[str]) -> bool:
        """Whether folded words hold all that was asked for, or the digits of a number that was asked for."""
        if any(word.startswith(digits) for digits in _numbers(self.text) for word in words):
            return True
        return all(_is_met(ways, words) for ways in self.words)

    @property
    def as_tsquery(self) -> str:
        """The same for the database. SECURITY: words are letters and digits only, so that nothing is an operator."""
        asked = " & ".join(f"({' | '.join(map(as_lexeme, ways))})" for ways in self.words)
        return " | ".join([f"({asked})", *(f"'{digits}':*" for digits in _numbers(self.text))])


def as_lexeme(word: str) -> str:
    """A word as a part of a tsquery: whatever begins with it, if it is long enough."""
    return f"'{word}':*" if len(word) >= _PREFIX_LENGTH else f"'{word}'"


def _is_met(ways: Iterable[str], words: Collection[str]) -> bool:
    return any(word.startswith(way) if len(way) >= _PREFIX_LENGTH else word == way for way in ways for word in words)


def _numbers(text: str) -> list[str]:
    """Under which words a telephone number may be kept that was typed like this: as it is, or as it is dialled at
    home where its country was typed before it."""
    digits, at_home = joined_digits(text), national_digits(text)
    return [digits, f"0{at_home}", at_home] if at_home else [digits] if digits else []


def _number(text: str, portal: CompiledPortal) -> int | None:
    prefix = portal.settings.reference_prefix
    found = re.fullmatch(rf"(?:#|no\.? ?)?(?:{re.escape(prefix)}[- ]?)?(\d+)" if prefix else r"#?(\d+)", text, re.I)
    digits = found[1] if found and found[1].isascii() else ""
    return int(digits) if digits and len(digits) <= NUMBER_LENGTH else None
