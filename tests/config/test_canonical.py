"""The canonical form: equal documents are equal bytes, whatever way they came."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_core.config.canonical import canonical, canonical_json
from portal_core.config.document import json_schema, load, load_json
from portal_core.config.starters import starter
from tests.config.documents import changed, sound

KEYS = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
    lambda words: bool("".join(letter for letter in words if letter.isprintable()).strip())
)
TEXTS = st.one_of(WORDS, st.dictionaries(st.sampled_from(["en", "de", "fr-CA"]), WORDS, min_size=1))
SHOWN = st.dictionaries(st.sampled_from(["customer", "agent", "en"]), st.sampled_from(["hidden", "see", "edit"]))
AMOUNTS = st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6))
OPERANDS = st.one_of(WORDS, st.booleans(), AMOUNTS)
OPTIONAL = object()


def _object(needed: dict[str, Any], **optional: Any) -> Any:
    return st.fixed_dictionaries(needed, optional=optional)


TESTS = st.one_of(
    _object({"field": KEYS, "is": OPERANDS}),
    _object({"about": st.just("status"), "one_of": st.lists(KEYS, min_size=1, max_size=3)}),
    _object({"field": KEYS, "filled": st.just(True)}),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(_object({"all": st.lists(inner, min_size=1, max_size=3)}), _object({"not": inner})),
    max_leaves=4,
)
COMMON: dict[str, Any] = {
    "label": TEXTS,
    "noun": TEXTS,
    "help": TEXTS,
    "required": st.booleans(),
    "when": CONDITIONS,
    "show": SHOWN,
    "at": st.dictionaries(KEYS, SHOWN, max_size=2),
    "retired": st.booleans(),
    "x-mine": st.dictionaries(WORDS, st.integers(0, 5), max_size=2),
}
CHOICES = st.lists(_object({"key": KEYS, "label": TEXTS}, retired=st.booleans()), max_size=3)


def _field(kind: str, **options: Any) -> Any:
    return _object({"key": KEYS, "kind": st.just(kind)}, **COMMON, **options)


FIELDS = st.one_of(
    _field("text", placeholder=TEXTS, max_length=st.integers(1, 1000)),
    _field("long_text"),
    _field("number", unit=TEXTS, min=AMOUNTS, max=AMOUNTS, decimals=st.integers(0, 6)),
    _field("choice", choices=CHOICES),
    _field("yes_no", default=st.booleans()),
    _field("date", min=st.sampled_from(["today", "2026-01-01"])),
    _field("email"),
    _field("phone"),
    _field("heading"),
    _field("info", text=TEXTS),
)
EXPECTED = st.one_of(
    _object({"hours": st.integers(1, 99)}, working=st.booleans()), _object({"no_limit": st.just(True)})
)
STATUSES = _object(
    {"key": KEYS, "name": TEXTS},
    customer_name=TEXTS,
    meaning=TEXTS,
    turn=st.sampled_from(["us", "customer", "nobody"]),
    handler=st.lists(_object({"team": KEYS}, when=CONDITIONS), max_size=2),
    next_step=TEXTS,
    expected=EXPECTED,
    notify=st.lists(_object({"who": st.sampled_from(["customer", "nobody"])}, message=KEYS), max_size=2),
    customer_may=st.lists(st.just("message"), max_size=1),
    outcome=st.sampled_from(["done", "stopped"]),
)
MOVES = _object(
    {"from": st.lists(KEYS, min_size=1, max_size=2), "to": KEYS, "by": st.lists(KEYS, min_size=1, max_size=2)},
    label=TEXTS,
    ask_reason=st.booleans(),
)
PORTALS = _object(
    {"name": st.just("Acme"), "language": st.sampled_from(["en", "de"]), "time_zone": st.just("Europe/London")},
    languages=st.just(["en", "de"]),
    brand=_object({}, colour=st.sampled_from(["#0b6153", "#C8401A"]), corners=st.sampled_from(["soft", "crisp"])),
    welcome=TEXTS,
)
DOCUMENTS = _object(
    {"schema": st.just(1), "portal": PORTALS},
    hours=_object({}, mon=st.just(["08:00-12:00"])),
    teams=st.lists(_object({"key": KEYS, "name": TEXTS}), max_size=2),
    flows=st.lists(
        _object(
            {"key": KEYS, "name": TEXTS},
            statuses=st.lists(STATUSES, max_size=2),
            transitions=st.lists(MOVES, max_size=2),
        ),
        max_size=2,
    ),
    types=st.lists(
        _object(
            {"key": KEYS, "name": TEXTS, "flow": KEYS, "start": KEYS}, title=TEXTS, fields=st.lists(FIELDS, max_size=3)
        ),
        max_size=2,
    ),
    messages=st.lists(_object({"key": KEYS, "subject": TEXTS, "body": TEXTS}), max_size=2),
)


@settings(max_examples=200, deadline=None)
@given(raw=DOCUMENTS, seed=st.integers(0, 9))
def test_export_import_export_is_equal_byte_for_byte(raw: dict[str, Any], seed: int) -> None:
    first = canonical_json(load(raw))
    assert canonical_json(load_json(first)) == first
    assert canonical_json(load(_shuffled(raw, random.Random(seed)))) == first


def _shuffled(value: Any, order: random.Random) -> Any:
    """The same value with the keys of every object in another order, as a database gives it back."""
    if isinstance(value, list):
        return [_shuffled(item, order) for item in value]
    if isinstance(value, dict):
        keys = list(value)
        order.shuffle(keys)
        return {key: _shuffled(value[key], order) for key in keys}
    return value


@pytest.mark.parametrize("key", ["order-status", "nordwarm"])
def test_starters_are_kept_in_canonical_form(key: str) -> None:
    raw = starter(key)
    assert json.dumps(raw) == json.dumps(canonical(load(raw)))


def test_defaults_are_left_out() -> None:
    document = changed("portal", "brand", to={"colour": "#0b6153", "title_voice": "plain"})
    changed("portal", "guests", to=False, document=document)
    changed("types", 0, "fields", 0, "max_length", to=200.0, document=document)
    assert canonical(load(document)) == canonical(load(sound()))


def test_a_text_in_the_portals_language_alone_is_a_string() -> None:
    document = changed("types", 0, "fields", 0, "label", to={"en": "What is it?"})
    assert canonical_json(load(document)) == canonical_json(load(sound()))


def test_a_role_whose_key_is_a_language_stays_a_role() -> None:
    document = changed("types", 0, "fields", 0, "show", to={"en": "see"})
    assert canonical(load(document))["types"][0]["fields"][0]["show"] == {"en": "see"}


def test_composed_and_decomposed_letters_are_one() -> None:
    composed = changed("portal", "welcome", to="Caf\u00e9")
    decomposed = changed("portal", "welcome", to="Cafe\u0301")
    assert canonical_json(load(composed)) == canonical_json(load(decomposed))


def test_the_json_schema_is_closed_and_names_every_part() -> None:
    schema = json_schema()
    assert schema["additionalProperties"] is False
    assert schema["patternProperties"] == {"^x-.{1,60}$": {}}
    assert {"portal", "types", "flows", "messages", "assertions"} <= set(schema["properties"])
    assert json.dumps(schema)
