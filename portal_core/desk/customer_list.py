"""`/desk/customers/`: who the customers are, where they live, what is open for each and how their documents stand."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal_core.accounts.models import User
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.desk.filters import ColumnHead, FilterMenu, Option
from portal_core.desk.reach import reach_words
from portal_core.documents.standing import FILTERS, Standing, standings
from portal_core.documents.words import day_words
from portal_core.saved_records.beside import beside, lines_beside
from portal_core.service_requests.customer_list import (
    COUNT_LIMIT,
    HERE,
    SORTS,
    VIEWS,
    WAITING,
    CustomerPage,
    CustomerQuery,
    OpenOnes,
    customer_page,
    view_counts,
)
from portal_core.service_requests.search import Place
from portal_core.service_requests.viewer import Viewer
from tenants.shell import NavItem
from tenants.ui.addresses import outside, understands

_TITLES: Final = {
    "all": "All",
    "open": "Something open",
    "never": "Never signed in",
    "guests": "Guests",
    "closed": "Closed accounts",
}
_SORTED: Final = {"newest": "newest first", "name": "by name", "here": "last here first"}
_WAITING: Final = {"us": "us", "customer": "the customer"}
_DOCUMENTS: Final = {"wanted": "asked for", "ending": "running out", "none": "none on file"}
_HERE: Final = {"month": "in 30 days", "earlier": "longer ago", "never": "never"}
_USUAL: Final = CustomerQuery()
# What an address may ask for by one of a few words.
_ONE_OF: Final = {"view": VIEWS, "waiting": WAITING, "documents": FILTERS, "here": HERE, "sort": SORTS}


@dataclass(frozen=True)
class Papers:
    """How a customer's documents stand, in a few words."""

    text: str
    tone: str = "quiet"
    icon: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    user: User
    open: OpenOnes
    # Where they live, or what they keep.
    beside: str
    papers: Papers

    @property
    def turn(self) -> str:
        """Whose move is waited for: ours first; nothing when nothing is open."""
        return "us" if self.open.us else "customer" if self.open.customer else ""

    @property
    def turn_words(self) -> str:
        """The same in words."""
        return {"us": "Us", "customer": "Customer"}.get(self.turn, "")


