"""Customers as staff look for them: a page at a time, with what is open for each."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.documents.standing import who_has
from portal_core.service_requests.customer_search import Asked
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.queries import customers_of, open_requests, sees_all, visible_to
from portal_core.service_requests.queue import COUNT_LIMIT, bounded_counts
from portal_core.service_requests.search import Place
from portal_core.service_requests.viewer import Viewer

__all__ = ["COUNT_LIMIT", "PAGE_SIZE", "VIEWS", "CustomerPage", "CustomerQuery", "OpenOnes", "customer_page"]

PAGE_SIZE: Final = 25
VIEWS: Final = ("all", "open", "never", "guests", "closed")
SORTS: Final = ("newest", "name", "here")
WAITING: Final = ("us", "customer")
HERE: Final = ("month", "earlier", "never")
# So many of the first are looked at one by one before the indexes are asked.
_NEAR: Final = 1_000
# Where the greatest key comes first, a page is nearly always among the candidates with the so many greatest.
_FIRST_KEYS: Final = 200
_HERE_LATELY: Final = timedelta(days=30)
_NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class OpenOnes:
    """How many open requests a customer has, and whose move they wait for."""

    us: int = 0
    customer: int = 0

    @property
    def all(self) -> int:
        """All of them."""
        return self.us + self.customer


@dataclass(frozen=True)
class CustomerQuery:
    """What the address asks for: a tab, words, what narrows, and the order. Empty: not asked."""

    view: str = "all"
    words: str = ""
    waiting: str = ""  # one of WAITING
    documents: str = ""  # one of documents.standing.FILTERS
    here: str = ""  # one of HERE
    sort: str = "newest"

    @property
    def is_narrow(self) -> bool:
        """Whether more is asked for than a tab."""
        return bool(self.words or self.waiting or self.documents or self.here)


@dataclass(frozen=True)
class CustomerPage:
    """Customers in order, each with what is open, and the places of the pages before and after."""

    rows: list[tuple[User, OpenOnes]]
    newer: Place | None
    older: Place | None
    # Nobody has the very words: these have what is spelt nearly so.
    is_near: bool = False


def customer_page(
    actor: Actor, asked: CustomerQuery, place: Place | None, *, viewer: Viewer, portal: CompiledPortal
) -> CustomerPage:
    """One page of the customers that `actor` may know; two queries, and a few more where words are asked for.

    Where nobody is found by the words, those are who have what is spelt nearly so.
    """
    sought = Asked.of(asked.words)
    is_near = place is not None and place.is_near
    page = None if is_near else _page_of(actor, asked, sought, place, viewer=viewer, portal=portal)
    if page is not None and (page.rows or place is not None or sought.is_empty):
        return page
    near = sought.nearly(sees_all=sees_all(actor))
    if near is None:
        return CustomerPage([], None, None)
    page = _page_of(actor, asked, near, place, viewer=viewer, portal=portal)
    newer, older = (beyond and replace(beyond, is_near=True) for beyond in (page.newer, page.older))
    return replace(page, newer=newer, older=older, is_near=bool(page.rows))


def _page_of(
    actor: Actor, asked: CustomerQuery, sought: Asked, place: Place | None, *, viewer: Viewer, portal: CompiledPortal
) -> CustomerPage:
    everybody, is_descending = _keyed(customers_of(actor, also_closed=asked.view == "closed"), asked.sort)
    backwards = place is not None and place.is_backwards
    if place is not None:
        everybody = everybody.filter(_beyond(place, asked.sort, is_descending=is_descending != backwards))
    sign = "-" if is_descending != backwards else ""
    everybody = everybody.order_by(f"{sign}place", f"{sign}pk")
    found = _narrowed(everybody.filter(_in_view(actor, asked.view)), actor, asked, portal)
    if asked.words:
        met = found.filter(sought.holds(viewer, portal)) if not sought.is_empty else found.none()
        is_by_key = asked.sort == "newest" and not backwards
        users = _met(met, everybody, sought, is_by_key=is_by_key)
    else:
        users = list(found[: PAGE_SIZE + 1])
    has_more, users = len(users) > PAGE_SIZE, users[:PAGE_SIZE]
    if backwards:
        users.reverse()
    open_ones = _open_by_customer(actor, users)
    has_newer = has_more if backwards else place is not None
    has_older = backwards or has_more
    return CustomerPage(
        [(user, open_ones.get(user.pk, OpenOnes())) for user in users],
        newer=Place(users[0].pk, is_backwards=True) if has_newer and users else None,
        older=Place(users[-1].pk) if has_older and users else None,
    )


def in_view(actor: Actor, view: str) -> QuerySet[User]:
    """The customers of one tab."""
    return customers_of(actor, also_closed=view == "closed").filter(_in_view(actor, view))


def _in_view(actor: Actor, view: str) -> Q:
    if view == "open":
        return Q(Exists(open_requests(actor).filter(customer_id=OuterRef("pk"))))
    if view == "never":
        return Q(last_sign_in_at=None, is_guest=False)
    if view == "guests":
        return Q(is_guest=True)
    return Q(is_active=False) if view == "closed" else Q()


def view_counts(actor: Actor) -> dict[str, int]:
    """How many customers stand in each tab, COUNT_LIMIT at most; one query."""
    return dict(zip(VIEWS, bounded_counts(in_view(actor, view) for view in VIEWS), strict=True))


def _met(met: QuerySet[User], everybody: QuerySet[User], sought: Asked, *, is_by_key: bool) -> list[User]:
    """The first of those who meet the words, a page of them and one more; `is_by_key`: the greatest key comes first.

    What many have is found among the first of `everybody` in this order, one by one; what few have, by the indexes. The
    planner cannot tell the two apart.
    """
    users = list(met.filter(pk__in=everybody.values("pk")[:_NEAR])[: PAGE_SIZE + 1])
    if len(users) > PAGE_SIZE or sought.is_empty:
        return users
    for most in (_FIRST_KEYS, None) if is_by_key else (None,):
        candidates = sought.candidates(most)
        if candidates is None:
            return list(met[: PAGE_SIZE + 1])
        users = _first_among(met, candidates.keys) if candidates.keys else []
        if len(users) > PAGE_SIZE or candidates.is_all:
            break
    return users


def _first_among(met: QuerySet[User], keys: list[uuid.UUID]) -> list[User]:
    return list(met.filter(pk__in=RawSQL("SELECT unnest(%s::uuid[])", (keys,)))[: PAGE_SIZE + 1])


def _narrowed(customers: QuerySet[User], actor: Actor, asked: CustomerQuery, portal: CompiledPortal) -> QuerySet[User]:
    if asked.waiting:
        open_ones = open_requests(actor).filter(customer_id=OuterRef("pk"), turn=asked.waiting)
        customers = customers.filter(Exists(open_ones))
    if asked.here:
        since = timezone.now() - _HERE_LATELY
        here = {"month": Q(last_sign_in_at__gte=since), "earlier": Q(last_sign_in_at__lt=since)}
        customers = customers.filter(here.get(asked.here, Q(last_sign_in_at=None)))
    return customers.filter(who_has(actor, asked.documents, portal=portal)) if asked.documents else customers


def _key(sort: str) -> Any:  # an expression of whichever type orders the list
    if sort == "name":
        return Lower(Coalesce(NullIf("name", Value("")), "email", output_field=TextField()))
    if sort == "here":
        return Coalesce("last_sign_in_at", Value(_NEVER, DateTimeField()))
    return F("pk")


def _keyed(customers: QuerySet[User], sort: str) -> tuple[QuerySet[User], bool]:
    """With what orders them as `place`, and whether the greatest comes first."""
    return customers.annotate(place=_key(sort)), sort != "name"


def _beyond(place: Place, sort: str, *, is_descending: bool) -> Q:
    """After that customer in the order, wherever they stand now: their place is looked up, not carried along."""
    there = Subquery(User.objects.filter(pk=place.id).annotate(place=_key(sort)).values("place"))
    side = "lt" if is_descending else "gt"
    beyond = Q(**{f"place__{side}": there}) | Q(place=there, **{f"pk__{side}": place.id})
    # Said once more without "or": only so an index leads there.
    return Q(**{f"place__{side}e": there}) & beyond


def _open_by_customer(actor: Actor, users: Iterable[User]) -> dict[uuid.UUID, OpenOnes]:
    rows = (
        open_requests(actor)
        .filter(customer_id__in=[user.pk for user in users])
        .order_by()
        .values("customer_id")
        .annotate(us=Count("pk", filter=Q(turn=Turn.US)), customer=Count("pk", filter=Q(turn=Turn.CUSTOMER)))
    )
    return {row["customer_id"]: OpenOnes(row["us"], row["customer"]) for row in rows}


def requests_of(actor: Actor, customer: User) -> QuerySet[ServiceRequest]:
    """The requests of a customer that `actor` may see, with their people; open ones first, then the latest news."""
    found = visible_to(actor).filter(customer_id=customer.pk).select_related("customer", "assignee")
    return found.order_by(F("closed_at").desc(nulls_first=True), "-last_entry_at", "-pk")
