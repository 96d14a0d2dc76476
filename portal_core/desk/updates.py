"""`/desk/updates/`: what a colleague was told. The same list as the portal's, in the frame of the desk."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.notifications import updates
from portal_core.portal.updates import mark_all, path_of
from tenants.identifiers import parse_uuid
from tenants.ui.addresses import understands


@require_safe
@staff_page()
@understands("before")
def index(request: PersonRequest) -> HttpResponse:
    """The list, newest first, a page at a time."""
    page = updates.page_of(request.actor, before=parse_uuid(request.GET.get("before", "")))
    return render(request, "desk/updates.html", {"page": page, "may_see_mails": request.actor.may("manage_team")})


@require_POST
@staff_page()
def read_all(request: PersonRequest) -> HttpResponse:
    """Marks everything as read, up to the newest that the page showed."""
    mark_all(request)
    return redirect("desk:updates")


@require_POST
@staff_page()
def follow(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    """Marks one as read and goes where it leads."""
    return redirect(path_of(request.actor, key))
