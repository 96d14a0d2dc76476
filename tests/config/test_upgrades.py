"""Documents of earlier schemas are lifted to the present one by small steps."""

from __future__ import annotations

from typing import Any

import pytest

from portal_core.config.document import DocumentRefused, load, loading
from portal_core.config.document.portal_document import SCHEMA
from portal_core.config.upgrades import STEPS, lift
from tests.config.documents import sound


def renamed(document: dict[str, Any]) -> dict[str, Any]:
    name = document.pop("name")
    return {**document, "title": name}


def shouted(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "title": document["title"].upper()}


def test_there_is_a_step_from_every_schema_before_the_present_one():
    assert set(STEPS) == set(range(1, SCHEMA))


def test_a_document_takes_every_step_from_its_own_schema_on():
    steps = {1: renamed, 2: shouted}
    assert lift({"schema": 1, "name": "a"}, steps, 3) == {"schema": 3, "title": "A"}
    assert lift({"schema": 2, "title": "a"}, steps, 3) == {"schema": 3, "title": "A"}
    assert lift({"schema": 3, "title": "a"}, steps, 3) == {"schema": 3, "title": "a"}


@pytest.mark.parametrize("schema", [4, 0, -1, "1", True, None, 1.5])
def test_what_is_no_earlier_schema_is_left_to_the_models(schema):
    document = {"schema": schema, "title": "a"}
    assert lift(document, {1: renamed, 2: shouted}, 3) == document


def test_a_step_never_touches_what_was_handed_in():
    document = {"schema": 1, "name": "a"}
    lift(document, {1: renamed}, 2)
    assert document == {"schema": 1, "name": "a"}


def test_loading_takes_the_steps(monkeypatch):
    def from_nothing(document: dict[str, Any]) -> dict[str, Any]:
        portal = dict(document["portal"])
        return {**document, "portal": {"name": portal.pop("title"), **portal}}

    monkeypatch.setattr(loading, "STEPS", {0: from_nothing})
    older = sound()
    older["schema"] = 0
    older["portal"]["title"] = older["portal"].pop("name")
    assert load(older) == load(sound())


def test_a_later_schema_is_refused_with_its_place():
    newer = sound() | {"schema": SCHEMA + 1}
    with pytest.raises(DocumentRefused) as refused:
        load(newer)
    (problem,) = refused.value.problems
    assert problem.path == "schema" and "a later version of Portico" in problem.problem


def test_what_only_a_later_schema_knows_is_not_called_wrong():
    with pytest.raises(DocumentRefused) as refused:
        load(sound() | {"schema": SCHEMA + 1, "moon": {"phase": "full"}})
    assert [problem.path for problem in refused.value.problems] == ["schema"]
