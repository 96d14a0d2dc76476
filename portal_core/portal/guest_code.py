"""Acting bindingly by the link of a request: a code mailed to the guest's address comes first.

SECURITY: the link alone may have been passed on. For half an hour after the code, this browser may do for this one
request what its customer may do; it is signed in nowhere.
"""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal_core.accounts import address_proof, mails
from portal_core.accounts.actor import Actor, actor_for
from portal_core.accounts.address_proof import Proof
from portal_core.accounts.forms import CodeForm
from portal_core.accounts.pages import PortalRequest
from portal_core.accounts.signin_limits import BY_GUEST_LINK, limit_sign_in
from portal_core.portal.link_page import link_page
from portal_core.portal.signin import too_many
from portal_core.service_requests.guest_links import OpenedLink
from tenants.limits import TooMany


def is_confirmed(request: HttpRequest, opened: OpenedLink) -> bool:
    """Whether this browser has entered the code for this link within the last half hour."""
    return address_proof.is_proved(request, _purpose(opened), opened.row.customer.email)


def acting(request: HttpRequest, opened: OpenedLink) -> Actor:
    """Who acts here: a guest, or after the code the customer, for this request alone."""
    return actor_for(opened.row.customer) if is_confirmed(request, opened) else opened.actor


def _purpose(opened: OpenedLink) -> str:
    """The link as it is: a new one asks for a new code."""
    return f"guest-{opened.link.pk}-{opened.link.generation}"


@require_POST
@link_page
def send(request: PortalRequest, opened: OpenedLink) -> HttpResponse:
    """`/g/TOKEN/code/send/`: a code to the guest's address; again, when one is waited for."""
    email, purpose = opened.row.customer.email, _purpose(opened)
    try:
        limit_sign_in(request, email, BY_GUEST_LINK)
    except TooMany as error:
        return too_many(request, error)
    is_waiting = address_proof.waiting(request, purpose) is not None
    with transaction.atomic():
        codes = address_proof.again(request, purpose) if is_waiting else address_proof.begin(request, purpose, email)
        for code in codes:
            mails.send_approval_code(mails.Recipient(email, opened.row.customer), code)
    return redirect("portal:guest_code", token=opened.token)


@require_http_methods(["GET", "HEAD", "POST"])
@link_page
def enter(request: PortalRequest, opened: OpenedLink) -> HttpResponse:
    """`/g/TOKEN/code/`: the code; with it what is asked can be answered."""
    waiting = address_proof.waiting(request, _purpose(opened))
    if waiting is None:
        return redirect("portal:guest", token=opened.token)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        proof = address_proof.enter(request, _purpose(opened), form.cleaned_data["code"])
        if proof is Proof.RIGHT:
            return redirect(f"{opened.path}#now")
        if proof is not Proof.WRONG:
            return redirect(f"{opened.path}?code=over#now")
        form.add_error("code", _("This is not the code we sent last. Look for our newest e-mail."))
    masked = mails.mask_email(opened.row.customer.email)
    context = {"form": form, "waiting": waiting, "token": opened.token, "masked_email": masked}
    return render(request, "portal/guest_code.html", context, status=400 if form.is_bound else 200)
