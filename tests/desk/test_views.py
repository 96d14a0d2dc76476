"""Saved views: kept, shared, counted in the rail, and never more than the reader may see."""

from __future__ import annotations

import uuid

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.service_requests.errors import Forbidden, NotSeen
from portal_core.service_requests.models import SavedView
from portal_core.service_requests.queue import Filters
from portal_core.service_requests.saved_views import (
    OWN_LIMIT,
    ViewRefused,
    filters_of,
    keep_view,
    rename_view,
    share_view,
)
from tests.contracts.rows import Rows
from tests.factories import make_user
from tests.service_requests import small_portal

SALES = Filters(view="all", type_key="sale", sort="age")


@pytest.fixture
def bob(people):
    return actor_for(people["bob"])


def test_one_click_keeps_the_queue_as_it_stands(shop, people, client_for):
    client = client_for(people["bob"])
    shop.file("sale", what="Blue", kind="noise")
    shop.file("repair", what="Red", kind="noise")
    page = client.get("/desk/?view=all&type=sale&sort=age").content.decode()
    assert 'name="query" value="view=all&amp;type=sale&amp;sort=age"' in page
    answer = client.post("/desk/views/keep/", {"query": "view=all&type=sale&sort=age", "name": "  Sales   open "})
    view = SavedView.objects.get()
    assert (view.name, view.is_shared, filters_of(view)) == ("Sales open", False, SALES)
    assert answer["Location"] == f"/desk/?view=all&type=sale&sort=age&saved={view.pk}"
    kept = client.get(answer["Location"]).content.decode()
    assert "Blue" in kept and "Red" not in kept
    assert "<h1>Sales open</h1>" in kept and 'aria-current="page"' in kept
    # Not anybody else's, until it is shared.
    assert "Sales open" not in client_for(people["alice"]).get("/desk/").content.decode()


def test_a_shared_view_shows_each_what_they_may_see_with_their_own_count(shop, people, client_for):
    for kind in ("sale", "repair", "repair"):
        shop.file(kind, what="Blue", kind="noise")
    alice = actor_for(people["alice"])
    view = keep_view(actor=alice, name="Everything", filters=Filters(view="all"))
    share_view(actor=alice, view_id=view.pk, is_shared=True)
    shop.publish(types=["sale"])
    erin = client_for(people["erin"]).get("/desk/").content.decode()
    rail = erin[erin.index("Saved views") :]
    assert 'Everything <span class="n">1</span>' in rail
    rail = client_for(people["bob"]).get("/desk/").content.decode()
    assert 'Everything <span class="n">3</span>' in rail
    page = client_for(people["erin"]).get(f"/desk/?view=all&saved={view.pk}").content.decode()
    assert page.count("data-row") == 1


def test_who_may_share_rename_and_delete(shop, people, client_for, bob):
    mine = keep_view(actor=bob, name="Mine", filters=SALES)
    mona = make_user("mona@example.com", "Mona", "manager")
    path = f"/desk/views/{mine.pk}/"
    before = Rows().now()
    assert client_for(people["bob"]).post(path, {"do": "share"}).status_code == 403
    for other in (people["alice"], mona, people["erin"]):
        for do in ("share", "rename", "delete", "unshare"):
            assert client_for(other).post(path, {"do": do, "name": "Taken over"}).status_code == 404
    assert client_for(people["carol"]).post(path, {"do": "delete"}).status_code == 404
    assert Rows().now() == before
    shared = keep_view(actor=actor_for(mona), name="Ours", filters=SALES)
    share_view(actor=actor_for(mona), view_id=shared.pk, is_shared=True)
    with pytest.raises(Forbidden):
        rename_view(actor=bob, view_id=shared.pk, name="Changed")
    client_for(people["alice"]).post(f"/desk/views/{shared.pk}/", {"do": "rename", "name": "Of the desk"})
    assert SavedView.objects.get(pk=shared.pk).name == "Of the desk"
    client_for(people["alice"]).post(f"/desk/views/{shared.pk}/", {"do": "unshare"})
    with pytest.raises(NotSeen):
        rename_view(actor=actor_for(people["alice"]), view_id=shared.pk, name="x")
    client_for(people["bob"]).post(path, {"do": "delete"})
    assert not SavedView.objects.filter(pk=mine.pk).exists()


