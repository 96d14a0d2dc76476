"""`/g/TOKEN/`: one request by its link, without an account.

The link opens this request and nothing else. A guest reads what the customer reads, writes, and can keep it all in an
account in one step. SECURITY: nothing here signs anybody in; that takes a code, on the sign-in page.
"""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal_core.accounts import code_signin
from portal_core.accounts.guests import browser_id, browser_id_or_new
from portal_core.accounts.mails import mask_email
from portal_core.accounts.pages import PortalRequest, open_page
from portal_core.accounts.portal_facts import portal_facts
from portal_core.accounts.signin_limits import BY_GUEST_LINK, limit_sign_in, limit_source
from portal_core.config.live import live_portal
from portal_core.documents.field import Sender, with_files
from portal_core.documents.uploads import adopt
from portal_core.messaging.actions import message_of, reply
from portal_core.notifications.guest_link_mail import send_new_link
from portal_core.portal.guest_code import acting, is_confirmed
from portal_core.portal.guest_files import with_token
from portal_core.portal.guest_gone import gone, unlisted
from portal_core.portal.guest_new import too_many_files
from portal_core.portal.limits import writes_full_until
from portal_core.portal.link_page import link_page
from portal_core.portal.signin import too_many
from portal_core.reporting.views import count_view
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.forms import MessageForm
from portal_core.service_requests.guest_links import OpenedLink, find_link, open_link, stop_link
from portal_core.service_requests.offered_asks import Place, offered_asks
from portal_core.service_requests.pages import request_page
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import visible
from tenants.identifiers import parse_uuid
from tenants.limits import TooMany
from tenants.uploads import UploadLimits, takes_files

_OPENED_AN_HOUR = 300
# A browser that has sent nothing yet owns nothing.
_NO_BROWSER = UUID(int=0)


@require_safe
@open_page
def detail(request: PortalRequest, token: str) -> HttpResponse:
    """`/g/TOKEN/`: where it stands, what happened, and a word to the business."""
    try:
        limit_source(request, "guest-link", _OPENED_AN_HOUR)
    except TooMany as error:
        return too_many(request, error)
    opened = open_link(token)
    if opened is None:
        return gone(request, token)
    count_view(opened.row.pk, "guest")
    return render_by_link(request, opened)


@require_POST
@link_page
@takes_files(UploadLimits())
def write(request: PortalRequest, opened: OpenedLink) -> HttpResponse:
    """`/g/TOKEN/reply/`: a message to the business, with files where the status lets customers send them."""
    if request.FILES and (full := too_many_files(request)) is not None:
        return full
    browser = browser_id_or_new(request) if request.FILES else browser_id(request)
    form = _message_form(opened, browser, with_files(request, lambda: _message_form(opened, browser)))
    if not form.is_valid():
        return render_by_link(request, opened, message_form=form, status=400)
    full_until = writes_full_until(opened.actor)
    if full_until is not None:
        return render_by_link(request, opened, message_form=form, full_until=full_until, status=429)
    if browser is not None:
        adopt(browser, opened.row.customer_id)
    try:
        entry = reply(actor=opened.actor, request_id=opened.row.pk, message=message_of(form))
    except Forbidden:
        return render_by_link(request, opened, message_form=form, problem="message", status=403)
    return redirect(f"{opened.path}#e-{entry.pk}")


@require_POST
@link_page
def keep(request: PortalRequest, opened: OpenedLink) -> HttpResponse:
    """`/g/TOKEN/keep/`: a code to the address; with it the guest has an account, and needs the link no more."""
    if not portal_facts().is_open:
        raise Forbidden
    email = opened.row.customer.email
    try:
        limit_sign_in(request, email, BY_GUEST_LINK)
    except TooMany as error:
        return too_many(request, error)
    code_signin.send_code(request, email, f"/requests/{opened.row.number}/")
    return redirect("signin_code")


@require_POST
@open_page
def stop(request: PortalRequest, token: str) -> HttpResponse:
    """`/g/TOKEN/stop/`: the link ends at once."""
    opened = open_link(token)
    if opened is not None:
        stop_link(opened)
    return redirect("portal:guest", token=token)


@require_POST
@open_page
def renew(request: PortalRequest, token: str) -> HttpResponse:
    """`/g/TOKEN/new/`: a new link by mail, to the address that the old one was for; the page says no more than that."""
    link = find_link(token)
    if link is None:
        return gone(request, token)
    try:
        limit_sign_in(request, link.customer.email, BY_GUEST_LINK)
    except TooMany as error:
        return too_many(request, error)
    send_new_link(link.request)
    return gone(request, token, was_sent=True)


def render_by_link(
    request: PortalRequest,
    opened: OpenedLink,
    *,
    status: int = 200,
    sent_asks: Mapping[str, QueryDict] | None = None,
    **extra: object,
) -> HttpResponse:
    """The page; `extra` carries forms with errors, or a problem in words."""
    portal = live_portal()
    confirmed = is_confirmed(request, opened)
    viewer = Viewer.of(acting(request, opened), portal)
    sender_id = None if confirmed else browser_id(request) or _NO_BROWSER
    before, older = (parse_uuid(request.GET.get(name, "")) for name in ("before", "documents"))
    page = request_page(opened.row, viewer, portal=portal, before=before, documents_before=older)
    context = {
        "portal": portal,
        "page": with_token(page, opened.token),
        "asks": offered_asks(
            opened.row, page.request, viewer, portal=portal, sent=sent_asks, place=Place(sender_id=sender_id)
        ),
        "guest": opened,
        "is_confirmed": confirmed,
        "code_is_over": request.GET.get("code") == "over",
        "masked_email": mask_email(opened.row.customer.email),
        "can_keep": portal_facts().is_open,
        "message_form": _message_form(opened, browser_id(request)),
        "was_sent": request.GET.get("sent") == "1",
        "moves": [],
        "read_only": False,
        **extra,
    }
    return unlisted(render(request, "portal/guest_request.html", context, status=status))


def _message_form(opened: OpenedLink, browser: UUID | None, data: QueryDict | None = None) -> MessageForm:
    """With files where this status takes them; until they are sent, they are this browser's own."""
    portal = live_portal()
    shown = visible(opened.row, Viewer.of(opened.actor, portal), portal=portal, brief=True)
    sender = Sender(browser, opened.row.customer_id) if shown.may_upload else None
    return MessageForm(data, sender=sender)
