"""Damaged documents: each refused with path and mend, none with an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_core.config.canonical import canonical
from portal_core.config.checks import check
from portal_core.config.compile import compile_portal
from portal_core.config.document import DocumentRefused, PortalDocument, load, load_json
from portal_core.config.problems import stops
from portal_core.config.starters import starter
from tests.config.documents import ASKED, FIELDS, FLOW, NEW, TYPE, changed, refusal, sound

F = "types.repair.fields"

DAMAGED: list[tuple[str, Any, str, str]] = [
    ("not an object", [], "", "not an object"),
    ("text", "x", "", "not an object"),
    ("nothing", None, "", "not an object"),
    ("empty", {}, "schema", "missing"),
    ("another schema", changed("schema", to=2), "schema", "later version"),
    ("no portal", changed("portal"), "portal", "missing"),
    ("portal a list", changed("portal", to=[]), "portal", "not an object"),
    ("no name", changed("portal", "name"), "portal.name", "missing"),
    ("name with a line break", changed("portal", "name", to="A\nB"), "portal.name", "not written"),
    ("name of another type", changed("portal", "name", to=5), "portal.name", "not text"),
    ("unknown key", changed("portal", "colour", to="red"), "portal.colour", "unknown"),
    ("unknown key at the top", changed("typs", to=[]), "typs", "unknown"),
    ("unknown key in a field", changed(*FIELDS, 0, "lable", to="x"), f"{F}.what.lable", "unknown"),
    ("option of another kind", changed(*FIELDS, 0, "min", to=1), f"{F}.what.min", "unknown"),
    ("unknown kind", changed(*FIELDS, 0, "kind", to="magic"), f"{F}.what", "not known"),
    ("no kind", changed(*FIELDS, 0, "kind"), f"{F}.what", "what it is"),
    ("key in capitals", changed(*FIELDS, 0, "key", to="What"), f"{F}.What.key", "not written"),
    ("key with a newline", changed(*TYPE, "icon", to="a\n"), "types.repair.icon", "not written"),
    ("key too long", changed(*FIELDS, 0, "key", to="a" * 41), f"{F}.{'a' * 41}.key", "not written"),
    ("list for a text", changed(*FIELDS, 0, "label", to=["x"]), f"{F}.what.label", "not a text"),
    ("empty text", changed(*FIELDS, 0, "label", to="  "), f"{F}.what.label", "empty"),
    ("empty text by language", changed(*FIELDS, 0, "label", to={}), f"{F}.what.label", "empty"),
    ("no language", changed(*FIELDS, 0, "label", to={"English": "x"}), f"{F}.what.label", "no language"),
    ("number in a text", changed(*FIELDS, 0, "label", to={"en": 5}), f"{F}.what.label", "not a text"),
    ("long text", changed(*FIELDS, 0, "label", to="x" * 201), f"{F}.what.label", "too long"),
    ("text for true", changed(*FIELDS, 0, "required", to="yes"), f"{F}.what.required", "true nor false"),
    ("number for true", changed(*FIELDS, 0, "required", to=1), f"{F}.what.required", "true nor false"),
    ("text for a number", changed(*FIELDS, 2, "max", to="4"), f"{F}.gauge.max", "not a number"),
    ("true for a number", changed(*FIELDS, 2, "max", to=True), f"{F}.gauge.max", "not a number"),
    ("too large a number", changed(*FIELDS, 2, "max", to=10**17), f"{F}.gauge.max", "out of range"),
    ("beyond all numbers", changed(*FIELDS, 2, "max", to=10**40), f"{'types.0.fields.2.max'}", "cannot be kept"),
    ("half a digit", changed(*FIELDS, 0, "max_length", to=1.5), f"{F}.what.max_length", "whole number"),
    ("object for a list", changed("types", to={}), "types", "not a list"),
    ("text for a list", changed("types", to="x"), "types", "not a list"),
    ("condition of nothing", changed(*FIELDS, 2, "when", to={}), f"{F}.gauge.when", "neither one group"),
    (
        "condition of two tests",
        changed(*FIELDS, 2, "when", to={"field": "kind", "is": "a", "is_not": "b"}),
        f"{F}.gauge.when",
        "neither one group",
    ),
    ("empty group", changed(*FIELDS, 2, "when", to={"all": []}), f"{F}.gauge.when.all", "empty"),
    ("show", changed(*FIELDS, 0, "show", to={"customer": "maybe"}), f"{F}.what.show.customer", "not possible"),
    (
        "expected twice",
        changed(*NEW, "expected", to={"hours": 1, "days": 1}),
        "flows.way.statuses.new.expected",
        "hours",
    ),
    ("no hours at all", changed(*NEW, "expected", "hours", to=0), "flows.way.statuses.new.expected.hours", "range"),
    ("turn", changed(*NEW, "turn", to="ours"), "flows.way.statuses.new.turn", "not possible"),
    ("ask", changed(*ASKED, "asks", to=[{"key": "a", "do": "dance"}]), "flows.way.statuses.asked.asks.a", "not known"),
    ("move from nothing", changed(*FLOW, "transitions", 0, "from", to=[]), "flows.way.transitions.0.from", "empty"),
    ("hours", changed("hours", "mon", to=["8-17"]), "hours.mon.0", "not written"),
    ("colour", changed("portal", "brand", to={"colour": "red"}), "portal.brand.colour", "not written"),
    (
        "colour that closes the rule",
        changed("portal", "brand", to={"colour": "#fff} *{"}),
        "portal.brand.colour",
        "not written",
    ),
    (
        "link",
        changed("portal", "links", to=[{"label": "x", "url": "javascript:alert(1)"}]),
        "portal.links.0.url",
        "not written",
    ),
    ("prefix", changed("portal", "reference_prefix", to="nw"), "portal.reference_prefix", "not written"),
    ("assertion", changed("assertions", 0, "field", to="cost"), "assertions.0.field", "not written"),
    ("no JSON value", {"schema": 1, "portal": {1, 2}}, "portal", "no JSON value"),
]


@pytest.mark.parametrize(("document", "path", "words"), [c[1:] for c in DAMAGED], ids=[c[0] for c in DAMAGED])
def test_a_damaged_document_is_refused_with_path_and_mend(document: Any, path: str, words: str) -> None:
    problems = {problem.path: problem for problem in refusal(document)}
    assert words in problems[path].problem
    assert problems[path].mend.endswith(".")


NOT_JSON: list[tuple[str, str | bytes, str]] = [
    ("broken", '{"schema": 1,', "line 1"),
    ("empty", "", "not JSON"),
    ("not UTF-8", b'{"a": "\xff"}', "UTF-8"),
    ("double key", '{"schema": 1, "schema": 1}', "twice"),
    ("not a number", '{"schema": NaN}', "NaN"),
    ("infinite", '{"schema": -Infinity}', "Infinity"),
    ("thousands of digits", '{"schema": ' + "9" * 6000 + "}", "too long"),
    ("deep lists", "[" * 100_000 + "]" * 100_000, "nested"),
    ("deep objects", '{"x-a":' * 50_000 + "1" + "}" * 50_000, "nested"),
    ("deep but readable", json.dumps({"x-a": json.loads("[" * 60 + "]" * 60)}), "nested"),
    ("too large", " " * (2 * 1024 * 1024 + 1), "2 MB"),
]


@pytest.mark.parametrize(("raw", "words"), [case[1:] for case in NOT_JSON], ids=[case[0] for case in NOT_JSON])
def test_what_is_no_document_at_all_is_refused(raw: str | bytes, words: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        load_json(raw)
    assert words in refused.value.problems[0].problem
    assert refused.value.problems[0].mend


def test_conditions_nest_only_so_deep() -> None:
    condition: dict[str, Any] = {"field": "kind", "filled": True}
    for _ in range(200):
        condition = {"not": condition}
    assert "nested" in refusal(changed(*FIELDS, 2, "when", to=condition))[0].problem


def test_keys_of_ones_own_are_kept() -> None:
    document = changed(*FIELDS, 0, "x-note", to={"b": 1, "a": [None, True]})
    changed("x-owner", to="me", document=document)
    kept = canonical(load(document))
    assert kept["x-owner"] == "me"
    assert kept["types"][0]["fields"][0]["x-note"] == {"a": [None, True], "b": 1}


def test_texts_are_normalised_and_cleaned() -> None:
    document = load(changed(*FIELDS, 0, "label", to="Cafe\u0301\x00\x07\ud800 \r\nok\u202e"))
    assert document.types[0].fields[0].label == "Café \nok\u202e"


def test_a_file_with_a_byte_order_mark_is_read() -> None:
    assert load_json(b"\xef\xbb\xbf" + json.dumps(sound()).encode()).portal.name == "Acme"


def test_models_are_frozen() -> None:
    document = load(sound())
    with pytest.raises(ValueError, match="frozen"):
        document.portal.name = "Other"


def _places(value: Any, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [place] if place else []
    if isinstance(value, dict):
        for key, item in value.items():
            found += _places(item, (*place, key))
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += _places(item, (*place, index))
    return found


HOSTILE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(alphabet=st.characters(), max_size=40),
    st.sampled_from(
        ["", " ", "\x00", "\ud800", "{u.__class__}", "agent", "customer", "in-work", "x" * 30_000, "1e999"]
    ),
    st.recursive(
        st.none() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
)
_STARTER = starter("nordwarm")
_STARTER_PLACES = _places(_STARTER)


@settings(max_examples=400, deadline=None)
@given(place=st.sampled_from(_STARTER_PLACES), value=HOSTILE, take_out=st.booleans())
def test_no_damage_anywhere_ends_in_an_exception(place: tuple[str | int, ...], value: Any, take_out: bool) -> None:
    document = starter("nordwarm")
    damaged = changed(*place, document=document) if take_out else changed(*place, to=value, document=document)
    try:
        read: PortalDocument = load(damaged)
    except DocumentRefused as refused:
        assert all(problem.mend and problem.problem for problem in refused.problems)
        return
    problems = check(read)
    assert all(problem.mend and problem.path for problem in problems)
    if not stops(problems):
        compile_portal(read, 1)
