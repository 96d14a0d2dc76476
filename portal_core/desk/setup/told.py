"""Who is told: one cell of the table of notifications, read from the document's ordered lists and written into them.

A status lists its rules in `notify`; what happens otherwise has rules in `notifications`, and a default where they are
silent. A cell stands for the rules of one reader that hold always; rules with a condition are kept as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from django import forms
from pydantic import JsonValue

from portal_core.config.draft.values import items_of
from portal_core.desk.setup.controls import Choices, Control, Where
from portal_core.notifications.rules import DEFAULTS, ways_by

Rule = dict[str, JsonValue]

READERS: Final = (("customer", "Customer"), ("handler", "Who has it"), ("team", "Their team"), ("manager", "Managers"))
MOST_REMINDERS: Final = 3
ORDINALS: Final = ("First", "Second", "Third")
STAFF: Final = ("handler", "team", "manager")
EVENTS: Final = (
    ("created", "A new request"),
    ("assigned", "Somebody is given a request"),
    ("replied", "Somebody writes a message"),
    ("noted", "A colleague writes a note"),
    ("changed", "Answers are changed"),
    ("planned", "A day is planned"),
    ("late", "A promise is late"),
)
# Of these customers are never told by a rule (checks/notices.py says why).
_NOT_FOR_CUSTOMERS: Final = frozenset({"created", "assigned", "noted", "late"})
WHEN: Final = (
    ("now", "At once, by mail"),
    ("daily", "In the daily mail"),
    ("never", "In the portal only, no mail"),
    ("nobody", "Not at all"),
)


def can_be_told(event: str, who: str) -> bool:
    """Whether a rule may tell this reader of an event."""
    return who != "customer" or event not in _NOT_FOR_CUSTOMERS


def rules_in(value: JsonValue) -> list[Rule]:
    """The rules of a list."""
    return [*items_of(value)]


def of_status(rules: Sequence[Rule], who: str) -> Rule | None:
    """The rule by which a status tells a reader, whatever the answers are."""
    return next((rule for rule in rules if rule.get("who") == who and "if" not in rule), None)


def conditional(rules: Sequence[Rule], who: str) -> list[Rule]:
    """The rules for a reader that hold under a condition."""
    return [rule for rule in rules if rule.get("who") == who and "if" in rule]


def when_of(rule: Rule | None) -> str:
    """now, daily, never or nobody."""
    return "nobody" if rule is None else str(rule.get("when", "now"))


def of_event(rules: Sequence[Rule], event: str) -> Mapping[str, str]:
    """When each reader is told of an event, by the portal's own rule; whoever is not in it is not told."""
    own = [rule for rule in rules if rule.get("event") == event]
    holding = [(str(rule["who"]), str(rule.get("when", "now"))) for rule in own if "if" not in rule]
    return {who: str(way) for who, way in ways_by(event, {str(rule["who"]) for rule in own}, holding).items()}


@dataclass(frozen=True, kw_only=True)
class ToldInStatus(Control):
    """When a reader is told that a request has come to a status, and in which words."""

    who: str
    mails: Choices

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """When, and for customers which mail."""
        made: dict[str, forms.Field] = {"when": forms.ChoiceField(label=self.label, choices=WHEN)}
        if self.who == "customer":
            words = "Which mail"
            choices = [("", "None chosen yet"), *self.mails]
            made["mail"] = forms.ChoiceField(label=words, choices=choices, required=False)
        return made

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """As the list says."""
        rule = of_status(rules_in(value), self.who)
        return {"when": when_of(rule), "mail": (rule or {}).get("message", "")}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """The whole list; where nobody is left in it, it says so openly."""
        rules = rules_in(before)
        old = of_status(rules, self.who)
        if cleaned["when"] == when_of(old) and cleaned.get("mail", "") == ((old or {}).get("message") or ""):
            return before
        new = None if cleaned["when"] == "nobody" else self._rule(cleaned, old or {})
        kept: list[JsonValue] = [
            rule for rule in rules if rule is not old and (rule.get("who") != "nobody" or "if" in rule)
        ]
        at = next((number for number, rule in enumerate(rules) if rule is old), len(kept))
        if new is not None:
            kept.insert(at, new)
        return kept or [{"who": "nobody"}]

    def _rule(self, cleaned: Mapping[str, Any], old: Rule) -> Rule:
        rule: Rule = {**old, "who": self.who, "when": cleaned["when"], "message": cleaned.get("mail") or None}
        return {key: item for key, item in rule.items() if item is not None and (key, item) != ("when", "now")}


