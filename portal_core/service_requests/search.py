"""Finding requests by words: of what the reader may see at all, by what every colleague may know.

SECURITY: results start from `visible_to`; the index holds nothing that is hidden from any staff role (hazard 42), and
words of fields count only under a signature that is in force now (see `search_index.py`).

What comes first: the very number; then requests of a customer of that name or address, then those with the words in
their title, BEST of them together; then everything else, the newest first. The best are looked for among the newest
_RANKED hits, not among all: the index knows which requests hold a word and not where in them, so that ranking all
hundred thousand that hold a common one would mean reading them all. Where there are fewer hits, that is all of them.
"""

import uuid
from dataclasses import dataclass, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.config.looking import looker
from portal_core.service_requests import bounded_look
from portal_core.service_requests.misspelt import near_ways
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.queue import Filters, narrowing
from portal_core.service_requests.search_query import NUMBER_LENGTH, Query
from portal_core.service_requests.search_words import words_in_all_ways
from tenants.identifiers import key_beside, parse_uuid

PAGE_SIZE: Final = 25
# How many of the newest are looked at one by one, how many hits among them are plenty, and how far others are counted.
_NEAR: Final = 1_000
_ENOUGH: Final = 200
_MOST: Final = 1_000
# How many hits are looked at for the best ones, and how many of these stand before the others.
_RANKED: Final = 200
BEST: Final = 20
# SECURITY: the statements of this module are made of constants, and values stand beside them (S608, S611).
# Words of fields count only where their signature is in force. `words` holds all of `plain` and no query says
# "not", so that `words` matches wherever `plain` does: one index is enough.
_MATCHES: Final = "words @@ %s::tsquery AND (signature = ANY(%s) OR plain @@ %s::tsquery)"
# Gathered before anybody sorts them: else the planner walks through the table in order.
_HITS: Final = f"WITH hits AS MATERIALIZED (SELECT request_id FROM portal_core_requestsearch WHERE {_MATCHES})"  # noqa: S608
_ALL_HITS: Final = f"{_HITS} SELECT request_id FROM hits"  # noqa: S608
# Whether any request holds a word, asked as in `misspelt.py`.
_IS_THERE: Final = (
    "SELECT FROM portal_core_requestsearch WHERE words @@ asked.lexeme::tsquery"
    " AND (signature = ANY(%s) OR plain @@ asked.lexeme::tsquery)"
)


@dataclass(frozen=True)
class _Statements:
    """How hits are looked for from a place on, in one direction."""

    near: str
    far: str
    edge: str

    @classmethod
    def of(cls, side: str, order: str) -> "_Statements":
        """`near`: those among the first few rows from a key on, one by one. `far`: those of the index beyond them.
        `edge`: the rows themselves, so many after so many."""
        kept = f"FROM portal_core_requestsearch WHERE request_id {side} %s ORDER BY request_id {order}"
        near = f"SELECT request_id FROM (SELECT * {kept} LIMIT %s) near WHERE {_MATCHES}"  # noqa: S608 - constants
        edge = f"SELECT request_id {kept} LIMIT %s OFFSET %s"
        beyond = f"hits.request_id {side}= edge.request_id ORDER BY hits.request_id {order}"
        far = f"{_HITS}, edge AS ({edge}) SELECT hits.request_id FROM hits, edge WHERE {beyond} LIMIT %s"  # noqa: S608
        return cls(near, far, edge)


_OLDER: Final = _Statements.of("<", "DESC")
_NEWER: Final = _Statements.of(">", "ASC")
_FIRST_PLACE: Final = uuid.UUID(int=2**128 - 1)


