"""Every place where two documents differ, as coarse as one decision of the owner's.

Items of lists with keys are matched by key; what has no keys (rules, moves, conditions, texts by language) is one
value: half of it taken back would be nonsense.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pydantic import JsonValue

from portal_core.config.draft.paths import Path, keys_of

Object: TypeAlias = Mapping[str, JsonValue]

# What the value at a key is, by what it stands in. `name` names the object there; a list holds such objects, a map has
# values by key. Everything else is one value.
_LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    "document": {
        "roles": "role",
        "teams": "team",
        "record_kinds": "record_kind",
        "document_kinds": "document_kind",
        "flows": "flow",
        "types": "type",
        "messages": "message",
        "ready_answers": "ready_answer",
    },
    "type": {"fields": "field"},
    "record_kind": {"fields": "field"},
    "field": {"choices": "choice", "columns": "field"},
    "flow": {"steps": "step", "statuses": "status"},
    "status": {"asks": "ask"},
}
_OBJECTS: Final[Mapping[str, Mapping[str, str]]] = {
    "document": {"portal": "portal", "hours": "hours"},
    "portal": {"brand": "brand"},
    "field": {"show": "show", "at": "at"},
    "document_kind": {"show": "papers_show"},
}
# Another one of these makes it another thing, whose other keys cannot be compared.
_SORTS: Final[Mapping[str, str]] = {"field": "kind", "ask": "do"}

What: TypeAlias = Literal["value", "new", "gone", "order", "sort"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place. `shape` is what the value stands in (`field`), `name` its key there (`label`).

    For an item, a whole list's order and a thing of another sort, `shape` is the item's own.
    """

    what: What
    shape: str
    name: str
    path: Path
    before: JsonValue
    after: JsonValue


def walk(live: Object, wanted: Object) -> Iterator[Difference]:
    """All differences between two documents in canonical form."""
    return _object("document", live, wanted, ())


def _object(shape: str, live: Object, wanted: Object, path: Path) -> Iterator[Difference]:
    lists, objects = _LISTS.get(shape, {}), _OBJECTS.get(shape, {})
    for name in dict.fromkeys((*live, *wanted)):
        before, after, here = live.get(name), wanted.get(name), (*path, name)
        if same(before, after):
            continue
        if name in lists and _matched(before) and _matched(after):
            yield from _list(lists[name], _items(before), _items(after), here)
        elif name in objects and _may_be_entered(objects[name], before, after):
            yield from _object(objects[name], _fields(before), _fields(after), here)
        elif shape == "at":
            yield from _at(_fields(before), _fields(after), here)
        else:
            yield Difference("value", shape, name, here, before, after)


def _at(before: Object, after: Object, path: Path) -> Iterator[Difference]:
    for role in dict.fromkeys((*before, *after)):
        if not same(before.get(role), after.get(role)):
            yield Difference("value", "at", role, (*path, role), before.get(role), after.get(role))


def _may_be_entered(shape: str, before: JsonValue, after: JsonValue) -> bool:
    # Without hours nothing is counted in working time; with empty ones nobody ever works.
    return shape != "hours" or (before is not None and after is not None)


def _list(shape: str, live: Sequence[Object], wanted: Sequence[Object], path: Path) -> Iterator[Difference]:
    old = {str(item["key"]): item for item in live}
    now = {str(item["key"]): item for item in wanted}
    for key in dict.fromkeys((*now, *old)):
        before, after, here = old.get(key), now.get(key), (*path, key)
        if before is None and after is not None:
            yield Difference("new", shape, key, here, None, dict(after))
        elif after is None and before is not None:
            yield Difference("gone", shape, key, here, dict(before), None)
        elif before is not None and after is not None and not same(before, after):
            yield from _item(shape, before, after, here)
    was, is_ = [key for key in old if key in now], [key for key in now if key in old]
    if was != is_:
        yield Difference("order", shape, path[-1], path, list[JsonValue](was), list[JsonValue](is_))


def _item(shape: str, before: Object, after: Object, path: Path) -> Iterator[Difference]:
    sort = _SORTS.get(shape)
    if sort is not None and before.get(sort) != after.get(sort):
        yield Difference("sort", shape, sort, path, dict(before), dict(after))
    else:
        yield from _object(shape, before, after, path)


def same(before: object, after: object) -> bool:
    """Equal as JSON: true is not 1."""
    # Nearly always decided here, and not by walking through both.
    if before != after:
        return False
    if repr(before) == repr(after):
        return True
    if isinstance(before, bool) != isinstance(after, bool):
        return False
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(same(item, after[name]) for name, item in before.items())
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(same, before, after))
    return before == after


def _matched(value: JsonValue) -> bool:
    """Whether the items can be told apart by their keys."""
    if value is None:
        return True
    keys = keys_of(value)
    return isinstance(value, list) and len(set(keys)) == len(value)


def _items(value: JsonValue) -> list[Object]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _fields(value: JsonValue) -> Object:
    return value if isinstance(value, dict) else {}
