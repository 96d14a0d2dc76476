"""What publishing a document would do, worked out the same way for the review page and for publishing itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import JsonValue

from portal_core.config import impact
from portal_core.config.assets import missing_assets
from portal_core.config.canonical import canonical
from portal_core.config.changes import Change, compare
from portal_core.config.checks import check
from portal_core.config.compile import compile_portal
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document import PortalDocument
from portal_core.config.held_roles import lost_roles
from portal_core.config.impact import Move, Standing, Withhold
from portal_core.config.live import portal_version
from portal_core.config.mapping import plan_moves
from portal_core.config.models import PortalVersion
from portal_core.config.newly_seen import NewlySeen, NewlySeenPapers, newly_seen, newly_seen_papers, withheld
from portal_core.config.problems import Problem, in_order, stops, warnings
from portal_core.config.retiring import Kept, carry_retired


@dataclass(frozen=True)
class Plan:
    """One document on its way to going live. `problems` are all findings; those that stop are in `stops`."""

    live: PortalVersion | None
    before: CompiledPortal | None
    wanted: PortalDocument
    complete: PortalDocument
    standing: Sequence[Standing]
    moves: Sequence[Move]
    problems: tuple[Problem, ...]
    # What the version would hold: `complete` in canonical form.
    content: dict[str, JsonValue]

    @property
    def previous(self) -> PortalDocument | None:
        """The document of the live version."""
        return None if self.before is None else self.before.document

    @property
    def stops(self) -> tuple[Problem, ...]:
        """What keeps it from going live."""
        return stops(self.problems)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What may stay."""
        return warnings(self.problems)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What differs from the live version, in the owner's words."""
        return () if self.previous is None else compare(self.previous, self.wanted)

    @cached_property
    def portals(self) -> tuple[CompiledPortal, CompiledPortal]:
        """The live and the wanted portal, compiled. Needs a document without stops."""
        wanted = compile_portal(self.complete, 0)
        return self.before or wanted, wanted

    @cached_property
    def newly_seen(self) -> tuple[NewlySeen, ...]:
        """The fields whose values would come to light for customers. Needs a document without stops."""
        if self.previous is None:
            return ()
        return newly_seen(*self.portals, self.moves)

    @cached_property
    def newly_seen_papers(self) -> tuple[NewlySeenPapers, ...]:
        """The document kinds whose documents would come to light for customers. Needs a document without stops."""
        if self.previous is None:
            return ()
        return newly_seen_papers(*self.portals)

    @property
    def to_light(self) -> frozenset[str]:
        """The names, among the decisions, of all that would come to light."""
        fields = frozenset(item.key for item in self.newly_seen)
        return fields | {item.key for item in self.newly_seen_papers}

    @cached_property
    def handed_in(self) -> dict[str, JsonValue]:
        """The document as it was handed in, in canonical form."""
        return self.content if self.complete is self.wanted else canonical(self.wanted)

    @property
    def is_empty(self) -> bool:
        """Whether publishing it would change nothing at all."""
        return self.live is not None and self.live.document == self.content and not self.moves

    def withheld(self, chosen: Collection[str]) -> tuple[Withhold, ...]:
        """What is to be hidden of the fields that were chosen (type.field)."""
        if self.previous is None or not chosen:
            return ()
        return withheld(self.portals[0], self.newly_seen, chosen)

    def withheld_papers(self, chosen: Collection[str]) -> tuple[str, ...]:
        """The document kinds that were chosen (document:kind): what there is of them stays hidden."""
        return tuple(item.kind_key for item in self.newly_seen_papers if item.key in chosen) if chosen else ()


def plan(wanted: PortalDocument, live: PortalVersion | None, mapping: Mapping[str, object] | None = None) -> Plan:
    """The plan for a document over the live version. Reads where requests stand; writes nothing."""
    # Compiled once a process: reading the largest document again takes longer than all the rest.
    before = None if live is None else portal_version(live.number)
    previous = None if before is None else before.document
    standing = impact.standing()
    complete = wanted
    if previous is not None:
        kept = Kept(impact.kept_record_kinds(), impact.kept_document_kinds())
        complete = carry_retired(previous, wanted, standing, kept)
    moves, against = plan_moves(previous, wanted, complete, standing, mapping)
    content = canonical(complete)
    lost = () if before is None else lost_roles(before, complete)
    found = in_order((*check(complete, previous, content), *missing_assets(complete), *lost, *against))
    return Plan(live, before, wanted, complete, standing, moves, found, content)
