"""Requests can come to every status, and from every status to an end."""

from collections.abc import Iterable, Iterator, Mapping

from portal_core.config.checks.index import Index, active_statuses, ways_by_itself
from portal_core.config.document.flows import Flow
from portal_core.config.localise import text_in
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem


def check_reach(index: Index) -> Iterator[Problem]:
    """Unreachable and endless statuses of every flow in use."""
    for flow in index.active_flows():
        types = index.types_of(flow.key)
        path = f"flows.{flow.key}"
        if not types:
            name = text_in(flow.name, index.document.portal.language, index.document.portal.language)
            text = f"No request type goes through “{name}”."
            yield Problem(
                path, text, "Let one go through these statuses, or take them out.", "warning", kind=ProblemKind.UNUSED
            )
            continue
        yield from _flow(flow, {kind.start for kind in types}, path)


def _flow(flow: Flow, starts: Iterable[str], path: str) -> Iterator[Problem]:
    statuses = {status.key: status for status in active_statuses(flow)}
    forward, backward = ways_of(flow)
    reached = reachable((key for key in starts if key in statuses), forward)
    ends = [key for key, status in statuses.items() if status.outcome is not None]
    ending = reachable(ends, backward)
    for key in statuses:
        if reached and key not in reached:
            mend = "Add a transition to it, or take the status out."
            text = "No request can ever come to this status."
            yield Problem(f"{path}.statuses.{key}", text, mend, kind=ProblemKind.UNREACHABLE)
        if key not in ending:
            mend = "Add transitions that lead to a status with an outcome."
            text = "From this status no request can ever come to an end."
            yield Problem(f"{path}.statuses.{key}", text, mend, kind=ProblemKind.ENDLESS)


def ways_of(flow: Flow) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Which statuses each one leads to, by a move or by itself; and the same the other way round."""
    forward: dict[str, set[str]] = {}
    for move in flow.transitions:
        for origin in move.from_:
            forward.setdefault(origin, set()).add(move.to)
    for status in active_statuses(flow):
        forward.setdefault(status.key, set()).update(ways_by_itself(status))
    backward: dict[str, set[str]] = {}
    for origin, targets in forward.items():
        for target in targets:
            backward.setdefault(target, set()).add(origin)
    return forward, backward


def reachable(starts: Iterable[str], ways: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that can be come to, the starts included."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting.extend(ways.get(key, ()))
    return found
