"""`/desk/mails/`: mails to customers that could not be delivered, for those who run the place."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.notifications import undelivered
from tenants.ui.addresses import understands
from tenants.ui.paging import page_number, pager_by_number


@require_safe
@staff_page("manage_team")
@understands("page")
def index(request: PersonRequest) -> HttpResponse:
    """To whom, when, why in words, and what to do."""
    page = page_number(request.GET)
    mails, has_more = undelivered.undelivered(page)
    context = {
        "mails": mails,
        "waiting": undelivered.waiting_events(),
        "pager": pager_by_number(request.GET, page, has_more=has_more),
    }
    return render(request, "desk/undelivered.html", context)