@require_safe
@staff_page()
@understands("q", "at", *_ONE_OF, but=lambda asked: outside(asked, _ONE_OF))
def index(request: PersonRequest) -> HttpResponse:
    """`/desk/customers/`: tabs, words, filters and order stand in the address; `at` is the page."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    asked = _asked(request.GET)
    page = customer_page(request.actor, asked, Place.parse(request.GET.get("at", "")), viewer=viewer, portal=portal)
    counts = view_counts(request.actor)
    users = [user for user, _open in page.rows]
    shown = beside(viewer, portal)
    lines = lines_beside(users, shown, viewer, portal) if shown is not None else {}
    papers = {}
    if portal.document_kinds:
        papers = standings(request.actor, [user.pk for user in users], portal=portal)
    rows = [
        Row(user, open_ones, lines.get(user.pk, ""), papers_of(papers.get(user.pk, Standing()), portal))
        for user, open_ones in page.rows
    ]
    context = {
        "rows": rows,
        "tabs": [_tab(key, asked, counts[key]) for key in VIEWS if counts[key] or key in ("all", "open", asked.view)],
        "asked": asked,
        "menus": list(_menus(asked, portal)),
        "is_near": page.is_near,
        "summary": _summary(asked, page, counts[asked.view]),
        "columns": {
            "customer": _column(asked, "name", "Customer", "full"),
            "here": _column(asked, "here", "Last here", "r p3"),
        },
        "beside": shown.label if shown is not None else "",
        "has_documents": bool(portal.document_kinds),
        "pager": {
            "newer_href": _href(asked, page.newer) if page.newer else "",
            "older_href": _href(asked, page.older) if page.older else "",
            "newer_label": "Back",
            "older_label": "More",
        },
        "widen_href": _href(CustomerQuery(view=asked.view)) if asked.is_narrow else "",
        "reach": reach_words(request.actor, portal, customers=True),
        "may_create": request.actor.may("create_for_customer") or request.actor.may("manage_customers"),
    }
    return render(request, "desk/customers.html", context)


def _asked(given: QueryDict) -> CustomerQuery:
    def one_of(name: str, usual: str = "") -> str:
        value = given.get(name, "")
        return value if value in _ONE_OF[name] else usual

    return CustomerQuery(
        view=one_of("view", "all"),
        words=given.get("q", "").replace("\x00", "")[:200].strip(),
        waiting=one_of("waiting"),
        documents=one_of("documents"),
        here=one_of("here"),
        sort=one_of("sort", "newest"),
    )


def _href(asked: CustomerQuery, place: Place | None = None) -> str:
    given = {
        "view": asked.view if asked.view != _USUAL.view else "",
        "q": asked.words,
        "waiting": asked.waiting,
        "documents": asked.documents,
        "here": asked.here,
        "sort": asked.sort if asked.sort != _USUAL.sort else "",
        "at": str(place) if place else "",
    }
    return "/desk/customers/?" + urlencode({name: value for name, value in given.items() if value})


def _tab(key: str, asked: CustomerQuery, count: int) -> NavItem:
    text = f"{COUNT_LIMIT - 1}+" if count >= COUNT_LIMIT else ""
    return NavItem(
        _TITLES[key], _href(replace(asked, view=key)), current=key == asked.view, count=count, count_text=text
    )


def _menus(asked: CustomerQuery, portal: CompiledPortal) -> Iterator[FilterMenu]:
    yield _menu(asked, "waiting", "Waiting on", _WAITING)
    if portal.document_kinds:
        yield _menu(asked, "documents", "Documents", _DOCUMENTS)
    if asked.view != "never":
        yield _menu(asked, "here", "Last here", _HERE)


def _menu(asked: CustomerQuery, name: str, label: str, values: dict[str, str]) -> FilterMenu:
    chosen = getattr(asked, name)
    options = [
        Option(words, _href(replace(asked, **{name: value})), value == chosen) for value, words in values.items()
    ]
    return FilterMenu(label, values.get(chosen, ""), options, _href(replace(asked, **{name: ""})) if chosen else "")


def _column(asked: CustomerQuery, sort: str, label: str, classes: str) -> ColumnHead:
    is_set = asked.sort == sort
    order = ("ascending" if sort == "name" else "descending") if is_set else ""
    # Once more: back to the newest first.
    return ColumnHead(label, _href(replace(asked, sort=_USUAL.sort if is_set else sort)), order, classes)


def _summary(asked: CustomerQuery, page: CustomerPage, count: int) -> str:
    if not page.rows:
        return ""
    of = "" if asked.is_narrow else f" of {COUNT_LIMIT - 1}+" if count >= COUNT_LIMIT else f" of {count}"
    return f"{len(page.rows)}{of} · {_SORTED[asked.sort]}"


def papers_of(standing: Standing, portal: CompiledPortal) -> Papers:
    """What presses first: what ran out, what is asked for, what runs out soon, what is there."""
    if standing.expired_kind:
        return Papers(f"{_kind_name(standing.expired_kind, portal)} ran out", "bad", "alert")
    if standing.wanted:
        return Papers(f"{standing.wanted} asked for", "warn", "clock")
    if standing.until is not None:
        until = day_words(standing.until, portal.language)
        return Papers(f"{_kind_name(standing.expiring_kind, portal)} until {until}", "warn", "clock")
    return Papers(f"{standing.on_file} on file", "good", "check") if standing.on_file else Papers("none")


def _kind_name(key: str, portal: CompiledPortal) -> str:
    kind = portal.document_kinds.get(key)
    return portal.text(kind.name, portal.language) if kind is not None else "A document"
