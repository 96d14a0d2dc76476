"""Letting a request go on in another one of the same customer, and taking them apart again."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.desk.delivery import untold_words
from portal_core.desk.moving import Words
from portal_core.desk.request import DeskRequest, open_request, render_request
from portal_core.desk.way import Way, back_of, way_of
from portal_core.notifications.compose import ComposedMail, merged_mail
from portal_core.notifications.markdown import to_text
from portal_core.service_requests.actions import merge, unmerge
from portal_core.service_requests.actions.merge import why_not, why_not_in
from portal_core.service_requests.errors import MoveRefused, NotSeen
from portal_core.service_requests.queries import open_requests, visible_to
from portal_core.service_requests.visible import VisibleRequest, visible
from tenants.ui.paging import page_number, pager_by_number

OFFERED = 25


@dataclass(frozen=True)
class Choice:
    """One request in which this one could go on."""

    request: VisibleRequest
    is_chosen: bool


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("move")
def merge_into(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/merge/`: which one, the mail that goes (`?into=`), and (POST) the merging itself."""
    opened = open_request(request, number)
    if request.method != "POST":
        return _page(request, opened)
    wanted = request.POST.get("into", "")
    if not _is_number(wanted):
        return _page(request, opened, problem="Choose the request in which it goes on.", status=400)
    try:
        merge(actor=request.actor, request_id=opened.row.pk, into_number=int(wanted))
    except MoveRefused as refused:
        return _page(request, opened, problem=str(refused), status=400)
    except NotSeen:
        return _page(request, opened, problem="There is no request of this number that you see.", status=400)
    messages.success(request, f"{opened.portal.reference(number)} goes on here. Its own page says so, too.")
    # What came next after this one may be the very request that is shown now.
    return redirect(f"/desk/requests/{int(wanted)}/{Way(back_of(request)).query}")


@require_POST
@staff_page("move")
def take_apart(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/unmerge/`: the request stands by itself again, as it was."""
    opened = open_request(request, number)
    try:
        unmerge(actor=request.actor, request_id=opened.row.pk)
    except MoveRefused as refused:
        return render_request(request, opened, problem=str(refused), status=400)
    except NotSeen:
        raise Http404 from None
    messages.success(request, "It stands by itself again, as it was before.")
    return redirect(f"/desk/requests/{number}/{way_of(request).query}")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def _page(request: PersonRequest, opened: DeskRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    row, portal, way = opened.row, opened.portal, way_of(request)
    here = f"/desk/requests/{row.number}/{way.query}"
    if obstacle := why_not(row, portal.reference):
        shown = visible(row, opened.viewer, portal=portal, brief=True)
        context = {"portal": portal, "request_shown": shown, "obstacle": obstacle, "here": here}
        return render(request, "desk/merge.html", context, status=status)
    wanted = request.POST.get("into", "") or request.GET.get("into", "")
    into = int(wanted) if _is_number(wanted) else None
    others = open_requests(request.actor).filter(customer_id=row.customer_id).exclude(pk=row.pk)
    others = others.select_related("customer", "assignee").order_by("-last_entry_at", "-pk")
    # A form that comes back shows the page on which it was filled in.
    page = page_number(request.POST if request.method == "POST" else request.GET)
    found = list(others[(page - 1) * OFFERED : page * OFFERED + 1])
    choices = [
        Choice(visible(other, opened.viewer, portal=portal, brief=True), other.number == into)
        for other in found[:OFFERED]
    ]
    is_offered = any(choice.is_chosen for choice in choices)
    if into is not None and not is_offered and not problem:
        problem = _why_not_in(request, opened, into)
    mail = None
    if into is not None and is_offered:
        mail = merged_mail(row, portal=portal, into_number=into, shown_to=opened.viewer.role)
    context = {
        "portal": portal,
        "request_shown": visible(row, opened.viewer, portal=portal, brief=True),
        "choices": choices,
        "pager": pager_by_number(request.GET, page, has_more=len(found) > OFFERED),
        "page": page,
        "mail": mail,
        "words": _words(mail),
        "untold": untold_words(row),
        "typed": wanted if not is_offered else "",
        "problem": problem,
        "back": way.address,
        "here": here,
        "number": row.number,
    }
    return render(request, "desk/merge.html", context, status=status)


def _why_not_in(request: PersonRequest, opened: DeskRequest, number: int) -> str:
    """Why it cannot go on in the one that the address names, where it stands on no page of those that are offered.

    SECURITY: of a request that this colleague does not see, only that.
    """
    other = visible_to(request.actor).filter(number=number).first()
    if other is None:
        return "There is no request of this number that you see."
    return why_not_in(opened.row, other, opened.portal.reference)


def _words(mail: ComposedMail | None) -> Words:
    return Words(mail.subject, to_text(mail.body_markdown)) if mail else Words("", "")
