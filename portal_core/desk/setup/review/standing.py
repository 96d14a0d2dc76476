"""Requests that stand in what goes away: where they can go, and whether what they would read there is true."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from portal_core.accounts.actor import Actor
from portal_core.config.document.flows import Flow, Status
from portal_core.config.document.portal_document import PortalDocument, RequestType
from portal_core.config.draft.decisions import Decisions
from portal_core.config.draft.paths import Path
from portal_core.config.impact import Standing
from portal_core.config.localise import text_in
from portal_core.config.placeholders import field_keys_in
from portal_core.config.planning import Plan
from portal_core.service_requests.publish_facts import filled


@dataclass(frozen=True)
class Target:
    """A status (or type) that requests can go to."""

    key: str
    label: str
    reads: str = ""


@dataclass(frozen=True)
class Mapto:
    """One status or type that goes away with open requests in it.

    `kind` is status or type, `source` the key of the mapping; `chosen` is empty while nothing is decided.
    """

    kind: str
    source: str
    place: Path
    name: str
    count: int
    type_key: str
    status_key: str
    targets: tuple[Target, ...]
    proposed: str
    chosen: str
    singles: int
    tell: bool
    truths: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def is_decided(self) -> bool:
        """Whether every request has somewhere to go."""
        return bool(self.chosen) or self.singles >= self.count

    @property
    def target(self) -> Target | None:
        """Where they go, or would go."""
        wanted = self.chosen or self.proposed
        return next((target for target in self.targets if target.key == wanted), None)


def maptos(actor: Actor, planned: Plan, decided: Decisions) -> tuple[Mapto, ...]:
    """All of them, types first."""
    if planned.previous is None:
        return ()
    old = {kind.key: kind for kind in planned.previous.types}
    cells = [item for item in planned.standing if item.open_count and item.type_key in old]
    return (*_types(planned, decided, cells), *_statuses(actor, planned, decided, cells, old))


def _types(planned: Plan, decided: Decisions, cells: Iterable[Standing]) -> Iterator[Mapto]:
    wanted, previous = planned.wanted, planned.previous or planned.wanted
    kept = {kind.key for kind in wanted.types}
    counts: dict[str, int] = {}
    for item in cells:
        if item.type_key not in kept:
            counts[item.type_key] = counts.get(item.type_key, 0) + item.open_count
    for key, count in counts.items():
        source = next(kind for kind in previous.types if kind.key == key)
        fitting = [kind for kind in wanted.types if kind.flow == source.flow and not kind.retired]
        targets = tuple(Target(kind.key, _words(kind.name, wanted)) for kind in fitting)
        yield Mapto(
            "type", key, ("types", key), _words(source.name, wanted), count, key, "", targets,
            targets[0].key if targets else "", decided.types.get(key, ""), 0, tell=False,
        )  # fmt: skip


def _statuses(
    actor: Actor, planned: Plan, decided: Decisions, cells: Iterable[Standing], old: dict[str, RequestType]
) -> Iterator[Mapto]:
    found: dict[tuple[str, str], list[Standing]] = {}
    types = {kind.key: kind for kind in planned.wanted.types}
    for item in cells:
        target = types.get(decided.types.get(item.type_key, item.type_key))
        source = old[item.type_key]
        if target is not None and item.status_key not in _room(planned.wanted, target.flow):
            found.setdefault((source.flow, item.status_key), []).append(item)
    for (flow_key, status_key), items in found.items():
        truths = _truths(actor, planned, flow_key, items)
        yield _mapto(planned, decided, (flow_key, status_key), items, truths)


def _mapto(
    planned: Plan, decided: Decisions, place: tuple[str, str], items: list[Standing], truths: "_Truths"
) -> Mapto:
    flow_key, status_key = place
    wanted, previous = planned.wanted, planned.previous or planned.wanted
    before = next(flow for flow in previous.flows if flow.key == flow_key)
    gone = next((status for status in before.statuses if status.key == status_key), None)
    room = _room(wanted, flow_key)
    targets = tuple(_target(status, wanted) for status in room.values())
    source = f"{flow_key}.{status_key}"
    proposed = _proposed(before, gone, room)
    chosen = decided.statuses.get(source, "")
    chosen = chosen if chosen in room else ""
    found = truths(chosen or proposed)
    types = {item.type_key for item in items}
    places = [move for move in planned.moves if move.numbers and move.from_status == status_key]
    singles = sum(len(move.numbers or ()) for move in places if move.from_type in types)
    name = status_key if gone is None else _words(gone.name, wanted)
    return Mapto(
        "status", source, ("flows", flow_key, "statuses", status_key), name, sum(item.open_count for item in items),
        items[0].type_key, status_key, targets, proposed, chosen, singles, tell=source in decided.tell,
        truths=found[0], doubts=found[1],
    )  # fmt: skip


def _target(status: Status, document: PortalDocument) -> Target:
    turn = {"customer": " (customer’s turn)", "nobody": " (ends the request)"}.get(status.turn or "", "")
    reads = _words(status.customer_name or status.name, document)
    return Target(status.key, f"{_words(status.name, document)}{turn}", reads)


def _proposed(before: Flow, gone: Status | None, room: dict[str, Status]) -> str:
    """The next status with the same turn, behind the place of the one that goes away; else the last before that place.

    Where no status has its turn: the next one where work goes on, else the last before.
    """
    keys = [status.key for status in before.statuses]
    start = keys.index(gone.key) if gone is not None else 0
    order, last = list(room), next((key for key in reversed(keys[:start]) if key in room), None)
    place = 0 if last is None else order.index(last) + 1
    behind, earlier = order[place:], order[:place][::-1]
    alike = [key for key in (*behind, *earlier) if gone is not None and room[key].turn == gone.turn]
    goes_on = [key for key in behind if room[key].turn != "nobody"]
    return next(iter((*alike, *goes_on, *earlier, *order)), "")


# What a target takes for granted and is so, and what is not so.
_Truths: TypeAlias = Callable[[str], tuple[tuple[str, ...], tuple[str, ...]]]


def _truths(actor: Actor, planned: Plan, flow_key: str, items: list[Standing]) -> _Truths:
    def of(target: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return _truths_of(actor, planned, (flow_key, target), items)

    return of


def _truths_of(
    actor: Actor, planned: Plan, place: tuple[str, str], items: list[Standing]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the target takes for granted, and for how many of the requests that the reader sees it is so."""
    document, live, (flow_key, target) = planned.wanted, planned.before, place
    flow = next((flow for flow in document.flows if flow.key == flow_key), None)
    status = None if flow is None else next((each for each in flow.statuses if each.key == target), None)
    if flow is None or status is None or live is None:
        return (), ()
    ways = [set(move.must_fill) for move in flow.transitions if move.to == target]
    needed = [
        *(set.intersection(*ways) if ways else ()),
        *field_keys_in(status.meaning),
        *field_keys_in(status.next_step),
    ]
    truths, doubts = [], []
    for item in items:
        kind = next((each for each in document.types if each.key == item.type_key), None)
        labels = {field.key: _words(field.label, document) for field in kind.fields} if kind is not None else {}
        found = filled(actor, live, (item.type_key, item.status_key), [key for key in needed if key in labels])
        for key, counted in found.items():
            every = "the one request" if item.open_count == 1 else f"all {item.open_count}"
            if not counted.is_whole:
                doubts.append(f"“{labels[key]}” is needed there; your role does not see whether it is filled in.")
            elif counted.count == item.open_count:
                truths.append(f"True for {every}: “{labels[key]}” is filled in.")
            else:
                doubts.append(f"“{labels[key]}” is filled in for {counted.count} of {item.open_count}.")
    return tuple(truths), tuple(doubts)


def _room(document: PortalDocument, flow_key: str) -> dict[str, Status]:
    flow = next((flow for flow in document.flows if flow.key == flow_key), None)
    return {} if flow is None else {status.key: status for status in flow.statuses if not status.retired}


def _words(value: object, document: PortalDocument) -> str:
    language = document.portal.language
    return text_in(value, language, language) if isinstance(value, str | dict) else ""
