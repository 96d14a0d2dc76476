"""Several requests chosen in a list: what the page showed of them comes back with them, so that stale ones are seen."""

import uuid
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible
from tenants.identifiers import parse_uuid

LIMIT: Final = 100
_PARTS: Final = 4
_NUMBER_LENGTH: Final = 9


@dataclass(frozen=True)
class Chosen:
    """One ticked line: the number, and where the request stood and who had it when the page was shown."""

    number: int
    seen_status: str
    seen_assignee_id: uuid.UUID | None
    seen_team: str
    value: str

    @classmethod
    def parse(cls, value: str) -> "Chosen | None":
        """What a tick box says; None for anything else."""
        parts = value.replace("\x00", "").split("|")
        number = parts[0]
        if len(parts) != _PARTS or not (number.isascii() and number.isdigit()) or len(number) > _NUMBER_LENGTH:
            return None
        return cls(int(number), parts[1], parse_uuid(parts[2]) if parts[2] else None, parts[3], value)


def tick_value(row: ServiceRequest) -> str:
    """What the tick box of a line says."""
    return f"{row.number}|{row.status_key}|{row.assignee_id or ''}|{row.team_key}"


@dataclass(frozen=True)
class Picked:
    """A ticked line with its request as it stands now."""

    chosen: Chosen
    row: ServiceRequest
    shown: VisibleRequest


@dataclass(frozen=True)
class Outcome:
    """What became of one request: a reason when nothing did."""

    reference: str
    title: str
    href: str
    reason: str = ""


@dataclass(frozen=True)
class Selection:
    """What was ticked: what this person sees of it, the numbers that they do not see, and whether it was too much."""

    picked: tuple[Picked, ...]
    unseen: tuple[Outcome, ...]
    is_too_many: bool

    @property
    def values(self) -> list[str]:
        """What the tick boxes said, to be sent along with the next step."""
        return [picked.chosen.value for picked in self.picked]


def read_selection(data: QueryDict, actor: Actor, viewer: Viewer, portal: CompiledPortal) -> Selection:
    """The requests that were ticked, in the order of the page; two queries, however many (one for guests' links)."""
    parsed = [chosen for value in data.getlist("row") if (chosen := Chosen.parse(value))]
    ticked = {item.number: item for item in parsed}
    kept = dict(list(ticked.items())[:LIMIT])
    rows = visible_to(actor).filter(number__in=kept).select_related("customer", "assignee")
    rows = rows.prefetch_related("guest_links")
    found = {row.number: row for row in rows}
    picked = tuple(
        Picked(item, found[number], visible(found[number], viewer, portal=portal))
        for number, item in kept.items()
        if number in found
    )
    unseen = tuple(
        Outcome(portal.reference(number), "", "", "It is not among the requests that you see.")
        for number in kept
        if number not in found
    )
    return Selection(picked, unseen, len(ticked) > LIMIT)


def outcome_of(picked: Picked, reason: str = "") -> Outcome:
    """What is reported of one request."""
    return Outcome(picked.shown.reference, picked.shown.title, picked.shown.desk_path, reason)
