"""A file does not give a key of an earlier version to something else; what was there may come back."""

from __future__ import annotations

import copy
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal_core.accounts.actor import SYSTEM
from portal_core.config.actions import publish
from portal_core.config.document import DocumentRefused, load
from portal_core.config.draft.reading import current
from portal_core.config.earlier_keys import require_own_keys
from portal_core.config.live import live_portal
from portal_core.config.models import PortalVersion
from tests.config.documents import sound

HOTEL = {"key": "hotel", "name": "Hotel"}


def choices(*keys: str) -> list[dict[str, str]]:
    return [{"key": key, "label": key.title()} for key in keys]


def with_all() -> dict[str, Any]:
    """The sound document with one more of everything, which the next version has no more."""
    document = sound()
    document["teams"].append({"key": "night", "name": "Night watch"})
    document["roles"].append({"key": "clerk", "name": "Clerk", "based_on": "agent"})
    document["document_kinds"] = [{"key": "plan", "name": "Plan"}]
    document["record_kinds"] = [
        {"key": "boiler", "name": "Boiler", "title": "{field:maker}",
         "fields": [{"key": "maker", "kind": "text", "label": "Maker"},
                    {"key": "fuel", "kind": "choice", "label": "Fuel", "choices": choices("gas", "oil")}]}
    ]  # fmt: skip
    columns = [
        {"key": "part", "kind": "text", "label": "Part"},
        {"key": "state", "kind": "choice", "label": "State", "choices": choices("new", "used")},
    ]
    document["types"][0]["fields"] += [
        {"key": "colour", "kind": "text", "label": "Colour"},
        {"key": "parts", "kind": "rows", "label": "Parts", "columns": columns},
    ]
    document["types"][0]["fields"][1]["choices"].append({"key": "smell", "label": "A smell"})
    document["flows"][0]["steps"].append({"key": "third", "name": "Waiting"})
    asked = next(status for status in document["flows"][0]["statuses"] if status["key"] == "asked")
    asked["asks"] = [{"key": "day", "do": "fill", "fields": ["since"], "required": False}]
    document["types"][0]["fields"][3]["show"] = {"customer": "edit"}
    document["types"].append({**copy.deepcopy(document["types"][0]), "key": "sale", "name": "Sale"})
    first = copy.deepcopy(document["flows"][0]["statuses"][0])
    document["flows"][0]["statuses"].insert(1, {**first, "key": "parts", "name": "Waits for parts"})
    document["flows"][0]["transitions"] += [
        {"from": ["new"], "to": "parts", "by": ["agent"]},
        {"from": ["parts"], "to": "over", "by": ["agent"]},
    ]
    return document


@pytest.fixture
def portal(tenant: Any) -> Any:
    publish(actor=SYSTEM, document=load(with_all()))
    publish(actor=SYSTEM, document=load(sound()))
    return tenant


def question(key: str, document: dict[str, Any]) -> dict[str, Any]:
    return next(field for field in document["types"][0]["fields"] if field["key"] == key)


def status(key: str, document: dict[str, Any]) -> dict[str, Any]:
    return next(item for item in document["flows"][0]["statuses"] if item["key"] == key)


def other(place: str) -> dict[str, Any]:
    """A file in which one key of the version before comes back as something else."""
    document = with_all()
    match place:
        case "teams.night":
            document["teams"][1]["name"] = "Hotel"
        case "roles.clerk":
            document["roles"][1]["name"] = "Chief"
        case "document_kinds.plan":
            document["document_kinds"][0]["name"] = "Contract"
        case "record_kinds.boiler":
            document["record_kinds"][0]["name"] = "Car"
        case "types.sale":
            document["types"][1]["name"] = "Complaint"
        case "types.repair.fields.colour":
            question("colour", document)["kind"] = "long_text"
        case "types.repair.fields.kind.choices.smell":
            question("kind", document)["choices"][-1]["label"] = "A fire"
        case "types.repair.fields.parts.columns.part":
            question("parts", document)["columns"][0]["kind"] = "number"
        case "types.repair.fields.parts.columns.state.choices.used":
            question("parts", document)["columns"][1]["choices"][1]["label"] = "Broken"
        case "record_kinds.boiler.fields.fuel.choices.oil":
            document["record_kinds"][0]["fields"][1]["choices"][1]["label"] = "Wood"
        case "flows.way.steps.third":
            document["flows"][0]["steps"][-1]["name"] = "Paying"
        case "flows.way.statuses.asked.asks.day":
            status("asked", document)["asks"][0] = {"key": "day", "do": "read", "text": "Our terms"}
        case "flows.way.statuses.parts":
            document["flows"][0]["statuses"][1]["name"] = "Refused"
    return document


PLACES = (
    "teams.night",
    "roles.clerk",
    "document_kinds.plan",
    "record_kinds.boiler",
    "types.sale",
    "types.repair.fields.colour",
    "types.repair.fields.kind.choices.smell",
    "types.repair.fields.parts.columns.part",
    "types.repair.fields.parts.columns.state.choices.used",
    "record_kinds.boiler.fields.fuel.choices.oil",
    "flows.way.steps.third",
    "flows.way.statuses.parts",
    "flows.way.statuses.asked.asks.day",
)


