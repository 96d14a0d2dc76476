"""The draft in the frame, and nowhere else."""

from __future__ import annotations

import copy
import threading
from typing import Any

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config import drafted, live
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.draft.editing import replace
from portal_core.config.draft.reading import current
from portal_core.config.drafted import drafted_portal
from portal_core.config.live import live_portal
from portal_core.config.looking import Look, is_look, look_at
from portal_core.config.models import PortalAsset
from portal_core.portal import home as home_page
from tenants.context import tenant_context
from tests.contracts.canaries import document as canary_portal
from tests.contracts.planted import FROM_CUSTOMERS, Scene, leaks_in
from tests.factories import make_client
from tests.preview.conftest import ROOT, text_of
from tests.service_requests import small_portal
from tests.service_requests.filing import file_request


def changed(document: dict[str, Any]) -> dict[str, Any]:
    """A draft with other words, another colour, another question and another status."""
    made = copy.deepcopy(document)
    made["portal"]["brand"] = {"colour": "#7a1fa2"}
    made["portal"]["welcome"] = "Canarywelcome to the new portal."
    status = made["flows"][0]["statuses"][0]
    status["meaning"] = "A person has it. You can keep using the tap meanwhile."
    made["types"][0]["name"] = "Mend & make <good>"
    made["types"][0]["fields"].append({"key": "added", "kind": "text", "label": "Is it urgent?"})
    return made


def test_the_frame_shows_the_draft_and_the_portal_does_not(studio):
    carol = studio.people["carol"]
    row = file_request(carol)
    studio.draft(changed(studio.live))
    assert "Is it urgent?" in text_of(studio.see(carol, "new/repair/", version="draft"))
    assert "Is it urgent?" not in text_of(studio.see(carol, "new/repair/"))
    client = make_client(carol)
    assert "Is it urgent?" not in text_of(client.get("/new/repair/"))
    page = studio.see(carol, f"requests/{row.number}/", version="draft").content.decode()
    assert "A person has it. <ins>You can keep using the tap meanwhile.</ins>" in page
    assert "keep using" not in client.get(f"/requests/{row.number}/").content.decode()


def test_what_is_new_is_underlined_and_stays_harmless(studio):
    studio.draft(changed(studio.live))
    page = studio.see("new", "new/", version="draft").content.decode()
    assert "<ins>Mend &amp; make &lt;good&gt;</ins>" in page
    assert "<good>" not in page
    around = studio.client.get(ROOT, {"as": "new", "page": "new/", "version": "draft"})
    assert "New in this draft" in text_of(around)
    assert "1 text, underlined in green" in text_of(around)


def test_what_a_copy_says_as_well_is_not_new(studio):
    """A status that begins as a copy repeats sentences which stand on other pages as they always did."""
    made = copy.deepcopy(studio.live)
    flow = made["flows"][0]
    flow["statuses"].append({**flow["statuses"][0], "key": "copied", "name": "Copied"})
    flow["transitions"].append({"from": [flow["statuses"][0]["key"]], "to": "copied", "by": ["agent"]})
    flow["transitions"].append({"from": ["copied"], "to": flow["transitions"][0]["to"], "by": ["agent"]})
    row = file_request(studio.people["carol"])
    studio.draft(made)
    page = studio.see(studio.people["carol"], f"requests/{row.number}/", version="draft")
    assert page.status_code == 200 and "<ins>" not in page.content.decode()


def test_a_picture_that_is_chosen_again_is_seen_although_the_draft_is_the_same(studio):
    """What it is called is its content: the draft, which named it before, is not changed by its coming back."""
    digest = "ab" * 32
    made = copy.deepcopy(studio.live)
    made["portal"]["brand"] = {"logo": digest}
    studio.draft(made)
    assert drafted_portal().portal.logo is None and current().revision == 1
    PortalAsset.objects.create(
        digest=digest, key="logo/again", name="again.png", size_bytes=900, width=84, height=84,
        reads_on_light=True, reads_on_dark=True,
    )  # fmt: skip
    seen = drafted_portal()
    assert (seen.portal.logo.plain.digest, current().revision) == (digest, 1)
    assert drafted_portal() is seen, "and now it is kept"


def test_the_drafts_colour_shows_in_its_frame_and_is_served_nowhere_else(studio):
    studio.draft(changed(studio.live))
    page = studio.see("new", version="draft").content.decode()
    digest = drafted_portal().portal.brand_hash
    assert f'href="{ROOT}draft/new/brand/{digest}.css"' in page
    assert 'data-brand="draft"' in page
    css = studio.see("new", f"brand/{digest}.css", version="draft")
    assert "#7a1fa2" in css.content.decode() and css["Content-Type"].startswith("text/css")
    assert studio.client.get(f"/brand/{digest}.css").status_code == 404
    assert 'data-brand="portal"' in studio.see("new").content.decode()


def test_a_draft_of_the_draft_is_shown_at_once(studio):
    first = changed(studio.live)
    studio.draft(first)
    assert "Is it urgent?" in text_of(studio.see("new", "new/repair/", version="draft"))
    first["types"][0]["fields"][-1]["label"] = "How urgent is it?"
    studio.draft(first)
    assert "How urgent is it?" in text_of(studio.see("new", "new/repair/", version="draft"))
    assert len(drafted.cache.entries) == 1


