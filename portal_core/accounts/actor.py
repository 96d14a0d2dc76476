"""Who does something: a frozen copy of the person, which actions and checks take instead of a row."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser

from portal_core.accounts.models import User
from portal_core.accounts.roles import CUSTOMER, GUEST, OPERATOR, PERMISSIONS, STAFF_PERMISSIONS, Role, resolve_role


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system) at the moment of acting."""

    user_id: UUID | None
    name: str
    email: str
    role: Role
    team_key: str = ""
    language: str = ""
    time_zone: str = ""

    @property
    def is_staff(self) -> bool:
        """Whether they work at the desk."""
        return self.role.is_staff

    @property
    def is_customer(self) -> bool:
        """Whether they are a customer of the business."""
        return self.role.base == CUSTOMER

    @property
    def is_guest(self) -> bool:
        """Whether they follow one request by its link, without an account."""
        return self.role.base == GUEST and self.user_id is not None

    @property
    def is_operator(self) -> bool:
        """Whether they run the platform; never true inside a tenant."""
        return self.role.base == OPERATOR

    @property
    def is_signed_in(self) -> bool:
        """Whether there is a known person behind them."""
        return self.user_id is not None

    def may(self, permission: str) -> bool:
        """Whether their role carries this permission."""
        return self.role.may(permission)


_NO_ROLE = Role(GUEST, "Guest", GUEST, frozenset(), "own", frozenset(), (GUEST,))
_EVERYTHING = STAFF_PERMISSIONS | PERMISSIONS[CUSTOMER]
_SYSTEM_ROLE = Role("system", "System", "system", _EVERYTHING, "all", None, ("system",))
NOBODY = Actor(None, "", "", _NO_ROLE)
SYSTEM = Actor(None, "Portico", "", _SYSTEM_ROLE)


def guest_actor(user: User) -> Actor:
    """The customer of a request, come by its link: nothing but that request, and less than when signed in.

    SECURITY: nobody, once deactivated; the caller has checked the link.
    """
    if not user.is_active:
        return NOBODY
    return Actor(user.pk, user.name or user.email, user.email, resolve_role(GUEST), "", user.language, user.time_zone)


def actor_for(user: User | AnonymousUser) -> Actor:
    """The actor of a user row; nobody, when not signed in or deactivated."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    role = resolve_role(user.role)
    return Actor(user.pk, user.name or user.email, user.email, role, user.team_key, user.language, user.time_zone)
