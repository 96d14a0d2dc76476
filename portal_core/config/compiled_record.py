"""One kind of saved record of the published document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from portal_core.config.compiled_field import CompiledField, Values, applicable
from portal_core.config.document.base import TextValue

_EARLIER_RECORD: Final[TextValue] = MappingProxyType({"en": "Something kept earlier", "de": "Früher Gespeichertes"})


@dataclass(frozen=True, slots=True)
class CompiledRecordKind:
    """A kind of thing that customers keep with the business. `title` is a text with {field:…} placeholders."""

    key: str
    name: TextValue
    icon: str | None
    title: str | None
    fields: tuple[CompiledField, ...]
    retired: bool
    _by_key: Mapping[str, CompiledField]

    def field_or_none(self, key: str) -> CompiledField | None:
        """One of its fields, retired ones too; None for a key that it does not know (any more)."""
        return self._by_key.get(key)

    def applicable_fields(self, values: Values) -> tuple[CompiledField, ...]:
        """Fields, in order, that are asked given these values: not retired, condition met."""
        return applicable(self.fields, values, None)

    @classmethod
    def unknown(cls, key: str) -> CompiledRecordKind:
        """What stands for a kind that is not known (any more): a name that says little, no fields."""
        return cls(key, _EARLIER_RECORD, None, None, (), retired=True, _by_key=MappingProxyType({}))
