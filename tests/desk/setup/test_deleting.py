"""What is out of use is deleted for good where nothing that is kept names it; what was never published goes at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from portal_core.accounts.actor import actor_for
from portal_core.accounts.roles import resolve_role
from portal_core.config.actions import publish
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.config.errors import PublishRefused
from portal_core.config.live import live_portal
from tests.desk.setup.test_sheets import read
from tests.factories import make_user
from tests.reading import words_of as text
from tests.service_requests.filing import file_request

OUT = "/desk/setup/out-of-use/"


@pytest.fixture
def alice(shop: Any, client_for: Any, people: Any) -> Client:
    return client_for(people["alice"])


def test_a_type_that_nobody_asked_for_is_deleted_and_goes_live_without_it(alice, people):
    alice.post("/desk/setup/types/sale/retire/")
    assert "Delete Sale" in text(alice.get("/desk/setup/"))
    said = text(alice.post(f"{OUT}types/sale/delete/", follow=True))
    assert "“Sale” is deleted. Until you publish, it can be taken back under “What was done”." in said
    assert current().keys("types") == ["repair"]
    publish(actor=actor_for(people["alice"]), document=current().document)
    assert [kind.key for kind in live_portal().document.types] == ["repair"]
    alice.post("/desk/setup/types/_add/", {"name": "Sale", "copy": "repair"})
    assert current().keys("types") == ["repair", "sale-2"], "its key is not used again"


def test_what_is_in_use_or_named_stays_and_says_why(alice, people):
    file_request(people["carol"], "sale")
    alice.post("/desk/setup/types/sale/retire/")
    before = current().revision
    for path, reason in (
        (
            "types/sale",
            "“Sale” cannot be deleted: there are requests of it, which show its words. It stays out of use.",
        ),
        ("types/repair", "“Repair” cannot be deleted: it is in use."),
        ("flows/way", "“Way” cannot be deleted: it is in use."),
        ("teams/desk", "cannot be deleted: it is in use."),
    ):
        assert reason in text(alice.post(f"{OUT}{path}/delete/", follow=True)), path
    for path in ("types/nothing", "messages/hello", "portal/name"):
        assert alice.post(f"{OUT}{path}/delete/").status_code == 404
    assert alice.get(f"{OUT}types/sale/delete/").status_code == 405
    assert current().revision == before


def test_a_team_that_what_has_happened_may_name_stays(alice, people):
    """Publishing keeps every team as soon as there are requests: to say that it is deleted would be untrue."""
    alice.post("/desk/setup/teams/_add/", {"name": "Night"})
    publish(actor=actor_for(people["alice"]), document=current().document)
    alice.post("/desk/setup/teams/night/retire/")
    alice.post(f"{OUT}teams/night/delete/")
    assert "night" not in current().keys("teams")
    alice.post("/desk/setup/discard/")
    file_request(people["carol"], "sale")
    alice.post("/desk/setup/teams/night/retire/")
    said = text(alice.post(f"{OUT}teams/night/delete/", follow=True))
    assert "cannot be deleted: there are requests, and what has happened in them may name it." in said
    assert read("teams", "night", "retired") is True


def test_somebody_who_asks_for_it_meanwhile_keeps_it_as_out_of_use(alice, people):
    alice.post("/desk/setup/types/sale/retire/")
    alice.post(f"{OUT}types/sale/delete/")
    file_request(people["carol"], "sale")
    mapping = {"type": {"sale": "repair"}}
    publish(actor=actor_for(people["alice"]), document=current().document, mapping=mapping)
    assert [kind.key for kind in live_portal().document.types if not kind.retired] == ["repair"]


def test_what_was_never_published_is_deleted_at_once(alice):
    alice.post("/desk/setup/types/_add/", {"name": "Trial", "copy": "repair"})
    assert "Delete Trial" in text(alice.get("/desk/setup/"))
    assert "“Trial” is deleted." in text(alice.post("/desk/setup/types/trial/retire/", follow=True))
    assert current().keys("types") == ["repair", "sale"]
    assert not current().is_changed


@pytest.mark.parametrize("who", ["bob", "carol"])
def test_only_who_may_configure_deletes(who, shop, people, client_for):
    client_for(people["alice"]).post("/desk/setup/types/sale/retire/")
    before = current().revision
    assert client_for(people[who]).post(f"{OUT}types/sale/delete/").status_code in (302, 403, 404)
    assert (current().revision, read("types", "sale", "retired")) == (before, True)


KINDS = {"documents": ("document_kinds", "document-kinds"), "records": ("record_kinds", "record-kinds")}


def published(people: Any) -> None:
    publish(actor=actor_for(people["alice"]), document=current().document)


@pytest.mark.parametrize("what", KINDS)
def test_a_kind_of_which_there_is_nothing_is_deleted(what, alice, people, monkeypatch):
    collection, page = KINDS[what]
    alice.post(f"/desk/setup/{page}/_add/", {"name": "Night"})
    if what == "records":
        alice.post(f"/desk/setup/{page}/night/fields/_add/", {"label": "Maker", "kind": "text", "do": "add"})
        edit_title(people)
    published(people)
    alice.post(f"/desk/setup/{page}/night/retire/")
    assert "Delete Night" in text(alice.get(f"/desk/setup/{page}/"))
    monkeypatch.setattr(f"portal_core.desk.setup.deleting.kept_{collection[:-1]}s", lambda: frozenset({"night"}))
    before = current().revision
    kept = text(alice.post(f"{OUT}{collection}/night/delete/", follow=True))
    assert "“Night” cannot be deleted: " in kept
    assert current().revision == before
    monkeypatch.undo()
    assert "“Night” is deleted." in text(alice.post(f"{OUT}{collection}/night/delete/", follow=True))
    published(people)
    assert "night" not in [kind.key for kind in getattr(live_portal().document, collection)]


def edit_title(people: Any) -> None:
    key = current().keys("record_kinds")[0]
    field = current().item("record_kinds", key)["fields"][0]["key"]
    operation = Set(("record_kinds", key, "title"), f"{{field:{field}}}")
    edit(actor=actor_for(people["alice"]), operations=[operation], title="Title")


def test_a_role_that_nobody_has_is_deleted_and_one_that_somebody_had_stays(alice, people):
    alice.post("/desk/setup/roles/_add/", {"name": "Night porter"})
    published(people)
    erin = make_user("porter@example.com", "Erin Porter", "night-porter", is_active=False)
    alice.post("/desk/setup/roles/night-porter/retire/")
    said = text(alice.post(f"{OUT}roles/night-porter/delete/", follow=True))
    assert "cannot be deleted: somebody has it, or had it when they left." in said
    assert read("roles", "night-porter", "retired") is True
    type(erin).objects.filter(pk=erin.pk).update(role="agent")
    assert "is deleted." in text(alice.post(f"{OUT}roles/night-porter/delete/", follow=True))
    published(people)
    assert "night-porter" not in [role.key for role in live_portal().document.roles]


def takes_away(how: str, alice: Client) -> None:
    alice.post("/desk/setup/roles/night-porter/retire/")
    if how == "deleted":
        assert "is deleted." in text(alice.post(f"{OUT}roles/night-porter/delete/", follow=True))


@pytest.mark.parametrize("how", ["deleted", "out of use"])
def test_a_role_that_somebody_is_given_before_it_is_gone_stops_publishing(how, alice, people):
    """Published without it, they would be signed in with a role that nobody knows, and might do nothing."""
    alice.post("/desk/setup/roles/_add/", {"name": "Night porter"})
    published(people)
    takes_away(how, alice)
    erin = make_user("porter@example.com", "Erin Porter", "night-porter")
    number = live_portal().number
    with pytest.raises(PublishRefused) as refused:
        published(people)
    assert [problem.path for problem in refused.value.problems] == ["roles.night-porter"]
    assert (live_portal().number, resolve_role("night-porter").base) == (number, "agent")
    page = alice.get("/desk/setup/publish/")
    assert "Night porter" in text(page)
    assert "One person has this role, or an invitation to it, and could do nothing any more." in text(page)
    assert 'value="roles.night-porter' in page.content.decode(), "it can be taken back"
    assert "Give them another role on the page of the team first, or keep this one." in text(page)
    for href in re.findall(r'href="(/desk/setup/roles/[^"]*)"', page.content.decode()):
        assert alice.get(href).status_code == 200, href
    type(erin).objects.filter(pk=erin.pk).update(role="agent")
    published(people)
    assert resolve_role("night-porter").permissions == frozenset()


def test_a_role_of_somebody_who_has_left_stops_nothing(alice, people):
    alice.post("/desk/setup/roles/_add/", {"name": "Night porter"})
    published(people)
    takes_away("deleted", alice)
    make_user("porter@example.com", "Erin Porter", "night-porter", is_active=False)
    published(people)
    assert "night-porter" not in live_portal().role_keys


def test_a_file_that_leaves_out_a_role_which_somebody_has_is_refused(alice, people):
    alice.post("/desk/setup/roles/_add/", {"name": "Night porter"})
    published(people)
    make_user("porter@example.com", "Erin Porter", "night-porter")
    document = current().document.model_copy(update={"roles": ()})
    with pytest.raises(PublishRefused):
        publish(actor=actor_for(people["alice"]), document=document)
    assert "night-porter" in live_portal().role_keys


def test_a_role_that_a_promise_is_about_stays(alice, people):
    alice.post("/desk/setup/roles/_add/", {"name": "Night porter"})
    operations = [
        Set(("roles", "night-porter", "retired"), True),
        Set(("assertions",), [{"field": "repair.cause", "never": "night-porter"}]),
    ]
    edit(actor=actor_for(people["alice"]), operations=operations, title="Test")
    said = text(alice.post(f"{OUT}roles/night-porter/delete/", follow=True))
    assert "a promise under “Who sees what” is about it" in said