def test_without_a_draft_there_is_only_what_is_live(studio):
    assert studio.see("new", version="draft").status_code == 404
    page = studio.client.get(ROOT, {"version": "draft"})
    assert "You are looking at what is live" in text_of(page)
    assert 'name="version"' not in page.content.decode()


def test_what_the_draft_leaves_out_still_renders_where_requests_stand(studio):
    carol = studio.people["carol"]
    row = file_request(carol, "sale")
    made = copy.deepcopy(studio.live)
    made["types"] = made["types"][:1]
    studio.draft(made)
    assert "Something short" in text_of(studio.see(carol, f"requests/{row.number}/", version="draft"))
    assert "Sale" not in text_of(studio.see(carol, "new/", version="draft"))


def test_a_draft_that_leads_nowhere_says_what_to_mend(studio):
    made = copy.deepcopy(studio.live)
    made["types"][0]["flow"] = "no-such-flow"
    studio.draft(made)
    page = studio.client.get(ROOT, {"version": "draft"})
    assert page.status_code == 200
    assert "The draft cannot be shown yet." in text_of(page)
    assert "types.repair.flow" in page.content.decode()
    assert studio.see("new", version="draft").status_code == 404
    assert studio.see("new").status_code == 200


def test_a_draft_with_faults_that_shows_all_the_same_names_them(studio):
    made = copy.deepcopy(studio.live)
    del made["flows"][0]["statuses"][0]["meaning"]
    studio.draft(made)
    page = studio.client.get(ROOT, {"version": "draft"})
    assert "to mend before this draft can be published" in text_of(page)
    assert "<iframe" in page.content.decode()


def test_live_requests_beside_a_look_see_the_live_version(race_tenant, in_threads, monkeypatch):
    """A page in the frame is held half-way, with the draft in force, while the portal is asked in another thread."""
    with tenant_context(race_tenant):
        alice = actor_for(User.objects.get(email="alice@example.com"))
        publish(actor=alice, document=load(small_portal.document()))
        replace(actor=alice, document=load(changed(small_portal.document())), title="Another document")
        drafted.cache.clear()
        carol, owner = (User.objects.get(email=f"{name}@example.com") for name in ("carol", "alice"))
        clients = {"frame": make_client(owner), "portal": make_client(carol)}
    inside, done = threading.Event(), threading.Event()
    seen: dict[str, list[str]] = {"draft": [], "live": []}
    original = home_page._counts

    def held(actor, documents):
        if is_look():
            inside.set()
            assert done.wait(20)
            seen["draft"].append(live_portal().types[0].name)
        else:
            seen["live"].append(live_portal().types[0].name)
        return original(actor, documents)

    monkeypatch.setattr(home_page, "_counts", held)

    def run(which):
        if which == "frame":
            return clients["frame"].get(f"{ROOT}draft/{carol.pk}/").content.decode()
        assert inside.wait(20)
        try:
            return clients["portal"].get("/").content.decode()
        finally:
            done.set()

    framed, portal = in_threads(run, ["frame", "portal"], threads=2)
    assert isinstance(framed, str) and isinstance(portal, str), (framed, portal)
    assert seen == {"draft": ["Mend & make <good>"], "live": ["Repair"]}
    assert "Canarywelcome" not in portal
    numbers = {key: portal.number for key, portal in live.cache._entries.items() if key[0] == race_tenant.schema_name}
    assert 0 not in numbers.values(), "a draft has come among the live versions"


def test_a_look_ends_with_its_block_whatever_happens(studio):
    studio.draft(changed(studio.live))
    portal = drafted_portal().portal
    with pytest.raises(ZeroDivisionError), look_at(Look(portal)):
        assert live_portal() is portal
        raise ZeroDivisionError
    assert not is_look()
    assert live_portal().number > 0


def test_a_page_that_fails_leaves_the_live_portal_in_force(studio, monkeypatch):
    studio.draft(changed(studio.live))
    monkeypatch.setattr(home_page, "_counts", lambda actor, portal: 1 / 0)
    studio.client.raise_request_exception = False
    assert studio.see(studio.people["carol"], version="draft").status_code == 500
    monkeypatch.undo()
    assert not is_look()
    assert "Mend" not in make_client(studio.people["carol"]).get("/").content.decode()


def test_the_frame_holds_no_canary(people, tenant, client_for):
    """As the customer, the frame shows no more than the customer's own pages do: in every page, form and mail."""
    scene = Scene(people, tenant)
    replace(actor=actor_for(people["alice"]), document=load({**canary_portal(), "x-draft": 1}), title="A draft")
    owner, carol = client_for(people["alice"]), people["carol"].pk
    pages = ["", "requests/", "new/job/", "account/", "updates/", "saved/", f"saved/{scene.thing.pk}/"]
    pages += [f"requests/{row.number}/" for row in (scene.a, scene.b)]
    pages += [f"mail/job/{status}/" for status in ("open", "asked", "fixed", "dropped")]
    heard = {}
    for version in ("live", "draft"):
        for page in pages:
            answer = owner.get(f"{ROOT}{version}/{carol}/{page}")
            assert answer.status_code == 200, (version, page)
            heard[f"{version} {page}"] = answer.content.decode()
    assert leaks_in(heard, FROM_CUSTOMERS) == {}
