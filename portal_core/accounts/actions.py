"""What is done to people's accounts by others: one transaction each, permission checked first."""

from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal_core.accounts import guests, mails
from portal_core.accounts.actor import Actor, actor_for
from portal_core.accounts.errors import AccountError, EmailTaken, LastOwner, NotAllowed, NotThere, RoleGone
from portal_core.accounts.locks import lock_owners_and, lock_person, other_owner_exists
from portal_core.accounts.models import NAME_LENGTH, User, new_session_salt, normalise_email
from portal_core.accounts.overtaken import ChangedMeanwhile
from portal_core.accounts.own_account import emit_person_changed
from portal_core.accounts.portal_facts import hand_over
from portal_core.accounts.roles import CUSTOMER, OWNER, Role, hold_role, is_known, may_grant, resolve_role
from portal_core.accounts.sessions import end_sessions
from portal_core.accounts.signin_links import (
    INVITATION,
    INVITATION_MINUTES,
    create_link,
    find_link,
    revoke_links,
    use_link,
)
from portal_core.accounts.team_record import TeamChange, note_change, place_of

_DAY_MINUTES = 24 * 60


def create_customer(*, actor: Actor, email: str, name: str, phone: str = "") -> User:
    """A customer made by staff. Raises NotAllowed, EmailTaken, AccountError("bad_email")."""
    if not (actor.may("create_for_customer") or actor.may("manage_customers")):
        raise NotAllowed
    return _insert(email, name=name, role=CUSTOMER, phone=phone.strip()[:40])


def customer_by_email(*, actor: Actor, email: str, name: str) -> User:
    """The customer with this address; made now when there is none. For actions of others, in their transaction.

    Raises NotAllowed, EmailTaken, AccountError("staff", "inactive", "bad_email").
    """
    user = User.objects.by_email(email)
    if user is None:
        return create_customer(actor=actor, email=email, name=name)
    if user.role != CUSTOMER:
        raise AccountError("staff")
    if not user.is_active:
        raise AccountError("inactive")
    return user


def register_customer(*, email: str) -> User:
    """A customer who proved an address on a portal that is open to everybody. Raises EmailTaken."""
    return _insert(email, name="", role=CUSTOMER)


def create_owner(*, email: str, name: str = "") -> User:
    """The first person of a new portal; called while it is provisioned."""
    return _insert(email, name=name, role=OWNER)


def invite_staff(*, actor: Actor, email: str, role: str, team_key: str = "") -> User:
    """Invites a colleague (or invites again, which ends the earlier link). Raises NotAllowed, EmailTaken, RoleGone."""
    with transaction.atomic():
        given = hold_role(role)
        _demand_grant(actor, given)
        existing = User.objects.select_for_update().filter(email=_clean_email(email)).first()
        if existing is not None and not _may_be_invited(existing):
            raise EmailTaken
        user = existing or _insert(email, name="", role=given.key, is_active=False)
        _demand_free(actor, user)
        user.role, user.team_key = given.key, team_key
        user.invited_at, user.deactivated_at = timezone.now(), None
        user.save(update_fields=["role", "team_key", "invited_at", "deactivated_at"])
        revoke_links(user)
        path = create_link(user, INVITATION, INVITATION_MINUTES)
        days = INVITATION_MINUTES // _DAY_MINUTES
        mails.send_invitation(user, inviter=actor.name, role_name=given.name, path=path, days=days)
        note_change(actor, user, TeamChange.INVITED)
    return user


def join_team(*, token: str, name: str) -> User | None:
    """The invited person is in and the link used up; None when it does not work (any more)."""
    with transaction.atomic():
        invitation = find_link(token, INVITATION)
        if invitation is None or not hold_role(invitation.user.role).is_staff:
            return None
        lock_person(invitation.user_id)
        link = use_link(token, INVITATION)
        if link is None:
            return None
        link.user.name, link.user.is_active = name.strip()[:NAME_LENGTH], True
        link.user.save(update_fields=["name", "is_active"])
        note_change(actor_for(link.user), link.user, TeamChange.JOINED)
        return link.user


def change_role(
    *, actor: Actor, user_id: UUID, role: str, team_key: str, seen: Mapping[str, str] | None = None
) -> User:
    """Gives a colleague another role or team; `seen` is the place that its author was shown, by "role" and "team".

    Raises NotAllowed, LastOwner, NotThere, RoleGone, ChangedMeanwhile (somebody else has given them another place).
    """
    with transaction.atomic():
        given = hold_role(role)
        user = _locked_colleague(actor, user_id)
        if not _is_another_place(user, {"role": role, "team": team_key}, seen):
            return user
        if user.role != given.key:
            _demand_grant(actor, given)
            _demand_other_owner(user)
        was = place_of(user)
        user.role, user.team_key = given.key, team_key
        user.save(update_fields=["role", "team_key"])
        note_change(actor, user, TeamChange.ROLE_GIVEN, was)
    return user


def _is_another_place(user: User, typed: Mapping[str, str], seen: Mapping[str, str] | None) -> bool:
    """Whether a role and a team that were typed are to be written; one is given for the other's sake."""
    now = {"role": user.role, "team": user.team_key}
    if typed in (now, seen):
        return False
    if seen is not None and seen != now:
        raise ChangedMeanwhile({name: value for name, value in now.items() if value != seen.get(name)})
    return True


