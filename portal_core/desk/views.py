"""Saved views: kept from the queue as it stands, looked after on a page of their own."""

import uuid
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal_core.accounts.actor import Actor
from portal_core.accounts.pages import PersonRequest, forbidden, staff_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.desk.columns import told_columns
from portal_core.desk.filters import QUEUE, read_filters
from portal_core.service_requests.answer_filters import UNTOLD, told_answers
from portal_core.service_requests.errors import Forbidden, NotSeen
from portal_core.service_requests.models import SavedView
from portal_core.service_requests.saved_views import (
    NAME_LENGTH,
    SHARE,
    ViewRefused,
    delete_view,
    filters_of,
    keep_view,
    may_change,
    rename_view,
    share_view,
    unknown_filters,
    views_for,
)
from portal_core.service_requests.viewer import Viewer
from tenants.ui.addresses import LONGEST_ADDRESS, understands
from tenants.ui.paging import page_number, pager_by_number

LIST = "/desk/views/"


@dataclass(frozen=True)
class ViewLine:
    """One view in the list."""

    view: SavedView
    href: str
    is_own: bool
    may_change: bool
    owner: str


def href_of(view: SavedView, actor: Actor, portal: CompiledPortal) -> str:
    """The queue as the view keeps it; of questions that this reader never sees the address tells nothing either."""
    filters, viewer = filters_of(view), Viewer.of(actor, portal)
    place = filters.holds.partition(":")[0]
    told = replace(
        filters,
        holds=filters.holds if told_columns(place, viewer, portal) == place else UNTOLD,
        answers=told_answers(filters.type_key, filters.answers, viewer.role, portal),
        columns=told_columns(filters.columns, viewer, portal),
    )
    # The queue says what it does not know. By a name that no part of its address has: what later code keeps may be
    # called like one that is known, and ask for something else.
    unknown = {f"saved.{name}": "" for name in unknown_filters(view)}
    return QUEUE.of(told, **unknown, saved=str(view.pk))


@require_safe
@staff_page()
@understands("page")
def index(request: PersonRequest) -> HttpResponse:
    """`/desk/views/`: one's own and the shared views."""
    return _page(request)


def _page(request: PersonRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    actor, number, portal = request.actor, page_number(request.GET), live_portal()
    views, has_more = views_for(actor, page=number)
    lines = [_line(view, actor, portal) for view in views]
    context = {
        "portal": portal,
        "lines": lines,
        "pager": pager_by_number(request.GET, number, has_more=has_more)
        | {"newer_label": "Back", "older_label": "More views"},
        "may_share": actor.may(SHARE),
        "name_length": NAME_LENGTH,
        "problem": problem,
        "typed": request.POST.get("name", ""),
    }
    return render(request, "desk/views.html", context, status=status)


def _line(view: SavedView, actor: Actor, portal: CompiledPortal) -> ViewLine:
    href, is_own = href_of(view, actor, portal), view.owner_id == actor.user_id
    return ViewLine(view, href, is_own, may_change(actor, view), _owner(view))


def _owner(view: SavedView) -> str:
    return view.owner.name or view.owner.email


@require_POST
@staff_page()
def keep(request: PersonRequest) -> HttpResponse:
    """`/desk/views/keep/`: the filters stand in `query`, as in the address of the queue."""
    filters = read_filters(QueryDict(request.POST.get("query", "")[:LONGEST_ADDRESS]))
    try:
        view = keep_view(actor=request.actor, name=request.POST.get("name", ""), filters=filters)
    except ViewRefused as refused:
        messages.error(request, f"The view was not kept. {refused}")
        return redirect(QUEUE.of(filters))
    messages.success(request, f"Kept as “{view.name}”. To share or rename it, open “All views”.")
    return redirect(href_of(view, request.actor, live_portal()))


@require_POST
@staff_page()
def change(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    """`/desk/views/KEY/`: `do` is rename, share, unshare or delete."""
    actor, do = request.actor, request.POST.get("do", "")
    try:
        if do == "rename":
            view = rename_view(actor=actor, view_id=key, name=request.POST.get("name", ""))
            messages.success(request, f"The view is called “{view.name}” now.")
        elif do in ("share", "unshare"):
            view = share_view(actor=actor, view_id=key, is_shared=do == "share")
            messages.success(request, f"“{view.name}” {_who_sees(view, actor)}")
        elif do == "delete":
            view = delete_view(actor=actor, view_id=key)
            messages.success(request, f"“{view.name}” is deleted. Its requests are where they were.")
    except ViewRefused as refused:
        return _page(request, problem=str(refused), status=400)
    except NotSeen:
        raise Http404 from None
    except Forbidden:
        return forbidden(request)
    return redirect(LIST)


def _who_sees(view: SavedView, actor: Actor) -> str:
    """Who has a view from now on, in words; who unshares one of somebody else sees it no more."""
    if view.is_shared:
        return "is shared with everybody at the desk."
    return "is yours alone." if view.owner_id == actor.user_id else f"is {_owner(view)}’s alone again."