def test_a_name_that_cannot_be_is_refused_in_words_and_kept(shop, people, client_for, bob):
    keep_view(actor=bob, name="Mine", filters=SALES)
    other = keep_view(actor=bob, name="Other", filters=SALES)
    client = client_for(people["bob"])
    page = client.post(f"/desk/views/{other.pk}/", {"do": "rename", "name": "Mine"})
    assert page.status_code == 400 and "You have a view of this name" in page.content.decode()
    for name in ("", "  ", "x" * 61, "Mine"):
        with pytest.raises(ViewRefused):
            keep_view(actor=bob, name=name, filters=SALES)
    told = client.post("/desk/views/keep/", {"query": "view=all", "name": ""}, follow=True).content.decode()
    assert "Write a name for the view" in told
    for number in range(OWN_LIMIT - 2):
        keep_view(actor=bob, name=f"View {number}", filters=SALES)
    with pytest.raises(ViewRefused):
        keep_view(actor=bob, name="One more", filters=SALES)
    assert SavedView.objects.count() == OWN_LIMIT


def test_a_view_of_another_time_still_opens(shop, people, client_for, bob):
    view = keep_view(actor=bob, name="Old", filters=SALES)
    SavedView.objects.filter(pk=view.pk).update(filters={"view": "gone", "colour": "red", "due": 7, "who": "x\x00"[:1]})
    assert client_for(people["bob"]).get("/desk/").status_code == 200
    assert client_for(people["bob"]).get("/desk/views/").status_code == 200
    assert client_for(people["bob"]).get(f"/desk/?saved={uuid.uuid4()}").status_code == 200


def test_what_became_of_a_view_is_said_and_whose_a_shared_one_is(shop, people, client_for, bob):
    shop.file("sale", what="Blue", kind="noise")
    alice, colleague = client_for(people["alice"]), client_for(people["bob"])
    in_rail = 'href="/desk/views/"'
    assert alice.get("/desk/").content.decode().count(in_rail) == 1  # beside "Keep this view"
    kept = alice.post("/desk/views/keep/", {"query": "view=all&type=sale&who=me&cols=customer", "name": "Sales"})
    view = SavedView.objects.get()
    assert (
        "Kept as “<bdi>Sales</bdi>”. To share or rename it, open “<bdi>All views</bdi>”."
        in alice.get(kept["Location"]).content.decode()
    )

    def told(client, do, **more):
        return client.post(f"/desk/views/{view.pk}/", {"do": do, **more}, follow=True).content.decode()

    assert "“<bdi>Sales</bdi>” is shared with everybody at the desk." in told(alice, "share")
    theirs = colleague.get("/desk/views/").content.decode()
    assert f"Shared with everybody at the desk by <bdi>{people['alice'].name}</bdi>" in theirs
    assert in_rail in theirs
    mona = client_for(make_user("mona@example.com", "Mona", "manager"))
    assert "The view is called “<bdi>Sold</bdi>” now." in told(mona, "rename", name="Sold")
    assert f"“<bdi>Sold</bdi>” is {people['alice'].name}’s alone again." in told(mona, "unshare")
    assert "Sold" not in colleague.get("/desk/views/").content.decode()
    assert told(colleague, "delete").count("“Sold”") == 0 and SavedView.objects.exists()
    assert "“<bdi>Sold</bdi>” is deleted. Its requests are where they were." in told(alice, "delete")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("type=gone", "An earlier kind of request (removed)"),
        ("team=gone", "a team (removed)"),
        ("status=over", "Over"),
        ("status=gone", "one that is gone"),
        ("who=01a21ec6-0000-7000-8000-000000000000", "somebody who has left"),
    ],
)
def test_a_view_says_what_it_narrows_by_also_where_that_is_gone(shop, people, client_for, query, said):
    shop.file("sale", what="Blue", kind="noise")
    client = client_for(people["bob"])
    page = client.get(f"/desk/?view=all&{query}").content.decode()
    assert said in page and "Blue" not in page and "No request fits these filters." in page
    (menu,) = [menu for menu in client.get(f"/desk/?view=all&{query}").context["menus"] if menu.value == said]
    assert "Blue" in client.get(menu.remove_href).content.decode()
    # What nobody knows counts as not asked, and is not said.
    assert "has left" not in client.get("/desk/?view=all&who=rubbish").content.decode()


def test_a_type_that_was_retired_is_still_called_by_its_name(shop, people, client_for):
    made = small_portal.document()
    name = made["types"][1]["name"]
    made["types"][1]["retired"] = True
    publish(actor=actor_for(people["alice"]), document=load(made))
    page = client_for(people["bob"]).get(f"/desk/?view=all&type={made['types'][1]['key']}").content.decode()
    assert f"{name} (removed)" in page


def test_views_stay_in_their_tenant(twins):
    with twins.alpha.entered():
        keep_view(actor=actor_for(twins.alpha.bob), name="Only in alpha", filters=SALES)
    assert "Only in alpha" not in twins.beta.client("bob").get("/desk/").content.decode()
    assert "Only in alpha" in twins.alpha.client("bob").get("/desk/").content.decode()
