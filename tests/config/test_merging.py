"""A starter is brought into a document that is there: keys apart, everything that names them follows."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest

from portal_core.config.canonical import canonical
from portal_core.config.checks import check
from portal_core.config.document import PortalDocument, load
from portal_core.config.draft.merging import Merged, merged
from portal_core.config.draft.operations import Working
from portal_core.config.draft.parts import join, split
from portal_core.config.draft.references import named_in
from portal_core.config.starters import starter, starter_for, starter_keys

KEYS = starter_keys()
LISTS = ("roles", "teams", "record_kinds", "document_kinds", "flows", "types", "messages", "ready_answers")


class Host:
    """A document as the merge reads it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.parts = split(canonical(load(document)))

    def keys(self, collection: str) -> list[str]:
        return list(self.parts.get(collection) or [])

    def item(self, collection: str, key: str) -> Any:
        return self.parts.get(f"{collection}.{key}")

    def part(self, name: str) -> Any:
        return self.parts.get(name)


@cache
def host_of(key: str) -> Host:
    """The portal that a starter opens, read once."""
    return Host(opened(key))


@cache
def loaded(key: str) -> PortalDocument:
    return load(opened(key))


def bring(document: dict[str, Any], source: dict[str, Any], **how: Any) -> tuple[dict[str, Any], Merged]:
    """The document with a starter brought in."""
    return brought_into(Host(document), source, **how)


def brought_into(host: Host, source: dict[str, Any], **how: Any) -> tuple[dict[str, Any], Merged]:
    made = merged(host, source, **how)
    working = Working(lambda name: host.parts.get(name))
    for operation in made.operations:
        working.apply(operation)
    return join({**host.parts, **working.touched}), made


def opened(key: str, language: str = "en") -> dict[str, Any]:
    """A portal that was opened from a starter, as sign-up does it: in one language."""
    return starter_for(key, name="Nordwarm", language=language)


@pytest.mark.parametrize("into", KEYS)
@pytest.mark.parametrize("key", KEYS)
def test_every_starter_goes_into_every_other_with_nothing_to_mend(into, key):
    host = host_of(into)
    after, made = brought_into(host, starter(key))
    if into == key:
        assert made.operations == []
        return
    assert check(load(after), loaded(into)) == ()
    for collection in LISTS:
        # Nothing of the portal's own has changed, moved or gone.
        kept = host.keys(collection)
        assert [item["key"] for item in after.get(collection, [])][: len(kept)] == kept
        for item in after.get(collection, [])[: len(kept)]:
            assert item == host.item(collection, item["key"])
    assert len(after["types"]) == len(host.keys("types")) + len(starter(key)["types"])


@pytest.mark.parametrize("key", KEYS)
def test_what_was_brought_in_once_is_not_brought_in_again(key):
    into = KEYS[KEYS.index(key) - 1]
    after, made = brought_into(host_of(into), starter(key))
    assert made.operations
    again, made = bring(after, starter(key))
    assert (again, made.operations) == (after, [])


def other(document: dict[str, Any]) -> dict[str, Any]:
    """The same keys with other things under them."""
    changed = copy.deepcopy(document)
    for collection in LISTS:
        for item in changed.get(collection, []):
            words = {"de": f"Früher {item['key']}", "en": f"Before {item['key']}"}
            item["subject" if collection == "messages" else "name"] = words
    return changed


@pytest.mark.parametrize("key", [*KEYS, "nordwarm"])
def test_where_every_key_is_taken_everything_gets_another_and_whatever_names_it_follows(key):
    source = starter(key)
    after, made = bring(other(opened(key) if key in KEYS else source), source)
    assert made.kept == 0
    assert check(load(after)) == ()
    new = {(name, key) for name, keys in made.added.items() for key in keys}
    assert new == {(name, f"{item['key']}-2") for name in LISTS for item in source.get(name, [])}
    # What is new names what is new, and nothing of what was there.
    for name, item_key in new:
        item = next(item for item in after[name] if item["key"] == item_key)
        assert {place for place in named_in(item) if place[1] not in BUILT_IN} <= new
    promises = [promise["field"].partition(".")[0] for promise in after.get("assertions", [])]
    old = [promise["field"].partition(".")[0] for promise in source.get("assertions", [])]
    assert promises == [*old, *(f"{name}-2" for name in old)]


BUILT_IN = {"customer", "agent", "manager", "owner"}


@pytest.mark.parametrize("key", KEYS)
def test_each_type_comes_alone_with_what_it_names(key):
    into = "order-status" if key != "order-status" else "booking"
    for kind in starter(key)["types"]:
        after, made = brought_into(host_of(into), starter(key), types=[kind["key"]])
        assert len(made.added["types"]) == 1
        assert check(load(after), loaded(into)) == ()
        assert len(made.added.get("flows", [])) <= 1


def test_a_team_of_the_same_name_is_used_and_not_added_again():
    after, _made = brought_into(host_of("order-status"), starter("support-tickets"))
    assert [team["name"] for team in after["teams"]].count({"de": "Service", "en": "Service desk"}) <= 1
    names = [str(team["name"]) for team in after["teams"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("key", KEYS)
def test_into_a_portal_of_two_languages_comes_every_word_of_both(key):
    into = KEYS[KEYS.index(key) - 1]
    host = {**starter(into), "portal": {**starter(into)["portal"], "name": "Nordwarm"}}
    after, made = bring(host, starter(key))
    assert check(load(after), load(host)) == ()
    brought = [item for item in after["types"] if item["key"] in made.added["types"]]
    assert [item["name"] for item in brought] == [item["name"] for item in starter(key)["types"]]


def test_texts_come_in_the_languages_of_the_portal():
    german = canonical(load(opened("order-status", "de")))
    after, made = bring(german, starter("invoices"))
    (kind, *_) = [item for item in after["types"] if item["key"] in made.added["types"]]
    source = next(item for item in starter("invoices")["types"] if item["name"]["de"] == kind["name"])
    assert kind["description"] == source["description"]["de"]
    french = opened("order-status")
    french["portal"]["language"] = "fr"
    french["portal"]["languages"] = ["fr"]
    after, made = bring(french, starter("invoices"))
    (kind, *_) = [item for item in after["types"] if item["key"] in made.added["types"]]
    assert isinstance(kind["description"], str)


def test_keys_that_were_live_once_are_not_given_again():
    _after, made = bring(opened("order-status"), starter("booking"), gone={"types.book", "types.book-2"})
    assert "book-3" in made.added["types"]


def test_a_portal_without_currency_and_hours_gets_those_that_the_new_things_need():
    plain = opened("order-status")
    plain["portal"].pop("currency", None)
    plain.pop("hours")
    for flow in plain["flows"]:
        for status in flow["statuses"]:
            status.get("expected", {}).pop("working", None)
    after, _made = bring(plain, starter("invoices"))
    assert after["portal"]["currency"] == starter("invoices")["portal"]["currency"]
    assert check(load(after)) == ()
    plain["portal"]["time_zone"] = "Europe/Berlin"
    assert bring(plain, starter("invoices"))[0]["portal"]["currency"] == "EUR"
    # What the portal says already stays.
    own = opened("order-status")
    own["portal"]["currency"] = "CHF"
    assert bring(own, starter("invoices"))[0]["portal"]["currency"] == "CHF"


def test_types_that_are_called_alike_are_named():
    source = starter("invoices")
    into = opened("order-status")
    source["types"][0]["name"]["en"] = into["types"][0]["name"]
    _after, made = bring(into, source)
    assert made.same_names == [into["types"][0]["name"]]
