"""Words as search compares them: without case, accents or punctuation, the same for what is kept and what is asked.

PostgreSQL's own parser takes an e-mail address, a web address or "NW-1042" for one word each; people look for parts of
them. So words are taken apart here, and the database only stores and matches them.

Accents mean nothing ("Zoe" finds "Zoë"); where a language writes two letters for one with a sign, both count ("Mueller"
and "Muller" find "Müller", and "Müller" finds both): such a word is kept in two ways, and asked for in two.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

import phonenumbers

from portal_core.accounts.folded import LETTERS, SPELT_OUT

WORD_BYTES: Final = 40
_LETTERS: Final = str.maketrans(LETTERS)
_SPELT_OUT: Final = str.maketrans(SPELT_OUT)
_WORD: Final = re.compile(r"[^\W_]+")
# Written without spaces: each sign is a word.
_IDEOGRAPH: Final = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿]")
_SPACED_DIGITS: Final = re.compile(r"\d(?:[\s().\-/]{0,2}\d){5,19}")


def fold(text: str) -> str:
    """`text` in the form in which it is compared; as many words as before, not as many letters."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).translate(_LETTERS)


def words_in(text: str) -> list[str]:
    """The words of `text` in order, folded and cut to a length that the index takes."""
    found: list[str] = []
    for run in _WORD.findall(fold(text)):
        found.extend(_IDEOGRAPH.sub(r" \g<0> ", run).split())
    return [cut for word in found if (cut := _cut(word))]


def ways_of_words(text: str) -> list[tuple[str, ...]]:
    """The same words, each in all the ways in which it may be written: one, or two."""
    plain = words_in(text)
    if text.isascii():
        return [(word,) for word in plain]
    spelt_out = words_in(unicodedata.normalize("NFC", text.casefold()).translate(_SPELT_OUT))
    if len(spelt_out) != len(plain):
        return [(word,) for word in plain]
    return [tuple(dict.fromkeys(ways)) for ways in zip(plain, spelt_out, strict=True)]


def words_in_all_ways(text: str) -> list[str]:
    """All ways of all words of `text`, for comparing them with what was asked for."""
    return [way for ways in ways_of_words(text) for way in ways]


def indexed_words(texts: Iterable[str], limit: int) -> list[str]:
    """The words under which `texts` are found, each once, at most `limit`; numbers with spaces in them also in one."""
    found: dict[str, None] = {}
    for text in texts:
        joined = (re.sub(r"\D", "", spaced) for spaced in _SPACED_DIGITS.findall(text))
        found.update(dict.fromkeys([*words_in_all_ways(text), *joined]))
        if len(found) >= limit:
            break
    return list(found)[:limit]


def joined_digits(text: str) -> str:
    """The digits of a text that is nothing but a number with spaces in it, such as a telephone number; else ""."""
    stripped = text.strip().removeprefix("+")
    return re.sub(r"\D", "", stripped) if _SPACED_DIGITS.fullmatch(stripped) else ""


def national_digits(text: str) -> str:
    """The digits of a telephone number that is typed with its country ("+44 131 …", "0044 131 …"), without the country
    and without a leading zero; else ""."""
    stripped = text.strip()
    if not joined_digits(stripped) or not stripped.startswith(("+", "00")):
        return ""
    try:
        number = phonenumbers.parse(f"+{stripped.removeprefix('+').removeprefix('00')}", None)
    except phonenumbers.NumberParseException:
        return ""
    return str(number.national_number)


def _cut(word: str) -> str:
    encoded = word.encode("utf-8", "ignore")
    return word if len(encoded) <= WORD_BYTES else encoded[:WORD_BYTES].decode("utf-8", "ignore")