def deactivate(*, actor: Actor, user_id: UUID, requests_to: UUID | None = None) -> User:
    """Ends a colleague's access at once: sessions, links, invitation; their requests are passed on.

    Raises NotAllowed (also for oneself), LastOwner, NotThere.
    """
    with transaction.atomic():
        user = _locked_colleague(actor, user_id)
        if user.pk == actor.user_id:
            raise NotAllowed("yourself")
        _demand_other_owner(user)
        _demand_receiver(requests_to, leaving=user)
        user.is_active, user.deactivated_at = False, timezone.now()
        user.session_salt = new_session_salt()
        user.save(update_fields=["is_active", "deactivated_at", "session_salt"])
        end_sessions(user.pk)
        revoke_links(user)
        hand_over(actor=actor, from_user=user.pk, to_user=requests_to)
        note_change(actor, user, TeamChange.DEACTIVATED)
    return user


def change_email(*, actor: Actor, user_id: UUID, email: str) -> User:
    """Moves somebody's account to another address: the way back for whoever lost the old one and has no password.

    Customers are moved by staff who manage customers, colleagues by staff who may give the role they hold. Both
    addresses are told; all sessions and links end. Raises NotAllowed (also for oneself), NotThere, EmailTaken,
    AccountError("bad_email").
    """
    if user_id == actor.user_id:
        raise NotAllowed("yourself")
    address = _clean_email(email)
    with transaction.atomic():
        user = _locked_movable(actor, user_id)
        old_email, user.email, user.session_salt = user.email, address, new_session_salt()
        try:
            with transaction.atomic():
                user.save(update_fields=["email", "session_salt"])
        except IntegrityError as error:
            raise EmailTaken from error
        end_sessions(user.pk)
        revoke_links(user)
        guests.address_moved(user)
        emit_person_changed(user)
        mails.tell_moved_by_staff(user, old_email)
        if user.role != CUSTOMER:
            note_change(actor, user, TeamChange.ADDRESS_MOVED)
    return user


def _locked_movable(actor: Actor, user_id: UUID) -> User:
    if not (actor.may("manage_customers") or actor.may("manage_team")):
        raise NotAllowed
    user = lock_owners_and(user_id)
    if user is None or not user.is_active:
        raise NotThere
    if user.role == CUSTOMER:
        if not actor.may("manage_customers"):
            raise NotAllowed
    elif not actor.may("manage_team") or not may_grant(actor.role, resolve_role(user.role)):
        raise NotAllowed
    return user


def reactivate(*, actor: Actor, user_id: UUID) -> User:
    """Brings a deactivated colleague back; they sign in anew. Raises NotAllowed, NotThere, RoleGone."""
    with transaction.atomic():
        left = User.objects.filter(pk=user_id).only("role").first()
        if left is None:
            raise NotThere
        hold_role(left.role)
        user = _locked_colleague(actor, user_id)
        if not is_known(resolve_role(user.role)):
            raise RoleGone
        if user.is_active or user.deactivated_at is None:
            raise NotThere
        if user.last_sign_in_at is None:
            raise AccountError("invite_again")
        user.is_active, user.deactivated_at = True, None
        user.save(update_fields=["is_active", "deactivated_at"])
        note_change(actor, user, TeamChange.BROUGHT_BACK)
    return user


def _locked_colleague(actor: Actor, user_id: UUID) -> User:
    if not actor.may("manage_team"):
        raise NotAllowed
    user = lock_owners_and(user_id)
    if user is None or user.role == CUSTOMER:
        raise NotThere
    held = resolve_role(user.role)
    # A role that no document knows any more holds nothing: whoever manages the team may mend that.
    if held.is_staff and not may_grant(actor.role, held):
        raise NotAllowed
    return user


def _demand_free(actor: Actor, user: User) -> None:
    """What somebody held before is taken from them only by who may give it; what nobody knows any more is nothing."""
    held = resolve_role(user.role)
    if is_known(held):
        _demand_grant(actor, held)


def _demand_grant(actor: Actor, role: Role) -> None:
    if not actor.may("manage_team"):
        raise NotAllowed
    if not is_known(role):
        raise RoleGone
    if not may_grant(actor.role, role):
        raise NotAllowed


def _demand_other_owner(user: User) -> None:
    if user.role == OWNER and user.is_active and not other_owner_exists(user):
        raise LastOwner


def _demand_receiver(receiver_id: UUID | None, *, leaving: User) -> None:
    if receiver_id is None:
        return
    receiver = User.objects.filter(pk=receiver_id, is_active=True).exclude(pk=leaving.pk).first()
    if receiver is None or not resolve_role(receiver.role).is_staff:
        raise NotThere


def _may_be_invited(user: User) -> bool:
    never_came = user.last_sign_in_at is None
    return user.role != CUSTOMER and not user.is_active and never_came


def _clean_email(email: str) -> str:
    address = normalise_email(email)
    try:
        validate_email(address)
    except ValidationError as error:
        raise AccountError("bad_email") from error
    return address


def _insert(email: str, *, name: str, role: str, phone: str = "", is_active: bool = True) -> User:
    address = _clean_email(email)
    try:
        with transaction.atomic():
            return User.objects.create_user(
                address, name=name.strip()[:NAME_LENGTH], role=role, phone=phone, is_active=is_active
            )
    except IntegrityError as error:
        raise EmailTaken from error
