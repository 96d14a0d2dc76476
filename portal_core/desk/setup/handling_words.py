"""Rules of who handles a request, as sentences, with what is wrong about them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue

from portal_core.config.draft.values import items_of
from portal_core.desk.setup.flows.wording import mark_of
from portal_core.desk.setup.frame import name_of
from portal_core.desk.setup.handling_controls import PRIORITIES, TypeRules
from portal_core.desk.setup.moving import counted
from portal_core.desk.setup.sentences import Asked, in_short


@dataclass(frozen=True)
class RuleLine:
    """One rule: when it holds, who gets the request, how pressing it is. `wrong` says what to mend."""

    position: int
    mark: str
    when: str
    is_first: bool
    to: str
    priority: str
    wrong: str
    is_changed: bool

    @property
    def name(self) -> str:
        """What buttons call it, in the middle of a sentence."""
        return f"the rule for {self.when}" if self.when else "the rule for all others"


def rule_lines(rules: TypeRules) -> list[RuleLine]:
    """The rules in their order. Marks tell equal ones apart by counting them."""
    live = rules.draft.live_value((*rules.base, "assign"))
    before = items_of(live)
    asked = [_quoted(field) for field in rules.asked]
    lines: list[RuleLine] = []
    above: list[dict[str, JsonValue]] = []
    marks = counted([mark_of(rule) for rule in rules.rules])
    for position, (rule, mark) in enumerate(zip(rules.rules, marks, strict=True)):
        lines.append(
            RuleLine(
                position,
                mark,
                in_short(rule.get("when"), asked),
                position == 0,
                _to(rules, rule),
                _priority(rule),
                _wrong(rules, rule, above),
                is_changed=rule not in before,
            )
        )
        above.append(rule)
    return lines


def _quoted(field: Asked) -> Asked:
    """The question and its answers in quotes: “What is wrong?” is “No heat”."""
    answers = [(key, f"“{label}”") for key, label in field.answers]
    return replace(field, label=f"“{field.label}”", answers=answers)


def _to(rules: TypeRules, rule: Mapping[str, JsonValue]) -> str:
    key = str(rule.get("team") or "")
    if key:
        head = rules.teams.get(key)
        return "a team that is gone" if head is None else name_of(head, rules.draft)
    return str(rule.get("person") or "")


def _priority(rule: Mapping[str, JsonValue]) -> str:
    kept = str(rule.get("priority") or "normal")
    return "" if kept == "normal" else dict(PRIORITIES).get(kept, "").lower()


def _wrong(rules: TypeRules, rule: Mapping[str, JsonValue], above: list[dict[str, JsonValue]]) -> str:
    """What stands against a rule, with the mend."""
    if any("when" not in other for other in above):
        return "It is never come to: the rule above it always holds. Move it up, or take it out."
    if any(other.get("when") == rule.get("when") for other in above):
        return "It is never come to: a rule above it holds for the same. Take one of the two out."
    key = str(rule.get("team") or "")
    if key and key not in rules.teams:
        return "Its team is gone. Choose another one."
    if key and rules.teams[key].get("retired"):
        return "Its team is not used any more. Choose another one, or bring the team back."
    if rule.get("person"):
        return "Giving it to one person is not available yet. Choose a team."
    gone = [name for name in _fields_of(rule.get("when")) if name not in {asked.key for asked in rules.asked}]
    if gone:
        return "It is about a question that is not asked any more. Choose another one."
    return ""


def _fields_of(condition: JsonValue) -> list[str]:
    """The fields that a condition asks for, however deep."""
    if not isinstance(condition, dict):
        return []
    found = [str(condition["field"])] if condition.get("field") else []
    for group in ("all", "any"):
        found += [name for part in items_of(condition.get(group)) for name in _fields_of(part)]
    return [*found, *_fields_of(condition.get("not"))]


def rest_words(rules: TypeRules) -> str:
    """Where a request goes for which no rule holds."""
    if any("when" not in rule for rule in rules.rules):
        return ""
    start = next((s for s in items_of(rules.flow.get("statuses")) if s["key"] == rules.item.get("start")), None)
    handlers = items_of(start.get("handler")) if start else []
    keys = [str(rule["team"]) for rule in handlers if rule.get("team")]
    names = list(dict.fromkeys(name_of(rules.teams[key], rules.draft) for key in keys if key in rules.teams))
    status = rules.status_name(rules.item.get("start"))
    first = "All others go" if rules.rules else "Every request goes"
    if not names:
        return f"{first} to nobody until somebody takes it: “{status}” names no team."
    return f"{first} to {' or '.join(names)}, which handle{'s' if len(names) == 1 else ''} “{status}”."
