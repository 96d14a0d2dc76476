"""Mends of what is missing or wrong in the contract of a status."""

from typing import Final

from portal_core.config.problem_kinds import ProblemKind
from portal_core.desk.setup.review.finding import TAKE_OUT, Control, Finding, Loss, Menders, dropping, picking, setting
from portal_core.desk.setup.review.in_flow import flow_of, others, status_of
from portal_core.desk.setup.review.mends_rules import (
    DURATIONS,
    mail,
    notice_when,
    notice_who,
    reminder,
    rule_condition,
    rule_team,
)
from portal_core.desk.setup.review.mends_texts import leave_out

_SUGGESTED: Final = {
    "upload": "Send us the document we ask for",
    "choose": "Choose one of the times we offer",
    "approve": "Say yes or no to what we offer",
    "fill": "Answer our questions",
    "read": "Read it and confirm",
}
_TEXTS: Final = {
    "customer_name": "Name customers read",
    "meaning": "What it means, in the customer’s words",
    "next_step": "Next step customers read",
}
_TURNS: Final = (("us", "Ours"), ("customer", "The customer’s"), ("nobody", "Nobody’s: it ends here"))


def _text(finding: Finding) -> Control | None:
    """Words that are missing are written; those that name what is not there leave it out."""
    part = finding.path[-1]
    if finding.read(*finding.path) is not None:
        return leave_out(finding, finding.path)
    asks = finding.items(*status_of(finding), "asks")
    suggested = _SUGGESTED.get(str(asks[0].get("do")), "") if asks and part == "next_step" else ""
    return Control(_TEXTS[part], text_path=finding.path, suggested=suggested)


def _outcome(finding: Finding) -> Control:
    ends = picking(finding.path, (("done", "It ends as done"), ("stopped", "It ends as stopped")))
    ours = setting("It does not end: it is our turn", (*status_of(finding), "turn"), "us")
    return Control("How it ends", (*ends, ours))


def _expected(finding: Finding) -> Control:
    options = tuple(setting(label, finding.path, value) for value, label in DURATIONS)
    return Control("How long it usually lasts", options)


def _working(finding: Finding) -> Control:
    return Control("How the time is counted", (setting("Around the clock, every day", finding.path, None),))


def _handler(finding: Finding) -> Control:
    """A last rule without a condition, behind those that have one."""
    rules = finding.read(*finding.path)
    kept = [rule for rule in (rules if isinstance(rules, list) else []) if isinstance(rule, dict) and "when" in rule]
    return Control(
        "Who has it",
        tuple(setting(name, finding.path, [*kept, {"team": key}]) for key, name in finding.named("teams")),
    )


def _notify(finding: Finding) -> Control:
    nobody = setting("Nobody is told", finding.path, [{"who": "nobody"}])
    mails = (
        setting(f"The customer, by the mail “{name}”", finding.path, [{"who": "customer", "message": key}])
        for key, name in finding.named("messages")
    )
    return Control("Who is told", (nobody, *mails))


def _step(finding: Finding) -> Control:
    steps = picking(finding.path, finding.named(*flow_of(finding), "steps"))
    return Control("Step of the course", (*steps, dropping(setting("None of them", finding.path, None))))


def _close_to(finding: Finding) -> Control:
    never = dropping(setting("It is not closed by itself", finding.path[:-1], None), Loss.CLOSING, finding.path[:-1])
    return Control("Closing leads to", (*picking(finding.path, others(finding, ended=True)), never))


def _not_their_turn(finding: Finding) -> Control:
    """Reminders, closing, lateness where they can never happen."""
    turn = (*status_of(finding), "turn")
    theirs = (
        (setting("It is the customer’s turn here", turn, "customer"),)
        if finding.kind is ProblemKind.NOT_THEIR_TURN
        else ()
    )
    return Control("What is right", (setting(TAKE_OUT, finding.path, None), *theirs))


def _customers_turn(finding: Finding) -> Control:
    """It is their turn and there is nothing to do, or it has ended: another turn, or something that they may do."""
    status = status_of(finding)
    if finding.kind is ProblemKind.ENDED:
        ended = setting("It ends here, and it is nobody’s turn", finding.path, "nobody")
        return Control("What is right", (ended, setting("It does not end here", (*status, "outcome"), None)))
    if finding.kind is ProblemKind.NOTHING_TO_DO:
        write = setting("Customers may write here", (*status, "customer_may"), ["message"])
        return Control("What is right", (write, setting("It is our turn", finding.path, "us")))
    return Control("Whose turn it is", picking(finding.path, _TURNS))


_S: Final = "flows.*.statuses.*"
STATUSES: Final[Menders] = (
    (f"{_S}.customer_name", _text),
    (f"{_S}.meaning", _text),
    (f"{_S}.next_step", _text),
    (f"{_S}.turn", _customers_turn),
    (f"{_S}.outcome", _outcome),
    (f"{_S}.expected", _expected),
    (f"{_S}.expected.working", _working),
    (f"{_S}.handler", _handler),
    (f"{_S}.handler.*.team", rule_team),
    (f"{_S}.handler.*.person", rule_team),
    (f"{_S}.handler.*.when", rule_condition),
    (f"{_S}.notify", _notify),
    (f"{_S}.notify.*.message", mail),
    (f"{_S}.notify.*.when", notice_when),
    (f"{_S}.notify.*.who", notice_who),
    (f"{_S}.notify.*.if", rule_condition),
    (f"{_S}.remind", _not_their_turn),
    (f"{_S}.remind.*.message", mail),
    (f"{_S}.remind.*.when", rule_condition),
    (f"{_S}.remind.*.after_days", reminder),
    (f"{_S}.if_late", _not_their_turn),
    (f"{_S}.if_late.*.when", rule_condition),
    (f"{_S}.close", _not_their_turn),
    (f"{_S}.close.to", _close_to),
    (f"{_S}.step", _step),
)
