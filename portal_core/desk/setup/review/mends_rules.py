"""Mends of rules that stand in lists without keys: who gets it, under which condition, who is told in which words."""

from dataclasses import replace
from typing import Final

from pydantic import JsonValue

from portal_core.config.problem_kinds import ProblemKind
from portal_core.desk.setup.review.finding import (
    Control,
    Finding,
    Option,
    dropping,
    picking,
    setting,
    without_placeholders,
    without_rule,
)
from portal_core.desk.setup.review.in_flow import status_of
from portal_core.desk.setup.review.mends_texts import placeholders_in

# How long a status may be said to last, of which the last is no promise.
DURATIONS: Final[tuple[tuple[JsonValue, str], ...]] = (
    ({"hours": 4}, "4 hours"),
    ({"days": 1}, "1 day"),
    ({"days": 2}, "2 days"),
    ({"days": 5}, "5 days"),
    ({"days": 14}, "14 days"),
    ({"no_limit": True}, "No limit"),
)


def rule_team(finding: Finding) -> Control:
    """Whoever a rule names is not there, or cannot be named yet."""
    rule = finding.path[:-1]
    old = finding.read(*rule)
    kept = {k: v for k, v in old.items() if k not in ("team", "person")} if isinstance(old, dict) else {}
    teams = (replace(setting(name, rule, {**kept, "team": key}), puts=key) for key, name in finding.named("teams"))
    return Control("Who gets it", (*teams, dropping(without_rule(finding, "Take this rule out", rule))))


def rule_condition(finding: Finding) -> Control:
    """The condition of a rule that stands in a list without keys."""
    always = dropping(setting("Let it hold always, without the condition", finding.path, None))
    return Control("This rule", (always, without_rule(finding, "Take this rule out", finding.path[:-1])))


def mail(finding: Finding) -> Control:
    """The words of one rule about mails: others, without what has no value there, or no such mail."""
    rule, key = finding.path[:-1], finding.read(*finding.path)
    words = _mail_without(finding, str(key)) if isinstance(key, str) else ()
    others = picking(finding.path, ((k, n) for k, n in finding.named("messages") if k != key), "Send the mail “{}”")
    expected: tuple[Option, ...] = ()
    if finding.kind is ProblemKind.NO_EXPECTED_TIME:
        path = (*status_of(finding), "expected")
        expected = tuple(setting(f"Promise {label} here", path, value) for value, label in DURATIONS[:-1])
    none = without_rule(finding, "Send no such mail", rule)
    is_gone = finding.missing[:1] == ("messages",)
    return Control("What is sent", (*words, *expected, *others, dropping(none) if is_gone else none))


def _mail_without(finding: Finding, key: str) -> tuple[Option, ...]:
    gone = placeholders_in(finding)
    edits = [without_placeholders(finding, ("messages", key, part), gone) for part in ("subject", "body", "button")]
    # A mail without a subject or words is none.
    found = tuple(edit for edit in edits if edit is not None and (edit.value is not None or edit.path[-1] == "button"))
    return (Option("Leave that word out of the mail", found, drops=True),) if found else ()


def reminder(finding: Finding) -> Control:
    """A reminder that would come too late."""
    return Control("This reminder", (without_rule(finding, "Send no such reminder", finding.path[:-1]),))


def notice_when(finding: Finding) -> Control:
    """Somebody has to be told at once."""
    return Control("When they are told", (setting("At once", finding.path, None),))


def notice_who(finding: Finding) -> Control:
    """Nobody is told, and somebody is."""
    rules = finding.read(*finding.path[:5])
    listed = rules if isinstance(rules, list) else []
    named: list[JsonValue] = [rule for rule in listed if isinstance(rule, dict) and rule.get("who") != "nobody"]
    return Control(
        "Who is told",
        (
            setting("Those who are named", finding.path[:5], named),
            setting("Nobody", finding.path[:5], [{"who": "nobody"}]),
        ),
    )
