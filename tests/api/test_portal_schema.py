"""The JSON Schema of the portal configuration: public, the same for everybody, and held stable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from portal_core.config.document import json_schema
from portal_core.config.starters import starter, starter_keys

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


@pytest.mark.parametrize("key", starter_keys())
def test_each_starter_names_only_what_the_schema_knows(key):
    properties = json_schema()["properties"]
    assert starter(key).keys() <= properties.keys()


def test_an_export_of_the_command_names_the_schema_that_it_follows(tenant, capsys):
    call_command("portal_export", tenant=tenant.slug)
    exported = json.loads(capsys.readouterr().out)
    assert exported["schema"] == json_schema()["properties"]["schema"]["const"]
