"""`/updates/`: what is new for a customer. Reading the list changes nothing; a line’s button marks it and goes on."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal_core.accounts.actor import Actor
from portal_core.accounts.pages import PersonRequest, customer_page
from portal_core.notifications import updates
from portal_core.notifications.notices import mark_one, mark_read
from tenants.identifiers import parse_uuid
from tenants.ui.addresses import understands


@require_safe
@customer_page
@understands("before")
def index(request: PersonRequest) -> HttpResponse:
    """The list, newest first, a page at a time."""
    page = updates.page_of(request.actor, before=parse_uuid(request.GET.get("before", "")))
    return render(request, "portal/updates.html", {"page": page, "can_choose": True})


@require_POST
@customer_page
def read_all(request: PersonRequest) -> HttpResponse:
    """Marks everything as read, up to the newest that the page showed."""
    mark_all(request)
    return redirect("portal:updates")


@require_POST
@customer_page
def follow(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    """Marks one as read and goes where it leads."""
    return redirect(path_of(request.actor, key))


def mark_all(request: PersonRequest) -> None:
    """For the portal and the desk: what came in since the page was made stays new."""
    until = parse_uuid(request.POST.get("until", ""))
    if until is not None and request.actor.user_id is not None:
        mark_read(request.actor.user_id, until=until)


def path_of(actor: Actor, key: uuid.UUID) -> str:
    """Where one of the actor's own updates leads, marked as read; 404 for others' and for what is hidden now."""
    update = updates.one_of(actor, key)
    if update is None:
        raise Http404
    mark_one(update.id, actor.user_id)
    return update.path
