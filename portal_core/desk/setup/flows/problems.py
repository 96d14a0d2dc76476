"""What is missing or wrong in a flow, said where it stands and in the owner's words.

The findings are those of the publish check (config/checks), run over this flow alone; here they get names instead of
keys, and a mend that says which box to fill in.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from portal_core.config.checks.asks import check_asks
from portal_core.config.checks.conditions import check_conditions
from portal_core.config.checks.contract import check_contract
from portal_core.config.checks.documents import check_documents
from portal_core.config.checks.index import Index
from portal_core.config.checks.moves import check_moves
from portal_core.config.checks.names import check_names
from portal_core.config.checks.notices import check_notices
from portal_core.config.checks.placeholders import check_placeholders
from portal_core.config.checks.reach import check_reach
from portal_core.config.checks.references import check_references, noun_of
from portal_core.config.checks.time import check_time
from portal_core.config.document import PortalDocument
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem
from portal_core.desk.setup.flows.reading import FlowView

_CHECKS: Final[tuple[Callable[[Index], Iterator[Problem]], ...]] = (
    check_reach,
    check_contract,
    check_asks,
    check_conditions,
    check_documents,
    check_moves,
    check_names,
    check_notices,
    check_placeholders,
    check_references,
    check_time,
)
_NAMED = re.compile(r"“([^”]*)”")

# What to do, by the part of a status that a finding is about.
_MENDS: Final[Mapping[str, str]] = {
    "": "Add a way under “From here one can go to”, or take this status out.",
    "customer_name": "Write what customers read, under “Name for customers”.",
    "meaning": "Write it under “What it means”.",
    "turn": "Say it under “Waiting on”, or let customers do something here.",
    "handler": "Name a team under “Who handles it”, at the end without a condition.",
    "next_step": "Write it under “Next step customers read”.",
    "expected": "Give a number of hours or days, or “no limit”, under “Usually takes”.",
    "notify": "Say it under “When a request arrives here”: the customer, or nobody.",
    "customer_may": "Tick what customers may do here.",
    "outcome": "Say how it ended under “How it ends”, or whose turn it is.",
    "asks": "Look at what is asked of the customer here.",
    "when_done": "Choose the status that follows under “When all is done, it goes to”.",
    "if_late": "Change it under “If it takes longer”.",
    "remind": "Change it under “Reminders”.",
    "close": "Change it under “Closing without an answer”.",
    "step": "Choose another bar under “Step of the course”.",
}
# The same, by what is found about something of a list: its kind, and the list of the first thing that it names.
_BY_KIND: Final[Mapping[tuple[ProblemKind, str], str]] = {
    (ProblemKind.NOT_EDITABLE, "fields"): (
        "Let customers edit it in this status, among the type’s fields, or do not ask for it here."
    ),
    (ProblemKind.NOT_SEEN, "fields"): (
        "Show it to customers in this status, among the type’s fields, or do not ask about it here."
    ),
    (ProblemKind.NOT_ADDABLE, "document_kinds"): (
        "Let customers add this kind of document, under “Document kinds”, or ask for another one."
    ),
    (ProblemKind.NOT_SEEN, "document_kinds"): (
        "Show this kind of document to customers, under “Document kinds”, or do not ask about it."
    ),
    (ProblemKind.EMPTY_MAIL, ""): "Choose the words of the mail beside “the customer”.",
    (ProblemKind.UNREACHABLE, ""): (
        "Open another status and add a way to this one, under “From here one can go to”, or take this status out."
    ),
    (ProblemKind.ENDLESS, ""): "Add ways that lead to a status in which requests end.",
}
_ON_A_WAY: Final = "Let one of those who may go this way edit it here, or do not ask for it there."
# Words of the document itself in a mend: such a mend is for those who write it as a file.
_OF_THE_FILE = re.compile(r"[{}\"_]|: |transition")
_PLACES: Final[Mapping[str, str]] = {"asks": "asks", "": "ways"}


@dataclass(frozen=True)
class Finding:
    """One thing to mend. `anchor` is the place on the page; `status` is "" for the flow as a whole."""

    status: str
    status_name: str
    anchor: str
    text: str
    mend: str
    stops: bool


@dataclass(frozen=True)
class Findings:
    """All of them, by status."""

    all: Sequence[Finding]

    def of(self, status_key: str) -> list[Finding]:
        """Those of one status."""
        return [finding for finding in self.all if finding.status == status_key]

    @property
    def by_status(self) -> Mapping[str, int]:
        """How many each status has."""
        counts: dict[str, int] = defaultdict(int)
        for finding in self.all:
            counts[finding.status] += 1
        return counts


def findings(flow: FlowView, document: PortalDocument | None) -> Findings:
    """What the checks have against this flow; nothing while the draft cannot be read at all."""
    if document is None:
        return Findings([])
    index = Index(document)
    start = f"{flow.part}"
    problems = {problem for run in _CHECKS for problem in run(index) if _is_in(problem.path, start)}
    order = {str(status["key"]): number for number, status in enumerate(flow.statuses)}
    found = [_finding(flow, problem) for problem in sorted(problems)]
    return Findings(sorted(found, key=lambda finding: (order.get(finding.status, -1), not finding.stops)))


def _is_in(path: str, start: str) -> bool:
    return path == start or path.startswith(f"{start}.")


def _finding(flow: FlowView, problem: Problem) -> Finding:
    rest = problem.path.split(".")[2:]
    text = _in_words(flow, problem)
    if rest[:1] == ["transitions"]:
        return _of_a_way(flow, int(rest[1]), text, problem)
    status = rest[1] if rest[:1] == ["statuses"] and len(rest) > 1 else ""
    part = rest[2] if len(rest) > 2 else ""
    mend = _mend(problem, part) if status else "Use it in a request type."
    name = flow.status_name(status) if status else ""
    anchor = _PLACES.get(part, part.replace("_", "-"))
    return Finding(status, name, anchor, text, mend, problem.level == "stop")


def _mend(problem: Problem, part: str) -> str:
    found = _BY_KIND.get((problem.kind, problem.names[0][-2] if problem.names else ""), "")
    if not found and part and not _OF_THE_FILE.search(problem.mend):
        found = problem.mend
    return found or _MENDS.get(part, "")


def _of_a_way(flow: FlowView, number: int, text: str, problem: Problem) -> Finding:
    """A way is shown under the status from which it starts."""
    move = flow.transitions[number] if number < len(flow.transitions) else {}
    origins = move.get("from")
    known = {str(status["key"]) for status in flow.in_use}
    listed = [str(key) for key in origins] if isinstance(origins, list) else []
    status = next((key for key in listed if key in known), "")
    named = _ON_A_WAY if problem.kind is ProblemKind.NOT_EDITABLE else ""
    mend = named or f"Change the way to “{flow.status_name(move.get('to'))}”, or take it out."
    return Finding(status, flow.status_name(status) if status else "", "ways", text, mend, problem.level == "stop")


def _in_words(flow: FlowView, problem: Problem) -> str:
    """Keys between quotation marks become names; placeholders in braces stay, since owners write them."""
    if len(problem.names) == 1 and problem.missing:
        return f"A {noun_of(problem.missing)} is named here that does not exist any more."
    text = problem.problem.replace("“customer”", "the customer")
    return _NAMED.sub(lambda match: f"“{flow.names.get(match[1], match[1])}”", text)
