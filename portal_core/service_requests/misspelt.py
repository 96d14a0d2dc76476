"""Words one slip of the hand away from what was typed, and which of them are really there.

For when nothing was found. Without an extension of the database: pg_trgm is not in the embedded one, and on servers of
others not everybody may create it. Instead, all words that differ in one letter (left out, put in, another, or two in
the wrong order) are looked up in the index that every search uses: some hundred look-ups of microseconds each.
"""

from collections.abc import Iterable, Iterator, Sequence
from string import ascii_lowercase
from typing import Final

from django.db import connection, transaction

# Of shorter words half of all others are one letter away; longer ones than so are no words that somebody has typed.
_SHORTEST: Final = 4
_LONGEST: Final = 20
# So many words of a question may be misspelt, and so many others stand for each.
_MOST_WORDS: Final = 4
_MOST_NEAR: Final = 20
# Whether a word is there at all is known from few of those who have it.
_ENTRIES_READ: Final = 500


def near_ways(words: Sequence[tuple[str, ...]], statement: str, values: Sequence[list[str]]) -> dict[str, list[str]]:
    """For each way in which a word was typed, the words nearby that are there; one statement.

    `statement` finds rows that hold a word: it asks for `asked.lexeme`, and has `values` as its parameters.
    """
    typed = [way for ways in words[:_MOST_WORDS] for way in ways if _can_be_misspelt(way)]
    pairs = [(way, other) for way in typed for other in dict.fromkeys(misspellings(way)) if other != way]
    if not pairs:
        return {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = off; SET LOCAL gin_fuzzy_search_limit = {_ENTRIES_READ}")
        cursor.execute(
            "SELECT asked.way, asked.other FROM unnest(%s::text[], %s::text[], %s::text[])"  # noqa: S608 - constants
            f" WITH ORDINALITY asked (way, other, lexeme, place) WHERE EXISTS ({statement}) ORDER BY asked.place",
            [[way for way, _ in pairs], [other for _, other in pairs], [f"'{other}':*" for _, other in pairs], *values],
        )
        found = cursor.fetchall()
        cursor.execute("SET LOCAL enable_seqscan = DEFAULT; SET LOCAL gin_fuzzy_search_limit = DEFAULT")
    return _by_way(found)


def _by_way(found: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    near: dict[str, list[str]] = {}
    for way, other in found:
        others = near.setdefault(way, [])
        if len(others) < _MOST_NEAR:
            others.append(other)
    return near


def _can_be_misspelt(word: str) -> bool:
    return _SHORTEST <= len(word) <= _LONGEST and word.isalpha()


def misspellings(word: str) -> Iterator[str]:
    """What a folded word may have been meant to be, the likeliest slips first."""
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    yield from (start + end[1] + end[0] + end[2:] for start, end in halves if len(end) > 1)
    yield from (start + end[1:] for start, end in halves if end)
    yield from (start + letter + end[1:] for start, end in halves if end for letter in ascii_lowercase)
    yield from (start + letter + end for start, end in halves for letter in ascii_lowercase)
