"""What is asked about who handles the requests of a type, and where they begin."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.http import Http404
from django.urls import reverse
from pydantic import JsonValue

from portal_core.config.draft.operations import Operation, Set
from portal_core.config.draft.paths import Path
from portal_core.config.draft.reading import Draft
from portal_core.config.draft.values import in_use, items_of
from portal_core.desk.setup.composing import When
from portal_core.desk.setup.controls import Control, Pick, Where
from portal_core.desk.setup.flows.controls import OneOf
from portal_core.desk.setup.frame import name_of, words
from portal_core.desk.setup.sentences import Asked, askable
from portal_core.service_requests.impact import has_any

PRIORITIES: Final = (("low", "Low"), ("normal", "Normal"), ("high", "High"), ("urgent", "Urgent"))
# What the starters call the work that a type takes away; the report adds it up by these.
REMOVED: Final = (
    ("status-questions", "Questions about where something stands"),
    ("phone-calls", "Phone calls"),
    ("retyping", "Typing in what customers have written"),
    ("paper-chasing", "Chasing papers"),
    ("quote-chasing", "Chasing answers to quotes"),
)


@dataclass(frozen=True)
class TypeRules:
    """A request type of the draft with its rules of who handles it."""

    draft: Draft
    key: str
    item: Mapping[str, JsonValue]

    @classmethod
    def of(cls, draft: Draft, type_key: str) -> "TypeRules":
        """The type that an address names. Raises `Http404`."""
        item = draft.item("types", type_key)
        if item is None:
            raise Http404
        return cls(draft, type_key, item)

    @property
    def base(self) -> Path:
        """Where the type stands."""
        return ("types", self.key)

    @property
    def name(self) -> str:
        """What it is called."""
        return name_of(self.item, self.draft)

    @property
    def flow_key(self) -> str:
        """The flow that its requests go through."""
        return str(self.item.get("flow", ""))

    @cached_property
    def flow(self) -> Mapping[str, JsonValue]:
        """That flow; empty where it does not exist."""
        return self.draft.item("flows", self.flow_key) or {}

    @cached_property
    def rules(self) -> list[dict[str, JsonValue]]:
        """The rules in their order."""
        return items_of(self.item.get("assign"))

    @cached_property
    def asked(self) -> list[Asked]:
        """The questions that a rule may be about: all that are asked."""
        return askable(in_use(self.item.get("fields")), lambda text: words(text, self.draft))

    @cached_property
    def teams(self) -> Mapping[str, Mapping[str, JsonValue]]:
        """Every team by key, also those not used any more."""
        return {str(head["key"]): head for head in self.draft.heads("teams")}

    @cached_property
    def has_requests(self) -> bool:
        """Whether anybody has asked for it; one query, none for a type that is in the draft alone."""
        return self.draft.live_value((*self.base, "key")) is not None and has_any(self.key)

    def href(self) -> str:
        """The address of the page."""
        return reverse("desk:setup_type_handling", args=[self.key])

    def status_name(self, key: object) -> str:
        """What a status of its flow is called."""
        found = (status for status in items_of(self.flow.get("statuses")) if status["key"] == key)
        return next((name_of(status, self.draft) for status in found), "a status that is gone")

    def with_rule(self, made: dict[str, JsonValue]) -> list[dict[str, JsonValue]]:
        """The rules with one more: one that holds at times stands before the first that always does, to be come to."""
        always = next((n for n, rule in enumerate(self.rules) if "when" not in rule), len(self.rules))
        place = always if "when" in made else len(self.rules)
        return [*self.rules[:place], made, *self.rules[place:]]

    def moved_to(self, flow: Mapping[str, JsonValue]) -> list[Operation]:
        """What lets it go through another flow: it begins in a status of that, and says nothing of others."""
        statuses = in_use(flow.get("statuses"))
        known = {str(status["key"]) for status in statuses}
        operations: list[Operation] = [Set((*self.base, "flow"), flow["key"])]
        open_ones = [str(status["key"]) for status in statuses if not status.get("outcome")]
        if self.item.get("start") not in open_ones and open_ones:
            operations.append(Set((*self.base, "start"), open_ones[0]))
        for field in items_of(self.item.get("fields")):
            at = field.get("at")
            gone = [status for status in at if status not in known] if isinstance(at, dict) else []
            path = (*self.base, "fields", str(field["key"]), "at")
            operations += [Set((*path, status), None) for status in gone]
        return operations


@dataclass(frozen=True, kw_only=True)
class TeamPick(Pick):
    """Which team has it. A rule says this or how pressing it is."""

    def problems(self, cleaned: Mapping[str, Any], where: Where) -> Mapping[str, str]:
        """A rule that says nothing is none."""
        if cleaned.get("team") or cleaned.get("person") or cleaned.get("priority") not in ("", "normal"):
            return {}
        return {self.name: "Choose a team, or say below how pressing it is."}


def rule_controls(rules: TypeRules, now: Mapping[str, JsonValue]) -> list[Control]:
    """What one rule says."""
    offered = [(key, name_of(head, rules.draft)) for key, head in rules.teams.items() if not head.get("retired")]
    made: list[Control] = []
    if rules.asked or now.get("when") is not None:
        made.append(When(name="when", path=("when",), label="It holds", asked=rules.asked))
    made.append(
        TeamPick(
            name="team",
            path=("team",),
            label="Give it to",
            choices=offered,
            empty=f"whoever handles “{rules.status_name(rules.item.get('start'))}”",
        )
    )
    if now.get("person"):
        person = str(now["person"])  # an e-mail address
        made.append(
            OneOf(
                name="person",
                path=("person",),
                label="A person",
                help="Giving it to one person is not available yet: choose a team.",
                choices=[(person, person)],
                empty="Nobody by name",
            )
        )
    made.append(
        Pick(
            name="priority",
            path=("priority",),
            label="How pressing it is",
            choices=PRIORITIES,
            default="normal",
            as_buttons=True,
        )
    )
    return made


def course_controls(rules: TypeRules) -> list[Control]:
    """Where requests begin, and which work they take away."""
    statuses = _open_statuses(rules.flow.get("statuses"), rules.draft)
    made: list[Control] = []
    if statuses:
        made.append(OneOf(name="start", path=("start",), label="Requests begin in", required=True, choices=statuses))
    made.append(
        Pick(
            name="removes",
            path=("removes",),
            label="Work that it takes away",
            help="For your report of what the portal saves; customers do not see it.",
            choices=REMOVED,
            empty="Not said",
        )
    )
    return made


def _open_statuses(value: object, draft: Draft) -> list[tuple[str, str]]:
    found: Iterable[dict[str, JsonValue]] = in_use(value)
    return [(str(status["key"]), name_of(status, draft)) for status in found if not status.get("outcome")]
