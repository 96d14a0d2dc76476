"""Row locks on people. The order everywhere: people by key, then their sessions, then their links."""

from uuid import UUID

from portal_core.accounts.models import User
from portal_core.accounts.roles import OWNER


def lock_owners_and(user_id: UUID) -> User | None:
    """Locks all owners and one person in key order, so that two owners cannot remove each other at once."""
    owners = User.objects.filter(role=OWNER, is_active=True).values_list("pk", flat=True)
    keys = {*owners, user_id}
    people = {user.pk: user for user in User.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    return people.get(user_id)


def lock_person(user_id: UUID) -> User | None:
    """Locks one person, before anything is written to their sessions or links.

    Whoever deactivates them takes the same row first: begun at the other end, each would wait for the other.
    """
    return User.objects.select_for_update().filter(pk=user_id).first()


def lock_user(user_id: UUID | str) -> User:
    """Locks one person until the transaction ends. Raises `User.DoesNotExist`."""
    return User.objects.select_for_update().get(pk=user_id)


def other_owner_exists(user: User) -> bool:
    """Whether the portal would still have an owner without this one. Call under the lock above."""
    return User.objects.filter(role=OWNER, is_active=True).exclude(pk=user.pk).exists()
