"""A document in parts, so that an edit reads and writes its own part alone, however large the rest is.

Every item of a list that has keys is a part (`types.repair`), the order of such a list is one (`types`), and so is
everything else at the top (`portal`, `notifications`).
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

from pydantic import JsonValue

from portal_core.config.document import DocumentRefused
from portal_core.config.draft.paths import Path
from portal_core.config.problems import Problem

# The lists at the top whose items have keys.
KEYED: Final = (
    "roles",
    "teams",
    "record_kinds",
    "document_kinds",
    "flows",
    "types",
    "messages",
    "ready_answers",
)

# What lists show of an item: read without the rest, which may be large.
_HEAD: Final = ("key", "name", "icon", "group", "flow", "retired", "based_on")

Parts: TypeAlias = dict[str, JsonValue]


def split(document: Mapping[str, JsonValue]) -> Parts:
    """The parts of a document in canonical form. Raises `DocumentRefused` where one key stands twice in a list."""
    parts: Parts = {}
    for name, value in document.items():
        if name not in KEYED:
            parts[name] = value
            continue
        items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
        keys = [str(item["key"]) for item in items]
        for key, item in zip(keys, items, strict=True):
            if f"{name}.{key}" in parts:
                raise DocumentRefused([Problem(f"{name}.{key}", "This key stands twice.", "Rename one of them.")])
            parts[f"{name}.{key}"] = item
        parts[name] = list[JsonValue](keys)
    return parts


def join(parts: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The document that these parts make; items that no order names are left out."""
    document: dict[str, JsonValue] = {}
    for name, value in parts.items():
        if "." in name and name.partition(".")[0] in KEYED:
            continue
        if name in KEYED:
            keys = value if isinstance(value, list) else []
            document[name] = [parts[f"{name}.{key}"] for key in keys if parts.get(f"{name}.{key}") is not None]
        elif value is not None:
            document[name] = value
    return document


def locate(path: Path) -> tuple[str, Path]:
    """The name of the part in which a path lies, and the way from there on."""
    if path[0] in KEYED and len(path) > 1:
        return f"{path[0]}.{path[1]}", path[2:]
    return path[0], path[1:]


def place_of(name: str) -> Path:
    """The path of a part."""
    head, dot, key = name.partition(".")
    return (head, key) if dot and head in KEYED else (name,)


def is_item(name: str) -> bool:
    """Whether a part is an item of a list with keys."""
    head, dot, _ = name.partition(".")
    return bool(dot) and head in KEYED


def head_of(name: str, value: JsonValue) -> dict[str, JsonValue] | None:
    """What a list shows of an item; None for what is none."""
    if not is_item(name) or not isinstance(value, dict):
        return None
    return {key: value[key] for key in _HEAD if key in value}
