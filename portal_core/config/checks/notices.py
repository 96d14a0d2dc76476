"""Who is told: what cannot wait is not made to wait, and no rule names a reader whom its event never reaches."""

from collections.abc import Iterator, Mapping
from typing import Final

from portal_core.config.checks.index import Index, active_statuses
from portal_core.config.document.flows import Status
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

# Events of which customers never hear, and why.
_NOT_FOR_CUSTOMERS: Final[Mapping[str, tuple[str, str]]] = {
    "created": (
        "Customers hear of a new request from the status in which it starts.",
        "Take it out, and tell the customer in that status’s notify.",
    ),
    "noted": ("Notes are for staff alone.", "Take it out, or name handler, team or manager."),
    "assigned": (
        "Customers are not told who was given a request; its page says who has it.",
        "Take it out, or name handler, team or manager.",
    ),
    "late": ("Customers are not told by this rule that something is late.", "Take it out, or name handler or manager."),
}
_OWN_WORDS: Final = "These mails carry what was written or changed; a message of one’s own is only for statuses."


def check_notices(index: Index) -> Iterator[Problem]:
    """The `notify` of statuses and the document's `notifications`."""
    for flow in index.active_flows():
        for status in active_statuses(flow):
            yield from _status(status, f"flows.{flow.key}.statuses.{status.key}")
    yield from _events(index)


def _status(status: Status, path: str) -> Iterator[Problem]:
    """It is the customer's turn: they are told at once, or the document says openly that nobody is told."""
    if status.turn != "customer":
        return
    for position, rule in enumerate(status.notify):
        if rule.who == "customer" and rule.when != "now":
            waits = "would learn of it a day late" if rule.when == "daily" else "would not learn of it"
            text = f"It is the customer’s turn in this status, and they {waits}."
            yield Problem(
                f"{path}.notify.{position}.when", text, 'Write "now", or leave when out.', kind=ProblemKind.LEARNS_LATE
            )


def _events(index: Index) -> Iterator[Problem]:
    told: set[tuple[str, str]] = set()
    for position, rule in enumerate(index.document.notifications):
        path = f"notifications.{position}"
        if rule.who == "customer" and rule.event in _NOT_FOR_CUSTOMERS:
            yield Problem(f"{path}.who", *_NOT_FOR_CUSTOMERS[rule.event], kind=ProblemKind.NOT_FOR_CUSTOMERS)
        if rule.message is not None and rule.message in index.messages:
            yield Problem(f"{path}.message", _OWN_WORDS, "Take message out.", kind=ProblemKind.NOT_ALLOWED_HERE)
        if rule.who == "nobody" and rule.when != "now":
            text = "This says that nobody is told, and when."
            yield Problem(f"{path}.when", text, "Take when out.", kind=ProblemKind.CONTRADICTION)
        if (rule.event, rule.who) in told:
            text = f"An earlier rule without a condition already tells {rule.who} of “{rule.event}”."
            yield Problem(
                path, text, "Take one of the two out, or give the earlier one an if.", kind=ProblemKind.CONTRADICTION
            )
        if rule.if_ is None:
            told.add((rule.event, rule.who))
