"""`/u/TOKEN/`: the way out of one kind of mails.

A GET only shows it (mail scanners follow links). A POST switches it off at once, by the button or by a mail program
(RFC 8058), which has neither session nor cookie. Nobody is signed in by it.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal_core.accounts.actor import actor_for
from portal_core.accounts.pages import PortalRequest, open_page
from portal_core.accounts.signin_limits import limit_source
from portal_core.config.live import live_portal
from portal_core.notifications import choices
from portal_core.notifications.unsubscribe import WayOut, read
from portal_core.portal.signin import too_many
from portal_core.service_requests.viewer import Viewer
from tenants.limits import TooMany

_TRIES_PER_HOUR = 600


# SECURITY: whoever has the token may do just this; a forged form would need it too. Nothing rides on a session.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_page
def unsubscribe(request: PortalRequest, token: str) -> HttpResponse:
    """Shows what will be switched off; switches it off; switches it on again (`undo`)."""
    try:
        limit_source(request, "unsubscribe", _TRIES_PER_HOUR)
    except TooMany as error:
        return too_many(request, error)
    way_out = read(token)
    if way_out is None:
        return render(request, "portal/unsubscribe.html", {"way_out": None}, status=410)
    done = ""
    if request.method == "POST":
        done = "on" if request.POST.get("undo") == "1" else "off"
        change = choices.switch_on if done == "on" else choices.switch_off
        change(way_out.user.pk, way_out.kind.key)
        way_out = read(token) or way_out
    # In the language of the mail that led here.
    with translation.override(Viewer.of(actor_for(way_out.user), live_portal()).language):
        return render(request, "portal/unsubscribe.html", _context(way_out, done))


def _context(way_out: WayOut, done: str) -> dict[str, object]:
    return {
        "way_out": way_out,
        "is_off": choices.is_off(way_out.user, way_out.kind.key),
        "done": done,
        "is_customer": not actor_for(way_out.user).is_staff,
    }
