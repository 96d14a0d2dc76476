"""The sentences that a condition may be composed of: a list, grouped by question, for every line of the form."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django import forms
from pydantic import JsonValue

from portal_core.desk.setup.operands import read_operand, written
from portal_core.desk.setup.outline import Test
from portal_core.desk.setup.sentences import OPERATORS, Asked, asked_by, sentence

# More answers are written in the box instead of standing in the list: of one question, and of all together.
_MANY_ANSWERS: Final = 60
_TOO_MANY_ANSWERS: Final = 300
_YES_NO: Final = ((True, "yes"), (False, "no"))


@dataclass(frozen=True)
class Offers:
    """What the lists offer: of each question what needs nothing beside it, and what compares with the box."""

    asked: Sequence[Asked]

    @cached_property
    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """By question: codes and how they read."""
        return [(asked.label, [*self._ready(asked), *self._open(asked)]) for asked in self.asked]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(code for _, options in self.groups for code, _ in options)

    @cached_property
    def _is_crowded(self) -> bool:
        return sum(len(asked.answers) for asked in self.asked) > _TOO_MANY_ANSWERS

    def _has_answers(self, asked: Asked) -> bool:
        """Whether its answers stand in the list themselves."""
        return 0 < len(asked.answers) <= _MANY_ANSWERS and not self._is_crowded

    def _ready(self, asked: Asked) -> list[tuple[str, str]]:
        """Sentences that need nothing beside them."""
        tests: list[tuple[str, str]] = []
        if asked.kind == "yes_no":
            tests = [(_code(asked.key, "is", value), f"{asked.label} is {word}") for value, word in _YES_NO]
        elif self._has_answers(asked):
            operators = [op for op in ("is", "is_not", "contains") if op in asked.operators]
            tests = [
                (_code(asked.key, operator, key), f"{asked.label} {OPERATORS[operator][0]} {label}")
                for key, label in asked.answers
                for operator in operators
            ]
        plain = [operator for operator in ("filled", "empty") if operator in asked.operators]
        return [*tests, *((_code(asked.key, op, True), f"{asked.label} {OPERATORS[op][0]}") for op in plain)]

    def _open(self, asked: Asked) -> list[tuple[str, str]]:
        """Sentences that compare with what is written in the box."""
        if asked.kind == "yes_no":
            return []
        in_list = ("is", "is_not", "contains") if self._has_answers(asked) else ()
        return [
            (_code(asked.key, operator, None), f"{asked.label} {words} …")
            for operator, (words, has_operand) in OPERATORS.items()
            if has_operand and operator in asked.operators and operator not in in_list
        ]

    def found(self, test: Test) -> tuple[str, str] | None:
        """The code of a test in the list, and what is written beside it; None where the list has no such."""
        operator = next((name for name in OPERATORS if name in test), "")
        asked = asked_by(test, self.asked)
        if asked is None or not operator:
            return None
        operand = test[operator]
        if (ready := _code(asked.key, operator, operand)) in self._known:
            return ready, ""
        if (opened := _code(asked.key, operator, None)) not in self._known:
            return None
        typed = written(asked, operand)
        try:
            is_same = read_operand(asked, operator, typed) == operand
        except forms.ValidationError:
            is_same = False
        return (opened, typed) if is_same else None

    def test(self, code: str, typed: str) -> Test:
        """The test that a code of the list says, with what was written beside it. Raises `ValidationError`."""
        if code not in self._known:
            raise forms.ValidationError("Somebody changed this meanwhile. Look at it again.")
        key, operator, operand = json.loads(code)
        asked = next(asked for asked in self.asked if asked.key == key)
        return asked.test(operator, read_operand(asked, operator, typed) if operand is None else operand)


@dataclass(frozen=True)
class Standing:
    """The sentences that stand in the document, by what they are: they stay whatever the lists offer."""

    asked: Sequence[Asked]
    tests: Sequence[Test] = field(default_factory=list)

    @cached_property
    def by_code(self) -> Mapping[str, Test]:
        """By the code of each."""
        return {kept_code(test): test for test in self.tests}

    @cached_property
    def options(self) -> list[tuple[str, str]]:
        """Codes and how they read."""
        return [(code, sentence(test, self.asked)) for code, test in self.by_code.items()]

    def words(self, code: str) -> str:
        """How the sentence of a code reads; "" for one that stands there no more."""
        test = self.by_code.get(code)
        return "" if test is None else sentence(test, self.asked)


def kept_code(test: Test) -> str:
    """A test as the value of an option: by what it is."""
    return f"kept-{hashlib.sha256(json.dumps(test, sort_keys=True).encode()).hexdigest()[:16]}"


def _code(key: str, operator: str, operand: JsonValue) -> str:
    """A test of the list as the value of an option."""
    return json.dumps([key, operator, operand])


class StaysBox(forms.CheckboxInput):
    """A sentence that stays while it is ticked: what is sent is its code, nothing once it is unticked."""

    def __init__(self, code: str) -> None:
        super().__init__(attrs={"value": code}, check_test=bool)

    def format_value(self, value: object) -> None:
        """Its value is the code, ticked or not."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """The code, or nothing. `Any`: as Django's own."""
        return data.get(name, "")
