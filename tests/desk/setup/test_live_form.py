"""The form stands beside its fields as customers meet it: made by the portal from the draft, no weight on an edit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from portal_core.accounts.actor import actor_for
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from tests.desk.setup.test_sheets import FETCH, form_of

TYPE = "/desk/setup/types/repair/"
FIELD = f"{TYPE}fields/what/"


def frame_of(client: Client) -> str:
    """Where the page's script finds the form; "" where it is said why there is none."""
    found = re.search(r'data-src="([^"]+)"', client.get(f"{TYPE}form/").content.decode())
    return found[1] if found else ""


def test_the_frame_holds_the_portals_own_form_of_what_is_live_and_then_of_the_draft(alice):
    assert frame_of(alice) == "/desk/setup/preview/live/example/new/repair/"
    alice.post(FIELD, {**form_of(alice, FIELD), "label": "What has happened?"})
    src = frame_of(alice)
    assert src == "/desk/setup/preview/draft/example/new/repair/"
    page = alice.get(src)
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<ins>What has happened?</ins>" in page.content.decode()
    assert 'name="f-what"' in page.content.decode()


@pytest.mark.parametrize("path", [TYPE, FIELD, f"{TYPE}words/"])
def test_pages_about_a_type_may_hold_the_frame_and_lead_to_the_preview_without_script(path, alice):
    answer = alice.get(path)
    page = answer.content.decode()
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "data-live-form" in page and f'hx-get="{TYPE}form/"' in page
    # It is asked for by the script when it is open, and never with the page.
    assert (
        "data-src" not in page and '<iframe class="seen-frame" title="The form as customers see it"></iframe>' in page
    )
    (link,) = re.findall(r'href="(/desk/setup/preview/\?[^"]+)"', page)
    assert alice.get(link.replace("&amp;", "&")).context["shown"].path == "new/repair/"


def test_what_customers_never_see_is_said_and_nothing_else(alice):
    note = alice.get(f"{TYPE}form/").content.decode()
    assert "Hidden from customers: <bdi>Cause</bdi>." in note
    alice.post(f"{TYPE}fields/cause/switch/", {"do": "show", "role": "customer", "to": "see"})
    assert "Hidden from customers" not in alice.get(f"{TYPE}form/").content.decode()


def test_a_draft_that_cannot_be_shown_says_so_and_leads_to_the_mend(alice, people):
    edit(actor=actor_for(people["alice"]), operations=[Set(("types", "repair", "flow"), "nowhere")], title="x")
    note = alice.get(f"{TYPE}form/").content.decode()
    assert "data-src" not in note
    assert 'href="/desk/setup/publish/"' in note
    assert "nowhere" not in note
    assert alice.get(TYPE).status_code == 200


def test_a_type_that_is_taken_out_says_so(alice):
    alice.post(f"{TYPE}retire/")
    note = alice.get(f"{TYPE}form/").content.decode()
    assert "data-src" not in note and "it is taken out" in note


def test_an_edit_answers_without_the_form(alice):
    form = {**form_of(alice, FIELD), "label": "Another", "dirty": ["label"]}
    answer = alice.post(FIELD, form, headers=FETCH)
    assert (answer.status_code, answer.content.decode()) == (200, "Saved in the draft.")
    pressed = alice.post(f"{FIELD}switch/", {"do": "required"}, headers={"HX-Request": "true"})
    assert len(pressed.content) < 10_000 and b"data-live" not in pressed.content


def test_only_who_may_configure_is_shown_it(shop: Any, people: Any, client_for: Any):
    for who, status in (("bob", 403), ("carol", 404)):
        answer = client_for(people[who]).get(f"{TYPE}form/")
        assert answer.status_code == status
        assert b"Cause" not in answer.content
