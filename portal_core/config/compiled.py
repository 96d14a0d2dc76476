"""A published document as frozen look-ups: what pages, forms, mails and rules ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from zoneinfo import ZoneInfo

from portal_core.accounts.roles import Role
from portal_core.config.compiled_flow import CompiledFlow
from portal_core.config.compiled_record import CompiledRecordKind
from portal_core.config.compiled_type import CompiledType
from portal_core.config.document.base import TextValue
from portal_core.config.document.fields import DocumentKind
from portal_core.config.document.portal_document import (
    Brand,
    Message,
    Notification,
    Portal,
    PortalDocument,
    ReadyAnswer,
)
from portal_core.config.errors import UnknownKey
from portal_core.config.hours import WorkingHours
from portal_core.config.localise import text_in
from portal_core.config.logo import Logo
from portal_core.config.searchable import NOTHING, Searchable


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
        return self._types.get(key) or CompiledType.unknown(key, self.language)

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
