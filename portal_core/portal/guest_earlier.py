"""A guest's form of an earlier version of the portal: what was typed is shown where an account is needed by now.

SECURITY: whoever sends a form names its version, and each is read from the database and compiled for them alone: one
source has that done only so often.
"""

from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from portal_core.accounts.actor import NOBODY, Actor
from portal_core.accounts.guests import browser_id
from portal_core.accounts.pages import SIGN_IN, PortalRequest, to_sign_in
from portal_core.accounts.roles import GUEST, resolve_role
from portal_core.accounts.signin_limits import limit_source
from portal_core.config.compiled import CompiledPortal
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.service_requests.since_opened import OPENED, typed_into
from portal_core.service_requests.typed_then import Files, Lost
from portal_core.service_requests.viewer import Viewer
from tenants.limits import TooMany

_EARLIER: Final = "guest-earlier-form"
_EARLIER_AN_HOUR: Final = 60


def nobody() -> Actor:
    """Somebody signed out, with the rights of a guest."""
    return replace(NOBODY, role=resolve_role(GUEST), language=get_language() or "")


def count_earlier(request: HttpRequest, live: CompiledPortal) -> None:
    """Counts what the signed-out send of earlier versions: each is read for them alone. Raises TooMany."""
    if request.POST.get(OPENED, str(live.number)) != str(live.number):
        limit_source(request, _EARLIER, _EARLIER_AN_HOUR)


def account_needed(request: PortalRequest, type_key: str, data: QueryDict, files: Files) -> HttpResponse:
    """What cannot be sent without an account (any more): says so, and shows what was typed, so that nothing is lost."""
    written = _written(request, type_key, data, files) if data else ()
    if not written:
        return to_sign_in(request)
    sign_in = f"{SIGN_IN}?{urlencode({'next': reverse('portal:new', args=[type_key])})}"
    return render(request, "portal/new_closed.html", {"written": written, "sign_in_href": sign_in}, status=409)


def _written(request: PortalRequest, type_key: str, data: QueryDict, files: Files) -> tuple[Lost, ...]:
    """What was typed, by its questions; nothing for who has asked too often: then it is shown as it came in."""
    try:
        limit_source(request, _EARLIER, _EARLIER_AN_HOUR)
    except TooMany:
        return ()
    actor, portal = nobody(), live_portal()
    asked = Asked(portal, actor.role, Viewer.of(actor, portal).language, person_id=browser_id(request))
    return typed_into(data, files, type_key, asked)
