"""Customers as staff look for them: a page at a time, with what is open for each."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.queries import customers_of, open_requests, visible_to

PAGE_SIZE: Final = 25
# Nobody counts beyond that; the tabs show "999+".
COUNT_LIMIT: Final = 1000
VIEWS: Final = ("all", "open", "never", "guests", "closed")
_MOST_WORDS: Final = 6


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
class CustomerPage:
    """Customers, the newest first, each with what is open; `older` is the id to go on from, or None."""

    rows: list[tuple[User, OpenOnes]]
    older: uuid.UUID | None


def customer_page(actor: Actor, view: str, words: str, *, before: uuid.UUID | None) -> CustomerPage:
    """One page of the customers that `actor` may know, in two queries."""
    found = _matching(in_view(actor, view), words)
    if before is not None:
        found = found.filter(pk__lt=before)
    users = list(found.order_by("-pk")[: PAGE_SIZE + 1])
    older = users[PAGE_SIZE - 1].pk if len(users) > PAGE_SIZE else None
    open_ones = _open_by_customer(actor, users[:PAGE_SIZE])
    return CustomerPage([(user, open_ones.get(user.pk, OpenOnes())) for user in users[:PAGE_SIZE]], older)


def in_view(actor: Actor, view: str) -> QuerySet[User]:
    """The customers of one tab."""
    everybody = customers_of(actor, also_closed=view == "closed")
    if view == "open":
        return everybody.filter(Exists(open_requests(actor).filter(customer_id=OuterRef("pk"))))
    if view == "never":
        return everybody.filter(last_sign_in_at=None, is_guest=False)
    if view == "guests":
        return everybody.filter(is_guest=True)
    return everybody.filter(is_active=False) if view == "closed" else everybody


def view_counts(actor: Actor) -> dict[str, int]:
    """How many customers stand in each tab, COUNT_LIMIT at most."""
    return {view: in_view(actor, view).order_by()[:COUNT_LIMIT].count() for view in VIEWS}


def _matching(customers: QuerySet[User], words: str) -> QuerySet[User]:
    """Those whose name, address or telephone number has every word; digits are sought without their spaces."""
    for word in words.replace("\x00", "").split()[:_MOST_WORDS]:
        matches = Q(name__icontains=word) | Q(email__icontains=word)
        digits = "".join(letter for letter in word if letter.isdigit())
        if len(digits) >= 3:
            matches |= Q(phone__regex=r"\D*".join(digits[:15]))
        customers = customers.filter(matches)
    return customers


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
