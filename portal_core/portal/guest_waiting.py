"""The form of a guest that waits in their browser's session until its address is proved."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict

from portal_core.accounts import address_proof
from portal_core.accounts.models import normalise_email
from portal_core.accounts.pages import PortalRequest, to_sign_in
from portal_core.portal.guest_earlier import account_needed
from portal_core.portal.opened_form import as_typed
from portal_core.service_requests.since_opened import OPENED
from portal_core.service_requests.typed_then import Files

PURPOSE: Final = "guest-request"
NO_FILES: Final[Files] = MultiValueDict()
_PENDING: Final = "guest_request"


def waiting_form(request: HttpRequest, type_key: str | None = None) -> dict[str, Any]:
    """The form that waits in this browser, of this type if one is named, or nothing. Any: a session holds JSON."""
    pending = request.session.get(_PENDING)
    found = dict(pending) if isinstance(pending, dict) else {}
    return found if type_key is None or found.get("type") == type_key else {}


def keep_form(request: HttpRequest, pending: dict[str, Any]) -> None:
    """Keeps the form. SECURITY: a code that was sent for another address confirms nothing of this one."""
    waiting = address_proof.waiting(request, PURPOSE)
    if waiting is not None and waiting.email != normalise_email(pending["email"]):
        address_proof.forget(request, PURPOSE)
    request.session[_PENDING] = pending


def forget_form(request: HttpRequest) -> None:
    """It was sent."""
    request.session.pop(_PENDING, None)


def kept_form(pending: Mapping[str, Any]) -> QueryDict:
    """What was typed, with the version under which the form was opened, as if it came in now."""
    typed = as_typed(pending["typed"])
    typed[OPENED] = pending.get("opened", "")
    return typed


def show_waiting(request: PortalRequest) -> HttpResponse:
    """No guest is let in any more: whoever comes to send the form that waits reads what they wrote."""
    pending = waiting_form(request)
    if not pending:
        return to_sign_in(request)
    return account_needed(request, pending["type"], kept_form(pending), NO_FILES)
