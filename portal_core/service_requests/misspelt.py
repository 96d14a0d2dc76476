"""Words one slip of the hand away from what was typed, of long ones two, and which of them are really there.

For when nothing was found. Without an extension of the database: pg_trgm is not in the embedded one, and on servers of
others not everybody may create it. Instead, all words that differ in one letter (left out, put in, another, or two in
the wrong order) are looked up in the index that every search uses: some hundred look-ups of microseconds each. Where a
long word is not there and none of these is, those two slips away are walked to (`two_slips.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from string import ascii_lowercase
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from portal_core.service_requests import two_slips

# Of shorter words half of all others are one letter away; longer ones than so are no words that somebody has typed.
_SHORTEST: Final = 4
_LONGEST: Final = 20
# So many words of a question may be misspelt, and so many others stand for each.
_MOST_WORDS: Final = 4
_MOST_NEAR: Final = 20
# Whether a word is there at all is known from few of those who have it.
_ENTRIES_READ: Final = 500
# On the way to words two slips away, in all of a question; what is found by then counts.
_MOST_LOOKED_UP: Final = 6_000


@dataclass(frozen=True)
class _Index:
    """An index in which words are looked up: which of those asked for it has, by a statement with its parameters."""

    cursor: CursorWrapper
    statement: str
    values: Sequence[list[str]]

    def has(self, words: Iterable[str]) -> set[str]:
        """Those with which words begin that are there; one statement."""
        asked = list(words)
        self.cursor.execute(
            "SELECT asked.word FROM unnest(%s::text[], %s::text[]) asked (word, lexeme)"  # noqa: S608 - constants
            f" WHERE EXISTS ({self.statement})",
            [asked, [f"'{word}':*" for word in asked], *self.values],
        )
        return {word for (word,) in self.cursor.fetchall()}


def near_ways(
    words: Sequence[tuple[str, ...]], statement: str, values: Sequence[list[str]], *, sees_all: bool
) -> dict[str, list[str]]:
    """For each way in which a word was typed, the words nearby that are there: one statement for all of them, and where
    a long one is not there nor any one slip away, one more for each letter, from their fourth on, of words two slips
    away; within `_MOST_LOOKED_UP` look-ups in all.

    `statement` finds rows that hold a word: it asks for `asked.lexeme`, and has `values` as its parameters.

    SECURITY: it looks among all rows. For whoever sees a part of them (not `sees_all`) no word is left out because
    another is there: what they find must not tell whether a word stands where they may not look.
    """
    typed = [way for ways in words[:_MOST_WORDS] for way in ways if _can_be_misspelt(way)]
    others = {way: list(dict.fromkeys(misspellings(way))) for way in typed}
    if not others:
        return {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = off; SET LOCAL gin_fuzzy_search_limit = {_ENTRIES_READ}")
        index = _Index(cursor, statement, values)
        there = index.has({*typed, *chain.from_iterable(others.values())})
        near = {way: [other for other in some if other in there and other != way] for way, some in others.items()}
        left = _MOST_LOOKED_UP
        for way in typed:
            if len(way) >= two_slips.SHORTEST and not (sees_all and (way in there or near[way])):
                further, left = _two_slips_away(way, index, left)
                near[way] += [other for other in further if other not in near[way]]
        cursor.execute("SET LOCAL enable_seqscan = DEFAULT; SET LOCAL gin_fuzzy_search_limit = DEFAULT")
    return {way: some[:_MOST_NEAR] for way, some in near.items() if some}


def _two_slips_away(word: str, index: _Index, left: int) -> tuple[list[str], int]:
    """The words that are there, and how many of the look-ups that were `left` are so still."""
    found: list[str] = []
    beginnings = two_slips.first_beginnings(word)
    while beginnings and len(beginnings) <= left and len(found) < _MOST_NEAR:
        left -= len(beginnings)
        there = index.has(beginnings)
        beginnings = {start: steps for start, steps in beginnings.items() if start in there}
        found += [one for one in two_slips.whole(word, beginnings) if not one.startswith(tuple(found))]
        beginnings = two_slips.longer(word, beginnings)
    return found, left


def _can_be_misspelt(word: str) -> bool:
    return _SHORTEST <= len(word) <= _LONGEST and word.isalpha()


def misspellings(word: str) -> Iterator[str]:
    """What a folded word may have been meant to be, the likeliest slips first."""
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    yield from (start + end[1] + end[0] + end[2:] for start, end in halves if len(end) > 1)
    yield from (start + end[1:] for start, end in halves if end)
    yield from (start + letter + end[1:] for start, end in halves if end for letter in ascii_lowercase)
    yield from (start + letter + end for start, end in halves for letter in ascii_lowercase)
