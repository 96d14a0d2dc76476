"""How a guest proves an address: a code by mail, or where strangers have used up its codes, a link.

Nothing tells whether the address is known before it is proved.
"""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language

from portal_core.accounts import address_proof, mails, proof_links
from portal_core.accounts.models import User
from portal_core.accounts.pages import PortalRequest
from portal_core.accounts.signin_limits import limit_codes
from portal_core.portal.guest_waiting import PURPOSE


def ask_for_proof(request: PortalRequest, email: str, type_key: str, *, again: bool = False) -> HttpResponse:
    """Mails a code and asks for it, or a link and says so; `again`: beside the codes that were sent before.

    Raises TooMany.
    """
    if not limit_codes(request, email):
        return _link_instead(request, email, type_key)
    codes = address_proof.again(request, PURPOSE) if again else address_proof.begin(request, PURPOSE, email)
    _send_codes(email, codes)
    return redirect("portal:confirm", type_key=type_key)


def _send_codes(email: str, codes: list[str]) -> None:
    """One mail whoever has the address: the page must not tell whether somebody does, nor whether they may come in."""
    user = User.objects.by_email(email)
    recipient = mails.Recipient(email, user, get_language() or "")
    with transaction.atomic():
        for code in codes:
            if user is None or user.is_active:
                mails.send_guest_code(recipient, code)
            else:
                mails.send_no_account(recipient)


def _link_instead(request: PortalRequest, email: str, type_key: str) -> HttpResponse:
    """Strangers have used up the codes of this address: whoever reads its mail sends the form by a link."""
    token = proof_links.new_token(PURPOSE, email)
    if token is not None:
        user = User.objects.by_email(email)
        recipient = mails.Recipient(email, user, get_language() or "")
        with transaction.atomic():
            if user is None or user.is_active:
                path = reverse("portal:by_link", kwargs={"token": token})
                mails.send_guest_link(recipient, path, minutes=proof_links.LINK_MINUTES)
            else:
                mails.send_no_account(recipient)
    context = {"minutes": proof_links.LINK_MINUTES, "type_key": type_key}
    return render(request, "portal/guest_link_sent.html", context)
