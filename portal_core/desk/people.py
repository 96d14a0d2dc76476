"""Who works at the desk: for menus and filters."""

from dataclasses import dataclass

from portal_core.accounts.models import User
from portal_core.accounts.roles import staff_roles


@dataclass(frozen=True)
class Colleague:
    """One active person of the team."""

    id: str
    name: str
    team_key: str


def colleagues() -> list[Colleague]:
    """Everybody who can be given a request, by name, in one query."""
    keys = [role.key for role in staff_roles()]
    people = User.objects.filter(role__in=keys, is_active=True, is_sample=False).order_by("name", "id")
    return [Colleague(str(user.pk), user.name or user.email, user.team_key) for user in people[:500]]
