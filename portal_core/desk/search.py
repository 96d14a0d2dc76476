"""Searching: what was found, the best first, then the newest, with the words around the hit."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.live import live_portal
from portal_core.desk.answers import answer_menus
from portal_core.desk.filters import NAMES, Address, menus, read_filters, search_address, unknown_values
from portal_core.desk.people import colleagues
from portal_core.desk.queue import QueueRow, none_of_part, pager_words, row_of
from portal_core.desk.reach import reach_words
from portal_core.service_requests.queue import Filters
from portal_core.service_requests.search import Found, Place, search
from portal_core.service_requests.search_query import Query
from portal_core.service_requests.search_snippets import Snippet, snippets
from portal_core.service_requests.viewer import Viewer
from tenants.ui.addresses import understands


@dataclass(frozen=True)
class Result:
    """One found request, and where the words stand when that is not in its head."""

    row: QueueRow
    snippet: Snippet | None


@require_safe
@staff_page()
@understands("q", "at", *NAMES, but=unknown_values)
def index(request: PersonRequest) -> HttpResponse:
    """`/desk/search/?q=…`: by number, customer, fields, messages and notes; filters narrow as in the queue."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    query = Query.of(request.GET.get("q", ""), portal)
    address = search_address(query.text)
    filters = replace(read_filters(request.GET, usual=address.usual), view="all")
    place = Place.parse(request.GET.get("at", ""))
    found = search(request.actor, query, filters, place, portal=portal, zone=viewer.time_zone)
    shown = snippets(found.rows, found.near or query, viewer, portal=portal)
    context = {
        "portal": portal,
        "query": query,
        "kept": address.hidden(filters),
        "menus": [
            *menus(filters, portal, colleagues(named=filters.who), address),
            *answer_menus(filters, portal, viewer, address),
        ],
        "results": [Result(row_of(row, viewer, portal), shown.get(row.pk)) for row in found.rows],
        "summary": _summary(found),
        "is_near": found.near is not None and bool(found.rows),
        "pager": _pager(address, filters, found, place),
        "nothing_fits": _nothing_fits(found, is_first=place is None),
        "reach": reach_words(request.actor, portal),
        "back": address.of(filters, at=str(place)) if place else address.of(filters),
        "unfiltered_href": address.of(address.usual) if filters != address.usual else "",
        "customers_href": f"/desk/customers/?{urlencode({'q': query.text})}",
        "may_create": request.actor.may("create_for_customer"),
    }
    return render(request, "desk/search.html", context)


def _summary(found: Found) -> str:
    if not found.rows:
        return ""
    more = f", {'' if found.is_counted else 'over '}{found.more:,} more" if found.more else ""
    first = ["the number"] if found.has_exact else []
    first += ["customers and titles"] if found.has_best else []
    order = f"{', '.join(first)} first, then the newest" if first and len(found.rows) > 1 else "newest first"
    is_all = not (found.newer or found.older)
    return f"{len(found.rows)} {'found' if is_all else f'on this page{more}'} · {order}"


def _nothing_fits(found: Found, *, is_first: bool) -> str:
    """What an empty page says where filters narrow the results."""
    if found.is_part:
        return none_of_part(is_first=is_first)
    return (
        "Nothing with these words fits the filters." if is_first else "Nothing more with these words fits the filters."
    )


def _pager(address: Address, filters: Filters, found: Found, place: Place | None) -> dict[str, str]:
    backwards = place is not None and place.is_backwards
    return {
        "newer_href": address.of(filters, at=str(found.newer)) if found.newer else "",
        "older_href": address.of(filters, at=str(found.older)) if found.older else "",
        **pager_words(is_part=found.is_part, is_empty=not found.rows, backwards=backwards),
    }
