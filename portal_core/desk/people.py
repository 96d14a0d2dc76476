"""Who works at the desk: for menus and filters."""

from dataclasses import dataclass

from portal_core.accounts.queries import active_colleagues


@dataclass(frozen=True)
class Colleague:
    """One active person of the team."""

    id: str
    name: str
    team_key: str


def colleagues() -> list[Colleague]:
    """Everybody who can be given a request, by name, in one query."""
    return [Colleague(str(user.pk), user.name or user.email, user.team_key) for user in active_colleagues()]