@pytest.mark.parametrize("place", PLACES)
def test_a_key_that_was_something_else_is_refused_with_its_place(place, portal):
    with pytest.raises(DocumentRefused) as refused:
        require_own_keys(load(other(place)))
    [problem] = refused.value.problems
    assert problem.path == place
    assert "In an earlier version the key" in problem.problem
    assert problem.mend.endswith("a key is never used again.")


def test_what_was_there_comes_back(portal):
    require_own_keys(load(with_all()))


def test_a_name_that_it_had_in_any_version_or_language_is_its_own(portal):
    document = with_all()
    document["teams"][1]["name"] = {"en": "Day watch", "de": "Tagwache"}
    document["portal"]["languages"] = ["en", "de"]
    publish(actor=SYSTEM, document=load(with_all()))
    publish(actor=SYSTEM, document=load(document))
    publish(actor=SYSTEM, document=load(sound()))
    require_own_keys(load(with_all()))
    document["teams"][1]["name"] = "Tagwache"
    require_own_keys(load(document))


def test_what_is_live_may_be_renamed_and_new_keys_are_free(portal):
    document = sound()
    document["teams"][0]["name"] = "Front desk"
    document["teams"].append(HOTEL)
    require_own_keys(load(document))


def test_what_is_live_and_out_of_use_does_not_come_back_as_something_else(tenant):
    retired = with_all()
    question("kind", retired)["choices"][-1]["retired"] = True
    status("parts", retired)["retired"] = True
    retired["flows"][0]["transitions"] = sound()["flows"][0]["transitions"]
    publish(actor=SYSTEM, document=load(with_all()))
    publish(actor=SYSTEM, document=load(retired))
    require_own_keys(load(retired))
    require_own_keys(load(with_all()))
    for place in ("types.repair.fields.kind.choices.smell", "flows.way.statuses.parts"):
        with pytest.raises(DocumentRefused) as refused:
            require_own_keys(load(other(place)))
        assert [problem.path for problem in refused.value.problems] == [place]


def test_two_answers_that_change_places_are_refused(tenant):
    publish(actor=SYSTEM, document=load(with_all()))
    document = with_all()
    answers = question("kind", document)["choices"]
    answers[0]["label"], answers[1]["label"] = answers[1]["label"], answers[0]["label"]
    with pytest.raises(DocumentRefused) as refused:
        require_own_keys(load(document))
    place = "types.repair.fields.kind.choices"
    assert [problem.path for problem in refused.value.problems] == [f"{place}.{key['key']}" for key in answers[:2]]
    assert f"this is what “{answers[1]['key']}” is" in refused.value.problems[0].problem


def test_names_that_moved_along_the_keys_are_published_in_the_editor_first(tenant):
    publish(actor=SYSTEM, document=load(sound()))
    document = sound()
    status("new", document)["name"], status("asked", document)["name"] = "Asked", "Waiting"
    with pytest.raises(DocumentRefused) as refused:
        require_own_keys(load(document))
    [problem] = refused.value.problems
    assert problem.path == "flows.way.statuses.new"
    assert problem.mend.endswith("publish the new names in the editor first.")
    publish(actor=SYSTEM, document=load(document))
    require_own_keys(load(document))


def test_what_is_asked_is_another_thing_when_something_else_is_to_be_done(tenant):
    publish(actor=SYSTEM, document=load(with_all()))
    with pytest.raises(DocumentRefused) as refused:
        require_own_keys(load(other("flows.way.statuses.asked.asks.day")))
    assert "in use for something else that is asked: “fill since”" in refused.value.problems[0].problem
    document = with_all()
    status("asked", document)["asks"][0]["fields"] = ["since", "gauge"]
    require_own_keys(load(document))


def test_it_is_one_statement_and_none_without_new_keys(portal):
    with CaptureQueriesContext(connection) as queries:
        require_own_keys(load(with_all()))
    assert len([query for query in queries if "jsonb_array_elements" in query["sql"]]) == 1
    with CaptureQueriesContext(connection) as queries:
        require_own_keys(load(sound()))
    assert not [query for query in queries if "jsonb_array_elements" in query["sql"]]


def test_the_page_refuses_such_a_file_and_nothing_is_changed(portal, people, client_for):
    before = current().revision
    sent = io.BytesIO(json.dumps(other("teams.night")).encode())
    sent.name = "portal.json"
    answer = client_for(people["alice"]).post("/desk/setup/versions/read/", {"file": sent})
    assert answer.status_code == 400
    assert "In an earlier version the key “night” belonged to something else" in answer.content.decode()
    assert (current().revision, current().is_changed) == (before, False)


@pytest.mark.parametrize("publishing", [True, False])
def test_the_command_refuses_it_too(publishing, portal, tmp_path, capsys):
    path = tmp_path / "portal.json"
    path.write_text(json.dumps(other("roles.clerk")))
    versions, revision = PortalVersion.objects.count(), current().revision
    more = ["--publish"] if publishing else []
    with pytest.raises(CommandError):
        call_command("portal_import", str(path), "--tenant", portal.slug, *more)
    assert "roles.clerk" in capsys.readouterr().err
    assert (PortalVersion.objects.count(), current().revision) == (versions, revision)
    assert live_portal().document == load(sound())
