"""Values in words: lengths of time, rules, conditions."""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from portal_core.config.changes.names import ROLES, Names
from portal_core.config.changes.walk import Object
from portal_core.config.draft.paths import Path, read

PEOPLE: Final[Mapping[str, str]] = {
    "customer": "the customer",
    "handler": "whoever has it",
    "team": "the team",
    "manager": "the managers",
    "owner": "the owner",
    "nobody": "nobody",
}
WHEN: Final[Mapping[str, str]] = {
    "now": "by mail at once",
    "daily": "in the daily mail",
    "never": "in the portal alone",
}
KINDS: Final[Mapping[str, str]] = {
    "text": "one line of text",
    "long_text": "several lines of text",
    "number": "a number",
    "money": "an amount of money",
    "date": "a date",
    "datetime": "a date and time",
    "choice": "one of several answers",
    "choices": "several of several answers",
    "yes_no": "yes or no",
    "email": "an e-mail address",
    "phone": "a phone number",
    "url": "a web address",
    "address": "a postal address",
    "file": "files",
    "record": "something the customer has saved",
    "rows": "a small table",
    "rating": "stars",
    "heading": "a heading",
    "info": "a text to read",
}
ASKS: Final[Mapping[str, str]] = {
    "fill": "to fill something in",
    "upload": "to send a document",
    "approve": "to approve",
    "read": "to read and confirm",
    "pay": "to pay",
    "choose": "to choose a time",
}
PERMISSIONS: Final[Mapping[str, str]] = {
    "see": "see requests",
    "reply": "answer customers",
    "note": "write notes",
    "move": "move requests on",
    "assign": "hand requests over",
    "edit_fields": "change answers",
    "create_for_customer": "make requests for customers",
    "manage_customers": "manage customers",
    "manage_setup": "edit the setup",
    "publish": "publish",
    "manage_team": "manage the team",
    "submit": "make requests",
    "message": "write messages",
    "upload": "send files",
}
SCOPES: Final[Mapping[str, str]] = {
    "all": "all requests",
    "team": "requests of their team",
    "own": "their own requests",
}
AUDIENCES: Final[Mapping[str, str]] = {
    "everybody": "everybody",
    "signed_in": "customers who have signed in",
    "organisation": "chosen organisations",
    "membership": "chosen memberships",
    "partners": "partners",
}
EVENTS: Final[Mapping[str, str]] = {
    "created": "a new request",
    "replied": "an answer",
    "noted": "a note",
    "assigned": "a request handed over",
    "changed": "a changed answer",
    "planned": "a planned day",
    "late": "a late request",
}
_OF_SEVERAL: Final = frozenset({"choice", "choices"})
_TESTS: Final[Mapping[str, str]] = {
    "is": "is",
    "is_not": "is not",
    "one_of": "is",
    "contains": "contains",
    "more_than": "is more than",
    "less_than": "is less than",
    "before": "is before",
    "after": "is after",
}


def count(number: JsonValue, noun: str) -> str:
    """1 day, 2 days."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(items: Sequence[str], word: str = "and") -> str:
    """a, b and c."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def some(names: Sequence[str], most: int = 6) -> str:
    """The first few names in quotes, and how many more there are."""
    shown = [f"“{name}”" for name in names[:most]]
    return listed([*shown, f"{len(names) - most} more"] if len(names) > most else shown)


def duration(value: JsonValue) -> str:
    """How long a status usually lasts."""
    if not isinstance(value, dict) or value.get("no_limit"):
        return "no limit"
    unit = "hour" if "hours" in value else "day"
    return count(value.get(f"{unit}s"), f"working {unit}" if value.get("working") else unit)


