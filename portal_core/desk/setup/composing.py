"""Conditions composed in plain sentences, from lists and boxes, without script.

A condition is an outline (`outline.py`): sentences that all hold, or any, or none, and groups of them inside. A form
has a line for each and empty ones below; saved, it comes back with more. What the lists do not offer (an imported
document may say it) stands in them as it is, and can be replaced. In a long condition each sentence is a box to tick,
its groups are folded, and a sentence is changed by taking it out and adding another: a list in each line would make
a page that nobody can load.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self

from django import forms
from pydantic import JsonValue

from portal_core.desk.setup.controls import Control, Where
from portal_core.desk.setup.offers import Offers, Standing, StaysBox, kept_code
from portal_core.desk.setup.outline import (
    JOINS,
    LONGEST_SHAPE,
    Group,
    Line,
    Nested,
    Test,
    fits,
    fold,
    is_long,
    lines_for,
    lines_in,
    nested,
    shape_of,
    tests_of,
    unfold,
)
from portal_core.desk.setup.sentences import Asked


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line as the page draws it: its list, the box beside a sentence, what stands inside a group."""

    is_group: bool
    is_empty: bool
    field: forms.BoundField
    box: forms.BoundField | None
    parts: Sequence["Drawn"]

    @property
    def stays(self) -> int:
        """How many sentences of a long condition are in a group, itself folded; 0 where it stands open."""
        boxes = [part for part in self.parts if isinstance(part.field.field.widget, StaysBox)]
        return len(boxes) + sum(part.stays for part in self.parts)


@dataclass(frozen=True, kw_only=True)
class When(Control):
    """When something holds: lists of ready sentences, each beside a box for what it compares with."""

    asked: Sequence[Asked]
    lines: Sequence[Line] = field(default_factory=lambda: lines_for(Group("")))
    standing: Standing = field(default_factory=lambda: Standing(()))

    template: ClassVar[str | None] = "setup/_when_control.html"

    def for_form(self, sent: Mapping[str, str] | None, value: JsonValue) -> Self:
        """With the lines that were sent, else with those that hold what stands in the document."""
        outline = unfold(value)
        tests = tests_of(outline)
        if not is_long(value):
            tests = [test for test in tests if self._offers.found(test) is None]
        lines = lines_in(sent.get(f"{self.name}-shape", "")) if sent is not None else None
        if lines is None:
            lines = lines_for(outline if fits(value) else Group(""), is_long=is_long(value))
        return replace(self, lines=lines, standing=Standing(self.asked, tests))

    @cached_property
    def _offers(self) -> Offers:
        return Offers(self.asked)

    def names(self, where: Where) -> list[str]:
        """How the join is called, then the lines with their boxes."""
        boxes = ([name] if line.is_group or line.stays else [name, f"{name}-to"] for name, line in self._numbered())
        return [self.name, f"{self.name}-shape", *(name for pair in boxes for name in pair)]

    def _numbered(self) -> Iterable[tuple[str, Line]]:
        return ((f"{self.name}-{number}", line) for number, line in enumerate(self.lines))

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """How the sentences are joined, and for each a list and a box."""
        joined = [(join, f"when {words}") for join, words in JOINS]
        joined = joined if self.required else [("", "always"), *joined]
        shape = forms.CharField(required=False, max_length=LONGEST_SHAPE, widget=forms.HiddenInput())
        found: dict[str, forms.Field] = {
            self.name: forms.ChoiceField(label=self.label, choices=joined, required=False, help_text=self.help),
            f"{self.name}-shape": shape,
        }
        inside = [(join, f"{words}:") for join, words in JOINS]
        codes = iter(map(kept_code, self.standing.tests))
        sentences = 0
        for name, line in self._numbered():
            sentences += not line.is_group
            if line.is_group:
                found[name] = forms.ChoiceField(label="Together", choices=inside, required=False)
            elif line.stays:
                code = next(codes, "")
                words = self.standing.words(code) or "A sentence that was changed meanwhile"
                found[name] = forms.CharField(label=words, required=False, max_length=100, widget=StaysBox(code))
            else:
                label = f"Sentence {sentences}"
                found[name] = forms.ChoiceField(label=label, choices=self._options, required=False)
                found[f"{name}-to"] = forms.CharField(
                    label=f"{label}, what it compares with", max_length=20_000, required=False
                )
        return found

    @cached_property
    def _options(self) -> list[tuple[str, Any]]:
        """Grouped by question. `Any`: Django's own form of grouped choices."""
        kept = [] if any(line.stays for line in self.lines) else self.standing.options
        return [("", "choose …"), *self._offers.groups, *([("What was here before", kept)] if kept else [])]

    def arranged(self, fields: Sequence[forms.BoundField]) -> object:
        """The lines with those inside them."""
        named = {bound.name: bound for bound in fields}

        def drawn(line: Nested) -> Drawn:
            name = f"{self.name}-{line.number}"
            parts = [drawn(part) for part in line.parts]
            is_empty = all(part.is_empty for part in parts) if line.is_group else not named[name].value()
            return Drawn(line.is_group, is_empty, named[name], named.get(f"{name}-to"), parts)

        return [drawn(line) for line in nested(self.lines)]

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """The outline of a condition; of one that no form can hold, nothing but that there is one."""
        shown: dict[str, Any] = {f"{self.name}-shape": shape_of(self.lines), self.name: ""}
        outline = unfold(value)
        if fits(value):
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
                found |= self._said(name, part)
        return found

    def _said(self, name: str, test: Test) -> dict[str, str]:
        code = kept_code(test)
        if code in self.standing.by_code:
            return {name: code}
        shown, typed = self._offers.found(test) or (code, "")
        return {name: shown, f"{name}-to": typed}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """The condition; one that no form can hold stays while nothing is composed in its place."""
        joined = cleaned[self.name]
        parts = self._read(nested(self.lines), cleaned)
        if not parts:
            if joined or (self.required and fits(before)):
                always = "" if self.required else ", or choose “always”"
                raise forms.ValidationError(f"Choose below what has to hold{always}.")
            return None if fits(before) else before
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
                kept = self.standing.by_code.get(code)
                found.append(self._offers.test(code, cleaned.get(f"{name}-to") or "") if kept is None else kept)
        return tuple(found)
