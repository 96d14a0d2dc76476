"""The JSON Schema of the portal configuration: public, the same for everybody, and held stable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from portal_core.config.document import DocumentRefused, json_schema, load
from portal_core.config.document.base import MAX_LABEL, MAX_LONG_TEXT, MAX_TEXT
from portal_core.config.starters import starter, starter_keys
from tests.config.changes_samples import everything

WHOLE = json_schema()
LONG, EMPTY = "This is too long.", "This text is empty."
STORED = Path(__file__).with_name("portal-schema.json")
ADDRESS = "/api/portal-schema.json"


def test_the_schema_is_the_stored_one():
    """Others check files against it. After a change that is meant: write `json_schema()` into the stored file again
    (`python -c` or the line below) and say in CHANGELOG.md what may stand in a document now."""
    now = json.dumps(json_schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert now == STORED.read_text(encoding="utf-8"), "the JSON Schema has changed: see the docstring of this test"


def test_anybody_may_read_it_and_keep_it(client_for, django_assert_num_queries):
    client = client_for()
    with django_assert_num_queries(0):
        response = client.get(ADDRESS)
    assert response.json() == json_schema()
    assert response["Content-Type"].startswith("application/schema+json")
    assert response["Cache-Control"] == "public, max-age=86400"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.get("Vary", "")
    again = client.get(ADDRESS, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_nothing_else_can_be_done_with_it(client_for):
    assert client_for().post(ADDRESS).status_code == 405


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where texts stand in a document."""
    if isinstance(node, str):
        yield path
    elif isinstance(node, dict | list):
        for name, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(item, (*path, name))


def rules(schema: dict[str, Any], node: Any, path: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    """What the schema says of the text at a path of a document: each of the ways in which it may be read."""
    if "$ref" in schema:
        yield from rules(WHOLE["$defs"][schema["$ref"].rpartition("/")[2]], node, path)
    elif "discriminator" in schema:
        tags = schema["discriminator"]
        yield from rules({"$ref": tags["mapping"][node[tags["propertyName"]]]}, node, path)
    elif "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from rules(one, node, path)
    elif not path:
        yield schema
    elif isinstance(node, list) and schema.get("type") == "array":
        yield from rules(schema["items"], node[path[0]], path[1:])
    elif isinstance(node, dict) and schema.get("type") == "object":
        named = schema.get("properties", {}).get(path[0])
        other = [one for form, one in schema.get("patternProperties", {}).items() if re.search(form, path[0])]
        free = [schema["additionalProperties"]] if isinstance(schema.get("additionalProperties"), dict) else []
        for one in [named] if named else other or free:
            yield from rules(one, node[path[0]], path[1:])


def read(node: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        node = node[name]
    return node


def test_what_the_loader_refuses_for_its_length_the_schema_refuses():
    document = everything()
    document["portal"]["welcome"] = {"en": "Good day", "de": "Guten Tag"}
    load(document)
    tried = set()
    # Each place in a document once; what has a kind is told apart by it.
    places = {_sort_of(document, path): path for path in leaves(document)}
    for path in places.values():
        *around, last = path
        place, was = read(document, tuple(around)), read(document, path)
        for words, said in (("x" * 60_000, LONG), ("", EMPTY), (" ", EMPTY)):
            place[last] = words
            try:
                load(document)
            except DocumentRefused as refused:
                if said not in {problem.problem for problem in refused.problems}:
                    continue
                found = [one for one in rules(WHOLE, document, path) if one.get("type") == "string"]
                assert found and not any(_takes(one, words) for one in found), (path, words[:3], found)
                tried.add((path[-1], said))
            finally:
                place[last] = was
    assert len(tried) > 40
    assert tried >= {("de", LONG), ("label", LONG), ("label", EMPTY)}


def _sort_of(document: dict[str, Any], path: tuple[Any, ...]) -> tuple[str, ...]:
    around = read(document, path[:-1])
    names = tuple(name for name in path if isinstance(name, str))
    return (*names, around.get("kind", "")) if isinstance(around, dict) else names


def _takes(schema: dict[str, Any], words: str) -> bool:
    is_short = schema.get("minLength", 0) <= len(words) <= schema.get("maxLength", 10**9)
    return is_short and re.search(schema.get("pattern", ""), words) is not None


@pytest.mark.parametrize(("limit", "name"), [(MAX_LABEL, "name"), (MAX_TEXT, "description"), (MAX_LONG_TEXT, "before")])
def test_the_schema_bounds_a_text_where_the_loader_does(limit, name):
    document = everything()
    for length, is_taken in ((limit, True), (limit + 1, False)):
        document["types"][0][name] = "x" * length
        found = [one for one in rules(WHOLE, document, ("types", 0, name)) if one.get("type") == "string"]
        assert any(_takes(one, "x" * length) for one in found) is is_taken
        try:
            load(document)
        except DocumentRefused:
            assert not is_taken
        else:
            assert is_taken


def test_keys_of_ones_own_are_as_long_as_the_loader_takes():
    for key, is_taken in ((f"x-{'y' * 60}", True), (f"x-{'y' * 61}", False), ("y", False)):
        document = {**everything(), key: 1}
        names = WHOLE["patternProperties"]
        assert any(re.search(form, key) for form in names) is is_taken
        if is_taken:
            load(document)
        else:
            with pytest.raises(DocumentRefused):
                load(document)


@pytest.mark.parametrize("key", starter_keys())
def test_each_starter_names_only_what_the_schema_knows(key):
    properties = json_schema()["properties"]
    assert starter(key).keys() <= properties.keys()


def test_an_export_of_the_command_names_the_schema_that_it_follows(tenant, capsys):
    call_command("portal_export", tenant=tenant.slug)
    exported = json.loads(capsys.readouterr().out)
    assert exported["schema"] == json_schema()["properties"]["schema"]["const"]
