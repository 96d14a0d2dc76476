"""The link by which a guest follows a request: staff stop it, or have a new one mailed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.desk.request import open_request
from portal_core.notifications.guest_link_mail import send_new_link
from portal_core.service_requests.guest_links import stop_links_of_request


@require_POST
@staff_page("reply")
def change(request: PersonRequest, number: int) -> HttpResponse:
    """`/desk/requests/NUMBER/guest-link/`: `do` is stop or renew."""
    opened = open_request(request, number)
    if request.POST.get("do") == "renew":
        if send_new_link(opened.row, by_staff=True):
            messages.success(request, f"A new link is on its way to {opened.row.customer.email}.")
    elif stop_links_of_request(actor=request.actor, row=opened.row):
        messages.success(
            request, "The link is stopped: it opens nothing any more, and no mail about this request goes out."
        )
    return redirect("desk:request", number=number)
