"""One edit on the largest document: what is sent there and back, with all that the page asks for afterwards."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from bench._largest import largest
from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Insert
from portal_core.config.draft.reading import current
from tests.desk.setup.test_sheets import FETCH, form_of
from tests.service_requests.small_portal import document

AT_MOST = 10_000
STATUSES = 15
HTMX = {"HX-Request": "true", "Accept-Encoding": "gzip"}
SETUP = "/desk/setup/"
TYPE = f"{SETUP}types/type-50/"
STATUS = f"{SETUP}flows/way/statuses/new/"
ASKED_AGAIN = re.compile(r'hx-get="([^"]+)"[^>]*hx-trigger="draft-changed')


@pytest.fixture
def alice(people: Any, client_for: Any) -> Client:
    """A hundred types of two hundred fields, and as many statuses as a flow is readable with."""
    publish(actor=actor_for(people["alice"]), document=load(largest(document())))
    more = [{"key": f"more-{n}", "name": f"Status number {n}", "turn": "us"} for n in range(STATUSES - 3)]
    edit(actor=SYSTEM, operations=[Insert(("flows", "way", "statuses"), status) for status in more], title="Statuses")
    return client_for(people["alice"])


def cost(client: Client, page: str, action: str, typed: dict[str, Any], headers: dict[str, str]) -> int:
    """The bytes of one edit on the wire, without headers: the form, the answer, and whatever of the page asks again
    once something was saved."""
    shown = client.get(page).content.decode()
    before = current().revision
    answer = client.post(action, typed, headers=headers)
    assert answer.status_code in (200, 204), answer.content.decode()[:300]
    assert current().revision == before + 1, f"{action}: nothing was edited"
    found = len(urlencode(typed, doseq=True)) + len(answer.content)
    for href in ASKED_AGAIN.findall(shown):
        again = client.get(href.replace("&amp;", "&"), headers=HTMX)
        assert again.status_code == 200, href
        found += len(again.content)
    return found


def saved_by_itself(client: Client, page: str, **typed: Any) -> int:
    """A sheet that saves what was changed in it."""
    return cost(client, page, page, {**form_of(client, page), **typed, "dirty": list(typed)}, FETCH)


def test_one_edit_of_each_page_sends_little_however_large_the_document_is(alice):
    costs = {
        "a question's words": saved_by_itself(alice, f"{TYPE}fields/f150/", label="Another question"),
        "a condition": saved_by_itself(
            alice, f"{TYPE}fields/f150/", **{"when": "all", "when-0": '["f120", "filled", true]'}
        ),
        "who sees a field": cost(
            alice, TYPE, f"{TYPE}fields/f150/switch/", {"do": "show", "role": "customer", "to": "see"}, HTMX
        ),
        "who sees a field in a status": cost(
            alice, TYPE, f"{TYPE}fields/f150/switch/", {"do": "at", "status": "more-7", "to": "edit"}, HTMX
        ),
        "the order of the fields": cost(
            alice, TYPE, f"{TYPE}fields/_order/", {"key": "f150", "to": "before:f3"}, FETCH
        ),
        "a type's words": saved_by_itself(alice, f"{TYPE}words/", description="Another description"),
        "a status's contract": saved_by_itself(alice, STATUS, meaning="Another meaning"),
        "a way": cost(alice, STATUS, f"{STATUS}ways/", {"to": "more-3", "by": "agent"}, HTMX),
        "who is told in a status": saved_by_itself(
            alice, f"{SETUP}notifications/?flow=way&at=new&who=manager", when="daily"
        ),
        "who is told of an event": saved_by_itself(
            alice, f"{SETUP}notifications/?flow=way&event=created&who=manager", when="daily"
        ),
        "the colour": saved_by_itself(alice, f"{SETUP}portal/", colour="#123456"),
        "a team's name": saved_by_itself(alice, f"{SETUP}teams/desk/", name="Another desk"),
    }
    too_much = {what: size for what, size in costs.items() if size > AT_MOST}
    assert not too_much, costs
