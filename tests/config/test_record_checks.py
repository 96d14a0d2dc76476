"""Kinds of record and remembered answers: each publish check has a document that fails it, with the exact path."""

from __future__ import annotations

from typing import Any

import pytest

from portal_core.config.checks import check
from portal_core.config.document import load
from tests.config.documents import FIELDS, TYPE, changed, sound

BOILER: dict[str, Any] = {
    "key": "boiler",
    "name": "Boiler",
    "title": "{field:maker}",
    "fields": [
        {"key": "maker", "kind": "text", "label": "Maker", "required": True},
        {"key": "gas", "kind": "yes_no", "label": "Gas?"},
        {"key": "rating", "kind": "number", "label": "Ours", "show": {"customer": "hidden"}},
    ],
}
ASKS = {"key": "appliance", "kind": "record", "record_kind": "boiler", "label": "Which?"}
K, F = "record_kinds.boiler", "types.repair.fields"


def document(**boiler: Any) -> dict[str, Any]:
    made = sound()
    made["record_kinds"] = [{**BOILER, **boiler}]
    made["types"][0]["fields"].append(dict(ASKS))
    return made


def with_field(**field: Any) -> dict[str, Any]:
    return document(fields=[*BOILER["fields"], {"key": "more", "kind": "text", "label": "More", **field}])


def asking(**field: Any) -> dict[str, Any]:
    made = document()
    made["types"][0]["fields"].append({"key": "more", "kind": "text", "label": "More", **field})
    return made


def problems(made: dict[str, Any], previous: dict[str, Any] | None = None) -> dict[str, Any]:
    before = load(previous) if previous else None
    return {problem.path: problem for problem in check(load(made), before) if problem.level == "stop"}


def test_a_record_kind_and_a_field_that_asks_for_it_pass() -> None:
    assert problems(document()) == {}


STOPS = [
    (
        "nothing asked",
        document(fields=[{"key": "h", "kind": "heading", "label": "H"}], title=None),
        f"{K}.fields",
        "asks for nothing",
    ),
    ("no title", document(title=None), f"{K}.title", "one record looks like the next"),
    ("title of what customers do not see", document(title="{field:rating}"), f"{K}.title", "customer"),
    ("title of what does not exist", document(title="{field:nothing}"), f"{K}.title", "no field"),
    ("title with another placeholder", document(title="{field:maker} {link}"), f"{K}.title", "cannot hold {link}"),
    (
        "a title that one role does not see",
        document(fields=[{**BOILER["fields"][0], "show": {"engineer": "hidden"}}]),
        f"{K}.title",
        "engineer",
    ),
    ("a record in a record", with_field(kind="record", record_kind="boiler"), f"{K}.fields.more.kind", "cannot hold"),
    ("a file in a record", with_field(kind="file"), f"{K}.fields.more.kind", "cannot hold"),
    ("rows in a record", with_field(kind="rows"), f"{K}.fields.more.kind", "cannot hold"),
    ("a status", with_field(at={"new": {"customer": "see"}}), f"{K}.fields.more.at", "no status"),
    ("remembered twice over", with_field(remember="customer.phone"), f"{K}.fields.more.remember", "kept already"),
    ("an unknown role", with_field(show={"ghost": "see"}), f"{K}.fields.more.show.ghost", "no role"),
    ("no label", with_field(label=None), f"{K}.fields.more.label", "no label"),
    ("calculated", with_field(calculated="1"), f"{K}.fields.more.calculated", "not available yet"),
    (
        "a condition on what comes later",
        with_field(when={"field": "never", "is": "x"}),
        f"{K}.fields.more.when",
        "before this one",
    ),
    (
        "a condition on a status",
        with_field(when={"about": "status", "is": "new"}),
        f"{K}.fields.more.when",
        "own fields",
    ),
    (
        "a condition that cannot hold",
        with_field(when={"field": "gas", "is": "x"}),
        f"{K}.fields.more.when",
        "can never be",
    ),
    ("a field without its kind of record", asking(kind="record"), f"{F}.more.record_kind", "does not say which"),
    (
        "a field with an unknown kind",
        asking(kind="record", record_kind="car"),
        f"{F}.more.record_kind",
        "no kind of record “car”",
    ),
    ("two fields of one key", document(fields=[BOILER["fields"][0]] * 2), f"{K}.fields.maker", "same key"),
    ("a place that is none", asking(remember="somewhere.else"), f"{F}.more.remember", "no place"),
    ("a phone kept as text", asking(remember="customer.phone"), f"{F}.more.remember", "does not fit"),
    (
        "hidden from customers",
        asking(remember="customer.notes", show={"customer": "hidden"}),
        f"{F}.more.remember",
        "not always see",
    ),
    (
        "hidden later",
        asking(remember="customer.notes", at={"over": {"customer": "hidden"}}),
        f"{F}.more.remember",
        "not always see",
    ),
    ("no such record field", asking(remember="record.nothing.maker"), f"{F}.more.remember", "no record chosen"),
    (
        "no such field of the record",
        asking(remember="record.appliance.nothing"),
        f"{F}.more.remember",
        "There is no field",
    ),
    (
        "another kind than in the record",
        asking(kind="long_text", remember="record.appliance.maker"),
        f"{F}.more.remember",
        "is a text",
    ),
    (
        "hidden in the record",
        asking(kind="number", remember="record.appliance.rating"),
        f"{F}.more.remember",
        "hidden from customers",
    ),
    (
        "a record remembered",
        changed(*FIELDS, 7, to={**ASKS, "key": "b", "remember": "customer.boiler"}, document=document()),
        f"{F}.b.remember",
        "their own way",
    ),
]


@pytest.mark.parametrize(("made", "path", "words"), [case[1:] for case in STOPS], ids=[case[0] for case in STOPS])
def test_what_must_not_go_live_is_stopped_with_path_and_mend(made: dict[str, Any], path: str, words: str) -> None:
    found = problems(made)
    assert path in found, found
    assert words in found[path].problem
    assert found[path].mend.endswith(".")


def test_one_detail_of_a_customer_has_one_kind() -> None:
    made = asking(remember="customer.notes")
    made["types"][0]["fields"].append({"key": "b", "kind": "number", "label": "B", "remember": "customer.notes"})
    assert "is a text" in problems(made)[f"{F}.b.remember"].problem


@pytest.mark.parametrize("path", ["customer.notes", "customer.name", "record.appliance.maker"])
def test_every_place_can_be_remembered_in(path: str) -> None:
    assert problems(asking(remember=path)) == {}


def test_what_is_published_keeps_its_kind() -> None:
    now = document(fields=[{**BOILER["fields"][0], "kind": "long_text"}])
    assert "never changes" in problems(now, document())[f"{K}.fields.maker.kind"].problem
    other = document()
    other["record_kinds"].append({**BOILER, "key": "stove"})
    other["types"][0]["fields"][-1]["record_kind"] = "stove"
    assert "another kind of record" in problems(other, document())[f"{F}.appliance.record_kind"].problem


def test_requests_can_be_made_again() -> None:
    assert problems(changed(*TYPE, "again", to=True)) == {}
