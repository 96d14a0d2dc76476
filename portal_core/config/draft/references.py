"""Where items of one list at the top name items of another, by key: found, and written anew under other keys.

Keys inside of items (fields, statuses, steps, answers) are never written anew: what names them stays as it is.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from pydantic import JsonValue

from portal_core.config.draft.paths import Path

# Which list a key is of.
Rename: TypeAlias = Callable[[str, str], str]

# Under these names stands one key, or a list of keys.
_NAMED: Final[Mapping[str, str]] = {
    "flow": "flows",
    "team": "teams",
    "message": "messages",
    "record_kind": "record_kinds",
    "document_kind": "document_kinds",
    "documents": "document_kinds",
    "by": "roles",
    "based_on": "roles",
    "never": "roles",
    "types": "types",
}
# The parts of a document in which references are looked for, each before those that name it.
ORDER: Final = (
    "roles",
    "teams",
    "document_kinds",
    "record_kinds",
    "messages",
    "ready_answers",
    "flows",
    "types",
)


def rewritten(value: JsonValue, rename: Rename) -> JsonValue:
    """The value with every key of an item at the top as `rename(list, key)` has it."""
    if isinstance(value, list):
        return [rewritten(item, rename) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _at(name, item, rename) for name, item in value.items()}


def _at(name: str, value: JsonValue, rename: Rename) -> JsonValue:
    if name.startswith("x-"):
        return value
    if name == "show" and isinstance(value, dict):
        return {rename("roles", role): shown for role, shown in value.items()}
    if name == "at" and isinstance(value, dict):
        return {status: _at("show", shown, rename) for status, shown in value.items()}
    collection = _NAMED.get(name)
    if collection is not None and isinstance(value, str):
        return rename(collection, value)
    if collection is not None and isinstance(value, list):
        return [rename(collection, key) if isinstance(key, str) else key for key in value]
    return rewritten(value, rename)


def promise_rewritten(promise: Mapping[str, JsonValue], rename: Rename) -> dict[str, JsonValue]:
    """A promise about who never sees a field: the type of the field, and the role."""
    type_key, _dot, field_key = str(promise["field"]).partition(".")
    field = f"{rename('types', type_key)}.{field_key}"
    return {**promise, "field": field, "never": rename("roles", str(promise["never"]))}


def named_in(value: JsonValue) -> set[Path]:
    """The items at the top that a value names: list and key."""
    found: set[Path] = set()

    def note(collection: str, key: str) -> str:
        found.add((collection, key))
        return key

    rewritten(value, note)
    return found
