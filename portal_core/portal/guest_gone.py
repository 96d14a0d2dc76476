"""What a guest's link that opens nothing says; and what every page behind such a link tells machines."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal_core.accounts.mails import mask_email
from portal_core.service_requests.guest_links import find_link, may_have_another


def gone(request: HttpRequest, token: str, *, was_sent: bool = False) -> HttpResponse:
    """Stopped, over, overtaken, of another portal, or never made. Only whoever holds a real one can ask for another."""
    link = find_link(token)
    can_renew = link is not None and may_have_another(link)
    context = {
        "token": token,
        "can_renew": can_renew and not was_sent,
        "was_sent": was_sent,
        "masked_email": mask_email(link.customer.email) if link is not None and can_renew else "",
    }
    return unlisted(render(request, "portal/guest_gone.html", context, status=200 if was_sent else 410))


def unlisted(response: HttpResponse) -> HttpResponse:
    """The address is the key: no search engine keeps it, and no other site is told where the reader came from."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
