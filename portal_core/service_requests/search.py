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
from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.db.models.expressions import RawSQL

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.service_requests import bounded_look
from portal_core.service_requests.misspelt import near_ways
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import sees_all, visible_parts, visible_to
from portal_core.service_requests.queue import Filters, narrowing
from portal_core.service_requests.search_query import NUMBER_LENGTH, Query
from portal_core.service_requests.search_words import words_in_all_ways
from tenants.identifiers import key_beside, parse_uuid

PAGE_SIZE: Final = 25
# How many of the newest are looked at one by one, how many hits among them are plenty (more than a page), and how far
# others are counted.
_NEAR: Final = 1_000
_ENOUGH: Final = 200
_MOST: Final = 1_000
# Of more hits than these, whoever sees no more requests than those may see few.
_MANY_HITS: Final = 10_000
_OWN: Final = 10_000
# How many hits are looked at for the best ones, and how many of these stand before the others.
_RANKED: Final = 200
BEST: Final = 20
# SECURITY: the statements of this module are made of constants, and values stand beside them (S608, S611).
# Words of fields count only where their signature is in force. `words` holds all of `plain` and no query says
# "not", so that `words` matches wherever `plain` does: one index is enough.
_MATCHES: Final = "({words} @@ %s::tsquery AND ({signature} = ANY(%s) OR {plain} @@ %s::tsquery))"
_HAS_WORDS: Final = _MATCHES.format(words="words", signature="signature", plain="plain")
# Gathered before anybody sorts them: else the planner walks through the table in order.
_HITS: Final = (
    f"WITH hits AS MATERIALIZED (SELECT request_id FROM portal_core_requestsearch WHERE {_HAS_WORDS}),"  # noqa: S608
    " beyond (id) AS MATERIALIZED (SELECT request_id FROM hits WHERE request_id"
)
# Whether any request holds a word, asked as in `misspelt.py`.
_IS_THERE: Final = (
    "SELECT FROM portal_core_requestsearch WHERE words @@ asked.lexeme::tsquery"
    " AND (signature = ANY(%s) OR plain @@ asked.lexeme::tsquery)"
)
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

    @property
    def order(self) -> str:
        """In which order of their ids what follows this place is read."""
        return "ASC" if self.is_backwards else "DESC"

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
    sought = _Sought(visible_to(actor), visible_parts(actor), is_met, portal, sees_all(actor))
    if place is None or not place.is_near:
        found = sought.page(query, place)
        if place is not None or found.rows or found.is_part:
            return found
    near = near_ways(query.words, _IS_THERE, [list(portal.found_signatures)], sees_all=sought.sees_all)
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
    parts: bounded_look.Parts
    is_met: Q
    portal: CompiledPortal
    sees_all: bool

    def page(self, query: Query, place: Place | None) -> Found:
        """The page of the query that begins at a place."""
        with_people = self.seen.filter(self.is_met).select_related("customer", "assignee")
        exact = [] if query.number is None else list(with_people.filter(number=query.number))
        shown = Q(number__in=[*(row.number for row in exact), *(place.best if place else ())])
        seen, *parts = (some.exclude(shown) for some in (self.seen, *self.parts))
        signatures = list(self.portal.found_signatures)
        look = _Look(seen, parts, self.is_met, self.sees_all, query.as_tsquery, signatures)
        if place is None:
            return _first_page(look, with_people, exact, _Ranking(query, self.portal))
        return _page(look, with_people, place, exact)


def _first_page(
    look: "_Look", with_people: QuerySet[ServiceRequest], exact: list[ServiceRequest], ranking: "_Ranking"
) -> Found:
    beyond = look.beyond(None)
    best = ranking.best_of(with_people, beyond.keys)
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

    def best_of(self, found: QuerySet[ServiceRequest], keys: list[uuid.UUID]) -> list[uuid.UUID]:
        """The best of the newest hits in order, in one query."""
        if len(keys) < 2:
            return []
        columns = ("pk", "type_key", "title", "customer__name", "customer__email")
        hits = found.filter(pk__in=keys[:_RANKED]).order_by("-pk").values_list(*columns)
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


