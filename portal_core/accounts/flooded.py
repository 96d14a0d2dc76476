"""The way in for somebody whose address strangers flood with wishes for codes, from many sources at once.

A code belongs to the browser that asked for it, so once an address has had its codes of the hour, the owner's own
browser would get none. A link belongs to whoever reads the mail: it does not matter which of all the wishes sent it.
So from then on a link goes to the address, one every few minutes, and there is always one that still works.
"""

from typing import Final

from django.db import transaction

from portal_core.accounts import mails
from portal_core.accounts.models import OPERATOR, User, normalise_email
from portal_core.accounts.portal_facts import portal_facts
from portal_core.accounts.signin_links import SIGN_IN, create_link
from tenants.limits import Bucket, TooMany, consume
from tenants.outbox.events import emit
from tenants.outbox.models import Event

LINK_EVERY_SECONDS: Final = 5 * 60
LINK_MINUTES: Final = 15


def send_link_instead(email: str) -> None:
    """Has a link sent, unless the last one has only just gone.

    Whether there is an account is looked up later, by the worker: here it would show in the time of the answer.
    """
    address = normalise_email(email)
    try:
        consume((Bucket("signin-link", address, 1, LINK_EVERY_SECONDS),))
    except TooMany:
        return
    with transaction.atomic():
        emit("signin.link_wanted", {"email": address})


def mail_link(event: Event) -> None:
    """Mails the link, if somebody who can sign in has the address. Earlier links go on working."""
    user = User.objects.by_email(event.payload["email"])
    if user is None or not user.is_active or user.role == OPERATOR:
        return
    if user.is_guest and not portal_facts().is_open:
        # There is no account, and none can be kept.
        return
    mails.send_signin_link(user, create_link(user, SIGN_IN, LINK_MINUTES), minutes=LINK_MINUTES)
