"""The team as its page shows it: who, with which role, with how much in hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, Count, Max, Q, QuerySet, Value, When, Window
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.accounts.forms import role_name
from portal_core.accounts.models import Session, SigninLink, User
from portal_core.accounts.portal_facts import open_counts, portal_facts
from portal_core.accounts.queries import IS_INVITED
from portal_core.accounts.roles import CUSTOMER, Role, may_grant, resolve_role, staff_roles
from portal_core.accounts.signin_links import INVITATION

MEMBERS_SHOWN: Final = 100
RECEIVERS_SHOWN: Final = 200


class State(StrEnum):
    """Where a colleague's account stands."""

    ACTIVE = "active"
    INVITED = "invited"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the team. `open_requests` is None where nobody counts. Any: role names may be lazy translations."""

    user: User
    state: State
    role: Role
    role_name: Any
    team_name: str
    open_requests: int | None
    last_seen_at: datetime | None
    invited_until: datetime | None
    is_me: bool
    may_change: bool

    @property
    def label(self) -> str:
        """The name, or the address as long as no name is known."""
        return self.user.name or self.user.email


@dataclass(frozen=True, slots=True)
class TeamPage:
    """A page of the team, and how many there are in all, on this page or not."""

    members: list[Member]
    all: int
    active: int
    invited: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read once for all lines. Any: mappings by key as the queries give them."""

    actor: Actor
    counts: Mapping[UUID, int] | None
    seen: dict[Any, Any]
    until: dict[Any, Any]
    teams: Mapping[str, str]
    roles: dict[str, Role]


def team_page(actor: Actor, *, page: int = 1) -> TeamPage:
    """A page of everybody at the desk: active ones first, then the invited, then those who left."""
    first = (page - 1) * MEMBERS_SHOWN
    found = list(_colleagues()[first : first + MEMBERS_SHOWN + 1])
    active, invited = Q(is_active=True), Q(is_active=False) & IS_INVITED
    numbers = User.objects.exclude(role=CUSTOMER).aggregate(
        all=Count("pk"), active=Count("pk", filter=active), invited=Count("pk", filter=invited)
    )
    return TeamPage(_members(actor, found[:MEMBERS_SHOWN]), **numbers, has_more=len(found) > MEMBERS_SHOWN)


def member_at(actor: Actor, key: UUID) -> Member | None:
    """One colleague, whoever they are; None where there is none with this key."""
    return next(iter(_members(actor, list(_colleagues().filter(pk=key)))), None)


@dataclass(frozen=True, slots=True)
class Receivers:
    """Who can take over a leaving colleague's requests: the first by name, and how many others there are."""

    members: list[Member]
    more: int


def receivers(actor: Actor, leaving: UUID) -> Receivers:
    """Everybody who works here, as far as one menu holds them."""
    people = User.objects.exclude(role=CUSTOMER).filter(is_active=True).exclude(pk=leaving).order_by("name", "id")
    found = list(people.annotate(number=Window(Count("pk")))[:RECEIVERS_SHOWN])
    return Receivers(_members(actor, found), found[0].number - len(found) if found else 0)


def _members(actor: Actor, people: Sequence[User]) -> list[Member]:
    keys = [user.pk for user in people]
    seen = Session.objects.filter(user_id__in=keys).values_list("user_id").annotate(seen=Max("last_seen_at"))
    waiting = SigninLink.objects.filter(purpose=INVITATION, used_at=None, expires_at__gt=timezone.now())
    until = waiting.filter(user_id__in=keys).values_list("user_id").annotate(until=Max("expires_at"))
    roles = {key: resolve_role(key) for key in {user.role for user in people}}
    known = _Known(actor, open_counts(), dict(seen), dict(until), portal_facts().teams, roles)
    return [_member(user, known) for user in people]


def _colleagues() -> QuerySet[User]:
    place = Case(When(is_active=True, then=Value(0)), When(IS_INVITED, then=Value(1)), default=Value(2))
    return User.objects.exclude(role=CUSTOMER).order_by(place, "created_at", "id")


def _member(user: User, known: _Known) -> Member:
    role = known.roles[user.role]
    return Member(
        user=user,
        state=_state(user),
        role=role,
        role_name=role_name(role),
        team_name=known.teams.get(user.team_key, ""),
        open_requests=None if known.counts is None else known.counts.get(user.pk, 0),
        last_seen_at=known.seen.get(user.pk) or user.last_sign_in_at,
        invited_until=known.until.get(user.pk),
        is_me=user.pk == known.actor.user_id,
        may_change=not role.is_staff or may_grant(known.actor.role, role),
    )


def _state(user: User) -> State:
    if user.is_active:
        return State.ACTIVE
    return State.INVITED if user.is_invited else State.GONE


def grantable_roles(actor: Actor) -> list[Role]:
    """The roles that this person may give."""
    return [role for role in staff_roles() if may_grant(actor.role, role)]
