"""Reading and writing at a place in plain JSON. Nothing is changed in place: writing gives a new value.

A path is the way from the root: the keys of objects; in lists an item's own `key`, or its number where it has none.
In words it is what problems say: `types.repair.fields.gauge.kind`.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from pydantic import JsonValue

Path: TypeAlias = tuple[str, ...]


class NoSuchPlace(LookupError):
    """The document has nothing there, or not any more."""

    code = "no-such-place"

    def __init__(self, path: Sequence[str]) -> None:
        super().__init__(".".join(path))
        self.path = tuple(path)


def path_from(words: str) -> Path:
    """The path that a problem's words name."""
    return tuple(words.split("."))


def index_of(items: Sequence[object], name: str) -> int | None:
    """Where the item with this key stands in a list, or the item with this number; None when there is none."""
    for index, item in enumerate(items):
        if isinstance(item, dict) and item.get("key") == name:
            return index
    if name.isdecimal() and len(name) < 6 and int(name) < len(items):
        item = items[int(name)]
        # What has a key is not called by its number.
        return None if isinstance(item, dict) and "key" in item else int(name)
    return None


def read(root: JsonValue, path: Path) -> JsonValue:
    """The value at `path`, None where there is nothing."""
    value = root
    for name in path:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list):
            index = index_of(value, name)
            value = None if index is None else value[index]
        else:
            return None
    return value


def write(root: JsonValue, path: Path, value: JsonValue) -> JsonValue:
    """`root` with `value` at `path`; None takes the key out of its object.

    Objects on the way are made, and left out again when they become empty. Raises `NoSuchPlace` for an item of a list
    that is not there.
    """
    if not path:
        return value
    name, rest = path[0], path[1:]
    if isinstance(root, list):
        index = index_of(root, name)
        if index is None:
            raise NoSuchPlace(path)
        return [*root[:index], write(root[index], rest, value), *root[index + 1 :]]
    if root is not None and not isinstance(root, dict):
        raise NoSuchPlace(path)
    return _written(root or {}, name, rest, value)


def _written(root: Mapping[str, JsonValue], name: str, rest: Path, value: JsonValue) -> JsonValue:
    inner = write(root.get(name), rest, value)
    if inner is None or (rest and inner == {}):
        return {key: item for key, item in root.items() if key != name}
    return {**root, name: inner}


def keys_of(items: JsonValue) -> list[str]:
    """The keys of a list's items, in order."""
    if not isinstance(items, list):
        return []
    return [str(item["key"]) for item in items if isinstance(item, dict) and "key" in item]


def ordered(items: Sequence[JsonValue], keys: Sequence[str]) -> list[JsonValue]:
    """The items in the order of `keys`; those that it does not name stay behind the one they stood behind."""
    named = {key: items[index] for key in keys if (index := index_of(items, key)) is not None}
    result: list[JsonValue] = list(named.values())
    before: JsonValue = None
    for item in items:
        if not (isinstance(item, dict) and item.get("key") in named):
            result.insert(0 if before is None else result.index(before) + 1, item)
        before = item
    return result
