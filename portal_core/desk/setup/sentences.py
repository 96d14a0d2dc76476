"""Conditions read aloud, and what they may be about."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from portal_core.config.draft.values import in_use
from portal_core.config.kinds import kind_for

# How an operator reads, and whether something is written beside it.
OPERATORS: Final = {
    "is": ("is", True),
    "is_not": ("is not", True),
    "one_of": ("is one of", True),
    "contains": ("has", True),
    "more_than": ("is more than", True),
    "less_than": ("is less than", True),
    "before": ("is before", True),
    "after": ("is after", True),
    "filled": ("is filled in", False),
    "empty": ("is empty", False),
}
# Letters, as far as somebody reads a condition that stands between other things.
_SHORT: Final = 280
# What stands in place of a kind where a condition is about the status of a request.
STATUS: Final = "status"


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that a condition may ask for; or the status, which has no key."""

    key: str
    kind: str
    label: str
    answers: Sequence[tuple[str, str]] = ()

    @property
    def operators(self) -> frozenset[str]:
        """How a condition may ask for it."""
        return frozenset({"is", "is_not", "one_of"}) if self.kind == STATUS else kind_for(self.kind).operators

    def answer(self, operand: JsonValue) -> str:
        """How an operand reads."""
        if isinstance(operand, bool):
            return "yes" if operand else "no"
        return dict(self.answers).get(str(operand), str(operand))

    def test(self, operator: str, operand: JsonValue) -> dict[str, JsonValue]:
        """One test of it, as the document keeps it."""
        return {**({"field": self.key} if self.key else {"about": STATUS}), operator: operand}


_GONE: Final = Asked("", "", "")


def askable(fields: Iterable[Mapping[str, JsonValue]], text: Callable[[JsonValue], str]) -> list[Asked]:
    """The fields of a list that take an answer."""
    found = []
    for field in fields:
        kind = str(field["kind"])
        if not kind_for(kind).operators:
            continue
        answers = [(str(c["key"]), text(c.get("label"))) for c in in_use(field.get("choices"))]
        found.append(Asked(str(field["key"]), kind, text(field.get("label")) or str(field["key"]), answers))
    return found


def status_asked(statuses: Iterable[tuple[str, str]]) -> list[Asked]:
    """The status as something to ask for; several of one key have their names together."""
    names: dict[str, list[str]] = {}
    for key, name in statuses:
        listed = names.setdefault(key, [])
        if name not in listed:
            listed.append(name)
    return [Asked("", STATUS, "The status", [(key, " / ".join(own)) for key, own in names.items()])] if names else []


def asked_by(test: Mapping[str, JsonValue], asked: Iterable[Asked]) -> Asked | None:
    """What a test asks for."""
    key = "" if test.get("about") == STATUS else str(test.get("field") or "–")
    return next((field for field in asked if field.key == key), None)


def sentence(condition: JsonValue, asked: Sequence[Asked]) -> str:
    """A condition as one reads it: “What is wrong is It keeps losing pressure”. "" for none."""
    if not isinstance(condition, dict):
        return ""
    for group, word in (("all", " and "), ("any", " or ")):
        parts = condition.get(group)
        if isinstance(parts, list):
            return word.join(_held_together(sentence(part, asked)) for part in parts)
    if "not" in condition:
        return f"not: {_held_together(sentence(condition['not'], asked))}"
    return _test(condition, asked_by(condition, asked))


def in_short(condition: JsonValue, asked: Sequence[Asked]) -> str:
    """The same where it only says that there is a condition: a very long one ends in dots."""
    words = sentence(condition, asked)
    return words if len(words) <= _SHORT else f"{words[:_SHORT].rsplit(' ', 1)[0]} …"


def _held_together(words: str) -> str:
    return f"({words})" if " and " in words or " or " in words else words


def _test(condition: Mapping[str, JsonValue], field: Asked | None) -> str:
    about = {STATUS: "the status"}.get(str(condition.get("about")), "")
    name = field.label if field else about or "a question that is gone"
    answer = (field or _GONE).answer
    if "one_of" in condition and isinstance(condition["one_of"], list):
        answers = [answer(item) for item in condition["one_of"]]
        return f"{name} is {' or '.join(answers)}"
    for operator, (words, has_operand) in OPERATORS.items():
        if operator in condition:
            operand = condition[operator]
            return f"{name} {words} {answer(operand)}" if has_operand else f"{name} {words}"
    return name
