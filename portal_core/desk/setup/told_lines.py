"""The rules of a cell of the table that hold under a condition, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from portal_core.desk.setup.flows.wording import mark_of
from portal_core.desk.setup.told import Rule, rules_in
from portal_core.desk.setup.told_order import marks_of, own_places
from portal_core.desk.setup.told_places import Place
from portal_core.desk.setup.told_rules import asked_anywhere, rule_words


@dataclass(frozen=True, slots=True)
class Condition:
    """One rule: how it reads, where it is changed and, where it can be, taken out.

    `key` is by which it is ordered, "" for what nobody is told and what has nothing to change places with. `is_never`
    says that what always holds stands before.
    """

    words: str
    href: str
    remove_href: str
    mark: str
    key: str
    is_never: bool
    is_first: bool
    is_last: bool

    @property
    def name(self) -> str:
        """What buttons call it, in the middle of a sentence."""
        return f"the rule “{self.words}”"


def conditions(place: Place) -> list[Condition]:
    """Those of the open cell; what nobody is told comes first, as it does when requests are looked at."""
    rules = rules_in(place.draft.read(place.rules_path))
    places = own_places(rules, place.event, place.who)
    marks = marks_of(rules, places)
    # A status says of each reader alone what they are told; of an event one rule can be for all.
    shown = [*(_for_nobody(rules, place.event) if place.event else []), *marks]
    asked = asked_anywhere(place.draft) if shown else []
    always = next((at for at in places if "if" not in rules[at]), len(rules))
    has_order = len(marks) > 1 or any(at > always for at in marks)
    return [
        Condition(
            words=rule_words(rules[at], asked),
            href=_href(place, at),
            remove_href=reverse("desk:setup_told_rule_remove", args=[at]) if place.event else "",
            mark=mark_of(rules[at]),
            key=marks.get(at, "") if has_order else "",
            is_never=at in marks and at > always,
            is_first=at == min(marks, default=at) and at < always,
            is_last=at == max(marks, default=at),
        )
        for at in shown
    ]


def _for_nobody(rules: Sequence[Rule], event: str) -> list[int]:
    return [at for at in own_places(rules, event, "nobody") if "if" in rules[at]]


def _href(place: Place, at: int) -> str:
    if place.event:
        return f"{reverse('desk:setup_told_rule', args=[at])}?who={place.who}"
    return reverse("desk:setup_rule", args=[place.key, place.at, "notify", at])
