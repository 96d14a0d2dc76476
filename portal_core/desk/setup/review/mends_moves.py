"""Mends of the ways between statuses, and of statuses to which or from which none leads."""

from collections.abc import Iterable
from typing import Final

from pydantic import JsonValue

from portal_core.config.checks.reach import reachable, ways_of
from portal_core.config.problem_kinds import ProblemKind
from portal_core.desk.setup.review.finding import (
    Control,
    Finding,
    Loss,
    Menders,
    Option,
    dropping,
    picking,
    removing,
    setting,
    with_word,
    without_rule,
    without_words,
)
from portal_core.desk.setup.review.in_flow import flow_of, others

_OUT: Final = "Take this way out"


def _lost(finding: Finding) -> Control:
    """A status to which, or from which, no way leads."""
    flow, key = flow_of(finding), finding.path[3]
    moves = finding.read(*flow, "transitions")
    old: list[JsonValue] = moves if isinstance(moves, list) else []
    leads_on = finding.kind is ProblemKind.ENDLESS
    reached = _reached(finding)
    fitting = [pair for pair in others(finding, ended=leads_on) if leads_on or pair[0] in reached]

    def way(other: str, name: str) -> Option:
        move: JsonValue = {"from": [key if leads_on else other], "to": other if leads_on else key, "by": ["agent"]}
        words = f"A way to “{name}”" if leads_on else f"A way from “{name}”"
        return setting(f"{words}, which agents can take", (*flow, "transitions"), [*old, move])

    drop = removing("Take this status out", finding.path)
    return Control("What is missing", (*(way(*other) for other in fitting), drop))


def _reached(finding: Finding) -> set[str]:
    """The statuses of the flow that requests come to."""
    document, key = finding.document, finding.path[1]
    starts = [kind.start for kind in document.types if kind.flow == key and not kind.retired]
    return next((reachable(starts, ways_of(flow)[0]) for flow in document.flows if flow.key == key), set())


def _to(finding: Finding) -> Control:
    move = finding.path[:4]
    origins = finding.read(*move, "from")
    # A way that leads back to where it begins is none.
    ends = [pair for pair in others(finding) if not isinstance(origins, list) or pair[0] not in origins]
    drop = dropping(without_rule(finding, _OUT, move), Loss.WAY, move)
    return Control("This way leads to", (*picking(finding.path, ends), drop))


def _list(finding: Finding) -> Control:
    """A status, a role or a field that a way names and that is not there, or cannot be filled in by who moves."""
    return Control("This way", (*_let_movers(finding), *_instead(finding), *_without(finding)))


def _without(finding: Finding) -> Iterable[Option]:
    """Without the thing, or without the way where nobody, or no place to start from, would be left."""
    is_asked = finding.path[-1] == "must_fill"
    edit = without_words(finding, finding.path, (finding.about[0][-1],))
    way = without_rule(finding, _OUT, finding.path[:4])
    if edit is not None and (edit.value is not None or is_asked):
        words = "Do not ask for it on this way" if is_asked else "Leave it out of this way"
        yield Option(words, (edit,), drops=True)
        yield way
    else:
        yield dropping(way, Loss.WAY, finding.path[:4])


def _instead(finding: Finding) -> Iterable[Option]:
    """Another status to start from, another role that may go this way."""
    if not finding.missing or finding.path[-1] == "must_fill":
        return
    end = finding.read(*finding.path[:4], "to")
    known = finding.roles if finding.path[-1] == "by" else (pair for pair in others(finding) if pair[0] != end)
    for key, name in known:
        yield Option(f"{name} instead", (with_word(finding, finding.path, finding.missing[-1], key),), puts=key)


def _let_movers(finding: Finding) -> Iterable[Option]:
    by = finding.read(*finding.path[:4], "by")
    if finding.kind is not ProblemKind.NOT_EDITABLE or not isinstance(by, list):
        return
    for role in map(str, by):
        path = (*finding.about[0], "at", finding.key_of("statuses"), role)
        yield setting(f"{finding.role(role)} can fill it in there", path, "edit")


MOVES: Final[Menders] = (
    ("flows.*.statuses.*", _lost),
    ("flows.*.transitions.*.to", _to),
    ("flows.*.transitions.*.*", _list),
)
