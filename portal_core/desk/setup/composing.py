"""Conditions composed in plain sentences, from lists and boxes, without script.

A condition is an outline (`outline.py`): sentences that all hold, or any, or none, and groups of them inside. A form
has a line for each and empty ones below; saved, it comes back with more. What the lists do not offer (an imported
document may say it) stands in them as it is, and can be replaced.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, ClassVar, Final, Self

from django import forms
from pydantic import JsonValue

from portal_core.config.document.fields import FieldBase
from portal_core.config.kinds import kind_for
from portal_core.desk.setup.controls import Control, Where
from portal_core.desk.setup.outline import (
    JOINS,
    MOST_LINES,
    Group,
    Line,
    Nested,
    Test,
    fold,
    lines_for,
    lines_in,
    nested,
    shape_of,
    tests_of,
    unfold,
)
from portal_core.desk.setup.sentences import OPERATORS, STATUS, Asked, asked_by, sentence

# More answers are written in the box instead of standing in the list: of one question, and of all together.
_MANY_ANSWERS: Final = 60
_TOO_MANY_ANSWERS: Final = 300
_NUMBERS: Final = frozenset({"number", "money", "rating"})
# No answer is larger; and 1e999999999, written out, would take all memory.
_LARGEST: Final = Decimal(10) ** 15
_YES_NO: Final = ((True, "yes"), (False, "no"))
# As the document takes it.
_LONGEST: Final = 1_000
_BETWEEN: Final = re.compile(r"[;\n]")
_NAMED_AT_MOST: Final = 12
_MENDS: Final = {
    "date": "write a day such as 2026-12-25.",
    "datetime": "write a day such as 2026-12-25, or a moment such as 2026-12-25T09:00.",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line as the page draws it: its list, the box beside a sentence, what stands inside a group."""

    is_group: bool
    is_empty: bool
    field: forms.BoundField
    box: forms.BoundField | None
    parts: Sequence["Drawn"]