@dataclass(frozen=True)
class Place:
    """Where a page of results begins: after the request with this id, or before it.

    `best` are the numbers of those that stood before all others on the first page, so that they come only once;
    `is_near`: of what is spelt nearly as was asked.
    """

    id: uuid.UUID
    is_backwards: bool = False
    best: tuple[int, ...] = ()
    is_near: bool = False

    def __str__(self) -> str:
        best = "!" + ".".join(map(str, self.best)) if self.best else ""
        return f"{'~' if self.is_near else ''}{'-' if self.is_backwards else ''}{self.id}{best}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """The place in an address; None when there is none or it is spoilt."""
        at, _, best = text.partition("!")
        at, is_near = at.removeprefix("~"), at.startswith("~")
        key = parse_uuid(at.removeprefix("-"))
        numbers = [word for word in best.split(".") if word.isascii() and word.isdigit() and len(word) <= NUMBER_LENGTH]
        shown = tuple(int(word) for word in numbers[:BEST])
        return None if key is None else cls(key, at.startswith("-"), shown, is_near)


@dataclass(frozen=True)
class Found:
    """One page of results in order: see above."""

    rows: list[ServiceRequest]
    newer: Place | None
    older: Place | None
    # How many older ones follow; at least so many where they were not counted to the end.
    more: int = 0
    is_counted: bool = True
    has_exact: bool = False
    has_best: bool = False
    # The next FAR were looked at, there are others, and they have no more than this.
    is_part: bool = False
    # What was looked for at last, where nothing has the very words: they and what is spelt nearly so.
    near: Query | None = None


NOTHING_FOUND: Final = Found([], None, None)


def search(
    actor: Actor, query: Query, filters: Filters, place: Place | None, *, portal: CompiledPortal, zone: ZoneInfo
) -> Found:
    """A page of what `actor` may find, with customers and people loaded; a few queries, however many are found.

    Where nothing is found, it is looked for what is spelt nearly so. SECURITY: which words those are is taken from all
    that every colleague may know, whoever may see the requests; only what was found with them is ever shown.
    """
    if query.is_empty:
        return NOTHING_FOUND
    is_met = narrowing(actor, filters, zone)
    if filters.state != "any":
        is_met &= Q(closed_at__isnull=filters.state != "closed")
    sees_all = actor.role.reaches_all and looker() is None
    sought = _Sought(visible_to(actor), is_met, portal, sees_all)
    if place is None or not place.is_near:
        found = sought.page(query, place)
        if place is not None or found.rows or found.is_part:
            return found
    near = near_ways(query.words, _IS_THERE, [list(portal.found_signatures)])
    if not near:
        return NOTHING_FOUND
    wide = query.widened(near)
    return _as_near(sought.page(wide, place), wide)


def _as_near(found: Found, query: Query) -> Found:
    newer, older = (place and replace(place, is_near=True) for place in (found.newer, found.older))
    return replace(found, newer=newer, older=older, near=query)


@dataclass(frozen=True)
class _Sought:
    """Where is looked, for the words of a query, and what filters ask of what is found."""

    seen: QuerySet[ServiceRequest]
    is_met: Q
    portal: CompiledPortal
    sees_all: bool

    def page(self, query: Query, place: Place | None) -> Found:
        """The page of the query that begins at a place."""
        with_people = self.seen.filter(self.is_met).select_related("customer", "assignee")
        exact = [] if query.number is None else list(with_people.filter(number=query.number))
        others = self.seen.exclude(pk__in=[row.pk for row in exact])
        look = _Look(others, self.is_met, self.sees_all, query.as_tsquery, list(self.portal.found_signatures))
        if place is None:
            return _first_page(look, with_people, exact, _Ranking(query, self.portal))
        rest = replace(look, seen=look.seen.exclude(number__in=place.best)) if place.best else look
        return _page(rest, with_people, place, exact)


def _first_page(
    look: "_Look", with_people: QuerySet[ServiceRequest], exact: list[ServiceRequest], ranking: "_Ranking"
) -> Found:
    beyond = look.beyond(None)
    best = ranking.best_of(look.seen, beyond.keys)
    others = [key for key in beyond.keys if key not in best]
    size = PAGE_SIZE - len(best)
    page, more = others[:size], others[size:]
    found = {row.pk: row for row in with_people.filter(pk__in=[*best, *page])} if best or page else {}
    first, rows = ([found[key] for key in some if key in found] for some in (best, page))
    last = page[-1] if more and page else beyond.edge
    return Found(
        [*exact, *first, *rows],
        newer=None,
        older=Place(last, best=tuple(row.number for row in first)) if last else None,
        more=len(more),
        is_counted=beyond.is_all,
        has_exact=bool(exact),
        has_best=bool(first),
        is_part=beyond.edge is not None and not more,
    )


def _page(look: "_Look", with_people: QuerySet[ServiceRequest], place: Place, exact: list[ServiceRequest]) -> Found:
    backwards = place.is_backwards
    beyond = look.beyond(place)
    page, more, is_all = beyond.keys[:PAGE_SIZE], beyond.keys[PAGE_SIZE:], beyond.is_all
    is_first = backwards and not more and beyond.edge is None
    wanted = Q(pk__in=page) | Q(number__in=place.best) if is_first and place.best else Q(pk__in=page)
    found = list(with_people.filter(wanted).order_by("-pk")) if page or is_first else []
    by_number = {row.number: row for row in found if row.number in place.best}
    rows = [row for row in found if row.number not in by_number]
    # From an empty page the way back begins with the request that the place names.
    first, last = (page[0], page[-1]) if page else (_next_to(place), _next_to(place))
    on = last if more or beyond.edge is None else beyond.edge
    newer, older = (on, first) if backwards else (first, on if more or beyond.edge else None)
    place_after = None if older is None else Place(older, best=place.best)
    if backwards and place_after is not None:
        after = look.beyond(place_after)
        more, is_all = after.keys, after.is_all
    best = [by_number[number] for number in place.best if number in by_number]
    return Found(
        [*exact, *best, *rows] if is_first else rows,
        newer=None if is_first else Place(newer, is_backwards=True, best=place.best),
        older=place_after,
        more=len(more),
        is_counted=is_all,
        has_exact=bool(exact) and is_first,
        has_best=bool(best),
        is_part=beyond.edge is not None,
    )


def _next_to(place: Place) -> uuid.UUID:
    """A place on the other side of which the request stands that a place names."""
    return key_beside(place.id, 1 if place.is_backwards else -1)


@dataclass(frozen=True)
class _Ranking:
    """What makes a hit one of the best: the customer is meant, or the title says it.

    SECURITY: a title counts only where every colleague sees each field that it is made of, as in the index.
    """

    query: Query
    portal: CompiledPortal

    def best_of(self, seen: QuerySet[ServiceRequest], keys: list[uuid.UUID]) -> list[uuid.UUID]:
        """The best of the newest hits in order, in one query."""
        if len(keys) < 2:
            return []
        columns = ("pk", "type_key", "title", "customer__name", "customer__email")
        hits = seen.filter(pk__in=keys[:_RANKED]).order_by("-pk").values_list(*columns)
        named, titled = [], []
        for key, type_key, title, name, email in hits:
            if self.query.is_met_by(words_in_all_ways(f"{name} {email}")):
                named.append(key)
            elif self._is_title_shared(type_key) and self.query.is_met_by(words_in_all_ways(title)):
                titled.append(key)
        return [*named, *titled][:BEST]

    def _is_title_shared(self, type_key: str) -> bool:
        shared = self.portal.searchable(type_key).field_keys
        return set(self.portal.type_or_unknown(type_key).title_fields) <= set(shared)


@dataclass(frozen=True)
class _Beyond:
    """The keys of what was found from a place on, the nearest first, and whether these are all.

    `edge`: how far was looked, where so few were found that the page must go on from there.
    """

    keys: list[uuid.UUID]
    is_all: bool
    edge: uuid.UUID | None = None


@dataclass(frozen=True)
class _Look:
    """Finds the keys of matching requests of `seen`, in the order of their ids, which grow with time.

    A word that many requests have is found among the newest ones, one that few have by the index. The planner cannot
    tell the two apart (it knows little of the beginnings of words), and the wrong way costs a walk through the whole
    table: so first a look at a bounded number of the newest, then the index for the others. Where filters leave little
    of a word that many have, it is looked for among the next FAR.

    SECURITY: how far was looked tells where requests stand, and that there are others how many have the words. So
    whoever does not see all requests (`sees_all`) gets all that there is to find, with no edge, however long it takes.
    """

    seen: QuerySet[ServiceRequest]
    is_met: Q
    sees_all: bool
    asked: str
    signatures: list[str]

    def beyond(self, place: Place | None) -> _Beyond:
        """What is found from `place` on; at least a page where there is so much, unless it leads on from an edge.

        Where the newest alone have plenty, nothing is counted beyond them; else up to `_MOST` more are.
        """
        place = place or Place(_FIRST_PLACE)
        statements = _NEWER if place.is_backwards else _OLDER
        if not self.sees_all:
            return self._among_all(statements, place)
        near = self._keys(statements.near, place.id, _NEAR, *self._values)
        if len(near) >= _ENOUGH:
            found = self._seen_of(near, place)
            return _Beyond(found, is_all=False) if len(found) > PAGE_SIZE else self._walked(statements, place)
        most = bounded_look.FAR if self.is_met else _MOST
        hits = self._by_index(statements, place, most)
        return _as_part(self._seen_of([*near, *hits], place), hits[-1] if len(hits) == most else None)

    def _among_all(self, statements: _Statements, place: Place) -> _Beyond:
        """What is found of all hits; of the newest, where there is plenty of it."""
        side, order = ("gt", "id") if place.is_backwards else ("lt", "-id")
        seen = self.seen.filter(self.is_met, **{f"id__{side}": place.id}).order_by(order).values_list("pk", flat=True)
        near = RawSQL(statements.near, (place.id, _NEAR, *self._values))  # noqa: S611 - made of constants, values apart
        found = list(seen.filter(pk__in=near))
        if len(found) >= _ENOUGH:
            return _Beyond(found, is_all=False)
        hits = RawSQL(_ALL_HITS, self._values)  # noqa: S611 - as above
        found = list(seen.filter(pk__in=hits)[: PAGE_SIZE + _MOST])
        return _Beyond(found, is_all=len(found) < PAGE_SIZE + _MOST)

    def _by_index(self, statements: _Statements, place: Place, number: int) -> list[uuid.UUID]:
        """The hits beyond those that are looked at one by one, the nearest of them."""
        return self._keys(statements.far, *self._values, place.id, 1, _NEAR, number)

    def _walked(self, statements: _Statements, place: Place) -> _Beyond:
        """What is found among the next FAR of all, of words that many of them have."""
        hits = self._keys(statements.near, place.id, bounded_look.FAR, *self._values)
        edge = self._keys(statements.edge, place.id, 2, bounded_look.FAR - 1)
        return _as_part(self._seen_of(hits, place), edge[0] if len(edge) > 1 else None)

    def _seen_of(self, keys: list[uuid.UUID], place: Place) -> list[uuid.UUID]:
        """Those of these that the reader may see and the filters leave, from the place on; more than a page at most."""
        if not keys:
            return []
        # Not one parameter for each: there may be FAR of them.
        seen = self.seen.filter(pk__in=RawSQL("SELECT unnest(%s::uuid[])", (keys,)))
        ordered = seen.order_by("id" if place.is_backwards else "-id")
        if not self.is_met:
            return list(ordered.values_list("pk", flat=True)[: PAGE_SIZE + _MOST])
        try:
            statement, values = bounded_look.first_met(ordered, self.is_met, "pk", PAGE_SIZE + _MOST, among=len(keys))
        except EmptyResultSet:
            return []
        return self._keys(statement, *values)

    def _keys(self, statement: str, *values: Any) -> list[uuid.UUID]:  # `Any`: values of any column
        return [key for key, *_ in bounded_look.read((statement, values))]

    @property
    def _values(self) -> tuple[str | list[str], ...]:
        return (self.asked, self.signatures, self.asked)


def _as_part(found: list[uuid.UUID], edge: uuid.UUID | None) -> _Beyond:
    """What was found up to an edge: with more than a page of it, pages go on from their last request."""
    return _Beyond(found, is_all=edge is None, edge=edge if len(found) <= PAGE_SIZE else None)
