"""What differs between two documents: every difference is said, in the owner's words, and can be taken back alone."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from portal_core.config.canonical import canonical, canonical_json
from portal_core.config.changes import Change, compare, words
from portal_core.config.changes.change import plain
from portal_core.config.changes.compare import MOVES, SWITCHES, VALUES
from portal_core.config.changes.rules_flows import LISTS
from portal_core.config.changes.rules_items import ITEMS
from portal_core.config.changes.rules_texts import TEXTS
from portal_core.config.document import DocumentRefused, PortalDocument, fields, flows, load, portal_document
from portal_core.config.draft.editing import as_live
from portal_core.config.draft.operations import Working
from portal_core.config.draft.parts import join, split
from tests.config.changes_samples import edited, everything
from tests.config.changes_sentences import SENTENCES
from tests.config.valid_documents import documents

QUICK = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
THOROUGH = settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
MARKS = {"name": "“%s”", "old": "-%s-", "new": "+%s+"}


def marked(change: Change) -> str:
    return "".join(MARKS.get(part.mark, "%s") % part.words for part in change.sentence)


@pytest.mark.parametrize(
    ("kind", "group", "place", "to", "sentence"), SENTENCES, ids=[f"{row[0]}-{n}" for n, row in enumerate(SENTENCES)]
)
def test_each_kind_of_change_has_its_sentence(
    kind: str, group: str, place: tuple[str | int, ...], to: Any, sentence: str
) -> None:
    (change,) = compare(load(everything()), load(edited(*place, to=to)))
    assert (change.kind, change.group, marked(change)) == (kind, group, sentence)


def test_each_rule_is_tried() -> None:
    places = {*VALUES, *SWITCHES, *TEXTS, *LISTS, MOVES}
    tried = {kind for kind, *_ in SENTENCES}
    assert {f"{shape}.{name}" for shape, name in places} - tried == set()
    assert {f"{item}.{what}" for item in ITEMS for what in ("new", "gone")} - tried == set()
    assert len(tried) >= 40


SHAPES: list[tuple[str, list[type[BaseModel]]]] = [
    ("portal", [portal_document.Portal]),
    ("brand", [portal_document.Brand]),
    ("hours", [portal_document.Hours]),
    ("role", [portal_document.CustomRole]),
    ("team", [portal_document.Team]),
    ("record_kind", [fields.RecordKind]),
    ("document_kind", [fields.DocumentKind]),
    ("flow", [flows.Flow]),
    ("step", [flows.Step]),
    ("status", [flows.Status]),
    ("ask", flows.AskBase.__subclasses__()),
    ("type", [portal_document.RequestType]),
    ("field", fields.FieldBase.__subclasses__()),
    ("choice", [fields.Choice]),
    ("message", [portal_document.Message]),
    ("ready_answer", [portal_document.ReadyAnswer]),
]
# Said by other means: items, visibility, what makes another thing of it, what never changes.
ELSEWHERE = {"key", "kind", "do", "retired", "show", "at", "choices", "columns", "fields", "statuses", "steps", "asks",
             "brand", "registration"}  # fmt: skip


@pytest.mark.parametrize(("shape", "models"), SHAPES, ids=[shape for shape, _ in SHAPES])
def test_whatever_the_document_can_say_has_a_rule(shape: str, models: list[type[BaseModel]]) -> None:
    names = {field.alias or name for model in models for name, field in model.model_fields.items()}
    known = {name for of, name in (*VALUES, *SWITCHES, *TEXTS, *LISTS, MOVES) if of == shape}
    assert names - ELSEWHERE - known == ({"fields"} & names if shape == "ask" else set()) - known


def test_every_part_of_the_document_has_a_rule() -> None:
    names = {field.alias or name for name, field in PortalDocument.model_fields.items()}
    lists = {"roles", "teams", "record_kinds", "document_kinds", "flows", "types", "messages", "ready_answers"}
    elsewhere = {"schema", "portal", "assertions", "rules", "webhooks", "schedules"}  # the last three are refused
    assert names - lists - elsewhere == {name for shape, name in (*VALUES, *LISTS) if shape == "document"}


def test_no_sentence_holds_a_key_a_brace_or_json() -> None:
    live = load(everything())
    for _kind, _group, place, to, _sentence in SENTENCES:
        (change,) = compare(live, load(edited(*place, to=to)))
        ours = "".join(part.words for part in change.sentence)
        assert not re.search(r"[{}\[\]\"]|\b(None|null|true|false)\b", ours), ours
        assert not re.search(r"\b\w+[_-]\w+(kind|field|status)\b|status-questions|must_fill|when_done", ours), ours


def keys_in(node: Any) -> set[str]:
    """Every key of anything in a document."""
    if isinstance(node, list):
        return {key for item in node for key in keys_in(item)}
    if not isinstance(node, dict):
        return set()
    own = {node["key"]} if isinstance(node.get("key"), str) else set()
    return own | {key for item in node.values() for key in keys_in(item)}


# Words of the product, which some keys of the document are as well.
PRODUCTS_OWN = {"kind", "do", "remember", "permissions", "turn", "outcome", "icon", "customer_may", "when", "tell"}


def rekeyed(node: Any, keys: set[str], under: str = "") -> Any:
    """The document with every key and whatever names it written otherwise."""
    if isinstance(node, list):
        return [rekeyed(item, keys, under) for item in node]
    if isinstance(node, dict):
        is_keyed = under in ("show", "at")
        return {
            f"q7-{name}" if is_keyed and name in keys else name: rekeyed(item, keys, "show" if under == "at" else name)
            for name, item in node.items()
        }
    if under == "remember" and str(node).startswith("record."):
        return re.sub(r"\.", ".q7-", node)
    if not isinstance(node, str) or under in PRODUCTS_OWN:
        return node
    if under == "field" and "." in node:
        return ".".join(f"q7-{key}" for key in node.split("."))
    return f"q7-{node}" if node in keys else re.sub(r"\{field:([^}]+)\}", r"{field:q7-\1}", node)


@pytest.mark.parametrize(
    ("kind", "place", "to", "sentence"), [(row[0], *row[2:]) for row in SENTENCES], ids=range(len(SENTENCES))
)
def test_a_sentence_is_the_same_whatever_the_keys_are(
    kind: str, place: tuple[str | int, ...], to: Any, sentence: str
) -> None:
    live, wanted = everything(), edited(*place, to=to)
    keys = keys_in(live) | keys_in(wanted)
    (change,) = compare(load(rekeyed(live, keys)), load(rekeyed(wanted, keys)))
    assert (change.kind, marked(change)) == (kind, sentence)
    assert "q7-" not in change.text


def test_nothing_differs_between_equal_documents() -> None:
    assert compare(load(everything()), load(copy.deepcopy(everything()))) == ()


def test_true_is_not_one() -> None:
    live = edited("types", 0, "fields", 9, "when", to={"field": "works", "is": True})
    wanted = edited("types", 0, "fields", 9, "when", to={"field": "works", "is": 1})
    assert [change.kind for change in compare(load(live), load(wanted))] == ["field.when"]


def test_another_language_of_the_portal_is_one_change_where_the_words_stay() -> None:
    live = edited("types", 0, "name", to={"de": "Reparatur"})
    wanted = copy.deepcopy(live)
    wanted["portal"]["language"] = "de"
    changes = compare(load(live), load(wanted))
    (change,) = [each for each in changes if each.kind == "portal.language"]
    assert "types.repair.name" in change.paths
    assert [each.kind for each in changes] == ["portal.language"]


# Whatever is edited, it is said, and can be taken back.


def taken_back(live: PortalDocument, wanted: PortalDocument, changes: tuple[Change, ...]) -> PortalDocument:
    """As the editor's `restore` does it, without a database."""
    before, now = split(canonical(live)), split(canonical(wanted))
    live_parts, working = Working(before.get), Working(now.get)
    for change in changes:
        for place in change.places:
            for operation in as_live(place, live_parts, working):
                working.apply(operation)
    return load(join({**now, **working.touched}))


