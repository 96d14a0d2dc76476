"""Moving an account to another address: a code proves the new one, and the person is proven once more.

SECURITY: a browser that was left open must not be enough to take an account away. So besides the code for the new
address it takes the password or, where there is none, a code to the old address; and that code as well where the
password is younger than a week, since whoever sits at the browser can set one, or remove it and set another. Its owner
has heard of it by mail. Whoever has lost both asks the business (`actions.change_email`).

Whether the new address has an account already is said only by the mail that goes to it: the page answers alike.
"""

from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from portal_core.accounts import address_proof, mails
from portal_core.accounts.address_proof import Proof, Waiting
from portal_core.accounts.locks import lock_person
from portal_core.accounts.models import User, normalise_email
from portal_core.accounts.own_account import emit_person_changed
from portal_core.accounts.signin_links import revoke_links
from tenants.limits import Bucket, client_source, consume

PASSWORD_STANDS: Final = timedelta(days=7)


def limit_change(request: HttpRequest, user: User) -> None:
    """Counts one request for a change. Raises TooMany."""
    consume(
        (
            Bucket("change-email-source", client_source(request), 20, 3600),
            Bucket("change-email", str(user.pk), 5, 3600),
        )
    )


def _purpose(user: User) -> str:
    return f"email-{user.pk}"


def ask(request: HttpRequest, user: User, new_email: str, *, password_fits: bool) -> None:
    """Sends the code to the new address, and tells the old one: with a code unless a password stands for it."""
    address = normalise_email(new_email)
    is_proven = password_fits and _has_stood(user)
    proving = (address,) if is_proven else (address, user.email)
    code, *old_code = address_proof.begin(request, _purpose(user), *proving)
    with transaction.atomic():
        if User.objects.by_email(address) is None:
            mails.send_change_code(user, address, code)
        else:
            mails.send_address_taken(user, address)
        mails.tell_old_address(user, user.email, new_email=address, done=False, code="".join(old_code))


def _has_stood(user: User) -> bool:
    """Whether the password has been there for so long that its owner would have said something."""
    return user.password_since is None or timezone.now() - user.password_since >= PASSWORD_STANDS


def waiting(request: HttpRequest, user: User) -> Waiting | None:
    """The change that waits for its codes in this browser."""
    return address_proof.waiting(request, _purpose(user))


def needs_old_code(change: Waiting | None) -> bool:
    """Whether a code to the old address is part of the proof."""
    return change is not None and len(change.emails) > 1


def stop(request: HttpRequest, user: User) -> None:
    """Forgets the change."""
    address_proof.forget(request, _purpose(user))


def confirm(request: HttpRequest, user: User, *codes: str) -> bool:
    """Makes the change if the codes are right."""

    def counts(change: Waiting) -> bool:
        # Nobody has the new address yet, and the old one is still this person's.
        return User.objects.by_email(change.email) is None and change.emails[1:] in ((), (user.email,))

    with transaction.atomic():
        lock_person(user.pk)
        change = waiting(request, user)
        if change is None or address_proof.enter(request, _purpose(user), *codes, counts=counts) is not Proof.RIGHT:
            return False
        return _move(user, change.email)


def _move(user: User, address: str) -> bool:
    old_email = user.email
    try:
        with transaction.atomic():
            user.email = address
            user.save(update_fields=["email"])
            emit_person_changed(user)
    except IntegrityError:
        user.email = old_email
        return False
    revoke_links(user)
    mails.tell_old_address(user, old_email, new_email=address, done=True)
    return True
