"""Finding a colleague by name where a menu cannot name all of them: to give requests to, or to narrow the queue by."""

from dataclasses import dataclass, replace
from typing import Final

from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from portal_core.accounts.models import User
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.accounts.queries import active_colleagues
from portal_core.config.live import live_portal
from portal_core.desk.filters import list_at
from portal_core.desk.selection import read_selection
from portal_core.desk.way import back_of
from portal_core.service_requests.viewer import Viewer

SHOWN: Final = 30
_WORDS_AT_MOST: Final = 6
_QUERY_LENGTH: Final = 100


@dataclass(frozen=True)
class FoundColleague:
    """One colleague; `href` leads to what they have of the list from which one came."""

    id: str
    name: str
    email: str
    team: str
    href: str


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("assign")
def give(request: PersonRequest) -> HttpResponse:
    """`/desk/bulk/give/`: to whom the ticked requests (`row`) are given; a form to `/desk/bulk/assign/`.

    Writes nothing: it takes a POST only because there may be many requests.
    """
    portal = live_portal()
    data = request.POST if request.method == "POST" else request.GET
    selection = read_selection(data, request.actor, Viewer.of(request.actor, portal), portal)
    return _page(request, data, {"selection": selection, "rows": selection.values})


@require_safe
@staff_page()
def narrow(request: PersonRequest) -> HttpResponse:
    """`/desk/colleagues/`: whose requests the queue, or what was found, shows."""
    return _page(request, request.GET, {})


def _page(request: PersonRequest, data: QueryDict, more: dict[str, object]) -> HttpResponse:
    query = " ".join(data.get("q", "").replace("\x00", "").split())[:_QUERY_LENGTH]
    found = list(_found(query)[: SHOWN + 1])
    back = back_of(request)
    context = {
        "query": query,
        "people": [_shown(person, request, back) for person in found[:SHOWN]],
        "has_more": len(found) > SHOWN,
        "back": back,
        **more,
    }
    return render(request, "desk/colleagues.html", context)


def _found(query: str) -> QuerySet[User]:
    found = active_colleagues()
    for word in query.split()[:_WORDS_AT_MOST]:
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return found


def _shown(person: User, request: PersonRequest, back: str) -> FoundColleague:
    portal = live_portal()
    address, filters = list_at(back)
    return FoundColleague(
        id=str(person.pk),
        name=person.name or person.email,
        email=person.email if person.name else "",
        team=portal.team_name(person.team_key, request.actor.language or portal.language),
        href=address.of(replace(filters, who=str(person.pk))),
    )
