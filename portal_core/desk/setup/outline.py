"""A condition as an outline: sentences and groups of sentences, one below the other, as a form without script holds it.

The form has a line for each, numbered from the top. Where lines stand in groups is said by the form's shape: `0` is a
sentence at the left, `0g` a group there, `1` a sentence inside that group, `1s` one that stays as it is or goes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

# How the parts of a group are joined, and how it reads.
JOINS: Final = (
    ("all", "all of this holds"),
    ("any", "any of this holds"),
    ("none", "none of this holds"),
    ("not_all", "not all of this holds"),
)
# In longer conditions a sentence has no list of its own: the page of them could not be worked with.
_MOST_LISTS: Final = 120
# Still longer ones, which nobody composes by hand, no form can hold: they are kept and read aloud.
_MOST_LINES: Final = 3_000
LONGEST_SHAPE: Final = 5 * _MOST_LINES
_SHAPE: Final = re.compile(r"[0-9]{1,2}[gs]?(?:,[0-9]{1,2}[gs]?)*")
# Empty lines that wait below what stands there.
_AT_THE_LEFT: Final = 4
_IN_A_GROUP: Final = 2

Test = dict[str, JsonValue]


@dataclass(frozen=True)
class Group:
    """Sentences, and groups of them, that hold together."""

    join: str
    parts: tuple["Group | Test", ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the form: how deep it stands, whether it begins a group, whether it is a sentence that stays."""

    level: int
    is_group: bool = False
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Nested:
    """A line by its number, with the lines inside it."""

    number: int
    is_group: bool
    parts: tuple["Nested", ...]


def unfold(condition: JsonValue) -> Group:
    """The outline of a condition; one without parts for none."""
    if not isinstance(condition, dict) or not condition:
        return Group("")
    found = _unfolded(condition)
    return found if isinstance(found, Group) else Group("all", (found,))


def _unfolded(condition: Test) -> "Group | Test":
    for join in ("all", "any"):
        parts = condition.get(join)
        if isinstance(parts, list):
            return Group(join, tuple(_unfolded(part) for part in parts if isinstance(part, dict)))
    inner = condition.get("not")
    if not isinstance(inner, dict):
        return condition
    found = _unfolded(inner)
    if isinstance(found, Group) and found.join in ("all", "any"):
        return Group("not_all" if found.join == "all" else "none", found.parts)
    return Group("none", (found,))


def fold(group: Group) -> JsonValue:
    """The condition that an outline says; None for none. Groups without sentences say nothing."""
    said = (fold(part) if isinstance(part, Group) else part for part in group.parts)
    parts: list[JsonValue] = [part for part in said if part is not None]
    if not parts:
        return None
    if group.join in ("none", "not_all"):
        joined: JsonValue = {"any" if group.join == "none" else "all": parts}
        return {"not": parts[0] if len(parts) == 1 else joined}
    return parts[0] if len(parts) == 1 else {group.join or "all": parts}


def tests_of(group: Group) -> list[Test]:
    """The sentences, from the top."""
    return [test for part in group.parts for test in (tests_of(part) if isinstance(part, Group) else [part])]


def is_long(condition: JsonValue) -> bool:
    """Whether its sentences have no lists of their own."""
    return len(lines_for(unfold(condition))) > _MOST_LISTS


def fits(condition: JsonValue) -> bool:
    """Whether a form can hold it at all."""
    return len(lines_for(unfold(condition), is_long=True)) <= _MOST_LINES


def lines_for(group: Group, level: int = 0, *, is_long: bool = False) -> list[Line]:
    """The lines that hold an outline, with empty ones to go on in."""
    lines: list[Line] = []
    for part in group.parts:
        if isinstance(part, Group):
            lines += [Line(level, is_group=True), *lines_for(part, level + 1, is_long=is_long)]
        else:
            lines.append(Line(level, stays=is_long))
    if is_long and level:
        return [*lines, Line(level)]
    empty = _IN_A_GROUP if level else max(_AT_THE_LEFT - len(group.parts), _IN_A_GROUP)
    return [*lines, *(Line(level) for _ in range(empty)), Line(level, is_group=True), *_inside(level)]


def _inside(level: int) -> list[Line]:
    return [Line(level + 1) for _ in range(_IN_A_GROUP)]


def shape_of(lines: Iterable[Line]) -> str:
    """The shape as the form carries it."""
    return ",".join(f"{line.level}{'g' if line.is_group else 's' if line.stays else ''}" for line in lines)


def lines_in(shape: str) -> list[Line] | None:
    """The lines of a shape that was sent; None where it is none."""
    parts = shape.split(",")
    if len(parts) > _MOST_LINES or not _SHAPE.fullmatch(shape):
        return None
    lines: list[Line] = []
    for part in parts:
        level = int(part.rstrip("gs"))
        before = lines[-1] if lines else Line(-1, is_group=True)
        if level > before.level + (1 if before.is_group else 0):
            return None
        lines.append(Line(level, part.endswith("g"), part.endswith("s")))
    return lines


def nested(lines: Sequence[Line]) -> tuple[Nested, ...]:
    """The lines with those inside them."""
    found, _ = _nested(lines, 0, 0)
    return found


def _nested(lines: Sequence[Line], number: int, level: int) -> tuple[tuple[Nested, ...], int]:
    found: list[Nested] = []
    while number < len(lines) and lines[number].level == level:
        own, line = number, lines[number]
        inside: tuple[Nested, ...] = ()
        number += 1
        if line.is_group:
            inside, number = _nested(lines, number, level + 1)
        found.append(Nested(own, line.is_group, inside))
    return tuple(found), number
