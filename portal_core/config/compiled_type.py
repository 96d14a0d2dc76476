"""One request type of the published document, with its form and its flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from portal_core.config.compiled_field import CompiledField, Values, applicable
from portal_core.config.compiled_flow import CompiledFlow, unknown_flow
from portal_core.config.conditions import UTC_ZONE, holds
from portal_core.config.document.base import TextValue
from portal_core.config.document.portal_document import (
    AssignRule,
)
from portal_core.config.errors import UnknownKey
from portal_core.config.localise import text_in
from portal_core.config.placeholders import field_keys_in, render

_EARLIER_TYPE: Final[TextValue] = MappingProxyType(
    {"en": "An earlier kind of request", "de": "Eine frühere Art von Anfrage"}
)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a new request goes."""

    team: str | None = None
    person: str | None = None
    priority: str = "normal"


@dataclass(frozen=True, slots=True)
class CompiledType:
    """One request type."""

    key: str
    name: TextValue
    description: TextValue | None
    group: TextValue | None
    icon: str | None
    removes: str | None
    audience: str  # everybody or signed_in
    flow: CompiledFlow
    start: str
    title: TextValue | None
    before: TextValue | None
    after: TextValue | None
    assign: tuple[AssignRule, ...]
    again: bool
    fields: tuple[CompiledField, ...]
    retired: bool
    _language: str
    _by_key: Mapping[str, CompiledField]
    zone: ZoneInfo = UTC_ZONE

    def field(self, key: str) -> CompiledField:
        """One field, retired ones too. Raises `UnknownKey`."""
        try:
            return self._by_key[key]
        except KeyError:
            raise UnknownKey("field", f"{self.key}.{key}") from None

    def field_or_none(self, key: str) -> CompiledField | None:
        """One field for reading, retired ones too; None for a key that the type does not know (any more)."""
        return self._by_key.get(key)

    @property
    def title_fields(self) -> tuple[str, ...]:
        """The fields that the title is made of; customers see them in every status."""
        return field_keys_in(self.title)

    def title_for(self, values_as_text: Mapping[str, str], language: str = "") -> str:
        """The title of a request from its fields' displayed values (by field key); the type's name without any.

        `language` is the one in which the title is stored, usually the portal's.
        """
        name = text_in(self.name, language or self._language, self._language)
        template = text_in(self.title, language or self._language, self._language)
        given = {f"field:{key}": " ".join(words.split()) for key, words in values_as_text.items()}
        if not template or (self.title_fields and not any(given.get(f"field:{key}") for key in self.title_fields)):
            return name
        title = " ".join(render(template, given, neutral="").split())
        return title[:200] or name

    def applicable_fields(self, values: Values, status: str | None = None) -> tuple[CompiledField, ...]:
        """Fields, in order, that are asked given these values: not retired, condition met."""
        return applicable(self.fields, values, status)

    def assign_for(self, values: Values) -> Assignment:
        """The first rule that holds."""
        for rule in self.assign:
            if holds(rule.when, values, zone=self.zone):
                return Assignment(rule.team, rule.person, rule.priority)
        return Assignment()

    @classmethod
    def unknown(cls, key: str, language: str) -> CompiledType:
        """What stands for a type that is not known (any more): a name that says little, no fields, no moves."""
        return cls(
            key=key,
            name=_EARLIER_TYPE,
            description=None,
            group=None,
            icon=None,
            removes=None,
            audience="everybody",
            flow=unknown_flow(),
            start="",
            title=None,
            before=None,
            after=None,
            assign=(),
            again=False,
            fields=(),
            retired=True,
            _language=language,
            _by_key=MappingProxyType({}),
        )
