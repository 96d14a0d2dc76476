"""The customer's own requests as she looks for them: open or done, of one kind, with words in them; a page at a time.

SECURITY: words are sought in nothing but what `visible.py` and `visible_values.py` show this very reader now, in the
reader's words. The staff's search index is not asked: it holds notes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from django.db.models import Count, Q, QuerySet

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.queue_order import Cursor
from portal_core.service_requests.search_query import Query
from portal_core.service_requests.search_words import indexed_words
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible_values import texts_for_reader

PAGE_SIZE: Final = 20
# How many done ones stand below the open ones.
DONE_LATELY: Final = 3
# How many of the latest are looked through for words: a third of a second's work.
LOOKED_THROUGH: Final = 2_000
_WORDS_OF_ONE: Final = 4_000


@dataclass(frozen=True)
class Wanted:
    """What the address asks for: open or done, one kind of request, words."""

    query: Query
    is_open: bool = True
    type_key: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out besides what is open (or done)."""
        return bool(self.type_key) or not self.query.is_empty


@dataclass(frozen=True)
class ListPlace:
    """Where a page starts: after (or before) this request. What needs the customer comes first, so turn comes first."""

    turn: str
    at: Cursor

    def __str__(self) -> str:
        return f"{self.turn}~{self.at}"

    @classmethod
    def of(cls, row: ServiceRequest, *, is_backwards: bool = False) -> "ListPlace":
        """The place of one request in the list."""
        return cls(row.turn, Cursor(row.last_entry_at, row.pk, is_backwards))

    @classmethod
    def parse(cls, text: str) -> "ListPlace | None":
        """The place in an address; None when there is none or it is spoilt."""
        turn, _, rest = text.partition("~")
        at = Cursor.parse(rest)
        return cls(turn, at) if turn in Turn.values and at is not None else None


@dataclass(frozen=True)
class OwnCounts:
    """How many requests the customer has: all there are, whatever is asked for, and those that are asked for."""

    needs_you: int
    with_us: int
    closed: int
    # Of each kind, the most used first.
    by_type: tuple[tuple[str, int], ...] = ()
    found_open: int = 0
    found_closed: int = 0

    @property
    def open(self) -> int:
        """Those that are open."""
        return self.needs_you + self.with_us

    @property
    def all(self) -> int:
        """Open or done."""
        return self.open + self.closed


@dataclass(frozen=True)
class OwnPage:
    """One page of the list in order, with what was done lately, and the places of its neighbours."""

    rows: list[ServiceRequest]
    done_lately: list[ServiceRequest]
    counts: OwnCounts
    newer: ListPlace | None
    older: ListPlace | None
    # How many were looked through for the words, where there are more; else None.
    cut_at: int | None = None


@dataclass(frozen=True)
class _Found:
    """Rows in order, one more than a page holds where there are more."""

    rows: list[ServiceRequest]
    done_lately: list[ServiceRequest] = field(default_factory=list)
    counts: OwnCounts | None = None
    cut_at: int | None = None


