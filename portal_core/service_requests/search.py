"""Finding requests by words: of what the reader may see at all, by what every colleague may know.

SECURITY: results start from `visible_to`; the index holds nothing that is hidden from any staff role (hazard 42), and
words of fields count only under a signature that is in force now (see `search_index.py`).
"""

import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.queue import Filters, narrowed
from portal_core.service_requests.search_words import joined_digits, words_in
from tenants.identifiers import parse_uuid

PAGE_SIZE: Final = 25
QUERY_LENGTH: Final = 200
_WORDS_LIMIT: Final = 10
# The beginning of a word finds it from here on; single letters would find half of everything.
_PREFIX_LENGTH: Final = 2
_NUMBER_LENGTH: Final = 9
# How many of the newest are looked at one by one, how many hits among them are plenty, and how far others are counted.
_NEAR: Final = 1_000
_ENOUGH: Final = 200
_MOST: Final = 1_000
# SECURITY: words of fields count only where their signature is in force. `words` holds all of `plain` and no query says
# "not", so that `words` matches wherever `plain` does: one index is enough.
_MATCHES: Final = "words @@ %s::tsquery AND (signature = ANY(%s) OR plain @@ %s::tsquery)"
# Gathered before anybody sorts them: else the planner walks through the table in order.
_HITS: Final = f"WITH hits AS MATERIALIZED (SELECT request_id FROM portal_core_requestsearch WHERE {_MATCHES})"  # noqa: S608
_ALL_HITS: Final = f"{_HITS} SELECT request_id FROM hits"  # noqa: S608


@dataclass(frozen=True)
class _Statements:
    """How hits are looked for from a place on, in one direction."""

    near: str
    far: str

    @classmethod
    def of(cls, side: str, order: str) -> "_Statements":
        """`near`: those among the first few rows from a key on, one by one. `far`: those of the index beyond them."""
        kept = f"FROM portal_core_requestsearch WHERE request_id {side} %s ORDER BY request_id {order}"
        near = f"SELECT request_id FROM (SELECT * {kept} LIMIT %s) near WHERE {_MATCHES}"  # noqa: S608 - constants
        edge = f"edge AS (SELECT request_id {kept} LIMIT 1 OFFSET %s)"
        beyond = f"hits.request_id {side}= edge.request_id ORDER BY hits.request_id {order}"
        return cls(near, f"{_HITS}, {edge} SELECT hits.request_id FROM hits, edge WHERE {beyond} LIMIT %s")  # noqa: S608


_OLDER: Final = _Statements.of("<", "DESC")
_NEWER: Final = _Statements.of(">", "ASC")
_FIRST_PLACE: Final = uuid.UUID(int=2**128 - 1)


@dataclass(frozen=True)
class Query:
    """What was asked: the words as they are compared, and the number when it looks like one."""

    text: str
    words: tuple[str, ...]
    number: int | None

    @classmethod
    def of(cls, text: str, portal: CompiledPortal) -> "Query":
        """Reads what was typed; what is too long is cut."""
        text = " ".join(text.replace("\x00", "").split())[:QUERY_LENGTH]
        return cls(text, tuple(dict.fromkeys(words_in(text)))[:_WORDS_LIMIT], _number(text, portal))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.words

    def finds(self, word: str) -> bool:
        """Whether a folded word is one of those that were asked for."""
        return any(_answers(word, asked) for asked in self.words)

    def is_met_by(self, words: Collection[str]) -> bool:
        """Whether folded words hold all that was asked for, or the digits of a number that was asked for."""
        digits = joined_digits(self.text)
        if digits and any(word.startswith(digits) for word in words):
            return True
        return all(any(_answers(word, asked) for word in words) for asked in self.words)


