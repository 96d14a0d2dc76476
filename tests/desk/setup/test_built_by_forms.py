"""The portal of Chicago 311 is built through the editor alone, and is the one that was imported, byte for byte.

A first way and a first request type of it each time; all of it (a thousand pages, a minute) with `--heavy`.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.canonical import canonical_json
from portal_core.config.document import load
from portal_core.config.draft.reading import current
from portal_core.config.live import live_portal
from portal_core.config.models import PortalVersion
from portal_core.config.starters import starter, starter_keys
from portal_core.desk.setup.controls import SIGNS
from tests.desk.setup.building import Builder
from tests.desk.setup.by_forms import Page

# As little as can be live; the owner takes it out, and what was live stays in the document as out of use.
_PLAIN = {"customer_name": "Yes", "meaning": "It is so.", "next_step": "You wait", "notify": [{"who": "nobody"}]}
FIRST: dict[str, Any] = {
    "schema": 1,
    "portal": {"name": "New", "language": "en", "time_zone": "Europe/London", "guests": True, "welcome": "Hello"},
    "teams": [{"key": "seed", "name": "Seed"}],
    "flows": [
        {
            "key": "seed",
            "name": "Seed",
            "statuses": [
                {"key": "in", "name": "In", "turn": "us", "handler": [{"team": "seed"}], **_PLAIN},
                {"key": "out", "name": "Out", "turn": "nobody", "outcome": "done", **_PLAIN},
            ],
            "transitions": [{"from": ["in"], "to": "out", "by": ["agent"]}],
        }
    ],
    "types": [
        {
            "key": "seed",
            "name": "Seed",
            "flow": "seed",
            "start": "in",
            "fields": [{"key": "a", "kind": "text", "label": "A"}],
        }
    ],
}
FIRST["flows"][0]["statuses"][0]["expected"] = {"days": 1}


@pytest.fixture
def owner(people: dict[str, Any], client_for: Any) -> Any:
    publish(actor=actor_for(people["alice"]), document=load(copy.deepcopy(FIRST)))
    return client_for(people["alice"])


def whole(document: dict[str, Any]) -> str:
    """The document as the bytes of its file."""
    return canonical_json(load(document))


def chicago(types: int) -> dict[str, Any]:
    """The sample's document with its first request types, and the ways and promises that these need."""
    document = starter("chicago")
    document["types"] = document["types"][:types]
    keys = {kind["key"] for kind in document["types"]}
    ways = {kind["flow"] for kind in document["types"]}
    document["flows"] = [flow for flow in document["flows"] if flow["key"] in ways]
    document["assertions"] = [said for said in document["assertions"] if said["field"].split(".")[0] in keys]
    return document


@pytest.mark.parametrize("types", [1, pytest.param(7, marks=pytest.mark.heavy)])
def test_chicago_is_built_by_the_editors_forms_alone_and_goes_live(owner, types):
    wanted = canonical_json(load(chicago(types)))
    assert types == 1 or wanted == canonical_json(load(starter("chicago")))
    builder = Builder(owner)
    builder.build(json.loads(wanted))
    for stem in ("types", "flows", "teams"):
        builder.take_out(stem, "seed")
        builder.delete(stem, "seed")
    assert whole(current().as_json()) == wanted

    before = live_portal().number
    page = Page.open(owner, "/desk/setup/publish/")
    form = page.form("note", "when", button="Publish version").put(note="Built by hand")
    page.send(form, "Publish version")
    assert live_portal().number == before + 1
    newest = PortalVersion.objects.order_by("-number")[0]
    assert whole(newest.document) == wanted


def test_every_sign_that_a_starter_has_can_be_chosen():
    offered = {key for key, _ in SIGNS}
    used = {
        item["icon"]
        for key in (*starter_keys(), "nordwarm", "ledger", "chicago")
        for item in (*starter(key).get("types", ()), *starter(key).get("record_kinds", ()))
        if "icon" in item
    }
    assert used <= offered


def test_the_comparison_notices_one_letter():
    one, other = starter("chicago"), starter("chicago")
    other["types"][3]["fields"][2]["noun"] = "the mast"
    assert whole(one) != whole(other)