@dataclass(frozen=True, kw_only=True)
class Reminders(Control):
    """After how many days customers are reminded, while it is their turn. What else a reminder says stays as it is."""

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """One box for each, and one more."""
        return {
            f"{self.name}-{number}": forms.IntegerField(
                label=f"{ORDINALS[number]} reminder, after days",
                required=False,
                min_value=1,
                max_value=365,
                help_text=self.help if number == 0 else "",
            )
            for number in range(MOST_REMINDERS)
        }

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """As the list says."""
        rules = rules_in(value)[:MOST_REMINDERS]
        return {f"{self.name}-{number}": rule.get("after_days") for number, rule in enumerate(rules)}

    def problems(self, cleaned: Mapping[str, Any], where: Where) -> Mapping[str, str]:
        """Each comes after the one before."""
        days = [(name, cleaned.get(name)) for name in self.fields(where)]
        typed = [(name, day) for name, day in days if day is not None]
        for (_before, earlier), (name, later) in pairwise(typed):
            if later <= earlier:
                return {name: f"Write more than {earlier} days: it comes after the one before."}
        return {}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """The list; an emptied box takes its reminder out, those beyond the boxes stay."""
        rules = rules_in(before)
        kept: list[JsonValue] = []
        for number, name in enumerate(self.fields(where)):
            days = cleaned.get(name)
            if days is not None:
                kept.append({**(rules[number] if number < len(rules) else {}), "after_days": days})
        return [*kept, *rules[MOST_REMINDERS:]] or None


@dataclass(frozen=True, kw_only=True)
class ToldOfEvent(Control):
    """When a reader is told of something that happens in any status."""

    event: str
    who: str
    rules: Sequence[Rule]

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """When."""
        return {"when": forms.ChoiceField(label=self.label, choices=WHEN)}

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """As the rules and the defaults have it."""
        return {"when": of_event(rules_in(value), self.event).get(self.who, "nobody")}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """The whole list, with this event's rules written anew."""
        rules = rules_in(before)
        now = dict(of_event(rules, self.event))
        if now.get(self.who, "nobody") == cleaned["when"]:
            return before
        wanted = {**now, self.who: cleaned["when"]}
        written = rules_for(rules, self.event, {who: when for who, when in wanted.items() if when != "nobody"})
        return written or None

    def problems(self, cleaned: Mapping[str, Any], where: Where) -> Mapping[str, str]:
        """Some of what one could choose, no rules can say."""
        now = of_event(self.rules, self.event)
        if cleaned["when"] == now.get(self.who, "nobody"):
            return {}
        wanted = {who: how for who, how in {**now, self.who: cleaned["when"]}.items() if how != "nobody"}
        if of_event(rules_in(rules_for(self.rules, self.event, wanted)), self.event) == wanted:
            return {}
        mend = "Choose “In the portal only” to send no mail."
        if self.who == "customer":
            return {"when": f"Customers always find this in their portal. {mend}"}
        return {"when": f"Somebody of yours must be able to find it. {mend}"}


def rules_for(rules: Sequence[Rule], event: str, wanted: Mapping[str, str]) -> list[JsonValue]:
    """The list in which an event's rules that hold always say `wanted`; other rules stay where they are."""
    usual = {who: str(way) for who, way in DEFAULTS.get(event, {}).items()}
    conditions = [rule for rule in rules if rule.get("event") == event and "if" in rule]
    written: list[Rule] = []
    if wanted != usual or conditions:
        staff_differ = {who: wanted.get(who) for who in STAFF} != {who: usual.get(who) for who in STAFF}
        for who, _ in READERS:
            is_needed = wanted.get(who) != usual.get(who) or (who in STAFF and staff_differ) or bool(conditions)
            if who in wanted and is_needed:
                written.append(_event_rule(event, who, wanted[who]))
        if not wanted:
            written = [{"event": event, "who": "nobody"}]
    at = next((number for number, rule in enumerate(rules) if rule.get("event") == event), len(rules))
    before = [rule for rule in rules[:at] if rule.get("event") != event]
    after = [rule for rule in rules[at:] if rule.get("event") != event]
    return [*before, *conditions, *written, *after]


def with_condition(rules: Sequence[Rule], made: Rule) -> list[JsonValue]:
    """The list with one more rule under a condition; what the table says of its event stays. [] where it cannot."""
    event = str(made["event"])
    wanted = of_event(rules, event)
    last = max((number for number, rule in enumerate(rules) if rule.get("event") == event), default=len(rules) - 1)
    written = rules_for([*rules[: last + 1], made, *rules[last + 1 :]], event, wanted)
    return written if of_event(rules_in(written), event) == wanted and wanted else []


def _event_rule(event: str, who: str, when: str) -> Rule:
    return {"event": event, "who": who, **({} if when == "now" else {"when": when})}
