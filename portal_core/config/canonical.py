"""The one way to write a document: fixed order, defaults left out, so that equal documents are equal bytes."""

import json
from typing import cast

from pydantic import JsonValue

from portal_core.config.document.portal_document import PortalDocument

# What lies under these is not texts by language, even where it looks like them.
_NOT_TEXTS = frozenset({"show", "at", "calculated", "rules", "webhooks", "schedules"})


def canonical(document: PortalDocument) -> dict[str, JsonValue]:
    """The document as plain JSON values in canonical form."""
    dumped = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return cast(dict[str, JsonValue], _ordered(dumped, document.portal.language))


def canonical_part(value: object, language: str) -> JsonValue:
    """One dumped part of a document in canonical form; `language` is the portal's."""
    return _ordered(cast(JsonValue, value), language)


def canonical_json(document: PortalDocument) -> str:
    """The document as the text of a file, ending in a line feed."""
    return json.dumps(canonical(document), ensure_ascii=False, indent=2) + "\n"


def _ordered(value: JsonValue, language: str) -> JsonValue:
    if isinstance(value, list):
        return [_ordered(item, language) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and isinstance(alone := value.get(language), str):
        return alone  # a text in the portal's language alone
    ordered: dict[str, JsonValue] = {}
    foreign: list[str] = []
    for key, item in value.items():
        if key.startswith("x-"):
            foreign.append(key)
        elif not isinstance(item, dict | list):
            ordered[key] = item  # most of what there is; a call for each would take half of the time
        else:
            ordered[key] = _sorted(item) if key in _NOT_TEXTS else _ordered(item, language)
    return ordered | {key: _sorted(value[key]) for key in sorted(foreign)}


def _sorted(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return value
