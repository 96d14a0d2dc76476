"""`/desk/columns/`: which columns the queue shows. One's own choice, or what a saved view keeps."""

import uuid
from dataclasses import replace

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal_core.accounts.own_account import keep_queue_columns
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.live import live_portal
from portal_core.desk.columns import FIELDS_AT_MOST, chosen_text, field_choices, fixed_choices, shown_columns
from portal_core.desk.filters import QUEUE, list_at
from portal_core.desk.views import href_of
from portal_core.desk.way import back_of
from portal_core.service_requests.models import SavedView
from portal_core.service_requests.queue import Filters
from portal_core.service_requests.saved_views import may_change, set_columns, view_named
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import parse_uuid


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def choose(request: PersonRequest) -> HttpResponse:
    """Shows all that there are; a POST keeps `column` (several), or with `do=usual` none of one's own."""
    back = back_of(request)
    view = _view_of(request, back)
    if request.method == "POST":
        return redirect(_kept(request, back, view))
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    asked = list_at(back)[1].columns
    shown = shown_columns(asked or request.user.queue_columns, viewer, portal)
    context = {
        "portal": portal,
        "back": back,
        "fixed": fixed_choices(shown),
        "types": list(field_choices(shown, viewer, portal)),
        "most": FIELDS_AT_MOST,
        "view": view,
        "for_whom": _for_whom(request, asked, view),
    }
    return render(request, "desk/columns.html", context)


def _kept(request: PersonRequest, back: str, view: SavedView | None) -> str:
    """Keeps what was ticked where it belongs, and where to go on."""
    columns = "" if request.POST.get("do") == "usual" else chosen_text(request.POST.getlist("column"))
    _, filters = list_at(back)
    if view is not None and may_change(request.actor, view):
        return href_of(set_columns(actor=request.actor, view_id=view.pk, columns=columns), request.actor, live_portal())
    if filters.columns:
        # Somebody else's view, or a list narrowed down from one: for this time.
        return _queue(replace(filters, columns=columns), view)
    keep_queue_columns(request.user, columns)
    return _queue(filters, view)


def _queue(filters: Filters, view: SavedView | None) -> str:
    return QUEUE.of(filters, saved=str(view.pk)) if view else QUEUE.of(filters)


def _view_of(request: PersonRequest, back: str) -> SavedView | None:
    named: uuid.UUID | None = parse_uuid(QueryDict(back.partition("?")[2]).get("saved", "") or "")
    return view_named(request.actor, named) if named else None


def _for_whom(request: PersonRequest, asked: str, view: SavedView | None) -> str:
    """What becomes of the choice, in words."""
    if view is not None and may_change(request.actor, view):
        shared = "for everybody who opens it" if view.is_shared else "whenever you open it"
        return f"Kept with the view “{view.name}”, {shared}."
    return "For this time: the view is a colleague’s." if asked and view else _WHOSE[bool(asked)]


_WHOSE = {True: "For this list, as long as its address is open.", False: "Kept for you, on every device."}
