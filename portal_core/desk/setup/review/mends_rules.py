"""Mends of rules that stand in lists without keys: who gets it, under which condition, who is told in which words."""

from dataclasses import replace
from typing import Final

from pydantic import JsonValue

from portal_core.config.draft.paths import Path
from portal_core.config.problem_kinds import ProblemKind
from portal_core.desk.setup.review.finding import (
    Control,
    Finding,
    Loss,
    Option,
    dropping,
    picking,
    setting,
    without_placeholders,
    without_rule,
)
from portal_core.desk.setup.review.in_flow import status_of
from portal_core.desk.setup.review.mends_texts import placeholders_in

_OUT: Final = "Take this rule out"
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
    """Whoever a rule names is not there, or cannot be named yet.

    A status that somebody has to have is not left without: then another team is the only mend.
    """
    rule = finding.path[:-1]
    old = finding.read(*rule)
    kept = {k: v for k, v in old.items() if k not in ("team", "person")} if isinstance(old, dict) else {}
    teams = (replace(setting(name, rule, {**kept, "team": key}), puts=key) for key, name in finding.named("teams"))
    out = without_rule(finding, _OUT, rule)
    return Control("Who gets it", (*teams, out if _is_needed(finding) else dropping(out, Loss.RULE, rule)))


def _is_needed(finding: Finding) -> bool:
    """Whether nobody would have requests in a status, were its rules that name the same one gone."""
    rules, key = finding.read(*finding.path[:-2]), finding.read(*finding.path)
    if finding.path[-3] != "handler" or finding.read(*status_of(finding), "turn") == "nobody":
        return False
    listed = [rule for rule in (rules if isinstance(rules, list) else []) if isinstance(rule, dict)]
    kept = [rule for rule in listed if rule.get(finding.path[-1]) != key]
    return not kept or kept[-1].get("when") is not None


def rule_condition(finding: Finding) -> Control:
    """The condition of a rule that stands in a list without keys.

    What it names is not there, so it could not hold: it goes out, and holds always only where just that is chosen.
    """
    rule = finding.path[:-1]
    out = dropping(_without(finding, _OUT, rule), _loss(finding), rule)
    return Control("This rule", (out, setting("Let it hold always, without the condition", finding.path, None)))


def _loss(finding: Finding) -> Loss:
    """What a rule is called."""
    return {"notify": Loss.NOTICE, "notifications": Loss.NOTICE, "remind": Loss.REMINDER}.get(
        finding.path[-3], Loss.RULE
    )


def _without(finding: Finding, label: str, rule: Path) -> Option:
    """Without a rule; where a status told nobody else, it says so: it has to say whom it tells."""
    rules = finding.read(*rule[:-1])
    if rule[-2] == "notify" and isinstance(rules, list) and len(rules) == 1:
        return setting(label, rule[:-1], [{"who": "nobody"}])
    return without_rule(finding, label, rule)


def mail(finding: Finding) -> Control:
    """The words of one rule about mails: others, without what has no value there, or no such mail."""
    rule, key = finding.path[:-1], finding.read(*finding.path)
    words = _mail_without(finding, str(key)) if isinstance(key, str) else ()
    others = picking(finding.path, ((k, n) for k, n in finding.named("messages") if k != key), "Send the mail “{}”")
    expected: tuple[Option, ...] = ()
    if finding.kind is ProblemKind.NO_EXPECTED_TIME:
        path = (*status_of(finding), "expected")
        expected = tuple(setting(f"Promise {label} here", path, value) for value, label in DURATIONS[:-1])
    none = _without(finding, "Send no such mail", rule)
    if finding.missing[:1] == ("messages",):
        none = dropping(none, _loss(finding), rule)
    return Control("What is sent", (*words, *expected, *others, none))


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
