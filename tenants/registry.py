"""What higher layers give to tenancy; filled by deploy.wiring when Django is ready.

Tenancy imports nothing above itself: making a portal's content, listing starters and signing the owner in
belong to others, who register here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tenants.snapshot import TenantSnapshot


@dataclass(frozen=True, slots=True)
class NewPortal:
    """What sign-up knows of the portal to be made."""

    name: str
    owner_email: str
    owner_name: str = ""
    starter: str = ""
    colour: str = ""
    # Where the owner is, as the browser says; each stays as in the starter where nothing is known.
    language: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class StarterChoice:
    """A starter portal as the platform offers it: the repeated work, what removes it, and the name of an icon."""

    key: str
    label: str
    hint: str = ""
    icon: str = "list"


@dataclass(frozen=True, slots=True)
class Reach:
    """How a business is reached without its portal, in its own words: in an emergency, and otherwise."""

    urgent: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a portal, and in which language they read."""

    email: str
    name: str
    language: str


ProvisionHook = Callable[[TenantSnapshot, NewPortal], None]
# (tenant, owner's e-mail, where to land) -> absolute single-use address; called inside the tenant
HandOver = Callable[[TenantSnapshot, str, str], str]

# (schemas, e-mail) -> those of them where the address is known
Finder = Callable[[Sequence[str], str], set[str]]
Cleaner = Callable[[], None]

# (language) -> ...; called inside the tenant
ReachSource = Callable[[str], Reach]
OwnersSource = Callable[[], Sequence[Owner]]

# (closed since)
ResumeHook = Callable[[datetime], None]

_provision_hooks: list[ProvisionHook] = []
_resume_hooks: list[ResumeHook] = []
_cleaners: list[Cleaner] = []
_starters: list[Callable[[], Sequence[StarterChoice]]] = []
_hand_overs: list[HandOver] = []
_finders: list[Finder] = []
_reaches: list[ReachSource] = []
_owners: list[OwnersSource] = []


def on_provision(hook: ProvisionHook) -> None:
    """Registers what fills a new schema; runs inside the tenant and inside the provisioning transaction.

    A hook that cannot make a portal of what was asked for raises SetUpRefused.
    """
    if hook not in _provision_hooks:
        _provision_hooks.append(hook)


def provision_hooks() -> tuple[ProvisionHook, ...]:
    """All registered hooks, in order."""
    return tuple(_provision_hooks)


def on_resume(hook: ResumeHook) -> None:
    """Registers what a tenant needs before it is opened again; runs inside it, and may run twice."""
    if hook not in _resume_hooks:
        _resume_hooks.append(hook)


def resume_hooks() -> tuple[ResumeHook, ...]:
    """All registered hooks, in order."""
    return tuple(_resume_hooks)


def set_starters(source: Callable[[], Sequence[StarterChoice]]) -> None:
    """Registers who knows the starter portals."""
    _starters[:] = [source]


def starters() -> tuple[StarterChoice, ...]:
    """The starters that exist, empty before wiring."""
    return tuple(_starters[0]()) if _starters else ()


def set_hand_over(function: HandOver) -> None:
    """Registers who makes the owner's first single-use sign-in address."""
    _hand_overs[:] = [function]


def hand_over(tenant: TenantSnapshot, email: str, next_path: str) -> str:
    """The address that signs the owner in once and lands on `next_path`; the plain address before wiring."""
    return _hand_overs[0](tenant, email, next_path) if _hand_overs else tenant.url(next_path)


def set_finder(function: Finder) -> None:
    """Registers who knows in which schemas an address has an account."""
    _finders[:] = [function]


def schemas_that_know(schemas: Sequence[str], email: str) -> set[str]:
    """Those of the schemas where this address is known; none before wiring."""
    return _finders[0](schemas, email) if _finders and schemas else set()


def set_business(*, reach: ReachSource, owners: OwnersSource) -> None:
    """Registers who knows how the business of the tenant at hand is reached, and who owns its portal."""
    _reaches[:], _owners[:] = [reach], [owners]


def reach(language: str) -> Reach:
    """How the business of the tenant at hand is reached; nothing before wiring."""
    return _reaches[0](language) if _reaches else Reach()


def owners() -> tuple[Owner, ...]:
    """Who owns the portal of the tenant at hand; nobody before wiring."""
    return tuple(_owners[0]()) if _owners else ()


def on_cleaning(cleaner: Cleaner) -> None:
    """Registers what drops expired rows of the schema at hand; called once a day in each."""
    if cleaner not in _cleaners:
        _cleaners.append(cleaner)


def cleaners() -> tuple[Cleaner, ...]:
    """All registered cleaners."""
    return tuple(_cleaners)
