"""What each role may do: one table. Custom roles of the portal document come in through a resolver."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

OWNER: Final = "owner"
MANAGER: Final = "manager"
AGENT: Final = "agent"
CUSTOMER: Final = "customer"
OPERATOR: Final = "operator"
GUEST: Final = "guest"

STAFF_BASES: Final = frozenset({OWNER, MANAGER, AGENT})

_AGENT: Final = frozenset({"see", "reply", "note", "move", "assign", "edit_fields", "create_for_customer"})
_MANAGER: Final = _AGENT | {"manage_customers", "manage_setup", "publish"}
_OWNER: Final = _MANAGER | {"manage_team"}

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    OWNER: _OWNER,
    MANAGER: _MANAGER,
    AGENT: _AGENT,
    CUSTOMER: frozenset({"submit", "message"}),
    GUEST: frozenset({"message"}),
    OPERATOR: frozenset({"operate"}),
}
STAFF_PERMISSIONS: Final = _OWNER
_LINEAGE: Final = {OWNER: (OWNER, MANAGER, AGENT), MANAGER: (MANAGER, AGENT)}
_NAMES: Final = {OWNER: "Owner", MANAGER: "Manager", AGENT: "Agent", CUSTOMER: "Customer"}


@dataclass(frozen=True, slots=True)
class Role:
    """A role as it takes effect. `scope` is all, team or own; `type_keys` None means every request type."""

    key: str
    name: str
    base: str
    permissions: frozenset[str] = frozenset()
    scope: str = "all"
    type_keys: frozenset[str] | None = None
    lineage: tuple[str, ...] = field(default=())

    @property
    def is_staff(self) -> bool:
        """Whether people of this role work at the desk."""
        return self.base in STAFF_BASES

    @property
    def reaches_all(self) -> bool:
        """Whether no request is beyond the role by its scope or type."""
        return self.scope == "all" and self.type_keys is None

    def may(self, permission: str) -> bool:
        """Whether the role carries this permission."""
        return permission in self.permissions


CustomResolver = Callable[[str], Role | None]


def _no_custom_roles(key: str) -> Role | None:
    return None


def _no_custom_keys() -> tuple[str, ...]:
    return ()


def _hold_nothing() -> None:
    """Without a document there is no role of its own."""


# What was registered last; lists, so that registering needs no `global`.
_custom_resolver: list[CustomResolver] = [_no_custom_roles]
_custom_keys: list[Callable[[], tuple[str, ...]]] = [_no_custom_keys]
_hold_custom: list[Callable[[], None]] = [_hold_nothing]


def set_custom_resolver(
    resolver: CustomResolver,
    keys: Callable[[], tuple[str, ...]] | None = None,
    hold: Callable[[], None] | None = None,
) -> None:
    """Registers who knows the document's own roles, and who keeps them as they are; called once at start."""
    _custom_resolver[:] = [resolver]
    _custom_keys[:] = [keys or _no_custom_keys]
    _hold_custom[:] = [hold or _hold_nothing]


def builtin_role(key: str) -> Role | None:
    """One of the roles that every portal has."""
    if key not in PERMISSIONS:
        return None
    scope = "own" if key in (CUSTOMER, GUEST) else "all"
    lineage = _LINEAGE.get(key, (key,))
    return Role(key, _NAMES.get(key, key.title()), key, PERMISSIONS[key], scope, None, lineage)


def resolve_role(key: str) -> Role:
    """The role behind a stored key; a key that nobody knows (any more) may do nothing.

    SECURITY: built-in keys are asked first, so that a document cannot redefine `agent`; a custom role is
    cut to staff permissions and to what its base has, so that a document cannot mint an owner.
    """
    built_in = builtin_role(key)
    if built_in is not None:
        return built_in
    custom = _custom_resolver[0](key)
    if custom is None or custom.base not in PERMISSIONS or custom.base == OPERATOR:
        return Role(key, key, GUEST, frozenset(), "own", frozenset(), (key,))
    allowed = custom.permissions & PERMISSIONS[custom.base]
    return Role(key, custom.name, custom.base, allowed, custom.scope, custom.type_keys, custom.lineage)


def hold_role(key: str) -> Role:
    """The role behind a key that is about to be somebody's; it is there until the transaction ends.

    A version without it goes live before, and then nobody knows the key, or after, and then counts whoever has it.
    Taken before any lock on people, as publishing takes it.
    """
    if builtin_role(key) is None:
        _hold_custom[0]()
    return resolve_role(key)


def is_known(role: Role) -> bool:
    """Whether anything knows the role; one that went has no permission left."""
    return role.base != GUEST or role.key == GUEST


def staff_roles() -> tuple[Role, ...]:
    """Every role that a colleague can have, the widest first."""
    custom = (resolve_role(key) for key in _custom_keys[0]())
    built_in = (resolve_role(key) for key in (OWNER, MANAGER, AGENT))
    return (*built_in, *(role for role in custom if role.is_staff))


def may_grant(giver: Role, given: Role) -> bool:
    """Whether someone of one role may give (or take from somebody) the other: never more than they have."""
    if not giver.may("manage_team") or not given.is_staff:
        return False
    return given.permissions <= giver.permissions and (given.base != OWNER or giver.base == OWNER)
