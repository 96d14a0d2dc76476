"""A document that holds one flow and no more of the rest than it names: for the checks and for the preview.

The largest portal has a hundred types of two hundred fields; a page about one flow does not read them.
"""

import re
from collections.abc import Iterator

from pydantic import JsonValue

from portal_core.config.document import DocumentRefused, PortalDocument, load
from portal_core.config.draft.values import items_of
from portal_core.desk.setup.flows.reading import FlowView, Item

_FIELD = re.compile(r"\{field:([a-z][a-z0-9-]*)\}")
_KEPT_OF_A_TYPE = ("key", "name", "flow", "start", "icon")
_AROUND = ("portal", "hours")
_LISTS = ("roles", "teams", "messages", "document_kinds")


def slim_document(flow: FlowView) -> PortalDocument | None:
    """The document; None where the draft cannot be read."""
    draft = flow.draft
    lists = {name: list[JsonValue](draft.items(name)) for name in _LISTS}
    named = set(_words_in([dict(flow.item), lists["messages"]]))
    document: dict[str, JsonValue] = {"schema": 1, **lists, "flows": [dict(flow.item)]}
    document |= {name: value for name in _AROUND if (value := draft.part(name)) is not None}
    document["types"] = [_type(item, named) for item in flow.types]
    try:
        return load(document)
    except DocumentRefused:
        return None


def _type(item: Item, named: set[str]) -> JsonValue:
    kept = {name: item[name] for name in _KEPT_OF_A_TYPE if name in item}
    # A condition may name fields that are left out here; whether it holds is not asked.
    fields: list[JsonValue] = [
        {name: value for name, value in field.items() if name not in ("when", "remember")}
        for field in items_of(item.get("fields"))
        if field["key"] in named
    ]
    return {**kept, "fields": fields}


def _words_in(value: JsonValue | list[JsonValue]) -> Iterator[str]:
    """Every text of a value, and the fields that texts name."""
    if isinstance(value, str):
        yield value
        yield from _FIELD.findall(value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _words_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words_in(inner)
