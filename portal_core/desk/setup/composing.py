"""Conditions in plain sentences: composed from lists without script, and read aloud.

A condition of the editor is one to four tests of earlier fields, all or any of which must hold. A condition that is
nested deeper (an imported document may have one) is shown, kept as it is, and can be replaced.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from django import forms
from pydantic import JsonValue

from portal_core.config.draft.values import in_use, items_of
from portal_core.config.kinds import kind_for
from portal_core.desk.setup.controls import Control, Where

ROWS: Final = 4
_MANY_ANSWERS: Final = 60
# How an operator reads, and whether something is written beside it.
_OPERATORS: Final = {
    "is": ("is", True),
    "is_not": ("is not", True),
    "contains": ("has", True),
    "more_than": ("is more than", True),
    "less_than": ("is less than", True),
    "before": ("is before", True),
    "after": ("is after", True),
    "filled": ("is filled in", False),
    "empty": ("is empty", False),
}
_NUMBERS: Final = frozenset({"number", "money", "rating"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that a condition may ask for."""

    key: str
    kind: str
    label: str
    answers: Sequence[tuple[str, str]] = ()

    def answer(self, operand: JsonValue) -> str:
        """How an operand reads."""
        if isinstance(operand, bool):
            return "yes" if operand else "no"
        return dict(self.answers).get(str(operand), str(operand))


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


def sentence(condition: JsonValue, asked: Sequence[Asked]) -> str:
    """A condition as one reads it: “What is wrong is It keeps losing pressure”. "" for none."""
    if not isinstance(condition, dict):
        return ""
    for group, word in (("all", " and "), ("any", " or ")):
        parts = condition.get(group)
        if isinstance(parts, list):
            inner = [sentence(part, asked) for part in parts]
            return word.join(f"({words})" if " and " in words or " or " in words else words for words in inner)
    if "not" in condition:
        return f"not: {sentence(condition['not'], asked)}"
    return _test(condition, {field.key: field for field in asked})


def _test(condition: Mapping[str, JsonValue], asked: Mapping[str, Asked]) -> str:
    key = str(condition.get("field", ""))
    field = asked.get(key)
    about = {"status": "the status"}.get(str(condition.get("about")), "")
    name = field.label if field else about or "a question that is gone"
    if "one_of" in condition and isinstance(condition["one_of"], list):
        answers = [field.answer(item) if field else str(item) for item in condition["one_of"]]
        return f"{name} is {' or '.join(answers)}"
    for operator, (words, has_operand) in _OPERATORS.items():
        if operator in condition:
            operand = condition[operator]
            return f"{name} {words} {field.answer(operand) if field else operand}" if has_operand else f"{name} {words}"
    return name