@dataclass(frozen=True)
class Place:
    """Where a page of results begins: after the request with this id, or before it."""

    id: uuid.UUID
    is_backwards: bool = False

    def __str__(self) -> str:
        return f"{'-' if self.is_backwards else ''}{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """The place in an address; None when there is none or it is spoilt."""
        key = parse_uuid(text.removeprefix("-"))
        return None if key is None else cls(key, text.startswith("-"))


@dataclass(frozen=True)
class Found:
    """One page of results, the newest request first; the one with the very number that was asked for before all."""

    rows: list[ServiceRequest]
    newer: Place | None
    older: Place | None
    # How many older ones follow; at least so many where they were not counted to the end.
    more: int = 0
    is_counted: bool = True
    has_exact: bool = False


NOTHING_FOUND: Final = Found([], None, None)


def search(
    actor: Actor, query: Query, filters: Filters, place: Place | None, *, portal: CompiledPortal, zone: ZoneInfo
) -> Found:
    """A page of what `actor` may find, with customers and people loaded; a few queries, however many are found."""
    if query.is_empty:
        return NOTHING_FOUND
    seen = visible_to(actor)
    if filters.state != "any":
        seen = seen.filter(closed_at__isnull=filters.state != "closed")
    seen = narrowed(seen, actor, filters, zone=zone)
    with_people = seen.select_related("customer", "assignee")
    exact = [] if query.number is None else list(with_people.filter(number=query.number))
    look = _Look(seen.exclude(pk__in=[row.pk for row in exact]), _asked(query), list(portal.search_signatures))
    return _page(look, with_people, place, exact)


def _page(
    look: "_Look", with_people: QuerySet[ServiceRequest], place: Place | None, exact: list[ServiceRequest]
) -> Found:
    backwards = place is not None and place.is_backwards
    keys, is_all = look.beyond(place)
    page, more = keys[:PAGE_SIZE], keys[PAGE_SIZE:]
    rows = list(with_people.filter(pk__in=page).order_by("-pk")) if page else []
    has_newer = bool(more) if backwards else place is not None
    has_older = backwards or bool(more)
    older = Place(rows[-1].pk) if has_older and rows else None
    if backwards and older is not None:
        more, is_all = look.beyond(older)
    return Found(
        rows if has_newer else [*exact, *rows],
        newer=Place(rows[0].pk, is_backwards=True) if has_newer and rows else None,
        older=older,
        more=len(more),
        is_counted=is_all,
        has_exact=bool(exact) and not has_newer,
    )


@dataclass(frozen=True)
class _Look:
    """Finds the keys of matching requests of `seen`, in the order of their ids, which grow with time.

    A word that many requests have is found among the newest ones, one that few have by the index. The planner cannot
    tell the two apart (it knows little of the beginnings of words), and the wrong way costs a walk through the whole
    table: so first a look at a bounded number of the newest, then the index for the others.
    """

    seen: QuerySet[ServiceRequest]
    asked: str
    signatures: list[str]

    def beyond(self, place: Place | None) -> tuple[list[uuid.UUID], bool]:
        """The keys from `place` on, the nearest first, and whether these are all. At least a page of them if there is.

        Where the newest alone have plenty, nothing is counted beyond them; else up to `_MOST` more are.
        """
        place = place or Place(_FIRST_PLACE)
        side, order, statements = ("gt", "pk", _NEWER) if place.is_backwards else ("lt", "-pk", _OLDER)
        seen = self.seen.filter(**{f"pk__{side}": place.id}).order_by(order).values_list("pk", flat=True)
        near = list(seen.filter(pk__in=RawSQL(statements.near, (place.id, _NEAR, *self._values))))  # noqa: S611
        if len(near) >= _ENOUGH:
            return near, False
        hits = self._by_index(statements, place)
        far = list(seen.filter(pk__in=RawSQL("SELECT unnest(%s::uuid[])", (hits,)))) if hits else []
        found, is_all = [*near, *far], len(hits) < _MOST
        if not is_all and len(found) <= PAGE_SIZE:
            # Many have the words, and this person sees few of those.
            found = list(seen.filter(pk__in=RawSQL(_ALL_HITS, self._values))[: PAGE_SIZE + _MOST])  # noqa: S611
            is_all = len(found) < PAGE_SIZE + _MOST
        return found, is_all

    def _by_index(self, statements: _Statements, place: Place) -> list[uuid.UUID]:
        """The hits beyond those that are looked at one by one, the nearest `_MOST`."""
        with connection.cursor() as cursor:
            cursor.execute(statements.far, (*self._values, place.id, _NEAR, _MOST))
            return [key for (key,) in cursor.fetchall()]

    @property
    def _values(self) -> tuple[str | list[str], ...]:
        return (self.asked, self.signatures, self.asked)


def _answers(word: str, asked: str) -> bool:
    return word.startswith(asked) if len(asked) >= _PREFIX_LENGTH else word == asked


def _asked(query: Query) -> str:
    """SECURITY: words are letters and digits only (`words_in`), so that nothing of them is an operator."""
    words = [f"'{word}':*" if len(word) >= _PREFIX_LENGTH else f"'{word}'" for word in query.words]
    asked = " & ".join(words)
    digits = joined_digits(query.text)
    return f"({asked}) | '{digits}':*" if digits else asked


def _number(text: str, portal: CompiledPortal) -> int | None:
    prefix = portal.settings.reference_prefix
    found = re.fullmatch(rf"(?:#|no\.? ?)?(?:{re.escape(prefix)}[- ]?)?(\d+)" if prefix else r"#?(\d+)", text, re.I)
    digits = found[1] if found and found[1].isascii() else ""
    return int(digits) if digits and len(digits) <= _NUMBER_LENGTH else None