class _HasWords(Func):
    """Whether a request has the words, asked of its row in the index."""

    output_field = BooleanField()

    def __init__(self, asked: str, signatures: list[str]) -> None:
        super().__init__(F("search__words"), F("search__signature"), F("search__plain"))
        self.values = (asked, signatures, asked)

    # `Any`: as in Django's own.
    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, Any]:
        words, signature, plain = (compiler.compile(column)[0] for column in self.source_expressions)
        return _MATCHES.format(words=words, signature=signature, plain=plain), self.values


@dataclass(frozen=True)
class _Look:
    """Finds the keys of matching requests of `seen`, in the order of their ids, which grow with time.

    A word that many requests have is found among the newest ones, one that few have by the index. The planner cannot
    tell the two apart (it knows little of the beginnings of words), and the wrong way costs a walk through the whole
    table: so first a look at a bounded number of the newest, then the index. Where filters leave little of a word that
    many have, it is looked for among the next FAR.

    SECURITY: how far was looked tells where requests stand, and that there are others how many have the words. So only
    what the reader sees (`parts` of it; `sees_all`: all) is ever looked at one by one or counted, hits as well.
    """

    seen: QuerySet[ServiceRequest]
    parts: bounded_look.Parts
    is_met: Q
    sees_all: bool
    asked: str
    signatures: list[str]

    def beyond(self, place: Place | None) -> _Beyond:
        """What is found from `place` on; at least a page where there is so much, unless it leads on from an edge.

        Where the newest alone have plenty, nothing is counted beyond them; else up to `_MOST` more are.
        """
        place = place or Place(_FIRST_PLACE)
        side, order = ("gt", "id") if place.is_backwards else ("lt", "-id")
        listed = [part.filter(**{f"id__{side}": place.id}).order_by(order) for part in self.parts]
        try:
            near, edge = self._next(listed, place, _NEAR)
            if edge is None:
                return _Beyond(near, is_all=True)
            if not self._is_usual(listed, near):
                return _as_part(*self._of_hits(listed, place))
            if not self.is_met or len(near) > PAGE_SIZE:
                return _Beyond(near, is_all=False)
            return _as_part(*self._next(listed, place, bounded_look.FAR))
        except EmptyResultSet:
            return _Beyond([], is_all=True)

    @property
    def _values(self) -> tuple[str | list[str], ...]:
        return (self.asked, self.signatures, self.asked)

    @property
    def _has_words(self) -> Q:
        return Q(_HasWords(self.asked, self.signatures))

    def _is_usual(self, listed: bounded_look.Parts, near: list[uuid.UUID]) -> bool:
        """Whether plenty of the newest have the words, `near` of which meet the filters."""
        if not self.is_met or len(near) >= _ENOUGH:
            return len(near) >= _ENOUGH
        hits = bounded_look.first_met(listed, self._has_words, "pk", _ENOUGH, among=_NEAR)
        return len(bounded_look.read(hits)) >= _ENOUGH

    def _next(self, listed: bounded_look.Parts, place: Place, among: int) -> tuple[list[uuid.UUID], uuid.UUID | None]:
        """What is found among the next of a list, and how far that is."""
        return self._found_of(bounded_look.next_keys(listed, among + 1), self._has_words & self.is_met, place, among)

    def _of_hits(self, listed: bounded_look.Parts, place: Place) -> tuple[list[uuid.UUID], uuid.UUID | None]:
        """What is found of the nearest hits, and how far these reach."""
        most = bounded_look.FAR if self.is_met else _MOST
        hits, values = self._own_hits(listed, place) if self._is_nearer(listed) else self._hits(place)
        nearest = f"SELECT hits.id FROM ({hits}) hits (id) ORDER BY 1 {place.order} LIMIT {most + 1:d}"  # noqa: S608
        return self._found_of((nearest, values), self.is_met, place, most)

    def _hits(self, place: Place) -> bounded_look.Statement:
        """Those of the index, in order. SECURITY: of what is seen, or how many there are would tell of others."""
        side = ">" if place.is_backwards else "<"
        seen, values = ("", ()) if self.sees_all else self._seen("beyond.id")
        hits = f"SELECT beyond.id FROM beyond{seen} ORDER BY 1 {place.order}"  # noqa: S608
        return f"{_HITS} {side} %s ORDER BY request_id {place.order}) {hits}", (*self._values, place.id, *values)

    def _own_hits(self, listed: bounded_look.Parts, place: Place) -> bounded_look.Statement:
        """The same, of few requests that are seen each asked whether it has the words."""
        keys, values = bounded_look.next_keys(listed, _OWN)
        seen, words = self._seen("own.id", self._has_words)
        return f"SELECT own.id FROM ({keys}) own (id){seen} ORDER BY 1 {place.order}", (*values, *words)  # noqa: S608

    def _is_nearer(self, listed: bounded_look.Parts) -> bool:
        """Whether the hits that are seen are found sooner among all that is seen than among all hits."""
        if self.sees_all:
            return False
        hits = f"SELECT FROM portal_core_requestsearch WHERE {_HAS_WORDS} LIMIT {_MANY_HITS + 1:d}"
        seen, values = bounded_look.next_keys(listed, _OWN + 1)
        counts = f"SELECT (SELECT count(*) FROM ({hits}) hits), (SELECT count(*) FROM ({seen}) seen)"  # noqa: S608
        ((many, own),) = bounded_look.read((counts, (*self._values, *values)))
        return bool(many > _MANY_HITS and own <= _OWN)

    def _found_of(
        self, keys: bounded_look.Statement, is_met: Q, place: Place, among: int
    ) -> tuple[list[uuid.UUID], uuid.UUID | None]:
        """Which of the first few of these keys in order are seen and meet a condition; and the last one that was looked
        at, if others follow it."""
        nearest, values = keys
        seen, met = self._seen("looked_at.id", is_met)
        order = place.order
        # Made of constants and by the ORM, values apart.
        looked_at = f"(SELECT id FROM nearest ORDER BY id {order} LIMIT {among:d}) looked_at"  # noqa: S608
        found = f"SELECT seen.id, looked_at.id FROM {looked_at}{seen} ORDER BY 2 {order} LIMIT {PAGE_SIZE + _MOST:d}"  # noqa: S608
        edge = f"SELECT NULL, id FROM nearest ORDER BY id {order} LIMIT 2 OFFSET {among - 1:d}"  # noqa: S608
        statement = f"WITH nearest (id) AS MATERIALIZED ({nearest}) ({found}) UNION ALL ({edge})"
        rows = bounded_look.read((statement, (*values, *met)))
        found_keys, edges = [key for key, _ in rows if key is not None], [at for key, at in rows if key is None]
        return found_keys, edges[0] if len(edges) > 1 else None

    def _seen(self, key: str, is_met: Q | None = None) -> bounded_look.Statement:
        """As a table beside keys: each that is seen and meets a condition. Read one by one: else the planner, which
        takes both for common, reads and joins whole tables."""
        one = self.seen.filter(is_met or Q(), pk=RawSQL(key, ())).values("pk")[:1]  # noqa: S611 - a constant
        statement, values = one.query.sql_with_params()
        return f", LATERAL ({statement}) seen (id)", values


def _as_part(found: list[uuid.UUID], edge: uuid.UUID | None) -> _Beyond:
    """What was found up to an edge: with more than a page of it, pages go on from their last request."""
    is_all = edge is None and len(found) < PAGE_SIZE + _MOST
    return _Beyond(found, is_all=is_all, edge=edge if len(found) <= PAGE_SIZE else None)
