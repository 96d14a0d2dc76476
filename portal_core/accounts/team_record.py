"""What was done to a colleague's account: handed, within its transaction, to whoever keeps a record of it."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.accounts.portal_facts import portal_facts
from portal_core.accounts.roles import resolve_role


class TeamChange(StrEnum):
    """What can be done."""

    INVITED = "invited"
    JOINED = "joined"
    ROLE_GIVEN = "role_given"
    DEACTIVATED = "deactivated"
    BROUGHT_BACK = "brought_back"
    ADDRESS_MOVED = "address_moved"


Keeper = Callable[[Actor, User, TeamChange, Mapping[str, str]], None]

# What was registered last, if anything; a list, so that registering needs no `global`.
_keeper: list[Keeper] = []


def set_keeper(keeper: Keeper) -> None:
    """Registers who keeps the record; called once at start."""
    _keeper[:] = [keeper]


def note_change(actor: Actor, user: User, change: TeamChange, was: Mapping[str, str] | None = None) -> None:
    """Hands over what was done, with the place that the colleague has now; `was` is the place before."""
    before = {f"{name}_before": words for name, words in (was or {}).items()}
    for keeper in _keeper:
        keeper(actor, user, change, {**place_of(user), **before})


def place_of(user: User) -> dict[str, str]:
    """Role and team by their names of today: both can be renamed and deleted."""
    return {"role": str(resolve_role(user.role).name), "team": portal_facts().teams.get(user.team_key, user.team_key)}