@dataclass(frozen=True, kw_only=True)
class When(Control):
    """When something holds: lists of ready sentences, each beside a box for what it compares with."""

    asked: Sequence[Asked]
    lines: Sequence[Line] = field(default_factory=lambda: lines_for(Group("")))
    # Sentences that stand in the document and that the lists do not offer.
    kept: Sequence[Test] = ()

    template: ClassVar[str | None] = "setup/_when_control.html"

    def for_form(self, sent: Mapping[str, str] | None, value: JsonValue) -> Self:
        """With the lines that were sent, else with those that hold what stands in the document."""
        outline = unfold(value)
        lines = lines_in(sent.get(f"{self.name}-shape", "")) if sent is not None else None
        if lines is None:
            lines = lines_for(outline if _fits(value) else Group(""))
        return replace(self, lines=lines, kept=[test for test in tests_of(outline) if not self._offered(test)])

    def names(self, where: Where) -> list[str]:
        """How the join is called, then the lines with their boxes."""
        boxes = ([name] if line.is_group else [name, f"{name}-to"] for name, line in self._numbered())
        return [self.name, f"{self.name}-shape", *(name for pair in boxes for name in pair)]

    def _numbered(self) -> Iterable[tuple[str, Line]]:
        return ((f"{self.name}-{number}", line) for number, line in enumerate(self.lines))

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """How the sentences are joined, and for each a list and a box."""
        joined = [(join, f"when {words}") for join, words in JOINS]
        joined = joined if self.required else [("", "always"), *joined]
        found: dict[str, forms.Field] = {
            self.name: forms.ChoiceField(label=self.label, choices=joined, required=False, help_text=self.help),
            f"{self.name}-shape": forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput()),
        }
        inside = [(join, f"{words}:") for join, words in JOINS]
        for number, (name, line) in enumerate(self._numbered()):
            if line.is_group:
                found[name] = forms.ChoiceField(label="Together", choices=inside, required=False)
                continue
            label = "and if" if number else "If"
            found[name] = forms.ChoiceField(label=label, choices=self._options, required=False)
            found[f"{name}-to"] = forms.CharField(label="what", max_length=20_000, required=False)
        return found

    def arranged(self, fields: Sequence[forms.BoundField]) -> object:
        """The lines with those inside them."""
        named = {bound.name: bound for bound in fields}

        def drawn(line: Nested) -> Drawn:
            name = f"{self.name}-{line.number}"
            parts = [drawn(part) for part in line.parts]
            is_empty = all(part.is_empty for part in parts) if line.is_group else not named[name].value()
            return Drawn(line.is_group, is_empty, named[name], named.get(f"{name}-to"), parts)

        return [drawn(line) for line in nested(self.lines)]

    @cached_property
    def _options(self) -> list[tuple[str, Any]]:
        """Grouped by question. `Any`: Django's own form of grouped choices."""
        groups = [(asked.label, [*self._ready(asked), *self._open(asked)]) for asked in self.asked]
        kept = [(_kept_code(test), sentence(test, self.asked)) for test in self.kept]
        return [("", "–"), *groups, *([("What was here before", kept)] if kept else [])]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(code for _, options in self._options if isinstance(options, list) for code, _ in options)

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

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """The outline of a condition; of one that is too long, nothing but that there is one."""
        shown: dict[str, Any] = {f"{self.name}-shape": shape_of(self.lines), self.name: ""}
        outline = unfold(value)
        if _fits(value):
            shown |= {self.name: outline.join, **self._filled(nested(self.lines), outline)}
        empty = {name: "any" for name, line in self._numbered() if line.is_group}
        return {**empty, **shown}

    def _filled(self, lines: Sequence[Nested], group: Group) -> dict[str, str]:
        """What stands in the lines. Lines that were sent may be others; what they hold is not asked for then."""
        found: dict[str, str] = {}
        for line, part in zip(lines, group.parts, strict=False):
            name = f"{self.name}-{line.number}"
            if isinstance(part, Group) and line.is_group:
                found |= {name: part.join, **self._filled(line.parts, part)}
            elif not isinstance(part, Group) and not line.is_group:
                found[name], found[f"{name}-to"] = self._shown(part)
        return found

    def _offered(self, test: Test) -> bool:
        return self._found(test) is not None

    def _found(self, test: Test) -> tuple[str, str] | None:
        """The code of a test in the list, and what is written beside it; None where the list has no such."""
        operator = next((name for name in OPERATORS if name in test), "")
        asked = asked_by(test, self.asked)
        if asked is None or not operator:
            return None
        operand = test[operator]
        if (ready := _code(asked.key, operator, operand)) in dict(self._ready(asked)):
            return ready, ""
        if (opened := _code(asked.key, operator, None)) not in dict(self._open(asked)):
            return None
        operands = operand if isinstance(operand, list) else [operand]
        typed = "; ".join(asked.answer(item) for item in operands)
        try:
            is_same = self._operand(asked, operator, typed) == operand
        except forms.ValidationError:
            is_same = False
        return (opened, typed) if is_same else None

    def _shown(self, test: Test) -> tuple[str, str]:
        return self._found(test) or (_kept_code(test), "")

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """The condition; one that is too long stays while nothing is composed in its place."""
        joined = cleaned[self.name]
        parts = self._read(nested(self.lines), cleaned)
        if not parts:
            if joined or (self.required and _fits(before)):
                always = "" if self.required else ", or choose “always”"
                raise forms.ValidationError(f"Choose below what has to hold{always}.")
            return None if _fits(before) else before
        if not joined and before is not None and not self.required:
            return None  # it held under something, and was set to always
        wanted = Group(joined or "all", parts)
        return before if wanted == unfold(before) else fold(wanted)

    def _read(self, lines: Sequence[Nested], cleaned: Mapping[str, Any]) -> tuple[Group | Test, ...]:
        found: list[Group | Test] = []
        for line in lines:
            name = f"{self.name}-{line.number}"
            if line.is_group:
                inside = self._read(line.parts, cleaned)
                if inside:
                    found.append(Group(cleaned.get(name) or "any", inside))
            elif code := cleaned.get(name):
                found.append(self._test(code, cleaned.get(f"{name}-to") or ""))
        return tuple(found)

    def _test(self, code: str, typed: str) -> Test:
        kept = next((test for test in self.kept if _kept_code(test) == code), None)
        if kept is not None:
            return kept
        if code not in self._known:
            raise forms.ValidationError("Somebody changed this meanwhile. Look at it again.")
        key, operator, operand = json.loads(code)
        asked = next(asked for asked in self.asked if asked.key == key)
        return asked.test(operator, self._operand(asked, operator, typed) if operand is None else operand)

    def _operand(self, asked: Asked, operator: str, typed: str) -> JsonValue:
        """What was written in the box, as the document keeps it."""
        said = f"“{asked.label} {OPERATORS[operator][0]} …”"
        parts = [part.strip() for part in _BETWEEN.split(typed)] if operator == "one_of" else [typed.strip()]
        written = [part for part in parts if part]
        if not written:
            raise forms.ValidationError(f"Write what {said} compares with, or take the sentence out.")
        operands = [item for part in written for item in _operands(asked, operator, part)]
        for item in operands:
            if isinstance(item, str) and len(item) > _LONGEST:
                raise forms.ValidationError(f"In {said}, write at most {_LONGEST:,} characters.")
            mend = "" if asked.answers or asked.kind == STATUS else _mend(asked, operator, item)
            if mend:
                raise forms.ValidationError(f"In {said}, {mend}")
        unique = list(dict.fromkeys(operands))
        return list[JsonValue](unique) if operator == "one_of" else operands[0]


