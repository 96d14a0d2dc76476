"""People as pages look for them."""

from collections.abc import Collection
from typing import Final

from django.db.models import Count, Q, QuerySet

from portal_core.accounts.models import User
from portal_core.accounts.roles import staff_roles

# As `User.is_invited`: who is active was invited once, too.
IS_INVITED: Final = Q(invited_at__isnull=False, deactivated_at=None)


def active_colleagues() -> QuerySet[User]:
    """Everybody who works at the desk now, by name; the made-up people of a starter are none of them."""
    keys = [role.key for role in staff_roles()]
    return User.objects.filter(role__in=keys, is_active=True, is_sample=False).order_by("name", "id")


def sample_customer() -> User | None:
    """The made-up customer to try a new portal with."""
    return User.objects.filter(is_sample=True, is_active=True).order_by("created_at").first()


def is_anybody_in(team_key: str) -> bool:
    """Whether a colleague, also one who has left, belongs to a team."""
    return User.objects.filter(team_key=team_key).exists()


def is_anybody_with(role_key: str) -> bool:
    """Whether somebody has a role, or had it when they left."""
    return User.objects.filter(role=role_key).exists()


def holders(role_keys: Collection[str]) -> dict[str, int]:
    """How many people have each of these roles, or are invited with it; one query, without those that nobody has."""
    rows = User.objects.filter(Q(is_active=True) | IS_INVITED, role__in=role_keys).order_by("role")
    return dict(rows.values_list("role").annotate(n=Count("pk")))
