"""The live version in parts, kept in the process: what an edit of the draft compares with."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Final
from uuid import UUID

from pydantic import JsonValue

from portal_core.config.draft.parts import head_of, split
from portal_core.config.models import PortalVersion
from tenants.context import current_schema

# As JSON text, some hundred bytes a part; the largest document has two megabytes.
MAX_BYTES: Final = 32 * 1024 * 1024


class LiveParts:
    """The parts of one version, each read when it is asked for."""

    def __init__(self, number: int, document: Mapping[str, JsonValue]) -> None:
        self.number = number
        parts = split(document)
        self._texts = {name: json.dumps(value) for name, value in parts.items()}
        self._heads = {name: head for name, value in parts.items() if (head := head_of(name, value)) is not None}
        self.size_bytes = sum(map(len, self._texts.values()))

    def get(self, name: str) -> JsonValue:
        """A part, the caller's own copy; None when the version has none of this name."""
        text = self._texts.get(name)
        value: JsonValue = None if text is None else json.loads(text)
        return value

    def head(self, name: str) -> dict[str, JsonValue] | None:
        """What a list shows of an item."""
        return self._heads.get(name)

    @property
    def names(self) -> frozenset[str]:
        """The names of all parts."""
        return frozenset(self._texts)


NOTHING_LIVE: Final = LiveParts(0, {})

_lock = Lock()
# Neither ids of versions nor names of schemas are ever used again, so nothing in here is out of date.
_kept: OrderedDict[tuple[str, UUID], LiveParts] = OrderedDict()


def live_parts(version_id: UUID) -> LiveParts:
    """The parts of a version of the tenant at hand. One query when they are not kept."""
    key = (current_schema(), version_id)
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
            return found
    number, document = PortalVersion.objects.values_list("number", "document").get(pk=version_id)
    parts = LiveParts(number, document)
    with _lock:
        _kept[key] = parts
        while len(_kept) > 1 and sum(item.size_bytes for item in _kept.values()) > MAX_BYTES:
            _kept.popitem(last=False)
    return parts
