"""Reminders, closing and lateness: only where they can ever happen, and to a sensible end."""

from collections.abc import Iterator

from portal_core.config.checks.index import Index, active_statuses
from portal_core.config.document.flows import Status
from portal_core.config.draft.paths import path_from
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem


def check_time(index: Index) -> Iterator[Problem]:
    """What happens by itself as time passes, in every status in use."""
    for flow in index.active_flows():
        statuses = {status.key: status for status in active_statuses(flow)}
        for status in statuses.values():
            path = f"flows.{flow.key}.statuses.{status.key}"
            yield from _customers_turn(status, path)
            yield from _closing(status, statuses, path)
            yield from _late(status, path)


def _customers_turn(status: Status, path: str) -> Iterator[Problem]:
    if status.turn == "customer":
        return
    mend = 'Set "turn": "customer", or take it out.'
    if status.remind:
        yield Problem(
            f"{path}.remind",
            "Customers are reminded here, and it is not their turn.",
            mend,
            kind=ProblemKind.NOT_THEIR_TURN,
        )
    if status.close is not None:
        yield Problem(
            f"{path}.close", "This closes while it is not the customer’s turn.", mend, kind=ProblemKind.NOT_THEIR_TURN
        )


def _closing(status: Status, statuses: dict[str, Status], path: str) -> Iterator[Problem]:
    if status.close is None:
        return
    target = statuses.get(status.close.to)
    if target is not None and target.outcome is None:
        text = f"Closing leads to “{target.key}”, which is still open."
        mend = "Name a status with an outcome."
        names = ((*path_from(path)[:3], target.key),)
        yield Problem(f"{path}.close.to", text, mend, kind=ProblemKind.STILL_OPEN, names=names)
    for position, reminder in enumerate(status.remind):
        if reminder.after_days >= status.close.after_days:
            text = f"This reminder would come after {reminder.after_days} days, and the request is closed by then."
            yield Problem(
                f"{path}.remind.{position}.after_days",
                text,
                "Remind earlier, or close later.",
                kind=ProblemKind.TOO_LATE,
            )


def _late(status: Status, path: str) -> Iterator[Problem]:
    if not status.if_late:
        return
    if status.turn == "nobody":
        yield Problem(
            f"{path}.if_late", "The request has ended: nothing is late here.", "Take it out.", kind=ProblemKind.ENDED
        )
    elif status.turn == "us" and (status.expected is None or status.expected.no_limit):
        text = "Nothing is promised here, so only a planned date can ever be late."
        yield Problem(
            f"{path}.if_late",
            text,
            "Give the status an expected time, or take it out.",
            "warning",
            kind=ProblemKind.NEVER_LATE,
        )