def each(value: JsonValue) -> list[Object]:
    """The rules of a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def keys(value: JsonValue) -> list[str]:
    """The keys of a list."""
    return [str(item) for item in value] if isinstance(value, list) else []


def answer(names: Names, place: Path, value: str) -> str:
    """An answer to the question at a place: one of several by its label, any other as it is written."""
    field = names.read(*place) if place else None
    if isinstance(field, dict) and field.get("kind") not in _OF_SEVERAL:
        return value
    choice = names.read(*place, "choices", value) if place else None
    return names.text(choice.get("label")) if isinstance(choice, dict) else "an answer that is not there"


class Says:
    """Rules and conditions of one type or flow in words."""

    def __init__(self, names: Names, owner: Path) -> None:
        self.names = names
        self.owner = owner

    def condition(self, value: JsonValue) -> str:
        """When it holds: “What is wrong” is “A leak” and …"""
        if not isinstance(value, dict):
            return "always"
        for group, word in (("all", "and"), ("any", "or")):
            if group in value:
                return listed([self._inner(part) for part in each(value[group])], word)
        if "not" in value:
            return f"not ({self.condition(value['not'])})"
        return self._test(value)

    def _inner(self, part: Object) -> str:
        words = self.condition(dict(part))
        return f"({words})" if "all" in part or "any" in part else words

    def _test(self, test: Object) -> str:
        key, about = str(test.get("field")), test.get("about")
        subject = f"“{self._field(key)}”" if about is None else f"the {about}"
        if test.get("filled"):
            return f"{subject} is filled in"
        if test.get("empty"):
            return f"{subject} is empty"
        operator = next((name for name in _TESTS if name in test), "is")
        operand = test.get(operator)
        values = operand if isinstance(operand, list) else [operand]
        return f"{subject} {_TESTS[operator]} {listed([self._operand(key, about, item) for item in values], 'or')}"

    def _field(self, key: str) -> str:
        if self.owner[:1] == ("flows",):
            return self.names.field_of_flow(self.owner[1], key)
        if self.owner:
            return self.names.field(self.owner, key)
        return self.names.without_braces(f"{{field:{key}}}").strip("‹›")

    def _operand(self, key: str, about: JsonValue, value: JsonValue) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if about == "status":
            return f"“{self._status(str(value))}”"
        place = self.names.asked(self.owner, key)
        return f"“{answer(self.names, place, value)}”" if isinstance(value, str) else str(value)

    def _status(self, key: str) -> str:
        if self.owner[:1] == ("flows",):
            return self.names.status(self.owner[1], key)
        return self.names.status_of_type(self.owner[1], key) if self.owner else "a status"

    def _if(self, words: str, condition: JsonValue) -> str:
        return words if condition is None else f"{words} when {self.condition(condition)}"

    def team(self, key: JsonValue) -> str:
        """A team's name."""
        return f"“{self.names.named('teams', str(key))}”"

    def message(self, key: JsonValue) -> str:
        """Which mail, by its subject."""
        if key is None:
            return ""
        subject = self.names.text(self.names.read("messages", str(key), "subject"))
        return f" (“{self.names.without_braces(subject) or 'a mail that is not there'}”)"

    def handler(self, rule: Object) -> str:
        """Who has it."""
        who = self.team(rule["team"]) if rule.get("team") else str(rule.get("person") or "nobody")
        return self._if(who, rule.get("when"))

    def late(self, rule: Object) -> str:
        """Who is told when it takes longer."""
        days = rule.get("after_days")
        who = PEOPLE[str(rule["tell"])]
        late = f"after {count(days, 'more day')}" if days else "at once"
        return self._if(f"{who} {late}", rule.get("when"))

    def notify(self, rule: Object) -> str:
        """Who is told of what, and how."""
        who = str(rule["who"])
        if who == "nobody":
            return "nobody is told"
        event = rule.get("event")
        what = "" if event is None else f" of {EVENTS[str(event)]}"
        words = f"{PEOPLE[who]}{what} {WHEN[str(rule.get('when', 'now'))]}{self.message(rule.get('message'))}"
        return self._if(words, rule.get("if"))

    def reminder(self, rule: Object) -> str:
        """When the customer is reminded."""
        words = f"after {count(rule['after_days'], 'day')}{self.message(rule.get('message'))}"
        return self._if(words, rule.get("when"))

    def assign(self, rule: Object) -> str:
        """Where a new request goes."""
        priority = rule.get("priority", "normal")
        has_holder = rule.get("team") or rule.get("person")
        words = self.handler({**rule, "when": None}) if has_holder else "whoever handles its first status"
        words = words if priority == "normal" else f"{words}, {priority}"
        return self._if(words, rule.get("when"))

    def moves(self, value: JsonValue) -> list[str]:
        """The moves of a flow, one for each status that they start from."""
        pairs = [(origin, rule) for rule in each(value) for origin in keys(rule.get("from"))]
        pairs = [(origin, rule) for origin, rule in pairs if self._stays(origin) and self._stays(rule.get("to"))]
        return sorted(self.move({**rule, "from": [origin]}) for origin, rule in pairs)

    def _stays(self, status: JsonValue) -> bool:
        """Whether a status is there before and after: moves of others come and go with them."""
        place = ("flows", self.owner[1], "statuses", str(status))
        return all(read(dict(document), place) is not None for document in (self.names.live, self.names.wanted))

    def move(self, rule: Object) -> str:
        """A move between statuses: “New” to “Done” by agents."""
        flow = self.owner[1]
        origins = listed([f"“{self.names.status(flow, key)}”" for key in keys(rule.get("from"))], "or")
        roles = [(self.names.role(key), key in ROLES) for key in keys(rule.get("by"))]
        by = listed([role.lower() if is_built_in else role for role, is_built_in in roles])
        words = f"{origins} to “{self.names.status(flow, rule.get('to'))}” by {by}"
        label = self.names.text(rule.get("label"))
        words = f"{words}, called “{label}”" if label else words
        needed = [f"“{self.names.field_of_flow(flow, key)}”" for key in keys(rule.get("must_fill"))]
        words = f"{words}, with {listed(needed)} filled in" if needed else words
        return f"{words}, with a reason" if rule.get("ask_reason") else words

    def close(self, value: JsonValue) -> str:
        """Where it goes without an answer."""
        if not isinstance(value, dict):
            return "never"
        return f"after {count(value['after_days'], 'day')} to “{self.names.status(self.owner[1], value['to'])}”"

    def audience(self, value: JsonValue) -> str:
        """Who may use it."""
        return AUDIENCES[str(value.get("who", "everybody"))] if isinstance(value, dict) else AUDIENCES["everybody"]
