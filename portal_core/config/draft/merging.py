"""A starter brought into a draft: its items beside those that are there, under keys of their own.

What the draft has already (the same item under the same key) is used and not added again; what is another item gets
another key, and everything that names it follows. What is the portal's own (its name, look, hours, who is told of what)
stays as it is. Sample people and requests are no part of a starter's document.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from pydantic import JsonValue

from portal_core.config.draft.checking import canonical_value
from portal_core.config.draft.operations import Insert, Operation, Set
from portal_core.config.draft.references import ORDER, named_in, promise_rewritten, rewritten
from portal_core.config.draft.values import in_use, items_of
from portal_core.config.speech import Speech
from portal_core.config.starters import currency_in

Item = dict[str, JsonValue]

_LONGEST: Final = 36
_FIELD: Final = re.compile(r"\{field:([a-z0-9-]+)\}")


class Host(Protocol):
    """The document that a starter is brought into, as `Draft` reads it."""

    def keys(self, collection: str) -> list[str]:
        """The keys of a list at the top, in order."""

    def item(self, collection: str, key: str) -> Item | None:
        """One item of a list at the top."""

    def part(self, name: str) -> JsonValue:
        """A part that is no list with keys."""


@dataclass
class Merged:
    """What brings it in: small operations for one edit, and what to say about them."""

    operations: list[Operation] = field(default_factory=list)
    # By list: the keys of what is new, and how many of them there are already.
    added: dict[str, list[str]] = field(default_factory=dict)
    kept: int = 0
    # New request types that are called as one that is there.
    same_names: list[str] = field(default_factory=list)


def merged(
    host: Host, starter: Mapping[str, JsonValue], *, types: Collection[str] = (), gone: Collection[str] = ()
) -> Merged:
    """What brings a starter's document (`types` of it alone, with all that these name) into `host`.

    `gone` are keys, each as `list.key`, that no new item may have although `host` has none of them.
    """
    return _Merging(host, _speech(host, starter), starter, frozenset(gone)).done(types)


def _speech(host: Host, starter: Mapping[str, JsonValue]) -> Speech:
    """What is the starter's is said in the languages of the host."""
    portal, theirs = _object(host.part("portal")), _object(starter.get("portal"))
    own = str(portal.get("language") or "en")
    listed = portal.get("languages")
    others = [str(code) for code in listed] if isinstance(listed, list) else []
    return Speech(own, tuple(dict.fromkeys((own, *others))), str(theirs.get("language") or "en"))


