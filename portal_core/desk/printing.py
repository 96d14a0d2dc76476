"""A request on paper, for its customer: what the customer sees, in the customer's language, without any note."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.desk.request import open_request
from portal_core.portal.brand import live_brand
from portal_core.service_requests.pages import request_page

ENTRIES = 1_000


@require_safe
@staff_page()
def for_customer(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/print/`. SECURITY: built for the customer as a reader, on this colleague's screen."""
    opened = open_request(request, number)
    viewer = opened.customer_viewer
    page = request_page(opened.row, viewer, portal=opened.portal, entries=ENTRIES)
    context = {
        "portal": opened.portal,
        "page": page,
        "brand": live_brand(opened.portal),
        "customer_name": opened.row.customer.name or opened.row.customer.email,
        "printed_at": timezone.now(),
    }
    with translation.override(viewer.language):
        return render(request, "desk/print.html", context)
