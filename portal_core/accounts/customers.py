"""What staff do for customers' accounts: invite, correct, close, bring back. One transaction each."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal_core.accounts import mails
from portal_core.accounts.actions import customer_by_email
from portal_core.accounts.actor import Actor
from portal_core.accounts.errors import AccountError, NotAllowed, NotThere
from portal_core.accounts.guests import keep_account
from portal_core.accounts.locks import lock_person
from portal_core.accounts.models import NAME_LENGTH, User, new_session_salt
from portal_core.accounts.overtaken import merged
from portal_core.accounts.own_account import emit_person_changed
from portal_core.accounts.roles import CUSTOMER
from portal_core.accounts.sessions import end_sessions
from portal_core.accounts.signin_links import (
    INVITATION,
    INVITATION_MINUTES,
    create_link,
    find_link,
    revoke_links,
    use_link,
)

INVITATION_DAYS = INVITATION_MINUTES // (24 * 60)
PHONE_LENGTH = 40


def invite_customer(*, actor: Actor, email: str, name: str = "") -> User:
    """Mails a customer (made now when there is none) a link that opens their account once, within 7 days.

    An earlier invitation stops working. Raises NotAllowed, EmailTaken, AccountError("has_account", "staff",
    "inactive", "bad_email").
    """
    with transaction.atomic():
        user = _invited(actor, customer_by_email(actor=actor, email=email, name=name))
        path = create_link(user, INVITATION, INVITATION_MINUTES)
        mails.send_customer_invitation(user, path=path, days=INVITATION_DAYS)
    return user


def invitation_path(*, actor: Actor, user_id: UUID) -> str:
    """A link for a customer to be handed over by other ways than mail; earlier ones stop working.

    SECURITY: whoever makes it could go in by it, so it takes the right to manage customers, and the customer is told.
    Raises NotAllowed, NotThere, AccountError("has_account").
    """
    if not actor.may("manage_customers"):
        raise NotAllowed
    with transaction.atomic():
        user = _invited(actor, _locked(actor, user_id))
        mails.tell_link_made(user, by=actor.name)
        return create_link(user, INVITATION, INVITATION_MINUTES)


def _invited(actor: Actor, user: User) -> User:
    if not (actor.may("create_for_customer") or actor.may("manage_customers")):
        raise NotAllowed
    lock_person(user.pk)
    if user.last_sign_in_at is not None and not user.is_guest:
        raise AccountError("has_account")
    revoke_links(user, INVITATION)
    user.invited_at = timezone.now()
    user.save(update_fields=["invited_at"])
    return user


def accept_as_customer(*, token: str, name: str) -> User | None:
    """The invited customer is in and the link used up; None when it does not work (any more)."""
    with transaction.atomic():
        invitation = find_link(token, INVITATION)
        if invitation is None or invitation.user.role != CUSTOMER:
            return None
        lock_person(invitation.user_id)
        link = use_link(token, INVITATION)
        if link is None:
            return None
        user = link.user
        if name.strip():
            user.name = name.strip()[:NAME_LENGTH]
            user.save(update_fields=["name"])
            emit_person_changed(user)
        return keep_account(user) if user.is_guest else user


def change_customer(
    *, actor: Actor, user_id: UUID, name: str, phone: str, seen: Mapping[str, str] | None = None
) -> User:
    """Corrects a customer's name and phone; of what was left as it was `seen`, nothing is written over.

    Raises NotAllowed, NotThere, ChangedMeanwhile.
    """
    with transaction.atomic():
        user = _locked(actor, user_id)
        typed = {"name": name.strip()[:NAME_LENGTH], "phone": phone.strip()[:PHONE_LENGTH]}
        kept = merged(typed, seen, {"name": user.name, "phone": user.phone})
        user.name, user.phone = kept["name"], kept["phone"]
        user.save(update_fields=["name", "phone"])
        emit_person_changed(user)
    return user


def close_account(*, actor: Actor, user_id: UUID) -> User:
    """Ends a customer's access at once: sessions, links, mails; what they wrote stays. Raises NotAllowed, NotThere."""
    with transaction.atomic():
        user = _locked(actor, user_id, permission="manage_customers")
        user.is_active, user.deactivated_at = False, timezone.now()
        user.session_salt = new_session_salt()
        user.save(update_fields=["is_active", "deactivated_at", "session_salt"])
        end_sessions(user.pk)
        revoke_links(user)
    return user


def open_account_again(*, actor: Actor, user_id: UUID) -> User:
    """Lets a customer in again. Raises NotAllowed, NotThere."""
    with transaction.atomic():
        user = _locked(actor, user_id, permission="manage_customers")
        user.is_active, user.deactivated_at = True, None
        user.save(update_fields=["is_active", "deactivated_at"])
    return user


def _locked(actor: Actor, user_id: UUID, *, permission: str = "create_for_customer") -> User:
    if not (actor.may(permission) or actor.may("manage_customers")):
        raise NotAllowed
    user = lock_person(user_id)
    if user is None or user.role != CUSTOMER:
        raise NotThere
    return user