@st.composite
def edits(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """The document with up to six things changed anywhere; what cannot be read any more is left as it was."""
    for _ in range(draw(st.integers(1, 6))):
        before = copy.deepcopy(document)
        places = list(_places(document))
        _edit(draw, *draw(st.sampled_from(places)), document)
        try:
            load(document)
        except DocumentRefused:
            document = before
    return document


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    for name, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        if name != "key":
            yield node, name
        if isinstance(value, dict | list):
            yield from _places(value)


OTHERS = st.sampled_from([True, 3, 7, "today", "customer", "over", {"en": "Other", "de": "Anderes"}, "Other words", []])


def _edit(draw: st.DrawFn, node: Any, name: Any, document: dict[str, Any]) -> None:
    value = node[name]
    what = draw(st.sampled_from(["out", "other", "order", "copy", "retire", "words"]))
    if what == "out":
        del node[name]
    elif what == "order" and isinstance(value, list):
        node[name] = draw(st.permutations(value))
    elif what == "copy" and isinstance(node, list) and isinstance(value, dict):
        item = copy.deepcopy(value)
        if "key" in item:
            item["key"] = f"n{draw(st.integers(0, 10**6))}"
        node.insert(draw(st.integers(0, len(node))), item)
    elif what == "retire" and isinstance(value, dict):
        value["retired"] = not value.get("retired", False)
    elif what == "words" and isinstance(value, str):
        node[name] = f"{value} more"
    else:
        node[name] = copy.deepcopy(draw(OTHERS))


def every_change_can_be_taken_back(live: PortalDocument, wanted: PortalDocument, data: st.DataObject) -> None:
    changes = compare(live, wanted)
    assert bool(changes) == (canonical(live) != canonical(wanted))
    assert all(change.text.strip() for change in changes)
    back = taken_back(live, wanted, tuple(data.draw(st.permutations(changes))))
    assert canonical_json(back) == canonical_json(live)
    if changes and not any(change.kind == "portal.language" for change in changes):
        one = data.draw(st.sampled_from(changes))
        left = compare(live, taken_back(live, wanted, (one,)))
        assert sorted(each.paths for each in left) == sorted(each.paths for each in changes if each != one)


BASES = st.one_of(documents(), st.just(0).map(lambda _: everything()))


@QUICK
@given(BASES, st.data())
def test_whatever_is_edited_is_said_and_can_be_taken_back(document: dict[str, Any], data: st.DataObject) -> None:
    every_change_can_be_taken_back(load(document), load(data.draw(edits(copy.deepcopy(document)))), data)


@st.composite
def repointed(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """The document after edits anywhere, some of what names a thing naming another one, or one that is not there."""
    keys = sorted(keys_in(document))
    for _ in range(draw(st.integers(1, 4))):
        before = copy.deepcopy(document)
        if draw(st.booleans()):
            document = draw(edits(document))
            continue
        named = [place for place in _places(document) if place[0][place[1]] in keys and isinstance(place[1], str)]
        if not named:
            # What named a key has another one by now.
            continue
        node, name = draw(st.sampled_from(named))
        # Another question than the one that an answer is compared with might take any words.
        node[name] = "q7-gone" if name == "field" else draw(st.sampled_from([*keys, "q7-gone"]))
        try:
            load(document)
        except DocumentRefused:
            document = before
    return document


def no_key_stands_in_a_sentence(document: dict[str, Any], data: st.DataObject) -> None:
    """Every key is one that is no word of anything: where it is read, it is read as a key."""
    document = rekeyed(document, keys_in(document))
    live, wanted = (load(data.draw(repointed(copy.deepcopy(document)))) for _ in range(2))
    for change in compare(live, wanted):
        for sentence in (change.sentence, *change.lines):
            assert "q7-" not in plain(sentence), (change.kind, plain(sentence))


@QUICK
@given(BASES, st.data())
def test_no_key_stands_in_a_sentence_whatever_is_edited(document: dict[str, Any], data: st.DataObject) -> None:
    no_key_stands_in_a_sentence(document, data)


@pytest.mark.heavy
@THOROUGH
@given(BASES, st.data())
def test_no_key_stands_in_a_sentence_after_many_edits(document: dict[str, Any], data: st.DataObject) -> None:
    no_key_stands_in_a_sentence(document, data)


@pytest.mark.heavy
@THOROUGH
@given(BASES, st.data())
def test_many_edits(document: dict[str, Any], data: st.DataObject) -> None:
    every_change_can_be_taken_back(load(document), load(data.draw(edits(copy.deepcopy(document)))), data)


def test_the_sentences_are_data_for_machines_too() -> None:
    (change,) = compare(load(everything()), load(edited("portal", "name", to="Beta")))
    assert json.dumps([change.kind, change.paths, change.text])
    assert change.paths == ("portal.name",)


def test_every_word_that_the_document_knows_has_its_words() -> None:
    for model, name, known in (
        (portal_document.Notification, "event", words.EVENTS),
        (portal_document.Notification, "who", words.PEOPLE),
        (portal_document.Notification, "when", words.WHEN),
        (flows.LateRule, "tell", words.PEOPLE),
        (flows.NotifyRule, "who", words.PEOPLE),
        (portal_document.Audience, "who", words.AUDIENCES),
    ):
        assert set(get_args(model.model_fields[name].annotation)) <= set(known), (model, name)
    kinds = {get_args(model.model_fields["kind"].annotation)[0] for model in fields.FieldBase.__subclasses__()}
    assert kinds <= set(words.KINDS)
    asks = {get_args(model.model_fields["do"].annotation)[0] for model in flows.AskBase.__subclasses__()}
    assert asks <= set(words.ASKS)
