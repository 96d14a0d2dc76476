"""Text as it is compared when somebody is looked for: small letters without accents, in all ways it may be written.

Said twice, for the database and for what was typed, so that both come to the same. Accents mean nothing ("Zoe" finds
"Zoë"); where a language writes two letters for one with a sign, both count ("Mueller" and "Muller" find "Müller").
"""

import re
import unicodedata
from typing import Final

from django.db.models import Func, TextField

# What the decomposition of Unicode leaves alone.
LETTERS: Final = {
    "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n", "ſ": "s",
}  # fmt: skip
# How letters are written where there is no key for them: in German, Danish and their neighbours.
SPELT_OUT: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}
_ALONE: Final = LETTERS | {"ß": "ss", "ς": "σ"}
_ACCENTS: Final = "[\u0300-\u036f]"
_ACCENTS_SQL: Final = r"[\u0300-\u036f]"
# One sign can decompose into many, and an index takes a megabyte of words: twice so much, of four bytes each, is less.
_LONGEST: Final = 100_000


def ways_folded(typed: str) -> tuple[str, ...]:
    """What was typed, folded, in each way in which it may be written: one, or two."""
    small = unicodedata.normalize("NFC", typed).lower()
    ways = (small, _written(small, SPELT_OUT))
    return tuple(dict.fromkeys(_folded(way) for way in ways))


def _folded(small: str) -> str:
    return re.sub(_ACCENTS, "", unicodedata.normalize("NFKD", _written(small, _ALONE)))


def _written(text: str, letters: dict[str, str]) -> str:
    return text.translate({ord(letter): other for letter, other in letters.items()})


def folded_sql(text: str) -> str:
    """The same of an expression of the database: both ways one after the other. Without parameters and immutable, so
    that it can be an index's; nearly free where there are no other letters than those of ASCII."""
    small = f"lower(normalize({text}, NFC))"
    both = " || ' ' || ".join(_folded_sql(way) for way in (small, _replaced(small, SPELT_OUT)))
    return f"CASE WHEN octet_length({text}) = char_length({text}) THEN lower({text}) ELSE {both} END"


def _folded_sql(small: str) -> str:
    folded = f"regexp_replace(normalize({_replaced(small, _ALONE)}, NFKD), '{_ACCENTS_SQL}', '', 'g')"
    return f"left({folded}, {_LONGEST})"


def _replaced(text: str, letters: dict[str, str]) -> str:
    single = {letter: other for letter, other in letters.items() if len(other) == 1}
    if single:
        text = f"translate({text}, '{''.join(single)}', '{''.join(single.values())}')"
    for letter, other in letters.items():
        if letter not in single:
            text = f"replace({text}, '{letter}', '{other}')"
    return text


class Folded(Func):
    """A text of the database, folded; it is said once, whatever parameters it has."""

    arity = 1
    template = f"(SELECT {folded_sql('said.it')} FROM (SELECT %(expressions)s AS it) said)"  # noqa: S608 - constants
    output_field = TextField()
