"""The small operations that edit a draft, and how each is taken back.

An operation is applied to the parts it touches and gives back what was really changed, with the values before and
after: enough to undo it, and to see whether somebody else has been there since.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from pydantic import JsonValue

from portal_core.config.draft.parts import KEYED, locate, place_of
from portal_core.config.draft.paths import NoSuchPlace, Path, index_of, keys_of, ordered, read, write


@dataclass(frozen=True, slots=True)
class Set:
    """The value at a place; None leaves it out."""

    path: Path
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Insert:
    """A new item in a list, before the one with this number; None puts it at the end."""

    path: Path
    item: dict[str, JsonValue]
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """An item goes out of its list."""

    path: Path


@dataclass(frozen=True, slots=True)
class Order:
    """The items of a list stand in this order."""

    path: Path
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Put:
    """A whole part (see parts.py) as it shall be; None takes it out."""

    name: str
    value: JsonValue


# Of an edit that goes on and on: pages that were opened longer ago are told of it once more than they need.
_STEPS_KEPT: Final = 20
_LONGEST_STEPS: Final = 4_000

Operation: TypeAlias = Set | Insert | Remove | Order | Put
Done: TypeAlias = Literal["set", "insert", "remove", "order", "put"]


@dataclass(frozen=True, slots=True)
class Change:
    """What an operation did at one place. `at` is where in its list an item stood.

    Where one edit goes on over several revisions (somebody writes on), `meanwhile` has what stood there after the
    earlier ones: whoever opened a page in between read that.
    """

    do: Done
    path: Path
    before: JsonValue = None
    after: JsonValue = None
    at: int = 0
    meanwhile: tuple[tuple[int, JsonValue], ...] = ()

    def as_json(self) -> dict[str, JsonValue]:
        """For the row that keeps it."""
        kept = {"do": self.do, "path": list[JsonValue](self.path), "before": self.before, "after": self.after}
        steps: list[JsonValue] = [[revision, value] for revision, value in self.meanwhile]
        return {**kept, "at": self.at, **({"meanwhile": steps} if steps else {})}

    @classmethod
    def from_json(cls, kept: Mapping[str, JsonValue]) -> "Change":
        """From the row that keeps it."""
        do, path, at = kept["do"], kept["path"], kept["at"]
        if do not in _DONE or not isinstance(path, list) or not isinstance(at, int):
            raise ValueError(f"not a change: {kept!r}")
        meanwhile = tuple(_steps(kept.get("meanwhile")))
        return cls(_DONE[str(do)], tuple(str(name) for name in path), kept["before"], kept["after"], at, meanwhile)

    def going_on(self, before: "Change", revision: int) -> "Change":
        """This as one with the change `before` it, at the same place, of the revision before."""
        steps = (*before.meanwhile, (revision, before.after))[-_STEPS_KEPT:]
        while len(json.dumps(steps)) > _LONGEST_STEPS:
            steps = steps[1:]
        return replace(self, before=before.before, meanwhile=steps)

    def back_to(self, revision: int) -> Operation:
        """What brings back how it stood at an earlier revision."""
        read = [value for after, value in self.meanwhile if after <= revision]
        return Set(self.path, read[-1]) if read else self.back

    def meets(self, path: Path) -> bool:
        """Whether it was made at this place, inside it or around it."""
        shorter = min(len(self.path), len(path))
        return self.path[:shorter] == path[:shorter]

    @property
    def is_nothing(self) -> bool:
        """Whether a value was set to what it was."""
        return self.do == "set" and self.before == self.after and type(self.before) is type(self.after)

    @property
    def back(self) -> Operation:
        """What takes it back."""
        match self.do:
            case "set":
                return Set(self.path, self.before)
            case "insert":
                return Remove(self.path)
            case "remove":
                return Insert(self.path[:-1], _as_item(self.before), self.at)
            case "put":
                return Put(".".join(self.path), self.before)
        return Order(self.path, tuple(str(key) for key in _as_list(self.before)))


_DONE: Final[dict[str, Done]] = {
    "set": "set",
    "insert": "insert",
    "remove": "remove",
    "order": "order",
    "put": "put",
}


class Working:
    """The parts that an edit touches, as they become. `load` gives a part as it is, None where there is none."""

    def __init__(self, load: Callable[[str], JsonValue]) -> None:
        self._load = load
        self._values: dict[str, JsonValue] = {}

    def get(self, name: str) -> JsonValue:
        """A part."""
        if name not in self._values:
            self._values[name] = self._load(name)
        return self._values[name]

    def put(self, name: str, value: JsonValue) -> None:
        """Another value for a part."""
        self._values[name] = value

    @property
    def touched(self) -> Mapping[str, JsonValue]:
        """Every part that was looked at, as it is now."""
        return self._values

    def read(self, path: Path) -> JsonValue:
        """The value at a place of the whole document; a list at the top reads as the list of its items."""
        name, rest = locate(path)
        if name in KEYED:
            return [self.get(f"{name}.{key}") for key in _as_list(self.get(name))]
        if path[0] in KEYED and path[1] not in _as_list(self.get(path[0])):
            return None
        return read(self.get(name), rest)

    def apply(self, operation: Operation) -> Change | None:
        """Applies one operation; None when it changes nothing. Raises `NoSuchPlace`."""
        match operation:
            case Set(path, value):
                return self._set(path, value)
            case Insert(path, item, at):
                return self._insert(path, item, at)
            case Remove(path):
                return self._remove(path)
            case Order(path, keys):
                return self._order(path, keys)
            case Put(name, value):
                return self._put(name, value)

    def stands(self, change: Change) -> bool:
        """Whether everything is still as this change left it, so that it can be taken back."""
        match change.do:
            case "set" | "insert":
                return self.read(change.path) == change.after
            case "put":
                return self.get(".".join(change.path)) == change.after
            case "remove":
                return self.read(change.path) is None
        # What came or went since has no place in either order.
        now, then = keys_of(self.read(change.path)), [str(key) for key in _as_list(change.after)]
        return [key for key in now if key in then] == [key for key in then if key in now]

    def _put(self, name: str, value: JsonValue) -> Change | None:
        before = self.get(name)
        if before == value:
            return None
        self.put(name, value)
        return Change("put", place_of(name), before, value)

    def _set(self, path: Path, value: JsonValue) -> Change | None:
        if path[0] in KEYED and len(path) < 3:
            raise NoSuchPlace(path)
        before = self.read(path)
        if before == value and type(before) is type(value):
            return None
        if path[0] in KEYED and self.read(path[:2]) is None:
            raise NoSuchPlace(path)
        name, rest = locate(path)
        self.put(name, write(self.get(name), rest, value))
        return Change("set", path, before, value)

    def _insert(self, path: Path, item: dict[str, JsonValue], at: int | None) -> Change:
        items = self._list(path)
        key = item.get("key")
        if not isinstance(key, str) or index_of(items, key) is not None:
            raise NoSuchPlace((*path, str(key)))
        place = len(items) if at is None else max(0, min(at, len(items)))
        self._put_list(path, [*items[:place], item, *items[place:]])
        return Change("insert", (*path, key), None, item, place)

    def _remove(self, path: Path) -> Change:
        items = self._list(path[:-1])
        index = index_of(items, path[-1])
        if index is None:
            raise NoSuchPlace(path)
        self._put_list(path[:-1], [*items[:index], *items[index + 1 :]])
        return Change("remove", path, items[index], None, index)

    def _order(self, path: Path, keys: Sequence[str]) -> Change | None:
        items = self._list(path)
        now = ordered(items, keys)
        if keys_of(now) == keys_of(items):
            return None
        self._put_list(path, now)
        return Change("order", path, list[JsonValue](keys_of(items)), list[JsonValue](keys_of(now)))

    def _list(self, path: Path) -> list[JsonValue]:
        if len(path) > 2 and path[0] in KEYED and self.read(path[:2]) is None:
            raise NoSuchPlace(path)
        return _as_list(self.read(path))

    def _put_list(self, path: Path, items: list[JsonValue]) -> None:
        name, rest = locate(path)
        if name not in KEYED:
            self.put(name, write(self.get(name), rest, items or None))
            return
        for item in items:
            self.put(f"{name}.{_as_item(item)['key']}", item)
        for key in {str(key) for key in _as_list(self.get(name))} - set(keys_of(items)):
            self.put(f"{name}.{key}", None)
        # An empty list is left out, as in every document.
        self.put(name, list[JsonValue](keys_of(items)) or None)


def as_kept(changes: Sequence[Change], kept: Working) -> list[Change]:
    """What each change of an edit came to, as the document keeps it: a default that was written out is left out.

    Not what a later change of the same edit goes over, which was a step on the way.
    """
    found: list[Change] = []
    places: set[Path] = set()
    above: set[Path] = set()
    for change in reversed(changes):
        around = {change.path[:length] for length in range(1, len(change.path) + 1)}
        is_last = change.path not in above and places.isdisjoint(around)
        is_value = is_last and change.do in ("set", "insert")
        found.append(replace(change, after=kept.read(change.path)) if is_value else change)
        places.add(change.path)
        above |= around
    return [change for change in reversed(found) if not change.is_nothing]


def _steps(kept: JsonValue) -> Iterator[tuple[int, JsonValue]]:
    for step in _as_list(kept or []):
        revision, value = _as_list(step)
        if isinstance(revision, int):
            yield revision, value


def _as_list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _as_item(value: JsonValue) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise NoSuchPlace(())
    return value
