"""Conditions composed in plain sentences, from lists and boxes, without script.

A condition is an outline (`outline.py`): sentences that all hold, or any, or none, and groups of them inside. A form
has a line for each and empty ones below; saved, it comes back with more. What the lists do not offer (an imported
document may say it) stands in them as it is, and can be replaced. In a long condition each sentence is a box to tick,
its groups are folded, and a sentence is changed by taking it out and adding another: a list in each line would make
a page that nobody can load.

For a condition `when` the form holds `when` (how its sentences are joined), `when-shape` (which lines there are, see
`outline.py`) and a list for each line, `when-0`, `when-1` …, with a box beside a sentence, `when-1-to`, for what it
compares with. A list's value is a code of what it offers (`offers.Offers`), or of what stood there before
(`offers.Standing`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import Any, ClassVar, Final, Self

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

_JOINED: Final = [(join, f"when {words}") for join, words in JOINS]
_JOINED_INSIDE: Final = [(join, f"{words}:") for join, words in JOINS]


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
    # What it may name still, and cannot be asked for anew.
    named: Sequence[Asked] = ()
    lines: Sequence[Line] = field(default_factory=lambda: lines_for(Group("")))
    standing: Standing = field(default_factory=lambda: Standing(()))

    template: ClassVar[str | None] = "setup/_when_control.html"

    def for_form(self, sent: Mapping[str, str] | None, value: JsonValue) -> Self:
        """With the lines that were sent, else with those that hold what stands in the document."""
        outline, stays = unfold(value), is_long(value)
        lines = lines_in(sent.get(self._shape_name, "")) if sent is not None else None
        if lines is None:
            lines = lines_for(outline if fits(value) else Group(""), is_long=stays)
        # Where the lists offer a sentence, it is chosen there like a new one.
        standing = [test for test in tests_of(outline) if stays or self._offers.found(test) is None]
        return replace(self, lines=lines, standing=Standing((*self.asked, *self.named), standing))

    @cached_property
    def _offers(self) -> Offers:
        return Offers(self.asked)

    @property
    def _shape_name(self) -> str:
        return f"{self.name}-shape"

    def _numbered(self) -> Iterable[tuple[str, Line]]:
        return ((f"{self.name}-{number}", line) for number, line in enumerate(self.lines))

    def names(self, where: Where) -> list[str]:
        """How the join is called, then the lines with their boxes."""
        names = [self.name, self._shape_name]
        for name, line in self._numbered():
            names += [name] if line.is_group or line.stays else [name, f"{name}-to"]
        return names

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """How the sentences are joined, and for each a list and a box."""
        joins = _JOINED if self.required else [("", "always"), *_JOINED]
        found: dict[str, forms.Field] = {
            self.name: forms.ChoiceField(label=self.label, choices=joins, required=False, help_text=self.help),
            self._shape_name: forms.CharField(required=False, max_length=LONGEST_SHAPE, widget=forms.HiddenInput()),
        }
        numbers, codes = count(1), iter(map(kept_code, self.standing.tests))
        for name, line in self._numbered():
            if line.is_group:
                found[name] = forms.ChoiceField(label="Together", choices=_JOINED_INSIDE, required=False)
                continue
            label = f"Sentence {next(numbers)}"
            if line.stays:
                found[name] = self._box_that_stays(next(codes, ""))
            else:
                found[name] = forms.ChoiceField(label=label, choices=self._options, required=False)
                compared = f"{label}, what it compares with"
                found[f"{name}-to"] = forms.CharField(label=compared, max_length=20_000, required=False)
        return found

    def _box_that_stays(self, code: str) -> forms.Field:
        """A sentence of a long condition: it stays as long as its box is ticked."""
        words = self.standing.words(code) or "A sentence that was changed meanwhile"
        return forms.CharField(label=words, required=False, max_length=100, widget=StaysBox(code))

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
        shown: dict[str, Any] = {name: "any" for name, line in self._numbered() if line.is_group}
        shown |= {self._shape_name: shape_of(self.lines), self.name: ""}
        if fits(value):
            outline = unfold(value)
            shown |= {self.name: outline.join, **self._filled(nested(self.lines), outline)}
        return shown

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
        """A sentence by its code, with what stands in the box beside it."""
        code = kept_code(test)
        if code in self.standing.by_code:
            return {name: code}
        shown, typed = self._offers.found(test) or (code, "")
        return {name: shown, f"{name}-to": typed}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """The condition; one that no form can hold stays while nothing is composed in its place."""
        join, parts = cleaned[self.name], self._read(nested(self.lines), cleaned)
        if not parts:
            return self._without_sentences(join, before)
        if not join and before is not None and not self.required:
            return None  # it held under something, and was set to always
        wanted = Group(join or "all", parts)
        return before if wanted == unfold(before) else fold(wanted)

    def _without_sentences(self, join: str, before: JsonValue) -> JsonValue:
        if join or (self.required and fits(before)):
            always = "" if self.required else ", or choose “always”"
            raise forms.ValidationError(f"Choose below what has to hold{always}.")
        return None if fits(before) else before

    def _read(self, lines: Sequence[Nested], cleaned: Mapping[str, Any]) -> tuple[Group | Test, ...]:
        """What the lines say; empty ones, and groups of empty ones, say nothing."""
        found: list[Group | Test] = []
        for line in lines:
            name = f"{self.name}-{line.number}"
            if line.is_group:
                inside = self._read(line.parts, cleaned)
                if inside:
                    found.append(Group(cleaned.get(name) or "any", inside))
            elif code := cleaned.get(name):
                stands = self.standing.by_code.get(code)
                typed = cleaned.get(f"{name}-to") or ""
                found.append(self._offers.test(code, typed) if stands is None else stands)
        return tuple(found)
