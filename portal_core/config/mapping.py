"""Where open requests go when the status or the type they stand in disappears."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal_core.config import impact
from portal_core.config.document.flows import Status
from portal_core.config.document.portal_document import PortalDocument, RequestType
from portal_core.config.impact import Move, Standing
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

Plan = tuple[list[Move], list[Problem]]

MAX_SINGLE = 2_000


@dataclass(frozen=True)
class Mapped:
    """A mapping as it was read: by status (`flow.old`), by type, and by number for single requests; who is told."""

    statuses: Mapping[str, str]
    types: Mapping[str, str]
    requests: Mapping[int, str]
    tell: frozenset[str]


def plan_moves(
    previous: PortalDocument | None,
    wanted: PortalDocument,
    complete: PortalDocument,
    standing: Sequence[Standing],
    mapping: Mapping[str, object] | None,
) -> Plan:
    """The moves that publishing makes, and what stands against it (each with its path in the mapping or document)."""
    mapped, problems = read_mapping(mapping)
    if previous is None:
        return [], problems
    problems += _check_targets(wanted, mapped)
    problems += _other_ways(previous, wanted, standing, mapped.types)
    if problems:
        return [], problems
    single = _single(mapped)
    old_types = {kind.key: kind for kind in previous.types}
    moves: list[Move] = []
    for item in standing:
        source = old_types.get(item.type_key)
        if not item.open_count or source is None:
            continue
        target = _kind(wanted, mapped.types.get(item.type_key, item.type_key))
        if target is None:
            problems.append(_type_gone(item))
            continue
        found = _status_for(item, source, target, wanted, mapped.statuses)
        if (target.key, found) == (item.type_key, item.status_key):
            continue
        tell = f"{source.flow}.{item.status_key}" in mapped.tell
        places = single.get((item.type_key, item.status_key), {})
        moves += (own := _moved_singly(item, target, _standing_room(wanted, target.flow), places, tell=tell))
        if found is not None:
            moves.append(Move(item.type_key, item.status_key, target.key, found, tell=tell))
        elif sum(len(move.numbers or ()) for move in own) < item.open_count:
            problems.append(_status_gone(item, source, target))
    return moves, problems


def _kind(document: PortalDocument, key: str) -> RequestType | None:
    return next((kind for kind in document.types if kind.key == key), None)


def _single(mapped: Mapped) -> dict[tuple[str, str], dict[str, list[int]]]:
    """The numbers to be moved by themselves, by where they stand and where they go.

    One that has gone on meanwhile, or is closed, is nobody's concern here: it stands elsewhere.
    """
    found: dict[tuple[str, str], dict[str, list[int]]] = {}
    for number, place in impact.find_open(sorted(mapped.requests)).items():
        found.setdefault(place, {}).setdefault(mapped.requests[number], []).append(number)
    return found


def _moved_singly(
    item: Standing, target: RequestType, room: Mapping[str, Status], places: Mapping[str, Sequence[int]], *, tell: bool
) -> list[Move]:
    return [
        Move(item.type_key, item.status_key, target.key, to, tuple(sorted(numbers)), tell=tell)
        for to, numbers in places.items()
        if to in room
    ]


def _status_for(
    item: Standing, source: RequestType, target: RequestType, wanted: PortalDocument, status_map: Mapping[str, str]
) -> str | None:
    key = status_map.get(f"{source.flow}.{item.status_key}", item.status_key)
    return key if key in _standing_room(wanted, target.flow) else None


def _standing_room(document: PortalDocument, flow_key: str) -> dict[str, Status]:
    """The statuses of a flow that requests may stand in."""
    flow = next((flow for flow in document.flows if flow.key == flow_key), None)
    return {} if flow is None else {status.key: status for status in flow.statuses if not status.retired}


def read_mapping(mapping: Mapping[str, object] | None) -> tuple[Mapped, list[Problem]]:
    """What a mapping says, and what cannot be read of it."""
    problems: list[Problem] = []
    found: dict[str, dict[str, str]] = {"status": {}, "type": {}, "request": {}}
    tell: frozenset[str] = frozenset()
    for name, part in (mapping or {}).items():
        path = f"mapping.{str(name)[:60]}"
        if name == "tell" and isinstance(part, list | tuple) and all(isinstance(item, str) for item in part):
            tell = frozenset(str(item) for item in part)
        elif name not in found:
            text = "The mapping knows status, type, request and tell alone."
            problems.append(Problem(path, text, "Take this out."))
        elif not isinstance(part, Mapping) or not all(
            isinstance(key, str) and isinstance(target, str) for key, target in part.items()
        ):
            problems.append(Problem(path, "This is not an object of keys.", 'Write {"flow.old": "new"}.'))
        else:
            found[name] = {str(key): str(target) for key, target in part.items()}
    numbers, wrong = _numbers(found["request"])
    return Mapped(found["status"], found["type"], numbers, tell), [*problems, *wrong]


def _numbers(requests: Mapping[str, str]) -> tuple[dict[int, str], list[Problem]]:
    if len(requests) > MAX_SINGLE:
        text = f"More than {MAX_SINGLE:,} requests are mapped one by one."
        return {}, [Problem("mapping.request", text, "Map the others by their status.")]
    right = {key: to for key, to in requests.items() if key.isascii() and key.isdecimal() and len(key) < 10}
    wrong = [
        Problem(f"mapping.request.{key[:20]}", "This is no number of a request.", "Write its number, such as 1042.")
        for key in requests.keys() - right.keys()
    ]
    return {int(key): to for key, to in right.items()}, wrong


def _check_targets(wanted: PortalDocument, mapped: Mapped) -> list[Problem]:
    problems = []
    active = {kind.key for kind in wanted.types if not kind.retired}
    room = {key for flow in wanted.flows for key in _standing_room(wanted, flow.key)}
    for source, target in mapped.types.items():
        if target not in active:
            text = f"There is no request type “{target[:60]}”."
            problems.append(Problem(f"mapping.type.{source}", text, "Name a type of the new document."))
    mend = "Name a status of the new document, without its flow."
    for source, target in mapped.statuses.items():
        if "." not in source:
            path = f"mapping.status.{source}"
            problems.append(Problem(path, "This does not name a flow.", "Write the old status as flow.status."))
        elif target not in room:
            problems.append(Problem(f"mapping.status.{source}", f"There is no status “{target[:60]}”.", mend))
    for number, target in mapped.requests.items():
        if target not in room:
            problems.append(Problem(f"mapping.request.{number}", f"There is no status “{target[:60]}”.", mend))
    return problems


def _other_ways(
    previous: PortalDocument, wanted: PortalDocument, standing: Sequence[Standing], type_map: Mapping[str, str]
) -> list[Problem]:
    """Requests stay in the flow in which they began, closed ones too: their history speaks of its statuses."""
    counts: dict[str, int] = {}
    for item in standing:
        counts[item.type_key] = counts.get(item.type_key, 0) + item.open_count + item.closed_count
    now = {kind.key: kind for kind in wanted.types}
    problems: list[Problem] = []
    for kind in previous.types:
        count = counts.get(kind.key, 0)
        same, target = now.get(kind.key), now.get(type_map.get(kind.key, ""))
        if count and same is not None and same.flow != kind.flow:
            problems.append(_flow_changed(kind, count))
        if count and target is not None and target.flow != kind.flow:
            problems.append(_mapped_elsewhere(kind, target, count))
    return problems


def _flow_changed(kind: RequestType, count: int) -> Problem:
    text = f"The flow of a type never changes while there are requests of it; there {_are(count)}."
    mend = f'Keep it as {kind.flow} with "retired": true, and add a new type with another key and the new flow.'
    return Problem(f"types.{kind.key}.flow", text, mend, kind=ProblemKind.OTHER_WAY)


def _mapped_elsewhere(kind: RequestType, target: RequestType, count: int) -> Problem:
    text = (
        f"“{target.key}” goes another way (“{target.flow}”) than “{kind.key}” (“{kind.flow}”), and there {_are(count)}."
    )
    mend = f'Name a type with the flow “{kind.flow}”, or keep “{kind.key}” with "retired": true.'
    return Problem(f"mapping.type.{kind.key}", text, mend, kind=ProblemKind.UNMAPPED_REQUESTS)


def _are(count: int) -> str:
    return "is 1, open or closed" if count == 1 else f"are {count}, open or closed"


def _type_gone(item: Standing) -> Problem:
    text = f"{_requests(item.open_count)} of this type, which disappears."
    mend = f'Say where they go: {{"type": {{"{item.type_key}": "…"}}}}, or keep the type with "retired": true.'
    return Problem(f"types.{item.type_key}", text, mend, kind=ProblemKind.UNMAPPED_REQUESTS)


def _status_gone(item: Standing, source: RequestType, target: RequestType) -> Problem:
    text = f"{_requests(item.open_count)} in this status, which disappears."
    reference = f"{source.flow}.{item.status_key}"
    mend = f'Say where they go: {{"status": {{"{reference}": "…"}}}} with a status of “{target.flow}”.'
    return Problem(f"flows.{source.flow}.statuses.{item.status_key}", text, mend, kind=ProblemKind.UNMAPPED_REQUESTS)


def _requests(count: int) -> str:
    return "1 open request stands" if count == 1 else f"{count} open requests stand"
