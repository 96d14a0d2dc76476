"""A guest's form waits while another version goes live: it can be sent from where it comes back, or is read there."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal, portal_version
from portal_core.portal import earlier_forms
from portal_core.service_requests import since_opened
from portal_core.service_requests.models import ServiceRequest
from tests.contracts.rows import Rows
from tests.portal.guests import CODE, House, links, portal_document
from tests.reading import words_of as words

CONFIRM = "/new/repair/confirm/"


def changed(house: House, edit: Callable[[dict[str, Any]], object]) -> None:
    made = copy.deepcopy(portal_document())
    edit(made)
    publish(actor=actor_for(house.people["alice"]), document=load(made))


def one_more_question(document: dict[str, Any]) -> None:
    document["types"][0]["fields"].append({"key": "floor", "kind": "text", "label": "Floor", "required": True})


def signed_in_only(document: dict[str, Any]) -> None:
    document["types"][0]["for"] = {"who": "signed_in"}
    del document["types"][1]["for"]


def no_guests(document: dict[str, Any]) -> None:
    document["portal"]["guests"] = False


def drips(house: House) -> None:
    """A form waits in the guest's browser, as the page sends it."""
    house.send(**{"f-what": "A second drip", "opened": str(live_portal().number)})


def goes_to(answer: Any, shown_at: str) -> str:
    """Where a browser sends the form of a page: its own address when the form names none."""
    form = re.search(r"<form [^>]*data-once[^>]*>", answer.content.decode())
    named = re.search(r'action="([^"]*)"', form[0])
    return named[1] if named else shown_at


def asks_at(answer: Any, shown_at: str) -> set[str]:
    """Where the page asks for the questions that apply now."""
    return {found or shown_at for found in re.findall(r'hx-post="([^"]*)"', answer.content.decode())}


@pytest.mark.parametrize("way", ["code", "link"])
def test_the_form_that_came_back_is_sent_from_where_it_is_shown(flooded, client_for, way):
    if way == "link":
        flooded.send()
        (address,) = links(flooded)
        typed = {}
    else:
        flooded.client = client_for()
        flooded.send(email="hanna@example.net")
        address, typed = CONFIRM, {"code": CODE}
    changed(flooded, one_more_question)
    back = flooded.client.post(address, typed)
    assert back.status_code == 400
    assert asks_at(back, address) == {"/new/repair/"}
    email = {} if way == "link" else {"email": "hanna@example.net"}
    filled = flooded.form(**{"f-floor": "2nd"}, **email)
    assert "/g/" in flooded.client.post(goes_to(back, address), filled)["Location"]
    assert ServiceRequest.objects.get().data["floor"] == "2nd"


@pytest.mark.parametrize("edit", [signed_in_only, no_guests])
def test_who_comes_by_the_link_and_needs_an_account_now_reads_what_was_typed(flooded, edit):
    (link,) = links(flooded)
    drips(flooded)
    changed(flooded, edit)
    before = Rows().now()
    answer = flooded.client.post(link)
    assert answer.status_code == 409
    assert "Nothing was sent." in words(answer) and "What? A second drip" in words(answer)
    assert 'href="/signin/?next=%2Fnew%2Frepair%2F"' in answer.content.decode()
    assert Rows().now() == before


def test_the_link_shows_it_at_once_where_guests_are_turned_away(flooded):
    (link,) = links(flooded)
    drips(flooded)
    changed(flooded, no_guests)
    assert "What? A second drip" in words(flooded.client.get(link))


@pytest.mark.parametrize("method", ["get", "post"])
def test_where_the_code_is_asked_for_it_is_shown_too(house, method):
    drips(house)
    changed(house, no_guests)
    before = Rows().now()
    answer = getattr(house.client, method)(CONFIRM, {"code": CODE})
    assert answer.status_code == 409
    assert "Nothing was sent." in words(answer) and "What? A second drip" in words(answer)
    assert Rows().now() == before


def test_who_is_turned_away_with_another_form_reads_that_one(house):
    drips(house)
    opened = str(live_portal().number)
    changed(house, no_guests)
    answer = house.send(**{"f-what": "A third drip", "opened": opened})
    assert answer.status_code == 409
    assert "What? A third drip" in words(answer) and "A second drip" not in words(answer)


def test_in_another_browser_the_link_shows_nothing_of_it(flooded, client_for):
    (link,) = links(flooded)
    drips(flooded)
    changed(flooded, no_guests)
    for method in ("get", "post"):
        answer = getattr(client_for(), method)(link)
        assert answer["Location"].startswith("/signin/")


@pytest.mark.parametrize("edit", [no_guests, signed_in_only, one_more_question])
def test_one_source_has_earlier_versions_read_only_so_often(house, client_for, monkeypatch, edit):
    """Every version is large, and those of all portals share one place in the process."""
    monkeypatch.setattr(earlier_forms, "EARLIER_AN_HOUR", 2)
    read: list[int] = []
    monkeypatch.setattr(since_opened, "portal_version", lambda number: read.append(number) or portal_version(number))
    earlier = str(live_portal().number)
    changed(house, edit)
    for _ in range(5):
        answer = client_for().post("/new/repair/", house.form(**{"f-what": "A second drip", "opened": earlier}))
        assert answer.status_code != 302
    assert len(read) == 2
    # What was typed is not lost on who has asked too often.
    assert "A second drip" in answer.content.decode()
