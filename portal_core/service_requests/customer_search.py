"""Finding customers by words among very many: an index narrows down to a few, what this reader sees decides.

SECURITY: the indexes (accounts 0005, portal_core 0019) hold the words of everything that is kept of a customer, whoever
may see it. They only say where to look: each candidate is then asked by `found_by` and the columns that staff see.
"""

import re
import uuid
from dataclasses import dataclass, replace
from typing import Final

from django.db import connection, transaction
from django.db.models import Q

from portal_core.config.compiled import CompiledPortal
from portal_core.config.viewer import Viewer
from portal_core.saved_records.beside import found_by
from portal_core.service_requests.search_words import joined_digits, national_digits

_MOST_WORDS: Final = 6
_SHORTEST_NUMBER: Final = 3
_MOST_DIGITS: Final = 15
_WORD: Final = re.compile(r"[^\W_]+")
_NUMBER: Final = re.compile(r"[\d+()./-]+")
# The same expressions as the indexes': only so are they used.
_BREAKS: Final = "'@._-+/\"''(),;:#', '                '"
_DIGITS: Final = r"regexp_replace(phone, '\D', '', 'g')"
_KEPT: Final = r"left(replace(replace(replace({}::text, '\n', ' '), '\r', ' '), '\t', ' '), 100000)"
PERSON_WORDS: Final = (
    "to_tsvector('simple'::regconfig, translate(lower(name || ' ' || email || ' ' || phone"
    f" || ' ' || {_DIGITS} || ' ' || substr({_DIGITS}, 2) || ' ' || substr({_DIGITS}, 3) || ' ' || substr({_DIGITS}, 4)"
    f" || ' r' || reverse({_DIGITS}) || ' ' || {_KEPT.format('remembered')}), {_BREAKS}))"
)
RECORD_WORDS: Final = f"to_tsvector('simple'::regconfig, translate(lower({_KEPT.format('data')}), {_BREAKS}))"
_PERSONS: Final = f"SELECT id FROM accounts_user WHERE {PERSON_WORDS} @@ %s::tsquery"  # noqa: S608 - constants
_RECORDS: Final = f"SELECT customer_id FROM portal_core_savedrecord WHERE {RECORD_WORDS} @@ %s::tsquery"  # noqa: S608
# From so many on, whoever walks through the list meets a page of them sooner than these are looked at one by one.
_MANY: Final = 10_000


@dataclass(frozen=True)
class Term:
    """One word as it was typed: what of it the index knows, and its digits where it may be part of a number."""

    typed: str
    words: tuple[str, ...]
    digits: str

    @property
    def asked(self) -> str:
        """SECURITY: words are letters and digits only, so that nothing of them is an operator."""
        ways = [" & ".join(f"'{word}':*" for word in self.words)] if self.words else []
        if self.digits:
            # From its beginning, with or without what is dialled before it, or from its end.
            ways += [f"'{self.digits}':*", f"'{self._dialled}':*", f"'r{self.digits[::-1]}':*"]
        return " | ".join(f"({way})" for way in ways)

    @property
    def _dialled(self) -> str:
        """Without the zeros that stand before a number at home and not after the code of the country."""
        short = self.digits.lstrip("0")
        return short if len(short) >= _SHORTEST_NUMBER else self.digits

    def holds(self, viewer: Viewer, portal: CompiledPortal) -> Q:
        """The condition on a customer: a word begins so that this reader sees, or the number is theirs."""
        found = Q()
        if self.words:
            begins = rf"\m{re.escape(self.typed)}"
            found |= Q(name__iregex=begins) | Q(email__iregex=begins) | found_by(begins, viewer, portal)
        if self.digits:
            found |= Q(phone__regex=rf"{_spaced(self.digits)}\D*$")
            found |= Q(phone__regex=rf"^\D*(\d\D*){{0,3}}{_spaced(self._dialled)}")
        return found


@dataclass(frozen=True)
class Asked:
    """All that was typed: every word must be met, or else all of it is one telephone number with spaces."""

    terms: tuple[Term, ...]
    number: Term | None = None

    @classmethod
    def of(cls, text: str) -> "Asked":
        """Reads it; what is neither letter nor digit asks for nothing."""
        typed = dict.fromkeys(word.strip("_") for word in text.replace("\x00", "").split())
        terms = [term for word in list(typed)[:_MOST_WORDS] if (term := _term(word)) is not None]
        # Without the country that may be typed before it: kept with or without one, it ends the same.
        digits = (national_digits(text) or joined_digits(text))[:_MOST_DIGITS]
        if not digits or len(terms) < 2:
            return cls(tuple(terms))
        # The pieces of a number are parts of too many others.
        return cls(tuple(replace(term, digits="") for term in terms), Term("", (), digits))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.terms

    def holds(self, viewer: Viewer, portal: CompiledPortal) -> Q:
        """The whole condition on a customer."""
        found = Q()
        for term in self.terms:
            found &= term.holds(viewer, portal)
        return found if self.number is None else found | self.number.holds(viewer, portal)

    def candidates(self) -> list[uuid.UUID] | None:
        """The keys of those who may be met, by the indexes, in no order; None where they are very many."""
        # Of one word, nobody is sorted out who comes twice: that takes longer than the finding.
        each = f"{_PERSONS} UNION ALL {_RECORDS}"
        if len(self.terms) > 1:
            each = " INTERSECT ".join(f"({_PERSONS} UNION {_RECORDS})" for _term in self.terms)
        values = [value for term in self.terms for value in (term.asked, term.asked)]
        if self.number is not None:
            each, values = f"({each}) UNION {_PERSONS}", [*values, self.number.asked]
        keys = _first_keys(each, [*values, _MANY + 1])
        return list(dict.fromkeys(keys)) if len(keys) <= _MANY else None


def _first_keys(statement: str, values: list[str | int]) -> list[uuid.UUID]:
    """What it finds, with a limit as its last value; by the indexes, instead of which the planner, for the sake of the
    limit, would read the tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"SELECT id FROM ({statement}) hits LIMIT %s", values)  # noqa: S608 - constants
        keys = [key for (key,) in cursor.fetchall()]
        cursor.execute("SET LOCAL enable_seqscan = DEFAULT")
    return keys


def _spaced(digits: str) -> str:
    """A pattern for these digits, however they are set apart."""
    return r"\D*".join(digits)


def _term(typed: str) -> Term | None:
    """A word; None where there is nothing in it to look for. Signs before and after it mean nothing."""
    found = list(_WORD.finditer(typed))
    if not found:
        return None
    inner = typed[found[0].start() : found[-1].end()]
    digits = (national_digits(typed) or re.sub(r"\D", "", typed))[:_MOST_DIGITS] if _NUMBER.fullmatch(typed) else ""
    words = tuple(match[0].lower() for match in found)
    return Term(inner, words, digits if len(digits) >= _SHORTEST_NUMBER else "")
