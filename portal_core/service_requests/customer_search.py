"""Finding customers by words among very many: an index narrows down to a few, what this reader sees decides.

SECURITY: the indexes (accounts 0009, portal_core 0026) hold the words of everything that is kept of a customer, whoever
may see it. They only say where to look: each candidate is then asked by `found_by` and the columns that staff see.
"""

import re
import uuid
from dataclasses import dataclass, replace
from typing import Final

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.lookups import Regex

from portal_core.accounts.folded import Folded, folded_sql, ways_folded
from portal_core.config.compiled import CompiledPortal
from portal_core.config.viewer import Viewer
from portal_core.saved_records.beside import found_by
from portal_core.service_requests.misspelt import near_ways
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
_OF_PERSON: Final = " || ' ' || ".join(map(folded_sql, ("name", "email", _KEPT.format("remembered"))))
_OF_PHONE: Final = (
    f"phone || ' ' || {_DIGITS} || ' ' || substr({_DIGITS}, 2) || ' ' || substr({_DIGITS}, 3) || ' ' ||"
    f" substr({_DIGITS}, 4) || ' r' || reverse({_DIGITS})"
)
PERSON_WORDS: Final = (
    f"to_tsvector('simple'::regconfig, translate({_OF_PERSON} || ' ' || lower({_OF_PHONE}), {_BREAKS}))"
)
RECORD_WORDS: Final = f"to_tsvector('simple'::regconfig, translate({folded_sql(_KEPT.format('data'))}, {_BREAKS}))"
_PERSONS: Final = f"SELECT id FROM accounts_user WHERE {PERSON_WORDS} @@ %s::tsquery"  # noqa: S608 - constants
_RECORDS: Final = f"SELECT customer_id FROM portal_core_savedrecord WHERE {RECORD_WORDS} @@ %s::tsquery"  # noqa: S608 - as above
# Whether anybody's own words hold one, asked as in `misspelt.py`; what they keep as records is spelt as it was typed.
_IS_THERE: Final = f"SELECT FROM accounts_user WHERE {PERSON_WORDS} @@ asked.lexeme::tsquery"
# From so many on, whoever walks through the list meets a page of them sooner than these are looked at one by one.
_MANY: Final = 10_000


@dataclass(frozen=True)
class Term:
    """One word as it was typed, folded, in the ways in which it may be written, and its digits where it may be part of
    a number."""

    ways: tuple[str, ...]
    digits: str

    @property
    def asked(self) -> str:
        """SECURITY: words are letters and digits only, so that nothing of them is an operator."""
        ways = [" & ".join(f"'{word}':*" for word in _WORD.findall(way)) for way in self.ways]
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
        if self.ways:
            begins = rf"\m(?:{'|'.join(map(re.escape, self.ways))})"
            found |= Q(Regex(Folded("name"), begins)) | Q(Regex(Folded("email"), begins))
            found |= found_by(begins, viewer, portal)
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
        return cls(tuple(replace(term, digits="") for term in terms), Term((), digits))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.terms

    def nearly(self, *, sees_all: bool) -> "Asked | None":
        """The same with the words beside each that are spelt nearly so and are there; None where there are none.

        SECURITY: they are only looked for, by `holds`; whoever may not see them hears nothing of them.
        """
        near = near_ways([term.ways for term in self.terms], _IS_THERE, [], sees_all=sees_all)
        more = [tuple(other for way in term.ways for other in near.get(way, ())) for term in self.terms]
        if not near:
            return None
        return replace(
            self,
            terms=tuple(replace(term, ways=(*term.ways, *ways)) for term, ways in zip(self.terms, more, strict=True)),
        )

    def holds(self, viewer: Viewer, portal: CompiledPortal) -> Q:
        """The whole condition on a customer."""
        found = Q()
        for term in self.terms:
            found &= term.holds(viewer, portal)
        return found if self.number is None else found | self.number.holds(viewer, portal)

    def candidates(self, most: int | None = None) -> "Candidates | None":
        """Those who may be met, by the indexes; None where they are very many. `most`: only so many
        with the greatest keys."""
        # Of one word, nobody is sorted out who comes twice: that takes longer than the finding.
        each = f"{_PERSONS} UNION ALL {_RECORDS}"
        if len(self.terms) > 1:
            each = " INTERSECT ".join(f"({_PERSONS} UNION {_RECORDS})" for _term in self.terms)
        values: list[str | int | None] = [value for term in self.terms for value in (term.asked, term.asked)]
        if self.number is not None:
            each, values = f"({each}) UNION {_PERSONS}", [*values, self.number.asked]
        return _greatest(each, [*values, _MANY + 1, most])


@dataclass(frozen=True)
class Candidates:
    """The greatest keys of those who may be met, the greatest first; `is_all`: there are no others."""

    keys: list[uuid.UUID]
    is_all: bool


def _greatest(statement: str, values: list[str | int | None]) -> Candidates | None:
    """What it finds, with two limits as its last values: of all, and of keys; None beyond the first. By the indexes,
    instead of which the planner, for the sake of the limit, would read the tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "SELECT id, count(*) OVER () FROM"  # noqa: S608 - constants
            f" (SELECT id FROM ({statement}) hits LIMIT %s) few ORDER BY id DESC LIMIT %s",
            values,
        )
        rows = cursor.fetchall()
        cursor.execute("SET LOCAL enable_seqscan = DEFAULT")
    found = rows[0][1] if rows else 0
    return None if found > _MANY else Candidates(list(dict.fromkeys(key for key, _ in rows)), found == len(rows))


def _spaced(digits: str) -> str:
    """A pattern for these digits, however they are set apart."""
    return r"\D*".join(digits)


def _term(typed: str) -> Term | None:
    """A word; None where there is nothing in it to look for. Signs before and after it mean nothing."""
    found = list(_WORD.finditer(typed))
    if not found:
        return None
    inner = ways_folded(typed[found[0].start() : found[-1].end()])
    digits = (national_digits(typed) or re.sub(r"\D", "", typed))[:_MOST_DIGITS] if _NUMBER.fullmatch(typed) else ""
    # Folding can leave nothing of a word that is all accents.
    ways = tuple(way for way in inner if _WORD.search(way))
    return Term(ways, digits if len(digits) >= _SHORTEST_NUMBER else "") if ways else None
