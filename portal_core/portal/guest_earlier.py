"""A guest's form of an earlier version of the portal: what was typed is shown where an account is needed by now."""

from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from portal_core.accounts.actor import NOBODY, Actor
from portal_core.accounts.guests import browser_id
from portal_core.accounts.pages import SIGN_IN, PortalRequest, to_sign_in
from portal_core.accounts.roles import GUEST, resolve_role
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.portal.earlier_forms import count_earlier
from portal_core.service_requests.since_opened import typed_into
from portal_core.service_requests.typed_then import Files, Lost
from portal_core.service_requests.viewer import Viewer
from tenants.limits import TooMany


def nobody() -> Actor:
    """Somebody signed out, with the rights of a guest."""
    return replace(NOBODY, role=resolve_role(GUEST), language=get_language() or "")


def account_needed(request: PortalRequest, type_key: str, data: QueryDict, files: Files) -> HttpResponse:
    """What cannot be sent without an account (any more): says so, and shows what was typed, so that nothing is lost."""
    written = _written(request, type_key, data, files) if data else ()
    if not written:
        return to_sign_in(request)
    sign_in = f"{SIGN_IN}?{urlencode({'next': reverse('portal:new', args=[type_key])})}"
    return render(request, "portal/new_closed.html", {"written": written, "sign_in_href": sign_in}, status=409)


def _written(request: PortalRequest, type_key: str, data: QueryDict, files: Files) -> tuple[Lost, ...]:
    """What was typed, by its questions; nothing for who has asked too often: then it is shown as it came in."""
    actor, portal = nobody(), live_portal()
    try:
        count_earlier(request, data, portal)
    except TooMany:
        return ()
    asked = Asked(portal, actor.role, Viewer.of(actor, portal).language, person_id=browser_id(request))
    return typed_into(data, files, type_key, asked)
