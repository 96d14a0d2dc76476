"""`POST /desk/setup/notifications/send/`: the mail that the page shows, sent to whoever looks at it, as a test."""

import re
from dataclasses import replace
from typing import Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.drafted import drafted_portal
from portal_core.desk.setup.preview.inner import DRAFT, looked, note, place_of
from portal_core.desk.setup.preview.mails import SeenMail, seen_mail
from portal_core.desk.setup.preview.rewriting import rewrite
from portal_core.desk.setup.preview.trying import Address, stage
from portal_core.service_requests.errors import NotSeen
from tenants.context import current
from tenants.limits import Bucket, TooMany, consume
from tenants.outbox.mails import OutgoingMail, queue_mail

AN_HOUR: Final = 10
_HOUR_SECONDS: Final = 3600
_KEY: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_TEST: Final = "This is a test from Portico, sent by you. No customer has got it; its links lead to the preview."
_OVER: Final = "Nothing was sent: the draft was published or discarded meanwhile. This is the mail as it is live now."
_BODY: Final = re.compile(r"<body[^>]*>")
_BANNER: Final = (
    '<p style="margin:0;padding:10px 16px;background-color:#fdf3d7;color:#4a3a08;font-family:Arial,sans-serif;'
    f'font-size:14px;line-height:20px;text-align:center;">{_TEST}</p>'
)


@require_POST
@staff_page("manage_setup")
def send(request: PersonRequest) -> HttpResponse:
    """Sends it, so many in an hour; what it tells is what the page shows, and looking is logged the same way."""
    asked = {name: request.POST.get(name, "") for name in ("version", "as", "type", "status")}
    if not (_KEY.fullmatch(asked["type"]) and _KEY.fullmatch(asked["status"])):
        raise Http404
    back = HttpResponseRedirect(_back(request))
    if asked["version"] == DRAFT and not drafted_portal().is_changed:
        messages.error(request, _OVER)
        return back
    try:
        consume([Bucket("test_mails", str(request.user.pk), AN_HOUR, _HOUR_SECONDS)])
    except TooMany:
        messages.error(request, f"{AN_HOUR} tests an hour are sent, no more. Look at the mail here until then.")
        return back
    mail = _made(request, asked)
    if mail is None:
        messages.error(request, "Nobody gets a mail there, so there is nothing to send.")
        return back
    user = request.user
    with transaction.atomic():
        queue_mail(
            OutgoingMail(
                to=user.email,
                to_name=user.name,
                sender_name=mail.sender,
                recipient_user_id=user.pk,
                subject=f"Test: {mail.subject}",
                text=f"{_TEST}\n\n{mail.text}",
                html=_BODY.sub(lambda found: f"{found[0]}{_BANNER}", mail.html, count=1),
            )
        )
    messages.success(request, f"Sent to {user.email}, marked as a test.")
    return back


def _made(request: PersonRequest, asked: dict[str, str]) -> SeenMail | None:
    """The mail as the page shows it. SECURITY: without what acts in the customer's name; its links lead to the preview,
    where whoever opens them must be let in as themselves."""
    what = looked(request, asked["version"], asked["as"])
    if what.portal is None:
        return None
    address = Address(f"mail/{asked['type']}/{asked['status']}/")
    note(request, what, address)
    try:
        with stage(what.seen, what.portal, request.actor, address) as made:
            mail = seen_mail(made, asked["status"])
            place = place_of(what, made)
    except NotSeen:
        raise Http404 from None
    if mail is None:
        return None
    tenant = current()
    base = what.base if tenant is None else tenant.url(what.base)
    inside = replace(place, base=base)
    html = rewrite(mail.html, inside).html
    text = mail.text.replace(place.secret, place.stand_in) if place.secret else mail.text
    return replace(mail, html=html, text=text.replace(f"{place.origin}/", base) if place.origin else text)


def _back(request: PersonRequest) -> str:
    """Where the page was."""
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/desk/setup/")
    return back if is_ours else "/desk/setup/notifications/"