@dataclass
class _Merging:
    host: Host
    speech: Speech
    starter: Mapping[str, JsonValue]
    gone: frozenset[str]
    result: Merged = field(default_factory=Merged)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)

    def done(self, types: Collection[str]) -> Merged:
        chosen = self._chosen(types)
        for collection in ORDER:
            for item in items_of(self.starter.get(collection)):
                if (collection, str(item["key"])) in chosen:
                    self._bring(collection, item, chosen)
        self._roles_of_types()
        self._promises(chosen)
        self._needs(chosen)
        return self.result

    def _chosen(self, types: Collection[str]) -> set[tuple[str, str]]:
        """Everything; or some types with all that they name, and the answers that fit them."""
        every = {(name, str(item["key"])) for name in ORDER for item in items_of(self.starter.get(name))}
        if not types:
            return every
        found: set[tuple[str, str]] = set()
        wanted = {("types", key) for key in types} & every
        while wanted:
            found |= wanted
            named = {place for one in wanted for place in named_in(self._without_types(self._item(*one)))}
            wanted = ({(place[0], place[1]) for place in named} & every) - found
        fields = {str(one["key"]) for key in types for one in items_of(self._item("types", key).get("fields"))}
        for answer in items_of(self.starter.get("ready_answers")):
            if set(_FIELD.findall(str(answer.get("body")))) <= fields:
                found.add(("ready_answers", str(answer["key"])))
        return found

    def _without_types(self, item: Item) -> Item:
        """A role brings none of the types that it is for."""
        return {name: value for name, value in item.items() if name != "types"}

    def _item(self, collection: str, key: str) -> Item:
        found = (item for item in items_of(self.starter.get(collection)) if item["key"] == key)
        return next(found, {})

    def _renamed(self, collection: str, key: str) -> str:
        return self.keys.get((collection, key), key)

    def _bring(self, collection: str, source: Item, chosen: set[tuple[str, str]]) -> None:
        key = str(source["key"])
        if collection == "roles" and isinstance(source.get("types"), list):
            own = [one for one in items_of(self.starter.get("types")) if ("types", str(one["key"])) in chosen]
            source = {**source, "types": [one["key"] for one in own if one["key"] in _list(source["types"])]}
        spoken = self.speech.said(rewritten(source, self._renamed))
        item = _object(canonical_value(f"{collection}.{key}", spoken, self.speech.own))
        there, free = self._place(collection, key, item)
        self.keys[(collection, key)] = there or free
        if there:
            self.result.kept += 1
            return
        if collection == "types" and self.speech.name(item) in self._names(collection):
            self.result.same_names.append(self.speech.name(item))
        self.result.added.setdefault(collection, []).append(free)
        self.result.operations.append(Insert((collection,), {**item, "key": free}))

    def _place(self, collection: str, key: str, item: Item) -> tuple[str, str]:
        """The key of the same item where the host has it, and the first key that is free."""
        if collection == "teams":
            # A team is its name: two of one name would be one to everybody who reads it.
            named = self._names(collection).get(self.speech.name(item))
            if named:
                return named, ""
        taken = set(self.host.keys(collection))
        taken_before = {name.partition(".")[2] for name in self.gone if name.startswith(f"{collection}.")}
        for candidate in _candidates(key):
            there = self.host.item(collection, candidate) if candidate in taken else None
            if there is not None and there == {**item, "key": candidate}:
                return candidate, ""
            if candidate not in taken | taken_before:
                return "", candidate
        raise AssertionError("there is always a free key")

    def _names(self, collection: str) -> Mapping[str, str]:
        """The keys of the host's items in use, by name."""
        items = (self.host.item(collection, key) for key in self.host.keys(collection))
        return {self.speech.name(item): str(item["key"]) for item in in_use(list(items))}

    def _roles_of_types(self) -> None:
        """Roles come before the types that they are for, whose keys are known only now."""
        for source in items_of(self.starter.get("roles")):
            key = self.keys.get(("roles", str(source["key"])))
            if key is None or "types" not in source:
                continue
            brought = [
                self.keys[place] for name in _list(source["types"]) if (place := ("types", str(name))) in self.keys
            ]
            there = self.host.item("roles", key) or {}
            kept = [name for name in _list(there.get("types")) if name not in brought]
            wanted: list[JsonValue] = [*kept, *brought]
            if wanted != there.get("types"):
                self.result.operations.append(Set(("roles", key, "types"), wanted))

    def _promises(self, chosen: set[tuple[str, str]]) -> None:
        """The promises about fields of the types that came along, behind those that are there."""
        before = items_of(self.host.part("assertions"))
        new: list[JsonValue] = []
        for promise in items_of(self.starter.get("assertions")):
            if ("types", str(promise["field"]).partition(".")[0]) not in chosen:
                continue
            told = promise_rewritten(promise, self._renamed)
            if told not in before:
                new.append(told)
        if new:
            self.result.operations.append(Set(("assertions",), [*before, *new]))

    def _needs(self, chosen: set[tuple[str, str]]) -> None:
        """What the new items cannot do without and the portal does not say: a currency, working hours."""
        brought = [self._item(*place) for place in chosen]
        portal, theirs = _object(self.host.part("portal")), _object(self.starter.get("portal"))
        if not portal.get("currency") and theirs.get("currency") and _holds(brought, "kind", "money"):
            currency = currency_in(str(portal.get("time_zone"))) or theirs["currency"]
            self.result.operations.append(Set(("portal", "currency"), currency))
        if not self.host.part("hours") and self.starter.get("hours") and _holds(brought, "working", True):
            self.result.operations.append(Set(("hours",), self.starter["hours"]))


def _candidates(key: str) -> Iterator[str]:
    """The key, then the key with a number."""
    yield key
    for number in range(2, 100_000):
        yield f"{key[:_LONGEST].rstrip('-')}-{number}"


def _holds(value: JsonValue | Sequence[Item], name: str, wanted: JsonValue) -> bool:
    """Whether `name` has this value anywhere inside."""
    if isinstance(value, list):
        return any(_holds(item, name, wanted) for item in value)
    if not isinstance(value, dict):
        return False
    return value.get(name) == wanted or any(_holds(item, name, wanted) for item in value.values())


def _object(value: JsonValue) -> Item:
    return value if isinstance(value, dict) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
