"""Lists at the desk and of one's own that are longer than a page: all of it is reached, and its number is said."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import Session, User
from portal_core.accounts.queries import active_colleagues
from portal_core.desk.people_choice import SHOWN as PEOPLE_SHOWN
from portal_core.history.models import CustomerLook
from portal_core.service_requests.actions import assign
from portal_core.service_requests.models import SavedView
from portal_core.service_requests.queue import Filters
from portal_core.service_requests.saved_views import keep_view
from tests.factories import make_user


def test_the_team_is_paged_and_everybody_in_it_can_be_changed(people, client_for):
    User.objects.bulk_create(
        User(email=f"w{place:03}@example.com", name=f"Worker {place:03}", role="agent", is_active=True)
        for place in range(620)
    )
    alice = client_for(people["alice"])
    page = alice.get("/desk/team/").content.decode()
    assert 'People <span class="dot">' in page and re.search(r"62\d people", page)
    seen, number = set(), 1
    while True:
        page = alice.get(f"/desk/team/?page={number}").content.decode()
        seen |= set(re.findall(r"w(\d{3})@example", page))
        if 'rel="next"' not in page:
            break
        number += 1
    assert len(seen) == 620 and number == 7
    last = User.objects.get(email="w619@example.com")
    picked = alice.get(f"/desk/team/?person={last.pk}").content.decode()
    assert f"/desk/team/{last.pk}/" in picked
    assert alice.post(f"/desk/team/{last.pk}/", {"role": "manager", "team": ""}).status_code == 302
    last.refresh_from_db()
    assert last.role == "manager"


def test_requests_are_given_to_anybody_of_a_large_team(shop, people, client_for):
    User.objects.bulk_create(
        User(email=f"w{place:03}@example.com", name=f"Zoe {place:03}", role="agent", is_active=True)
        for place in range(510)
    )
    row, bob = shop.file("repair", what="Red", kind="noise"), client_for(people["bob"])
    page = bob.get(f"/desk/requests/{row.number}/").content.decode()
    assert "Zoe 509" not in page
    find = re.search(r'href="(/desk/bulk/give/[^"]+)"', page)[1].replace("&amp;", "&")
    for q, shown in (("", PEOPLE_SHOWN), ("zoe 509", 1), ("W509@", 1), ("nobody at all", 0)):
        assert bob.get(f"{find}&q={q}").content.decode().count('name="who" value=') == shown
    # Many at once are asked about by a form.
    values = re.findall(r'name="row" value="([^"]+)"', bob.get("/desk/?view=all").content.decode())
    form = {"row": values, "back": "/desk/?view=all", "q": "zoe 509"}
    found = bob.post("/desk/bulk/give/", form).content.decode()
    zoe = User.objects.get(email="w509@example.com")
    assert f'name="who" value="{zoe.pk}"' in found and "Give 1 request to" in found
    bob.post("/desk/bulk/assign/", {**form, "who": str(zoe.pk)})
    row.refresh_from_db()
    assert row.assignee_id == zoe.pk
    queue = bob.get("/desk/?view=all").content.decode()
    narrow = re.search(r'href="(/desk/colleagues/[^"]+)"', queue)[1].replace("&amp;", "&")
    href = f"/desk/?view=all&amp;who={zoe.pk}"
    assert href in bob.get(f"{narrow}&q=zoe+509").content.decode()
    assert "Zoe 509" in bob.get(href.replace("&amp;", "&")).content.decode(), "the menu says whose they are"
    # From what was found one comes back to it.
    results = bob.get("/desk/search/?q=red&due=over").content.decode()
    narrow = html.unescape(re.search(r'href="(/desk/colleagues/[^"]+)"', results)[1])
    choice = html.unescape(bob.get(f"{narrow}&q=zoe+509").content.decode())
    assert (
        f'href="/desk/search/?q=red&who={zoe.pk}&due=over"' in choice
        and 'href="/desk/search/?q=red&due=over"' in choice
    )


def test_only_who_may_give_finds_colleagues_to_give_to(shop, people, client_for):
    shop.publish(permissions=["see", "reply"])
    watcher = client_for(make_user("watch@example.com", "Watcher", "engineer"))
    assert watcher.get("/desk/bulk/give/").status_code == 403
    assert watcher.get("/desk/colleagues/?q=%00").status_code == 200
    for path in ("/desk/bulk/give/", "/desk/colleagues/"):
        assert client_for(people["carol"]).get(path).status_code == 404


def test_a_menu_names_as_many_colleagues_as_fit_says_how_many_more_and_keeps_who_has_the_request(
    shop, people, client_for, monkeypatch
):
    monkeypatch.setattr("portal_core.desk.people.LISTED", 5)
    User.objects.bulk_create(
        User(email=f"w{place:03}@example.com", name=f"Zoe {place:03}", role="agent", is_active=True)
        for place in range(20)
    )
    row, zoe = shop.file("repair", what="Red", kind="noise"), User.objects.get(email="w019@example.com")
    assign(actor=actor_for(people["bob"]), request_id=row.pk, assignee_id=zoe.pk)
    bob, there = client_for(people["bob"]), active_colleagues().count()
    page = bob.get(f"/desk/requests/{row.number}/").content.decode()
    menu = re.search(r'id="give-who".*?</select>', page, re.DOTALL)
    assert menu is not None
    assert f'value="{zoe.pk}" selected' in menu[0], "giving it to a team would take it away from her"
    assert menu[0].count("<option value=") == 1 + 6 and f"{there - 6} more: find by name" in page
    queue = bob.get("/desk/?view=all").content.decode()
    assert f"{there - 5} more: find a colleague" in queue and f"{there - 5} more: find by name" in queue
    monkeypatch.undo()
    assert " more: find" not in bob.get("/desk/?view=all").content.decode()


def test_who_takes_over_is_named_as_far_as_a_menu_goes(shop, people, client_for, monkeypatch):
    monkeypatch.setattr("portal_core.accounts.team.RECEIVERS_SHOWN", 4)
    row = shop.file("repair", what="Red", kind="noise")
    assign(actor=actor_for(people["bob"]), request_id=row.pk, assignee_id=people["bob"].pk)
    User.objects.bulk_create(
        User(email=f"w{place:03}@example.com", name=f"Zoe {place:03}", role="agent", is_active=True)
        for place in range(20)
    )
    others = User.objects.exclude(role="customer").filter(is_active=True).exclude(pk=people["bob"].pk).count()
    alice = client_for(people["alice"])
    page = alice.get(f"/desk/team/?person={people['bob'].pk}").content.decode()
    menu = re.search(r'name="requests_to".*?</select>', page, re.DOTALL)
    assert menu is not None and menu[0].count("<option") == 1 + 4
    assert f"{others - 4} more people work here." in page
    monkeypatch.undo()
    assert "more people work here" not in alice.get(f"/desk/team/?person={people['bob'].pk}").content.decode()


def test_every_sign_in_is_listed_this_one_first(people, client_for):
    carol = client_for(people["carol"])
    mine = carol.get("/account/").content.decode()
    assert "sign-ins in all" not in mine
    _sessions(people["carol"], 120)
    first, second, third = (carol.get(f"/account/?page={page}").content.decode() for page in (1, 2, 3))
    assert "121 sign-ins in all" in first and "this one" in first
    assert "this one" not in second + third
    keys = [set(re.findall(r"/account/sessions/(\w{64})/", page)) for page in (first, second, third)]
    assert [len(found) for found in keys] == [49, 50, 21] and len(set().union(*keys)) == 120


def _sessions(user: User, number: int) -> None:
    now = timezone.now()
    Session.objects.bulk_create(
        Session(
            key_hash=f"{place:064}",
            user=user,
            expires_at=now + timedelta(days=1),
            last_seen_at=now + timedelta(seconds=place),
        )
        for place in range(number)
    )


def test_the_other_requests_of_a_customer_are_counted_and_lead_to_all(shop, people, client_for):
    rows = [shop.file("repair", what=f"Matter {place}", kind="noise") for place in range(8)]
    bob = client_for(people["bob"])
    page = bob.get(f"/desk/requests/{rows[0].number}/").content.decode()
    href = f"/desk/customers/{people['carol'].pk}/?show=requests"
    assert "7 other requests" in page and href in page
    everything = bob.get(href).content.decode()
    assert all(f"/desk/requests/{row.number}/" in everything for row in rows)
    assert "other requests</a>" not in bob.get(f"/desk/requests/{shop.file('repair', 'dave').number}/").content.decode()


def test_a_request_goes_on_in_any_of_a_customers_open_ones(shop, people, client_for):
    rows = [shop.file("repair", what=f"Matter {place}", kind="noise") for place in range(28)]
    bob, here = client_for(people["bob"]), rows[-1].number
    first, second = (bob.get(f"/desk/requests/{here}/merge/?page={page}").content.decode() for page in (1, 2))
    offered = [re.findall(r'name="into" value="(\d+)"', page) for page in (first, second)]
    assert [len(found) for found in offered] == [25, 2]
    assert {int(number) for found in offered for number in found} == {row.number for row in rows[:-1]}
    refused = bob.post(f"/desk/requests/{here}/merge/", {"page": "2"})
    assert refused.status_code == 400
    assert re.findall(r'name="into" value="(\d+)"', refused.content.decode()) == offered[1]


def test_the_rail_says_how_many_views_there_are_and_the_pages_list_them_all(shop, people, client_for, monkeypatch):
    bob = actor_for(people["bob"])
    for place in range(20):
        keep_view(actor=bob, name=f"View {place:02}", filters=Filters(view="all"))
    carla = make_user("carla@example.com", "Carla", "agent")
    SavedView.objects.bulk_create(
        SavedView(owner=carla, name=f"Shared {place:03}", is_shared=True, filters={}, created_at=timezone.now())
        for place in range(60)
    )
    client = client_for(people["bob"])
    assert "All 80 views" in client.get("/desk/").content.decode()
    page = client.get("/desk/views/").content.decode()
    assert "View 19" in page and "Shared 059" in page
    monkeypatch.setattr("portal_core.service_requests.saved_views.PAGE_SIZE", 50)
    first, second = (client.get(f"/desk/views/?page={page}").content.decode() for page in (1, 2))
    named = [set(re.findall(r"<bdi>((?:View|Shared) \d+)</bdi>", page)) for page in (first, second)]
    assert [len(found) for found in named] == [50, 30] and len(set().union(*named)) == 80
    assert 'rel="next"' in first and 'rel="next"' not in second
    # Where one of them stands open, its name is known wherever it is in the list; the rail loads what it shows.
    last = SavedView.objects.get(name="View 19")
    with CaptureQueriesContext(connection) as sent:
        shown = client.get(f"/desk/?saved={last.pk}").content.decode()
    assert "View 19" in shown
    rail = next(item["sql"] for item in sent if "savedview" in item["sql"] and "LIMIT 15" in item["sql"])
    assert "OVER ()" in rail


def test_an_owner_sees_every_look_at_a_customer_page_by_page(shop, people, client_for, monkeypatch):
    now = timezone.now()
    CustomerLook.objects.bulk_create(
        CustomerLook(customer=people["carol"], looker=people["alice"], page=f"/look-{place:02}/", is_draft=False,
                     at=now + timedelta(minutes=8 if place == 9 else place))
        for place in range(14)
    )  # fmt: skip
    alice, path = client_for(people["alice"]), f"/desk/customers/{people['carol'].pk}/"
    page = alice.get(path).content.decode()
    assert page.count("/look-") == 10 and "?looks=all" in page
    assert alice.get(f"{path}?looks=all").content.decode().count("/look-") == 14
    monkeypatch.setattr("portal_core.desk.customer.LOOKS_A_PAGE", 5)
    seen, href = [], "?looks=all"
    while href:
        page = alice.get(f"{path}{href}").content.decode()
        seen.append(re.findall(r"/look-(\d+)/", page))
        following = re.search(r'href="([^"#]+)#lk" rel="next"', page)
        href = following[1] if following else ""
    assert [len(found) for found in seen] == [5, 5, 4]
    assert sorted(place for found in seen for place in found) == [f"{place:02}" for place in range(14)]
    others = alice.get(f"{path}?looks={uuid.uuid4()}").content.decode()
    assert "/look-13/" in others, "an id of nobody's leads to the latest"
