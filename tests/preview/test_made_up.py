"""Somebody made up: a request in every status, answers to every kind of question, each language of the portal."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.config import drafted
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.document.flows import Flow
from portal_core.config.live import live_portal
from portal_core.config.starters import starter_for, starter_keys
from portal_core.desk.setup.preview.examples import examples
from portal_core.desk.setup.preview.way_here import filled_in_on_the_way
from portal_core.service_requests.models import ServiceRequest
from tests.config.every_kind import every_kind
from tests.factories import make_client
from tests.preview.conftest import ROOT, text_of


def open_portal(people: Any, document: dict[str, Any]) -> Any:
    publish(actor=actor_for(people["alice"]), document=load(document))
    drafted.cache.clear()
    return make_client(people["alice"])


def test_every_question_of_every_kind_has_an_answer(people, tenant):
    client = open_portal(people, every_kind())
    kind = live_portal().types[0]
    page = text_of(client.get(f"{ROOT}live/example/requests/1/"))
    for field in kind.fields:
        if field.is_input and field.when is None and field.key not in ("cause", "stars"):
            assert live_portal().text(field.label, "en").rstrip("?") in page, field.key
    assert "12 Example Street" in page and "EH1 1AA" in page


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.heavy)], ids=["short", "whole"])
@pytest.mark.parametrize("key", starter_keys())
def test_every_status_of_every_starter_can_be_looked_at(key, whole, people, tenant):
    """The page around the frame says the same of all statuses of a type: `--heavy` opens it for each of them."""
    client = open_portal(people, starter_for(key, name="Alpha", colour="#c8401a"))
    portal = live_portal()
    framed = set()
    for item in examples(portal):
        answer = client.get(f"{ROOT}live/example/requests/{item.number}/")
        assert answer.status_code == 200, (item.type.key, item.status.key)
        assert portal.text(item.status.customer_name, "en") in text_of(answer).replace("&#x27;", "'")
        if whole or item.type.key not in framed:
            framed.add(item.type.key)
            around = client.get(ROOT, {"as": "example", "page": f"mail/{item.type.key}/{item.status.key}/"})
            assert around.status_code == 200
        mail = client.get(f"{ROOT}live/example/mail/{item.type.key}/{item.status.key}/")
        assert mail.status_code == 200
        assert "your details" not in text_of(mail), "what was to be filled in on the way there is filled in"
    assert not ServiceRequest.objects.exists()


def way(origins: list[str], to: str, *must_fill: str) -> dict[str, Any]:
    return {"from": origins, "to": to, "by": ["agent"], "must_fill": list(must_fill)}


def asking(key: str, *fields: str, **more: Any) -> dict[str, Any]:
    asks = [{"key": "say", "do": "fill", "fields": list(fields)}] if fields else []
    return {"key": key, "name": key, "asks": asks, **more}


JUMPING = [
    asking("new"),
    asking("details", "size"),
    asking("priced", "day"),
    asking("work"),
    asking("check", "proof"),
    asking("done", outcome="done"),
    asking("again", "reason"),
    asking("refused", outcome="stopped"),
]
WAYS = [
    way(["new"], "details"),
    way(["details"], "new"),
    way(["new"], "priced", "price"),
    way(["priced"], "work"),
    way(["work"], "done", "result"),
    way(["work"], "again", "why"),
    way(["again"], "check", "by-whom"),
    way(["new", "again"], "refused", "grounds"),
]


@pytest.mark.parametrize(
    ("here", "filled"),
    [
        ("new", set()),
        ("details", set()),  # what is asked there is not answered there yet
        ("priced", {"price"}),  # not the size: nobody goes on from there
        ("done", {"price", "day", "result"}),
        ("again", {"price", "day", "why"}),
        ("check", {"price", "day", "why", "reason", "by-whom"}),  # it stands before, and is come to by a jump back
        ("refused", {"price", "day", "why", "reason", "grounds"}),
    ],
)
def test_a_made_up_request_has_what_was_filled_in_on_its_way_and_no_more(here, filled):
    flow = Flow.model_validate({"key": "way", "name": "Way", "statuses": JUMPING, "transitions": WAYS})
    assert filled_in_on_the_way(flow, "new", here) == filled
    assert filled_in_on_the_way(flow, "new", "nowhere") == set()


def test_the_home_page_of_the_example_shows_what_waits_and_what_is_with_us(people, tenant):
    client = open_portal(people, starter_for("support-tickets", name="Alpha", colour="#c8401a"))
    page = client.get(f"{ROOT}live/example/").content.decode()
    assert f"{ROOT}live/example/requests/" in page
    assert "Your next steps" in page


def test_what_is_kept_is_offered_by_forms(people, tenant):
    from tests.contracts.canaries import document

    client = open_portal(people, document())
    assert text_of(client.get(f"{ROOT}live/example/saved/")).count("Thing") >= 1
    assert client.get(f"{ROOT}live/new/saved/").status_code == 200


def test_each_language_of_the_portal_has_its_people(studio):
    document = copy.deepcopy(studio.live)
    document["portal"] |= {"languages": ["en", "de"], "guests": True}
    document["types"][0]["name"] = {"en": "Repair", "de": "Reparatur"}
    studio.publish(document)
    around = studio.client.get(ROOT)
    assert "Made up, German" in around.content.decode()
    page = studio.see("example_de", "new/")
    assert 'lang="de"' in page.content.decode() and "Reparatur" in text_of(page)
    assert "Reparatur" in text_of(studio.see("visitor_de", "new/"))
    assert 'lang="en"' in studio.see("example", "new/").content.decode()
    assert studio.see("example_fr").status_code == 404
    assert studio.see("nobody_de").status_code == 404


def test_a_guest_is_offered_only_where_the_portal_takes_guests(studio):
    assert "Guest with one link" not in studio.client.get(ROOT).content.decode()
    document = copy.deepcopy(studio.live)
    document["portal"]["guests"] = True
    studio.publish(document)
    assert "Guest with one link" in studio.client.get(ROOT).content.decode()
    page = studio.see("guest", "g/1/")
    assert "Guest, this request only" in text_of(page)
    assert f"{ROOT}live/guest/g/1/reply/" in page.content.decode()
    signed_out = studio.see("visitor", "new/repair/")
    assert 'name="email"' in signed_out.content.decode()
    sent = studio.send(
        "visitor",
        "new/repair/",
        {"do": "send", "f-what": "x", "f-kind": "noise", "name": "Vi", "email": "vi@example.com"},
    )
    assert "Tried on a copy." in text_of(sent) and "vi@" not in str(ServiceRequest.objects.all())