def own_page(
    actor: Actor, wanted: Wanted, place: ListPlace | None, *, viewer: Viewer, portal: CompiledPortal
) -> OwnPage:
    """One page of the customer's requests, in three queries however many there are and whatever is asked for."""
    counts = _counts(actor, wanted)
    found = _in_order(actor, wanted, place, counts) if wanted.query.is_empty else None
    if found is None:
        found = _with_words(actor, wanted, place, counts, viewer=viewer, portal=portal)
    backwards = place is not None and place.at.is_backwards
    has_more, rows = len(found.rows) > PAGE_SIZE, found.rows[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    has_newer = has_more if backwards else place is not None
    has_older = backwards or has_more
    return OwnPage(
        rows,
        found.done_lately,
        found.counts or counts,
        newer=ListPlace.of(rows[0], is_backwards=True) if has_newer and rows else None,
        older=ListPlace.of(rows[-1]) if has_older and rows else None,
        cut_at=found.cut_at,
    )


def _counts(actor: Actor, wanted: Wanted) -> OwnCounts:
    rows = list(
        visible_to(actor)
        .order_by()
        .values("type_key")
        .annotate(
            needs_you=Count("id", filter=Q(closed_at=None, turn=Turn.CUSTOMER)),
            with_us=Count("id", filter=Q(closed_at=None) & ~Q(turn=Turn.CUSTOMER)),
            closed=Count("id", filter=Q(closed_at__isnull=False)),
        )
    )
    by_type = {row["type_key"]: row["needs_you"] + row["with_us"] + row["closed"] for row in rows}
    asked = [row for row in rows if wanted.type_key in ("", row["type_key"])]
    return OwnCounts(
        needs_you=sum(row["needs_you"] for row in rows),
        with_us=sum(row["with_us"] for row in rows),
        closed=sum(row["closed"] for row in rows),
        by_type=tuple(sorted(by_type.items(), key=lambda item: (-item[1], item[0]))),
        found_open=sum(row["needs_you"] + row["with_us"] for row in asked),
        found_closed=sum(row["closed"] for row in asked),
    )


def _asked_for(actor: Actor, wanted: Wanted) -> QuerySet[ServiceRequest]:
    found = visible_to(actor)
    return found.filter(type_key=wanted.type_key) if wanted.type_key else found


def _in_order(actor: Actor, wanted: Wanted, place: ListPlace | None, counts: OwnCounts) -> _Found:
    asked = _asked_for(actor, wanted).select_related("customer", "assignee")
    found = asked.filter(closed_at__isnull=wanted.is_open)
    if place is not None:
        found = found.filter(_beyond(place))
    backwards = place is not None and place.at.is_backwards
    # "customer" comes before "us": what needs the customer stands on the first page.
    order = ("-turn", "last_entry_at", "id") if backwards else ("turn", "-last_entry_at", "-id")
    lately: list[ServiceRequest] = []
    if wanted.is_open and place is None and counts.found_closed:
        lately = list(asked.filter(closed_at__isnull=False).order_by("-last_entry_at", "-id")[:DONE_LATELY])
    return _Found(list(found.order_by(*order)[: PAGE_SIZE + 1]), lately)


def _beyond(place: ListPlace) -> Q:
    turns, side = ("turn__lt", "gt") if place.at.is_backwards else ("turn__gt", "lt")
    here = Q(turn=place.turn, last_entry_at=place.at.at, **{f"id__{side}": place.at.id})
    return Q(**{turns: place.turn}) | Q(turn=place.turn, **{f"last_entry_at__{side}": place.at.at}) | here


def _with_words(
    actor: Actor,
    wanted: Wanted,
    place: ListPlace | None,
    counts: OwnCounts,
    *,
    viewer: Viewer,
    portal: CompiledPortal,
) -> _Found:
    """Looks through the latest requests one by one: what a reader sees of each is decided here, not in the database."""
    asked = _asked_for(actor, wanted)
    latest = list(_latest(asked, wanted.query.number)[: LOOKED_THROUGH + 1])
    hits = [row for row in latest[:LOOKED_THROUGH] if _holds(row, wanted.query, viewer, portal)]
    done = [row for row in hits if row.closed_at is not None]
    chosen = [row for row in hits if (row.closed_at is None) == wanted.is_open]
    lately = done[:DONE_LATELY] if wanted.is_open and place is None else []
    page = _page_of(chosen, place)
    # Now with their people: of a page, not of all that were looked through.
    keys = [row.pk for row in (*page, *lately)]
    whole = {row.pk: row for row in asked.filter(pk__in=keys).select_related("customer", "assignee")} if keys else {}
    return _Found(
        [whole[row.pk] for row in page if row.pk in whole],
        [whole[row.pk] for row in lately if row.pk in whole],
        replace(counts, found_open=len(hits) - len(done), found_closed=len(done)),
        cut_at=LOOKED_THROUGH if len(latest) > LOOKED_THROUGH else None,
    )


def _latest(asked: QuerySet[ServiceRequest], number: int | None) -> QuerySet[ServiceRequest]:
    """The latest first; before all the one with the number that was asked for, which is found at any age."""
    if number is None:
        return asked.order_by("-last_entry_at", "-id")
    return asked.annotate(is_asked=Q(number=number)).order_by("-is_asked", "-last_entry_at", "-id")


def _holds(row: ServiceRequest, query: Query, viewer: Viewer, portal: CompiledPortal) -> bool:
    return query.is_met_by(indexed_words(texts_for_reader(row, viewer, portal=portal), _WORDS_OF_ONE))


def _page_of(rows: Iterable[ServiceRequest], place: ListPlace | None) -> Sequence[ServiceRequest]:
    """The page of `rows` after (or before) a place, and one more; in the order in which the page was asked for."""
    backwards = place is not None and place.at.is_backwards
    ordered = sorted(rows, key=lambda row: (row.last_entry_at, row.pk), reverse=not backwards)
    ordered.sort(key=lambda row: row.turn, reverse=backwards)
    if place is not None:
        ordered = [row for row in ordered if _is_beyond(row, place)]
    return ordered[: PAGE_SIZE + 1]


def _is_beyond(row: ServiceRequest, place: ListPlace) -> bool:
    here, there = (place.at.at, place.at.id), (row.last_entry_at, row.pk)
    if row.turn != place.turn:
        return (row.turn < place.turn) == place.at.is_backwards
    return there > here if place.at.is_backwards else there < here
