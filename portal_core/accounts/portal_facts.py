"""What sign-in, team and account pages must know of the portal: registered from above, defaults in public."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from portal_core.accounts.actor import Actor
from tenants.context import current


@dataclass(frozen=True, slots=True)
class PortalFacts:
    """The part of the live portal configuration that concerns people."""

    name: str = "Portico"
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    time_zone: str = "UTC"
    registration: str = "closed"
    guests: bool = False
    welcome: str = ""
    emergency: str = ""
    teams: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether customers may register themselves."""
        return self.registration == "open"


# Its home and sign-up speak what their reader speaks, as portals do.
PLATFORM = PortalFacts(languages=("en", "de"))
OpenCounts = Callable[[], Mapping[UUID, int]]
HandOver = Callable[[Actor, UUID, UUID | None], int]


def _platform_facts() -> PortalFacts:
    return PLATFORM


# What was registered last, if anything; lists, so that registering needs no `global`.
_facts: list[Callable[[], PortalFacts]] = [_platform_facts]
_open_counts: list[OpenCounts] = []
_hand_over: list[HandOver] = []


def set_portal_facts(source: Callable[[], PortalFacts]) -> None:
    """Registers who reads the live portal; called once at start."""
    _facts[:] = [source]


def set_workload(*, open_counts: OpenCounts, hand_over: HandOver) -> None:
    """Registers who counts a colleague's open requests and who gives them to someone else."""
    _open_counts[:], _hand_over[:] = [open_counts], [hand_over]


def portal_facts() -> PortalFacts:
    """The facts of the tenant at hand; the platform's own when there is none."""
    return PLATFORM if current() is None else _facts[0]()


def open_counts() -> Mapping[UUID, int] | None:
    """Open requests by assignee, or None where nobody counts."""
    return _open_counts[0]() if _open_counts else None


def can_hand_over() -> bool:
    """Whether somebody knows how to pass a colleague's requests on."""
    return bool(_hand_over)


def hand_over(*, actor: Actor, from_user: UUID, to_user: UUID | None) -> int:
    """Passes open requests on (None: back to their team, unassigned); how many. Runs in the caller's transaction."""
    return _hand_over[0](actor, from_user, to_user) if _hand_over else 0
