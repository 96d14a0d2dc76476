"""What the things of two documents are called: nobody reads a key."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pydantic import JsonValue

from portal_core.accounts.roles import PERMISSIONS
from portal_core.config.changes.walk import Object
from portal_core.config.draft.paths import Path, read
from portal_core.config.localise import text_in
from portal_core.config.placeholders import FIELD_PREFIX

# Built-in roles in the plural, as sentences speak of them.
ROLES: Final[Mapping[str, str]] = {
    "owner": "Owners",
    "manager": "Managers",
    "agent": "Agents",
    "customer": "Customers",
    "guest": "Guests",
}
_PLACEHOLDERS: Final[Mapping[str, str]] = {
    "reference": "reference number",
    "customer": "customer’s name",
    "handler": "who has it",
    "team": "team",
    "status": "status",
    "expected": "how long it takes",
    "link": "link to the request",
    "portal": "portal’s name",
}


@dataclass(frozen=True)
class Names:
    """Names of things by key: those of the wanted document, else of the live one."""

    live: Object
    wanted: Object

    @cached_property
    def language(self) -> str:
        """The language of the sentences' names."""
        return str(read(dict(self.wanted), ("portal", "language")) or "en")

    def read(self, *path: str) -> JsonValue:
        """What stands at a path: in the wanted document, else in the live one."""
        found = read(dict(self.wanted), path)
        return read(dict(self.live), path) if found is None else found

    def text(self, value: JsonValue) -> str:
        """A text in the language of the sentences."""
        return text_in(as_text(value), self.language, self.language)

    def named(self, *path: str) -> str:
        """The name of the thing at a path; neutral where it has none."""
        item = self.read(*path)
        if not isinstance(item, dict):
            return "something that is not there"
        for key in ("name", "label", "subject", "text"):
            words = " ".join(self.without_braces(self.text(item.get(key))).split())
            if words:
                return words if len(words) <= 80 else f"{words[:79]}…"
        return "no name yet"

    def role(self, key: str) -> str:
        """A role as the subject of a sentence: Customers, Agents, “Engineer”."""
        return ROLES[key] if key in ROLES else f"“{self.named('roles', key)}”"

    def is_customer(self, role_key: str) -> bool:
        """Whether a role stands on the customers' side of the door."""
        seen: set[str] = set()
        while role_key not in PERMISSIONS and role_key not in seen:
            seen.add(role_key)
            item = self.read("roles", role_key)
            role_key = str(item.get("based_on")) if isinstance(item, dict) else ""
        return role_key in ("customer", "guest")

    def field(self, owner: Path, key: str) -> str:
        """A field of a type or kind of record."""
        return self.named(*owner, "fields", key)

    def field_of_flow(self, flow_key: str, key: str) -> str:
        """A field by the first type of a flow that has one of this key."""
        place = self.asked(("flows", flow_key), key)
        return self.named(*place) if place else "a question that is not there"

    def asked(self, owner: Path, key: str) -> Path:
        """Where the question lies that something of `owner` means by a key; () for nowhere.

        Something of a flow means that of its first type which has one, something of the portal that of any type.
        """
        match owner:
            case ("flows", flow):
                owners: Iterable[Path] = (("types", kind) for kind in self.types_of(flow))
            case ():
                owners = (("types", kind) for kind in self.types_of(None))
            case _:
                owners = (owner,)
        places = ((*each, "fields", key) for each in owners)
        return next((place for place in places if self.read(*place) is not None), ())

    def types_of(self, flow_key: str | None) -> Iterator[str]:
        """The keys of the types that go through a flow; None for all types."""
        for document in (self.wanted, self.live):
            kinds = document.get("types")
            for item in kinds if isinstance(kinds, list) else []:
                if isinstance(item, dict) and flow_key in (None, item.get("flow")):
                    yield str(item["key"])

    def status(self, flow_key: str, key: JsonValue) -> str:
        """A status by its name for staff."""
        return self.named("flows", flow_key, "statuses", str(key))

    def status_of_type(self, type_key: str, key: JsonValue) -> str:
        """A status of the flow that a type goes through."""
        return self.status(str(self.read("types", type_key, "flow")), key)

    @property
    def has_several_flows(self) -> bool:
        """Whether a status has to be told from one of another flow."""
        return any(isinstance(found := each.get("flows"), list) and len(found) > 1 for each in (self.live, self.wanted))

    def without_braces(self, words: str, owner: Path = ()) -> str:
        """A text with placeholders, each by what it stands for: ‹reference number›."""
        pieces = words.split("{")
        for index, piece in enumerate(pieces[1:], 1):
            name, brace, rest = piece.partition("}")
            pieces[index] = f"‹{self._placeholder(name, owner)}›{rest}" if brace else f"({piece}"
        return "".join(pieces).replace("}", ")")

    def _placeholder(self, name: str, owner: Path) -> str:
        if name.startswith(FIELD_PREFIX):
            return self._any_field(name.removeprefix(FIELD_PREFIX), owner)
        return _PLACEHOLDERS.get(name, name)

    def _any_field(self, key: str, owner: Path) -> str:
        place = (self.asked(owner, key) if owner else ()) or self.asked((), key)
        return self.named(*place) if place else "a question that is not there"


def as_text(value: JsonValue) -> str | dict[str, str]:
    """A text of the document; "" where there is none."""
    if isinstance(value, dict):
        return {language: str(words) for language, words in value.items()}
    return "" if value is None else str(value)