def _fits(condition: JsonValue) -> bool:
    """Whether a page can hold it."""
    return len(lines_for(unfold(condition))) <= MOST_LINES


def _operands(asked: Asked, operator: str, part: str) -> list[Any]:
    """What a part of what was written says. `Any`: a word or a number."""
    if asked.kind in _NUMBERS:
        return [_number(part)]
    if not asked.answers:
        return [part]
    by_words = {words.casefold(): key for key, words in (*((key, key) for key, _ in asked.answers), *asked.answers)}
    names = [part] if part.casefold() in by_words or operator != "one_of" else part.split(",")
    for name in names:
        if name.strip().casefold() not in by_words:
            some = "; ".join(words for _, words in asked.answers[:_NAMED_AT_MOST])
            more = " and others" if len(asked.answers) > _NAMED_AT_MOST else ""
            raise forms.ValidationError(
                f"“{name.strip()[:60]}” is no answer to “{asked.label}”. The answers are: {some}{more}."
            )
    return [by_words[name.strip().casefold()] for name in names]


def _mend(asked: Asked, operator: str, operand: object) -> str:
    """How to mend what was written, by the kind of the question; "" where it can be right."""
    if not kind_for(asked.kind).operand_mend(FieldBase(key=asked.key, kind=asked.kind), operator, operand):
        return ""
    return _MENDS.get(asked.kind, "write a number.")


def _code(key: str, operator: str, operand: JsonValue) -> str:
    """A test as the value of an option."""
    return json.dumps([key, operator, operand])


def _kept_code(test: Test) -> str:
    """A test that the lists do not offer, as the value of an option: by what it is."""
    return f"kept-{hashlib.sha256(json.dumps(test, sort_keys=True).encode()).hexdigest()[:16]}"


def _number(typed: str) -> JsonValue:
    """A number where one was written; else the words, which are refused with the mend."""
    try:
        number = Decimal(typed.strip().replace(",", "."))
    except InvalidOperation:
        return typed.strip()
    if not number.is_finite() or not -_LARGEST < number < _LARGEST:
        return typed.strip()
    return int(number) if number == number.to_integral_value() else float(number)
