"""`/new/by-link/TOKEN/`: sends the form that waits in this browser, with a link from the mail instead of a code."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal_core.accounts import address_proof
from portal_core.accounts.pages import PortalRequest, guest_page
from portal_core.accounts.proof_links import ProofLink, read_token
from portal_core.portal.guest_new import file_waiting
from portal_core.portal.guest_waiting import PURPOSE, show_waiting, waiting_form


@require_http_methods(["GET", "HEAD", "POST"])
@guest_page(turned_away=show_waiting)
def by_link(request: PortalRequest, token: str) -> HttpResponse:
    """A GET only shows the button (mail scanners follow links); the POST uses the link up."""
    if request.actor.is_signed_in:
        return redirect("portal:choose")
    link, waiting = read_token(token, PURPOSE), waiting_form(request)
    if link is None or not _is_for(waiting, link):
        context = {"is_over": link is None, "type_key": waiting.get("type", "")}
        return render(request, "portal/guest_link_not_here.html", context, status=400)
    if request.method != "POST":
        return render(request, "portal/guest_by_link.html", {"email": waiting["email"], "type_key": waiting["type"]})
    if not link.use_up():
        context = {"is_over": True, "type_key": waiting["type"]}
        return render(request, "portal/guest_link_not_here.html", context, status=400)
    address_proof.prove(request, PURPOSE, waiting["email"])
    return file_waiting(request, waiting)


def _is_for(waiting: dict[str, Any], link: ProofLink) -> bool:
    """SECURITY: what is proved is the mailbox to which the link went. Any: a session holds JSON."""
    return bool(waiting) and link.was_sent_to(waiting["email"])
