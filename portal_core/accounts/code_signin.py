"""Signing in by an e-mailed code.

What waits in the session is an address, never a user: whether somebody is behind it is looked up once when the code
is sent (to choose the mail) and once when a code came. So known and unknown addresses cost the same statements and
the same work at every step.
"""

from typing import Final

from django.db import transaction
from django.http import HttpRequest
from django.utils import translation

from portal_core.accounts import address_proof, mails
from portal_core.accounts.actions import register_customer
from portal_core.accounts.address_proof import Proof, Waiting
from portal_core.accounts.errors import EmailTaken
from portal_core.accounts.guests import keep_account
from portal_core.accounts.models import OPERATOR, User, normalise_email
from portal_core.accounts.portal_facts import portal_facts
from portal_core.accounts.signin import start_session

_PURPOSE: Final = "signin"


def send_code(request: HttpRequest, email: str, next_path: str = "") -> None:
    """Makes a code for an address and queues the mail, in one transaction."""
    address = normalise_email(email)
    with transaction.atomic():
        request.session.flush()  # whoever was about to sign in here before
        request.session.set_expiry(0)
        _mail(address, address_proof.begin(request, _PURPOSE, address, next_path=next_path))


def pending(request: HttpRequest) -> Waiting | None:
    """The code this browser waits for, if it can still be typed."""
    return address_proof.waiting(request, _PURPOSE)


def send_again(request: HttpRequest, waiting: Waiting) -> None:
    """Sends a new code to the same address, where one can be asked for (already)."""
    with transaction.atomic():
        _mail(waiting.email, address_proof.again(request, _PURPOSE))


def enter_code(request: HttpRequest, waiting: Waiting, code: str, *, keep: bool) -> Proof:
    """Tries a code; a right one signs in."""
    with transaction.atomic():
        proof = address_proof.enter(request, _PURPOSE, code, counts=lambda now: _may_enter(_who(now.email)))
        if proof is not Proof.RIGHT:
            return proof
        user = _person(waiting.email)
        if user is None:
            return Proof.EXPIRED
        start_session(request, user, keep=keep)
    return Proof.RIGHT


def _mail(address: str, codes: list[str]) -> None:
    """Queues one mail for each code, whoever the address belongs to."""
    for code in codes:
        user = _who(address)
        recipient = mails.Recipient(address, user, translation.get_language() or "")
        if _may_enter(user):
            mails.send_code(recipient, code)
        else:
            mails.send_no_account(recipient)


def _who(address: str) -> User | None:
    return User.objects.by_email(address)


def _may_enter(user: User | None) -> bool:
    """An active account; or anybody who gets one by coming in, where the portal is open."""
    if user is None:
        return portal_facts().is_open
    return user.is_active and user.role != OPERATOR and (not user.is_guest or portal_facts().is_open)


def _person(address: str) -> User | None:
    """Whom a right code signs in: the account, or a new customer's; None when that has changed just now."""
    user = _who(address)
    if user is None:
        try:
            return register_customer(email=address)
        except EmailTaken:
            # Another browser with a code for the same address was quicker, or an invitation.
            user = _who(address)
    if user is None or not _may_enter(user):
        return None
    return keep_account(user) if user.is_guest else user
