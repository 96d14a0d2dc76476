"""What is asked of a guest, answered by the link of the request, once a code has shown that it is their mailbox.

A document that is asked for can be sent without the code: a guest may write and upload, and binds nobody by it.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal_core.accounts.guests import browser_id, browser_id_or_new
from portal_core.accounts.pages import PortalRequest
from portal_core.config.document.flows import UploadAsk
from portal_core.config.live import live_portal
from portal_core.documents.uploads import adopt
from portal_core.portal.asks import AskDoor, answer_by
from portal_core.portal.guest_code import acting, is_confirmed
from portal_core.portal.guest_gone import gone
from portal_core.portal.guest_new import too_many_files
from portal_core.portal.guest_request import render_by_link
from portal_core.portal.link_page import link_page
from portal_core.portal.requests import OpenedRequest
from portal_core.service_requests.guest_links import OpenedLink, open_link
from portal_core.service_requests.viewer import Viewer
from tenants.uploads import UploadLimits, takes_files


@require_POST
@link_page
@takes_files(UploadLimits())
def answer(request: PortalRequest, opened: OpenedLink, ask_key: str) -> HttpResponse:
    """`/g/TOKEN/asks/KEY/`: as in the portal. SECURITY: nothing but documents without the code, whatever the page had
    shown; `answer_ask` refuses it once more."""
    if not is_confirmed(request, opened):
        if not _asks_for_document(opened, ask_key):
            return redirect(f"{opened.path}#now")
        return _upload(request, opened, ask_key)
    browser = browser_id(request)
    if browser is not None:
        # What script sent before the form is this browser's own; the form is read as the customer's.
        adopt(browser, opened.row.customer_id)
    return answer_by(_door(request, opened.token), request, ask_key)


def _door(request: PortalRequest, token: str) -> AskDoor:
    return AskDoor(
        open=lambda: _open(request, token),
        render=partial(_render, request, token),
        onward=lambda row: redirect(f"/g/{token}/#now"),
    )


def _asks_for_document(opened: OpenedLink, ask_key: str) -> bool:
    status = live_portal().type_or_unknown(opened.row.type_key).flow.status_or_unknown(opened.row.status_key)
    return any(ask.key == ask_key and isinstance(ask, UploadAsk) for ask in status.asks)


def _upload(request: PortalRequest, opened: OpenedLink, ask_key: str) -> HttpResponse:
    """Files are this browser's own until they are given: a link does not reach what the customer has sent elsewhere."""
    if request.FILES and (full := too_many_files(request)) is not None:
        return full
    browser = browser_id_or_new(request)
    door = replace(
        _door(request, opened.token),
        sender_id=browser,
        settle=lambda: adopt(browser, opened.row.customer_id),
    )
    return answer_by(door, request, ask_key)


def _open(request: PortalRequest, token: str) -> OpenedRequest:
    opened = open_link(token)
    if opened is None:
        raise Http404
    portal, actor = live_portal(), acting(request, opened)
    return OpenedRequest(opened.row, portal, Viewer.of(actor, portal), actor)


def _render(
    request: PortalRequest,
    token: str,
    _opened: OpenedRequest,
    *,
    status: int = 200,
    sent_asks: Mapping[str, QueryDict] | None = None,
    **extra: object,
) -> HttpResponse:
    opened = open_link(token)
    if opened is None:
        return gone(request, token)
    return render_by_link(request, opened, status=status, sent_asks=sent_asks, **extra)
