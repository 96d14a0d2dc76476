"""Starting and ending a session, by whichever way somebody proved who they are."""

from typing import Final

from allauth.account.adapter import get_adapter
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from portal_core.accounts.devices import remember_device
from portal_core.accounts.models import User
from portal_core.accounts.portal_facts import portal_facts
from portal_core.accounts.roles import CUSTOMER

KEEP_SECONDS: Final = 90 * 24 * 3600


def start_session(request: HttpRequest, user: User, *, keep: bool) -> None:
    """Signs in: a fresh session key (and CSRF token); for 90 days on this device, or until the browser closes."""
    request.session.flush()
    get_adapter(request).login(request, user)
    request.session.set_expiry(KEEP_SECONDS if keep else 0)
    if user.last_sign_in_at is None and user.role == CUSTOMER and not user.language:
        user.language = _other_than_the_portals()
    user.last_sign_in_at = timezone.now()
    user.save(update_fields=["last_sign_in_at", "language"])


def _other_than_the_portals() -> str:
    """The language in which somebody came in: theirs from now on, in mails as well, until they choose another."""
    reads = translation.get_language() or ""
    return "" if reads == portal_facts().language else reads


def finish_response(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Leaves the device cookie with somebody who just signed in."""
    if isinstance(request.user, User):
        remember_device(request, response, request.user.email)
    return response


def end_session(request: HttpRequest) -> None:
    """Signs out: the session's row is gone at once."""
    logout(request)
