"""A starter comes into the draft in one step: looked at before, undone after, nothing live, nothing else changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.canonical import canonical
from portal_core.config.checks import check
from portal_core.config.document import load
from portal_core.config.draft.reading import current
from portal_core.config.errors import DraftChanged
from portal_core.config.live import live_portal
from portal_core.config.models import DraftOperation
from portal_core.config.problems import stops
from portal_core.config.queries import ever_published
from portal_core.config.starters import starter, starter_keys
from portal_core.desk.setup import starters
from portal_core.service_requests.models import ServiceRequest
from tests.reading import words_of as plain

PAGE = "/desk/setup/starters/"


def types_of(key: str) -> list[str]:
    return [kind["key"] for kind in starter(key)["types"]]


def test_the_page_offers_the_nine_and_says_what_one_brings(alice):
    page = alice.get(PAGE)
    assert page.content.decode().count("?starter=") == len(starter_keys()) == 9
    assert "Choose one to see what it brings." in plain(page)
    page = plain(alice.get(f"{PAGE}?starter=invoices"))
    for kind in starter("invoices")["types"]:
        assert kind["name"]["en"] in page
    assert "3 sets of statuses, 2 kinds of document, 1 kind of saved record, 1 team" in page
    assert alice.get(f"{PAGE}?starter=nothing").status_code == 200
    assert current().revision == 0
    assert PAGE in alice.get("/desk/setup/").content.decode()


def test_a_starter_is_one_edit_which_the_review_shows_and_which_can_be_undone(alice):
    live, people = canonical(live_portal().document), User.objects.count()
    answer = alice.post(PAGE, {"starter": "invoices", "types": types_of("invoices")}, follow=True)
    assert answer.redirect_chain == [("/desk/setup/publish/", 302)]
    page = plain(answer)
    assert "From the starter “Explaining invoices”: 3 request types, 3 sets of statuses" in page
    for kind in starter("invoices")["types"]:
        assert f"Customers can make a new request: “{kind['name']['en']}”" in page
    assert (current().revision, DraftOperation.objects.count()) == (1, 1)
    assert stops(check(current().document, live_portal().document)) == ()
    assert canonical(live_portal().document) == live
    # No sample data comes along.
    assert (User.objects.count(), ServiceRequest.objects.count()) == (people, 0)
    alice.post("/desk/setup/history/1/undo/")
    assert not current().is_changed


def test_one_type_of_a_starter_leads_to_that_type(alice):
    answer = alice.post(PAGE, {"starter": "booking", "types": ["book"]})
    assert answer.headers["Location"] == "/desk/setup/types/book/"
    assert current().keys("types") == ["repair", "sale", "book"]
    assert current().keys("flows") == ["way", "appointments"]
    assert alice.get("/desk/setup/types/book/").status_code == 200


def test_keys_that_are_taken_are_kept_apart_and_nothing_of_the_portals_own_changes(alice):
    alice.post("/desk/setup/types/_add/", {"name": "Book", "copy": "repair"})
    before = current().as_json()
    assert "question" in ever_published("types"), "of the starter from which the portal was opened"
    alice.post(PAGE, {"starter": "booking", "types": types_of("booking")})
    after: Any = current().as_json()
    assert [kind["key"] for kind in after["types"]] == ["repair", "sale", "book", "book-2", "change", "question-2"]
    for name in ("portal", "notifications"):
        assert after[name] == before[name]
    assert after["types"][: len(before["types"])] == before["types"]
    assert stops(check(current().document, live_portal().document)) == ()


def test_a_key_that_an_earlier_version_had_is_never_used_again(alice, people):
    """Neither by a starter nor by anything that is added, however deep; what is live does not say what was before."""
    before = canonical(live_portal().document)
    with_more: Any = json.loads(json.dumps(before))
    kind = {**with_more["types"][0], "key": "book", "name": "Book"}
    colour = {"key": "colour", "label": "Colour", "kind": "choice", "choices": [{"key": "red", "label": "Red"}]}
    kind["fields"] = [*kind["fields"], colour]
    with_more["types"] += [kind]
    with_more["types"][0] = {**kind, "key": with_more["types"][0]["key"], "name": "Repair"}
    owner = actor_for(people["alice"])
    publish(actor=owner, document=load(with_more))
    publish(actor=owner, document=load(before))
    assert "book" not in current().keys("types"), "the version that is live has forgotten it"
    alice.post(PAGE, {"starter": "booking", "types": ["book"]})
    alice.post("/desk/setup/types/_add/", {"name": "Book", "copy": "repair"})
    assert current().keys("types") == ["repair", "sale", "book-2", "book-3"]
    assert {"repair", "sale", "book"} <= ever_published("types")
    assert ever_published("types", "book", "fields", "colour", "choices") == {"red"}
    alice.post("/desk/setup/types/repair/fields/_add/", {"label": "Colour", "kind": "choice"})
    keys = [field["key"] for field in current().item("types", "repair")["fields"]]
    assert "colour-2" in keys and "colour" not in keys


def test_what_is_there_already_is_not_added_again(alice):
    typed = {"starter": "booking", "types": types_of("booking")}
    alice.post(PAGE, typed)
    assert "All of it is in your draft already." in plain(alice.get(f"{PAGE}?starter=booking"))
    answer = alice.post(PAGE, typed, follow=True)
    assert "All of it is in the draft already. Nothing was added." in plain(answer)
    assert current().revision == 1


def test_a_name_that_is_there_twice_is_pointed_out(alice):
    name = starter("booking")["types"][0]["name"]["en"]
    alice.post("/desk/setup/types/_add/", {"name": name, "copy": "repair"})
    answer = alice.post(PAGE, {"starter": "booking", "types": ["book"]}, follow=True)
    assert f"“{name}” is the name of two request types now. Give one of them another." in plain(answer)


def test_nothing_ticked_is_said_at_the_boxes_and_writes_nothing(alice):
    answer = alice.post(PAGE, {"starter": "booking"})
    assert answer.status_code == 400
    assert "Tick at least one" in plain(answer)
    for typed in ({"starter": "nothing", "types": "x"}, {"starter": "booking", "types": "x"}, {}):
        alice.post(PAGE, typed)
    assert current().keys("types") == ["repair", "sale"]
    assert current().revision == 0


@pytest.mark.parametrize("who,status", [("bob", 403), ("carol", 404)])
def test_only_who_may_configure_brings_one_in(who, status, shop, people, client_for):
    client = client_for(people[who])
    assert client.get(PAGE).status_code == status
    assert client.post(PAGE, {"starter": "booking", "types": ["book"]}).status_code == status
    assert current().revision == 0


def test_somebody_who_is_quicker_is_not_overwritten_and_nothing_is_said_to_be_added(alice, monkeypatch):
    def quicker(**_edit: Any) -> None:
        raise DraftChanged(1, 2)

    monkeypatch.setattr(starters, "edit", quicker)
    key = types_of("invoices")[0]
    answer = alice.post(PAGE, {"starter": "invoices", "types": [key]}, follow=True)
    assert (answer.status_code, answer.redirect_chain) == (200, [(f"{PAGE}?starter=invoices", 302)])
    page = plain(answer)
    assert "Nothing was added: try again." in page
    assert "It is in the draft" not in page
    assert "two request types now" not in page
    assert not current().is_changed
