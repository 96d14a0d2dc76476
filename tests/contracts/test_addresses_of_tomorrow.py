"""What later code writes while this one still serves: no list passes an unknown filter for none, and no line of what
happened stands under a wrong name."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.history.models import AuditEntry, HistoryEntry
from portal_core.service_requests.models import SavedView
from portal_core.service_requests.queue import Filters
from portal_core.service_requests.saved_views import keep_view
from tests.contracts.addresses import PUBLIC, TENANT, addresses
from tests.service_requests.small_portal import Shop

NOT_KNOWN = "This link asks for something we do not know here:"
# Each list, what it understands, and who looks.
LISTS = [
    ("/desk/", "view=all&type=sale&due=over&sort=age&state=closed&saved=x", "bob"),
    ("/desk/search/", "q=1001&who=me&type=repair&answers=gauge:less_than:1e-05", "bob"),
    ("/desk/export/", "view=all&type=sale&back=/desk/", "bob"),
    ("/desk/customers/", "q=carol&waiting=us&sort=name", "bob"),
    ("/desk/documents/", "", "bob"),
    ("/desk/views/", "page=1", "bob"),
    ("/desk/updates/", "", "bob"),
    ("/desk/team/", "page=1", "alice"),
    ("/desk/team/history/", "about=team", "alice"),
    ("/desk/mails/", "page=1", "alice"),
    ("/desk/reports/reused/", "weeks=12", "alice"),
    ("/desk/setup/versions/", "from=1&to=draft", "alice"),
    ("/requests/", "q=blue&show=closed", "carol"),
    ("/documents/", "all=1", "carol"),
    ("/saved/", "show=archived", "carol"),
    ("/updates/", "", "carol"),
]


@pytest.fixture
def shop(people) -> Shop:
    return Shop(people)


@pytest.mark.parametrize(("path", "known", "who"), LISTS, ids=[path for path, _, _ in LISTS])
def test_a_list_says_which_part_of_its_address_it_does_not_know(path, known, who, shop, client_for):
    client = client_for(shop.people[who])
    plain = client.get(f"{path}?{known}&utm_source=mail&gclid=x&_gl=1&_hsmi=2&mtm_kwd=z")
    assert plain.status_code == 200 and NOT_KNOWN not in plain.content.decode()
    page = client.get(f"{path}?{known}&cha%3Cnnel=mail").content.decode()
    notice = page[page.index(NOT_KNOWN) :]
    assert "<bdi>cha&lt;nnel</bdi>" in notice[:200]
    without = html.unescape(re.search(r'href="([^"]*)"', notice)[1])
    assert "channel" not in without and without.startswith(path)
    again = client.get(without)
    assert again.status_code == 200 and NOT_KNOWN not in again.content.decode()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/desk/?view=tomorrow", "view"),
        ("/desk/?due=month", "due"),
        ("/desk/?state=archived", "state"),
        ("/desk/search/?q=1001&priority=none", "priority"),
        ("/desk/?type=repair&answers=" + quote("what:sounds_like"), "answers"),
        ("/desk/?answers=" + quote("what:filled:"), "answers"),
        ("/desk/customers/?waiting=them", "waiting"),
    ],
)
def test_so_does_one_that_knows_the_name_and_not_what_it_asks_for(address, name, shop, client_for):
    page = client_for(shop.people["bob"]).get(address).content.decode()
    notice = page[page.index(NOT_KNOWN) :]
    assert f"<bdi>{name}</bdi>" in notice[:200]
    assert f"{name}=" not in html.unescape(re.search(r'href="([^"]*)"', notice)[1])


def test_a_view_of_later_code_is_not_counted_and_says_what_it_lacks(shop, people, client_for):
    shop.file("repair", what="Blue", kind="noise")
    keep_view(actor=actor_for(people["bob"]), name="By mail", filters=Filters(view="all"))
    bob = client_for(people["bob"])
    assert 'By mail <span class="n">1</span>' in bob.get("/desk/").content.decode()
    # Whatever later code calls it: as a name of today's addresses, too, or of the code that writes them.
    for name in ("channel", "type", "saved", "filters", "self"):
        SavedView.objects.update(filters={"view": "all", name: "mail"})
        rail = bob.get("/desk/").content.decode()
        assert 'By mail <span class="n">' not in rail
        page = bob.get(html.unescape(re.search(r'href="(/desk/\?[^"]*saved=[^"]*)"', rail)[1])).content.decode()
        assert "<h1>By mail</h1>" in page and f"{NOT_KNOWN} <bdi>saved.{name}</bdi>" in page


def test_a_deed_and_an_entry_of_later_code_stand_under_no_wrong_name(shop, people, client_for):
    row = shop.file("repair", what="Blue", kind="noise")
    alice, carol = client_for(people["alice"]), client_for(people["carol"])
    AuditEntry(actor=people["bob"], person=people["carol"], deed="erased", words="dana@example.com").save()
    page = alice.get("/desk/team/history/").content.decode()
    assert "did something that this version of Portico does not know" in page
    assert "dana@example.com" not in page and "changed the e-mail address of" not in page
    # Its name is a part of one that is known.
    entry = {"request": row, "kind": "answer", "audience": "customer", "side": "staff", "at": row.created_at}
    HistoryEntry(**entry, actor=people["bob"], body="The price is 900", data={"field": "cost", "told": True}).save()
    said = {}
    for client, path in ((alice, f"/desk/requests/{row.number}/"), (carol, f"/requests/{row.number}/")):
        page = client.get(path)
        said[client] = page.content.decode()
        assert page.status_code == 200 and "The price is 900" not in said[client]
    # From whom it is kept only later code knows: customers are not even told that something happened.
    unknown = "Something happened that this page cannot show yet"
    assert unknown in said[alice] and unknown not in said[carol]
    line = f'id="e-{HistoryEntry.objects.get(kind="answer").pk}"'
    assert line not in said[carol] and "by Bob" in said[alice].partition(line)[2].partition("</li>")[0]


def test_every_list_is_tried_above():
    lists = {one.route for one in addresses(TENANT) if hasattr(one.view, "understands")}
    tried = {path.removeprefix("/").replace("reused", "<slug:what>") for path, _, _ in LISTS}
    assert lists - {"desk/customers/<uuid:key>/documents/"} == tried
    assert any(hasattr(one.view, "understands") for one in addresses(PUBLIC) if one.name == "console:tenants")
