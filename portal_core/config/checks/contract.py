"""The contract of every status: what customers are promised is complete before anybody sees it."""

from collections.abc import Iterator
from typing import Final

from portal_core.config.checks.index import Index, active_statuses
from portal_core.config.document.flows import Expected, Flow, Status
from portal_core.config.document.portal_document import Hours
from portal_core.config.hours import minutes_of
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

_YEAR_DAYS: Final = 366

_MISSING: Final = {
    "customer_name": ("Customers have no name for this status.", "Add customer_name: a sentence about their request."),
    "meaning": ("Nothing says what this status means.", "Add meaning: what has happened, in the customer’s words."),
    "turn": ("Nothing says whose turn it is.", "Add turn: us, customer or nobody."),
    "handler": (
        "Nobody has requests in this status.",
        'Add handler, the last one without a condition: [{"team": "…"}].',
    ),
    "next_step": ("Nothing says what happens next.", "Add next_step: who does what."),
    "expected": (
        "Nothing says how long it takes.",
        'Add expected: {"hours": 4, "working": true}, {"days": 2} or {"no_limit": true}.',
    ),
    "notify": (
        "Nothing says whether the customer is told.",
        'Add notify: [{"who": "customer", …}] or [{"who": "nobody"}].',
    ),
}


def check_contract(index: Index) -> Iterator[Problem]:
    """Every part of the contract of every status in use, and where requests begin and end."""
    for flow in index.active_flows():
        for status in active_statuses(flow):
            yield from _status(index, flow, status, f"flows.{flow.key}.statuses.{status.key}")
    for kind in index.types:
        start = {status.key: status for status in index.statuses(kind.flow)}.get(kind.start)
        if start is not None and start.outcome is not None:
            text = "Requests of this type would begin where they end."
            yield Problem(
                f"types.{kind.key}.start", text, "Start in a status without an outcome.", kind=ProblemKind.STARTS_ENDED
            )


def _status(index: Index, flow: Flow, status: Status, path: str) -> Iterator[Problem]:
    for part in _missing_parts(status):
        yield Problem(f"{path}.{part}", *_MISSING[part], kind=ProblemKind.INCOMPLETE)
    yield from _turn(flow, status, path)
    if status.expected is not None and status.expected.working and not _has_hours(index):
        text = "Working time is promised, and the portal has no working hours."
        yield Problem(
            f"{path}.expected.working",
            text,
            "Add hours to the document, or leave working out.",
            kind=ProblemKind.NO_HOURS,
        )
    elif status.expected is not None and _calendar_days(status.expected, index.document.hours) > _YEAR_DAYS:
        mend = 'Promise less, give more working hours, or write {"no_limit": true}.'
        yield Problem(
            f"{path}.expected",
            "This promises something for later than a year from now.",
            mend,
            kind=ProblemKind.TOO_LATE,
        )
    for position, rule in enumerate(status.notify):
        if rule.who == "customer" and rule.when != "never" and rule.message is None:
            mend = "Add message: the key of a message."
            yield Problem(
                f"{path}.notify.{position}.message",
                "The mail to the customer has no words.",
                mend,
                kind=ProblemKind.EMPTY_MAIL,
            )
        if rule.who == "nobody" and len(status.notify) > 1:
            text = "This says that nobody is told, and somebody is."
            yield Problem(
                f"{path}.notify.{position}.who", text, "Take one of the two out.", kind=ProblemKind.CONTRADICTION
            )


def _missing_parts(status: Status) -> Iterator[str]:
    needed = ["customer_name", "meaning", "turn", "notify"]
    if status.turn != "nobody":
        needed += ["next_step", "expected"]
        if not status.handler or status.handler[-1].when is not None:
            yield "handler"
    yield from (part for part in needed if not getattr(status, part))


def _turn(flow: Flow, status: Status, path: str) -> Iterator[Problem]:
    if status.turn == "nobody" and status.outcome is None:
        text = "It is nobody’s turn, and the request has not ended."
        yield Problem(
            f"{path}.outcome",
            text,
            "Add outcome: done or stopped; or say whose turn it is.",
            kind=ProblemKind.NOT_ENDED,
        )
    if status.turn in ("us", "customer") and status.outcome is not None:
        mend = "Set turn to nobody, or take the outcome out."
        yield Problem(f"{path}.turn", "The request has ended, and it is somebody’s turn.", mend, kind=ProblemKind.ENDED)
    if status.turn == "customer" and not _can_act(flow, status):
        text = "It is the customer’s turn, and there is nothing they can do."
        mend = "Add an ask, a transition by customer, or message to customer_may."
        yield Problem(f"{path}.turn", text, mend, kind=ProblemKind.NOTHING_TO_DO)


def _can_act(flow: Flow, status: Status) -> bool:
    by_transition = any(status.key in move.from_ and "customer" in move.by for move in flow.transitions)
    return by_transition or "message" in status.customer_may or bool(status.asks)


def _calendar_days(expected: Expected, hours: Hours | None) -> float:
    """How many days of the calendar a promise lasts, holidays apart; 0 without a limit."""
    spans = [[minutes_of(span) for span in day] for day in hours.by_weekday] if expected.working and hours else []
    minutes = sum(max(0, closes - opens) for day in spans for opens, closes in day)
    if not spans:
        return expected.days or (expected.hours or 0) / 24
    if expected.days is not None:
        return expected.days * 7 / max(1, sum(map(bool, spans)))
    return (expected.hours or 0) * 60 * 7 / max(1, minutes)


def _has_hours(index: Index) -> bool:
    hours = index.document.hours
    return hours is not None and any(hours.by_weekday)
