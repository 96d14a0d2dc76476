"""What customers would newly see: how many, the very words, and whether what stands there now is kept hidden."""

from dataclasses import dataclass

from portal_core.accounts.actor import Actor
from portal_core.config.compile import compile_portal
from portal_core.config.compiled import CompiledPortal
from portal_core.config.draft.decisions import Decisions
from portal_core.config.draft.paths import Path
from portal_core.config.newly_seen import NewlySeen
from portal_core.config.planning import Plan
from portal_core.service_requests.publish_facts import SeenRow, seen_count, seen_rows

SHOWN_AT_ONCE = 3


@dataclass(frozen=True)
class Seeing:
    """One field that comes to light. `kept` is what was decided, None while nothing is."""

    key: str
    place: Path
    label: str
    customers: int
    requests: int
    rows: tuple[SeenRow, ...]
    kept: bool | None

    @property
    def is_decided(self) -> bool:
        """Whether somebody has said what becomes of it."""
        return self.kept is not None

    @property
    def more(self) -> int:
        """How many requests are not shown at once."""
        return max(0, self.requests - len(self.rows))


def compiled(planned: Plan) -> tuple[CompiledPortal, CompiledPortal]:
    """The live and the wanted portal."""
    return compile_portal(planned.previous or planned.wanted, 0), compile_portal(planned.complete, 0)


def seeings(actor: Actor, planned: Plan, decided: Decisions) -> tuple[Seeing, ...]:
    """Those that stand in any request; a document that cannot work yet shows nothing to anybody."""
    try:
        items = planned.newly_seen
    except (KeyError, ValueError):  # it leads to what is not there; the findings say so
        return ()
    if not items:
        return ()
    portals = compiled(planned)
    found = (_seeing(actor, planned, decided, item, portals) for item in items)
    return tuple(item for item in found if item is not None)


def _seeing(
    actor: Actor, planned: Plan, decided: Decisions, item: NewlySeen, portals: tuple[CompiledPortal, CompiledPortal]
) -> Seeing | None:
    count = seen_count(item)
    if not count.requests:
        return None
    rows = tuple(row for row in seen_rows(actor, item, portals, planned.moves).rows if isinstance(row, SeenRow))
    field = portals[0].type(item.type_key).field(item.field_key)
    place = ("types", item.type_key, "fields", item.field_key)
    label = portals[0].text(field.label)
    shown = rows[:SHOWN_AT_ONCE]
    return Seeing(item.key, place, label, count.customers, count.requests, shown, decided.seen.get(item.key))
