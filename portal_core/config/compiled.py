"""A published document as frozen look-ups: what pages, forms, mails and rules ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from portal_core.accounts.roles import Role
from portal_core.config.compiled_flow import CompiledFlow, unknown_flow
from portal_core.config.conditions import UTC_ZONE, holds
from portal_core.config.document.base import TextValue
from portal_core.config.document.conditions import Condition
from portal_core.config.document.fields import DocumentKind, FieldBase
from portal_core.config.document.portal_document import (
    AssignRule,
    Brand,
    Message,
    Notification,
    Portal,
    PortalDocument,
    ReadyAnswer,
)
from portal_core.config.errors import UnknownKey
from portal_core.config.hours import WorkingHours
from portal_core.config.kinds.base import FieldKind
from portal_core.config.localise import text_in
from portal_core.config.logo import Logo
from portal_core.config.placeholders import field_keys_in, render
from portal_core.config.searchable import NOTHING, Searchable
from portal_core.config.visibility import Visibility, visibility

Values = Mapping[str, JsonValue]

_EARLIER_TYPE: Final[TextValue] = MappingProxyType(
    {"en": "An earlier kind of request", "de": "Eine frühere Art von Anfrage"}
)

_EARLIER_RECORD: Final[TextValue] = MappingProxyType({"en": "Something kept earlier", "de": "Früher Gespeichertes"})


@dataclass(frozen=True, slots=True)
class CompiledField:
    """One field of a request type. Texts are as in the document: read them with `portal.text(…)`.

    What the document says of it stays in `config`: there may be 20,000 fields, and each value held twice is paid for
    whenever a portal is compiled.
    """

    key: str
    kind: FieldKind[Any]  # kinds of all options
    config: FieldBase
    # Of the portal: its days begin by this clock, its amounts are in this currency.
    zone: ZoneInfo = UTC_ZONE
    currency: str = ""
    # The columns of rows, retired ones too.
    columns: tuple[CompiledField, ...] = ()

    @property
    def label(self) -> TextValue:
        """The question."""
        return self.config.label or ""

    @property
    def help(self) -> TextValue | None:
        """What stands below the question."""
        return self.config.help

    @property
    def required(self) -> bool:
        """Whether it has to be answered."""
        return self.config.required

    @property
    def when(self) -> Condition | None:
        """Under which answers it is asked; None always."""
        return self.config.when

    @property
    def retired(self) -> bool:
        """Whether it is not asked any more."""
        return self.config.retired

    @property
    def remember(self) -> str | None:
        """Where its answer is kept for the next time."""
        return self.config.remember

    @property
    def is_input(self) -> bool:
        """Whether it takes an answer; headings and texts do not."""
        return self.kind.is_input

    def applies(self, values: Values, status: str | None = None) -> bool:
        """Whether its condition holds."""
        return holds(self.when, values, status, self.zone)

    def visibility(self, role: Role, status_key: str | None) -> Visibility:
        """What the role may do with it in a status; None: on the form, before there is a request."""
        return visibility(self.config, role, status_key)


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
        """Fields, in order, that are asked given these values: not retired, condition met.

        A field that is not asked counts as empty for the conditions after it, whatever was sent for it.
        """
        return _applicable(self.fields, values, status)

    def assign_for(self, values: Values) -> Assignment:
        """The first rule that holds."""
        for rule in self.assign:
            if holds(rule.when, values, zone=self.zone):
                return Assignment(rule.team, rule.person, rule.priority)
        return Assignment()


def _applicable(fields: Iterable[CompiledField], values: Values, status: str | None) -> tuple[CompiledField, ...]:
    known: dict[str, JsonValue] = {}
    found: list[CompiledField] = []
    for item in fields:
        if item.retired or not item.applies(known, status):
            continue
        found.append(item)
        if item.is_input and item.key in values:
            known[item.key] = values[item.key]
    return tuple(found)


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
        return _applicable(self.fields, values, None)

    @classmethod
    def unknown(cls, key: str) -> CompiledRecordKind:
        """What stands for a kind that is not known (any more): a name that says little, no fields."""
        return cls(key, _EARLIER_RECORD, None, None, (), retired=True, _by_key=MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class CompiledPortal:
    """One version of a tenant's portal."""

    number: int
    document: PortalDocument
    name: str
    language: str
    languages: tuple[str, ...]
    time_zone: ZoneInfo
    hours: WorkingHours
    flows: Mapping[str, CompiledFlow]
    types: tuple[CompiledType, ...]
    teams: Mapping[str, str]
    brand_hash: str
    brand_css: str
    _types: Mapping[str, CompiledType]
    _roles: Mapping[str, Role]
    _messages: Mapping[str, Message]
    logo: Logo | None = None
    notifications: tuple[Notification, ...] = ()
    ready_answers: tuple[ReadyAnswer, ...] = ()
    # Retired kinds too: papers and things that were kept under them still have a name.
    document_kinds: Mapping[str, DocumentKind] = field(default_factory=lambda: MappingProxyType({}))
    record_kinds: Mapping[str, CompiledRecordKind] = field(default_factory=lambda: MappingProxyType({}))
    _searchable: Mapping[str, Searchable] = field(default_factory=lambda: MappingProxyType({}))
    _team_names: Mapping[str, TextValue] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def settings(self) -> Portal:
        """The document's `portal` part: welcome, emergency, links, sender name, currency."""
        return self.document.portal

    @property
    def brand(self) -> Brand:
        """Colour, voice, corners, logo."""
        return self.document.portal.brand

    @property
    def registration(self) -> str:
        """`open`: customers may register themselves; `closed`: staff make them."""
        return self.document.portal.registration

    @property
    def sender_name(self) -> str:
        """The name that mails come from."""
        return self.document.portal.sender_name or self.name

    def reference(self, number: int) -> str:
        """The reference people read: "NW-1042", or "1042" without a prefix."""
        prefix = self.document.portal.reference_prefix
        return f"{prefix}-{number}" if prefix else str(number)

    def text(self, value: TextValue | None, language: str = "") -> str:
        """A text of the document in a language ("" is the portal's), "" for none."""
        return text_in(value, language or self.language, self.language)

    def type(self, key: str) -> CompiledType:
        """A request type, retired ones too. Raises `UnknownKey`."""
        try:
            return self._types[key]
        except KeyError:
            raise UnknownKey("type", key) from None

    @property
    def every_type(self) -> Iterable[CompiledType]:
        """All request types, retired ones too."""
        return self._types.values()

    @property
    def active_record_kinds(self) -> tuple[CompiledRecordKind, ...]:
        """The kinds of record that can be added."""
        return tuple(kind for kind in self.record_kinds.values() if not kind.retired)

    def type_or_unknown(self, key: str) -> CompiledType:
        """A request type for reading; a neutral stand-in for a key that the document does not know (any more)."""
        return self._types.get(key) or _unknown_type(key, self.language)

    def knows(self, type_key: str, status_key: str) -> bool:
        """Whether the document says where a request of this type and status stands."""
        request_type = self._types.get(type_key)
        return request_type is not None and request_type.flow.has_status(status_key)

    def searchable(self, type_key: str) -> Searchable:
        """What may be found of requests of a type; nothing of one that the document does not know (any more)."""
        return self._searchable.get(type_key, NOTHING)

    @property
    def search_signatures(self) -> tuple[str, ...]:
        """Under which signatures the words of fields and files are as they should be."""
        return (NOTHING.signature, *(item.signature for item in self._searchable.values()))

    @property
    def found_signatures(self) -> tuple[str, ...]:
        """Under which signatures they may be found now: also those of earlier programs, which knew less."""
        earlier = (signature for item in self._searchable.values() for signature in item.earlier_signatures)
        return (*self.search_signatures, *earlier)

    @property
    def groups(self) -> tuple[tuple[TextValue | None, tuple[CompiledType, ...]], ...]:
        """The types that can be started, under their groups, in the order in which groups first appear."""
        found: dict[str, list[CompiledType]] = {}
        names: dict[str, TextValue | None] = {}
        for item in self.types:
            heading = self.text(item.group)
            names.setdefault(heading, item.group)
            found.setdefault(heading, []).append(item)
        return tuple((names[heading], tuple(items)) for heading, items in found.items())

    def team_name(self, key: str, language: str = "") -> str:
        """A team's name, retired ones too; "" for an unknown one."""
        return self.text(self._team_names.get(key), language)

    def role(self, key: str) -> Role | None:
        """One of the document's own roles; None for others (built-in ones are not the document's)."""
        return self._roles.get(key)

    @property
    def role_keys(self) -> tuple[str, ...]:
        """The keys of the document's own roles."""
        return tuple(self._roles)

    def message(self, key: str) -> Message:
        """The words of a mail. Raises `UnknownKey`."""
        try:
            return self._messages[key]
        except KeyError:
            raise UnknownKey("message", key) from None


def _unknown_type(key: str, language: str) -> CompiledType:
    """What stands for a type that is not known: a name that says little, no fields, no moves."""
    return CompiledType(
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