@dataclass(frozen=True, kw_only=True)
class When(Control):
    """When something holds: a list of ready tests beside a box for what a test compares with."""

    asked: Sequence[Asked]

    template: ClassVar[str | None] = "setup/_when_control.html"

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """How the tests are joined, and for each a list and a box."""
        joined = forms.ChoiceField(
            label=self.label,
            choices=[("", "always"), ("all", "when all of this holds"), ("any", "when any of this holds")],
            required=False,
            help_text=self.help,
        )
        found: dict[str, forms.Field] = {self.name: joined}
        options = self._options()
        for row in range(ROWS):
            label = "If" if row == 0 else "and if"
            found[f"{self.name}-{row}"] = forms.ChoiceField(label=label, choices=options, required=False)
            found[f"{self.name}-{row}-to"] = forms.CharField(label="what", max_length=1_000, required=False)
        return found

    def _options(self) -> list[tuple[str, Any]]:
        """Grouped by question. `Any`: Django's own form of grouped choices."""
        return [("", "–"), *((field.label, [*self._ready(field), *self._open(field)]) for field in self.asked)]

    def _ready(self, field: Asked) -> list[tuple[str, str]]:
        """Tests that need nothing beside them."""
        tests: list[tuple[str, str]] = []
        if field.kind == "yes_no":
            tests = [(_code(field.key, "is", value), f"{field.label} is {word}") for value, word in _YES_NO]
        elif field.kind in ("choice", "choices") and len(field.answers) <= _MANY_ANSWERS:
            operators = ("is", "is_not") if field.kind == "choice" else ("contains",)
            tests = [
                (_code(field.key, operator, key), f"{field.label} {_OPERATORS[operator][0]} {label}")
                for key, label in field.answers
                for operator in operators
            ]
        plain = [operator for operator in ("filled", "empty") if operator in kind_for(field.kind).operators]
        return [*tests, *((_code(field.key, op, True), f"{field.label} {_OPERATORS[op][0]}") for op in plain)]

    def _open(self, field: Asked) -> list[tuple[str, str]]:
        """Tests that compare with what is written in the box."""
        if field.kind in ("yes_no", "choice", "choices"):
            return []
        known = kind_for(field.kind).operators
        return [
            (_code(field.key, operator, None), f"{field.label} {words} …")
            for operator, (words, has_operand) in _OPERATORS.items()
            if has_operand and operator in known
        ]

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """The tests of a condition; of one that is nested, nothing but that there is one."""
        found = self._rows(value)
        if found is None:
            return {self.name: ""}
        joined, tests = found
        shown: dict[str, Any] = {self.name: joined}
        for row, test in enumerate(tests):
            code, typed = self._shown(test)
            shown |= {f"{self.name}-{row}": code, f"{self.name}-{row}-to": typed}
        return shown

    def _rows(self, value: JsonValue) -> tuple[str, list[dict[str, JsonValue]]] | None:
        if not isinstance(value, dict):
            return "", []
        group = next((name for name in ("all", "any") if name in value), "")
        parts = value[group] if group else [value]
        tests = items_of(parts)
        known = {code for _, options in self._options() if isinstance(options, list) for code, _ in options}
        if not 0 < len(tests) <= ROWS or not all(self._shown(test)[0] in known for test in tests):
            return None
        return group or "all", tests

    def _shown(self, test: Mapping[str, JsonValue]) -> tuple[str, str]:
        """The code of a test in the list, and what is written beside it."""
        operator = next((name for name in _OPERATORS if name in test), "")
        key, operand = str(test.get("field", "")), test.get(operator)
        field = next((field for field in self.asked if field.key == key), None)
        if field is None or not operator:
            return "", ""
        has_box = _code(key, operator, None) in dict(self._open(field))
        return (_code(key, operator, None), str(operand)) if has_box else (_code(key, operator, operand), "")

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """The condition; a nested one stays while nothing is composed in its place."""
        tests: list[JsonValue] = [
            test
            for row in range(ROWS)
            if (test := self._read(cleaned[f"{self.name}-{row}"], cleaned[f"{self.name}-{row}-to"])) is not None
        ]
        joined = cleaned[self.name]
        if not tests:
            if joined:
                raise forms.ValidationError("Choose below what has to hold, or choose “always”.")
            return before if self._rows(before) is None else None
        if not joined and before is not None:
            return None  # it held under something, and was set to always
        return tests[0] if len(tests) == 1 else {joined or "all": tests}

    def _read(self, code: str, typed: str) -> JsonValue:
        if not code:
            return None
        key, operator, operand = json.loads(code)
        if operand is not None:
            return {"field": key, operator: operand}
        field = next((field for field in self.asked if field.key == key), None)
        if field is None:
            return None
        if not typed.strip():
            raise forms.ValidationError("Write what it is compared with, or take the sentence out.")
        return {"field": key, operator: _number(typed) if field.kind in _NUMBERS else typed.strip()}


_YES_NO: Final = ((True, "yes"), (False, "no"))


def _code(key: str, operator: str, operand: JsonValue) -> str:
    """A test as the value of an option."""
    return json.dumps([key, operator, operand])


def _number(typed: str) -> JsonValue:
    """A number where one was written; else the words, which the document's own check then refuses."""
    try:
        number = Decimal(typed.strip().replace(",", "."))
    except InvalidOperation:
        return typed.strip()
    if not number.is_finite():
        return typed.strip()
    return int(number) if number == number.to_integral_value() else float(number)
