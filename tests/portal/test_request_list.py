"""The customer's list: open and done, paging by place, finding by words of what she sees and nothing else."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core import mail as sent_mails
from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.history.models import HistoryEntry
from portal_core.messaging.actions import Message, note, reply
from portal_core.notifications.models import Notice
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.own_list import OwnPage, Wanted, own_page
from portal_core.service_requests.search_query import Query
from portal_core.service_requests.viewer import Viewer
from tenants.context import current_schema
from tenants.identifiers import uuid7
from tenants.outbox.drain import drain
from tests.contracts import hostile
from tests.contracts.many import file_many
from tests.service_requests.small_portal import Shop, document

NUMBER = re.compile(r'<a href="/requests/(\d+)/">')


@pytest.fixture
def shop(tenant, people) -> Shop:
    return Shop(people)


def _page(client, **asked) -> str:
    answer = client.get("/requests/", asked)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def _numbers(client, **asked) -> list[int]:
    return [int(number) for number in NUMBER.findall(_page(client, **asked))]


def _close(*rows: ServiceRequest) -> None:
    for row in rows:
        row.status_key, row.turn, row.closed_at = "over", "nobody", timezone.now()
        row.save(update_fields=["status_key", "turn", "closed_at"])


def test_a_request_is_found_by_its_number_its_reference_title_status_and_answers(shop, client_for):
    wanted = shop.file(what="Boiler losing pressure", kind="leak", gauge="0.8")
    shop.file(what="A squeaking door", kind="noise")
    client = client_for(shop.people["carol"])
    for words in (str(wanted.number), f"#{wanted.number}", "BOILER", "press boil", "leak", "0.8", "a leak boiler"):
        assert _numbers(client, q=words) == [wanted.number], words
    assert len(_numbers(client, q="yours new")) == 2
    assert _numbers(client, q="boiler squeaking") == []


def test_what_is_hidden_from_customers_and_what_staff_note_finds_nothing(shop, client_for):
    row = shop.file(what="The door")
    row.data = {**row.data, "cause": "canarycause"}
    row.save(update_fields=["data"])
    note(actor=shop.actor("bob"), request_id=row.pk, message=Message("canarynote", uuid7()))
    client = client_for(shop.people["carol"])
    for words in ("canarycause", "canarynote"):
        text = _page(client, q=words)
        assert f"/requests/{row.number}/" not in text
        assert text.count(words) == 5, "only what was typed comes back: in the title, the box, both tabs, the sentence"
    row.data = {**row.data, "what": "canaryseen"}
    row.save(update_fields=["data"])
    assert _numbers(client, q="canaryseen") == [row.number]


def test_nobody_finds_what_is_another_customers(shop, client_for):
    row = shop.file(what="Boiler")
    client = client_for(shop.people["dave"])
    for asked in ({"q": "boiler"}, {"q": str(row.number)}, {"type": "repair"}, {"show": "closed", "q": "boiler"}):
        assert _numbers(client, **asked) == []


def test_an_answer_with_the_words_is_shown_unless_the_row_says_them_anyway(shop, client_for):
    shop.file(what="The door", kind="leak", gauge="1")
    client = client_for(shop.people["carol"])
    assert '<span class="w5">Which?:</span>' in _page(client, q="leak")
    assert 'class="snippet"' not in _page(client, q="door")


def test_the_kind_narrows_and_only_kinds_that_she_has_are_offered(shop, client_for):
    client = client_for(shop.people["carol"])
    repair, other = shop.file(what="One"), shop.file(what="Two")
    assert "<select" not in _page(client), "one kind alone is nothing to choose from"
    sale = shop.file("sale", what="Three")
    assert _numbers(client, type="sale") == [sale.number]
    assert set(_numbers(client, type="repair")) == {repair.number, other.number}
    assert set(_numbers(client)) == {repair.number, other.number, sale.number}
    assert '<option value="sale" selected>Sale</option>' in _page(client, type="sale")


def test_nothing_found_says_how_to_look_further(shop, client_for):
    first = shop.file(what="Old boiler")
    shop.file("sale", what="New radiator")
    _close(first)
    client = client_for(shop.people["carol"])
    text = _page(client, q="boiler")
    # The done one stands below, under its own heading.
    assert "No open request has “<bdi>boiler</bdi>”." in text and "Done lately" in text
    assert "/requests/?q=boiler&show=closed" in text and "1 is done: show it" in text
    text = _page(client, q="boiler", type="sale")
    assert "/requests/?q=boiler" in text and "Look among all kinds" in text
    assert 'href="/requests/"' in text and "Show all requests" in text
    text = _page(client, type="repair")
    assert "Nothing of the kind “<bdi>Repair</bdi>” is open." in text
    text = _page(client, q="radiator", show="closed")
    assert "No done request has “<bdi>radiator</bdi>”." in text and "1 is open: show it" in text


def test_the_tabs_count_what_is_asked_for(shop, client_for):
    rows = [shop.file(what=f"Boiler {n}") for n in range(3)]
    shop.file("sale", what="Door")
    _close(rows[0])
    client = client_for(shop.people["carol"])

    def dots(**asked):
        return re.findall(r'class="dot">(\d+)<', _page(client, **asked))

    assert dots() == ["3", "1"]
    assert dots(q="boiler") == ["2", "1"]
    assert dots(type="sale") == ["1", "0"]
    assert dots(q="nothing") == ["0", "0"]


def _all(actor, portal, **asked) -> list[OwnPage]:
    viewer = Viewer.of(actor, portal)
    wanted = Wanted(Query.of(asked.pop("q", ""), portal), **asked)
    pages = [own_page(actor, wanted, None, viewer=viewer, portal=portal)]
    while pages[-1].older is not None:
        pages.append(own_page(actor, wanted, pages[-1].older, viewer=viewer, portal=portal))
    back = pages[-1]
    for page in reversed(pages[:-1]):
        assert back.newer is not None
        back = own_page(actor, wanted, back.newer, viewer=viewer, portal=portal)
        assert [row.pk for row in back.rows] == [row.pk for row in page.rows], "back is the same page again"
    assert back.newer is None
    return pages


@pytest.mark.parametrize("words", ["", "NW"])
@pytest.mark.parametrize("is_open", [True, False])
def test_every_request_stands_on_one_page_in_order_whatever_moves_meanwhile(people, tenant, words, is_open):
    rows = file_many(90, people["carol"], [None, people["bob"]])
    # All at one moment: the id decides.
    ServiceRequest.objects.filter(pk__in=[row.pk for row in rows[::2]]).update(last_entry_at=timezone.now())
    portal, actor = live_portal(), actor_for(people["carol"])
    words = words and portal.text(portal.types[0].name)
    pages = _all(actor, portal, q=words, is_open=is_open)
    assert len(pages) > 1
    listed = [row for page in pages for row in page.rows]
    expected = ServiceRequest.objects.filter(closed_at__isnull=is_open).order_by("turn", "-last_entry_at", "-id")
    assert [row.pk for row in listed] == [row.pk for row in expected]
    viewer, wanted = Viewer.of(actor, portal), Wanted(Query.of(words, portal), is_open=is_open)
    # Something at the top gets news: the next page begins where this one ended.
    ServiceRequest.objects.filter(pk=listed[0].pk).update(last_entry_at=timezone.now() + timedelta(minutes=1))
    again = own_page(actor, wanted, pages[0].older, viewer=viewer, portal=portal)
    assert [row.pk for row in again.rows] == [row.pk for row in pages[1].rows]


def test_a_search_costs_the_same_statements_at_any_size_and_an_old_number_is_always_found(
    people, tenant, client_for, server_statements, monkeypatch
):
    monkeypatch.setattr("portal_core.service_requests.own_list.LOOKED_THROUGH", 30)
    rows = file_many(20, people["carol"], [None, people["bob"]])
    client = client_for(people["carol"])
    title = rows[0].title.split()[0]

    def cost(**asked):
        _page(client, **asked)
        with server_statements() as sent:
            _page(client, **asked)
        return len(sent.without_transactions)

    few = cost(q=title)
    assert few <= 7
    more = file_many(60, people["carol"], [None])
    assert cost(q=title) == few
    oldest = min((*rows, *more), key=lambda row: row.last_entry_at)
    ServiceRequest.objects.filter(pk=oldest.pk).update(closed_at=None, turn="us")
    text = _page(client, q=str(oldest.number))
    assert f"/requests/{oldest.number}/" in text
    assert "Only your latest 30 requests were looked through." in text


def test_a_message_that_was_not_read_yet_is_marked(shop, client_for):
    told, quiet = shop.file(what="Told"), shop.file(what="Quiet")
    carol = shop.people["carol"]
    line = HistoryEntry.objects.filter(request=told).latest("id")
    Notice.objects.create(
        user=carol, request=told, entry=line, event_id=uuid7(), what="replied", kind="replied", way="now",
        at=timezone.now(),
    )  # fmt: skip
    carol.new_updates = 1
    carol.save(update_fields=["new_updates"])
    text = _page(client_for(carol))
    assert text.count("New message") == 1
    assert text.index("New message") > text.index(f"/requests/{told.number}/")
    assert quiet.number != told.number


@pytest.mark.parametrize("at", ["x", "us~", "us~x_y", "nobody~2026-01-01T00:00:00+00:00_x", "~", "\x00", "us~-_"])
def test_a_spoilt_place_or_kind_is_not_asked_for(shop, client_for, at):
    row = shop.file(what="One")
    assert _numbers(client_for(shop.people["carol"]), at=at) == [row.number]


def test_any_words_can_be_looked_for(shop, client_for):
    shop.file(what="One")
    client = client_for(shop.people["carol"])
    for name, text in hostile.STRINGS.items():
        answer = client.get(f"/requests/?q={hostile.part(text[:2_000])}&at={hostile.part(text[:50])}&type=repair")
        assert answer.status_code in (200, 400), name
        body = answer.content.decode()
        assert not any(sign in body for sign in (*hostile.MARKUP, *hostile.RUN)), name


def test_a_kind_that_nobody_knows_lists_nothing_and_says_so(shop, client_for):
    shop.file(what="One")
    answer = client_for(shop.people["carol"]).get("/requests/", {"type": "<b>\x00"})
    text = answer.content.decode()
    assert "Show all requests" in text and 'value="&lt;b&gt;"' in text and "<b>" not in text


@pytest.mark.parametrize(
    ("left", "back"),
    [
        (
            "http://alpha.localhost:8000/requests/?q=boiler&show=closed&at=x",
            "/requests/?q=boiler&amp;show=closed&amp;at=x",
        ),
        ("http://alpha.localhost:8000/requests/?q=%22%3E&next=//evil.example", "/requests/?q=%22%3E"),
        ("http://alpha.localhost:8000/requests/", "/requests/"),
        ("http://alpha.localhost:8000/", "/requests/"),
        ("http://evil.example/requests/?q=x", "/requests/"),
        ("http://[/requests/?q=x", "/requests/"),
        ("", "/requests/"),
    ],
)
def test_the_way_back_leads_to_the_list_as_it_was_left(shop, client_for, left, back):
    row = shop.file(what="Boiler losing pressure", kind="leak", gauge="0.8")
    client = client_for(shop.people["carol"])
    left = left.replace("alpha.localhost:8000", client.get("/requests/").wsgi_request.get_host())
    page = client.get(f"/requests/{row.number}/", headers={"referer": left} if left else {}).content.decode()
    crumb = page.split('aria-label="Breadcrumb"')[1].split("</nav>")[0]
    assert f'href="{back}"' in crumb


def test_a_title_is_in_the_readers_language_in_lists_mails_and_search(shop, client_for):
    wanted = document()
    wanted["portal"]["languages"] = ["en", "de"]
    repair = wanted["types"][0]
    repair["title"] = {"en": "Trouble: {field:kind}", "de": "Störung: {field:kind}"}
    repair["fields"][1]["choices"][1]["label"] = {"en": "A noise", "de": "Ein Geräusch"}
    publish(actor=shop.actor("alice"), document=load(wanted))
    row = shop.file(kind="noise")
    assert row.title == "Trouble: A noise"
    client = client_for(shop.people["carol"])
    assert "Trouble: A noise" in _page(client)
    shop.people["carol"].language = "de"
    shop.people["carol"].save(update_fields=["language"])
    for page in (_page(client), html.unescape(client.get(f"/requests/{row.number}/").content.decode())):
        assert "Störung: Ein Geräusch" in page
        assert "Trouble" not in page
    assert _numbers(client, q="Geräusch") == [row.number]
    reply(actor=shop.actor("bob"), request_id=row.pk, message=Message("Bolts.", uuid7()))
    drain(current_schema())
    told = next(mail for mail in sent_mails.outbox if "carol" in mail.recipients()[0])
    assert "Störung: Ein Geräusch" in told.body and "Trouble" not in told.body
    # The desk goes on in its own language.
    desk = html.unescape(client_for(shop.people["bob"]).get("/desk/?view=all").content.decode())
    assert "Trouble: A noise" in desk


def crumb_of(client, number: int, came_from: str, **sent: str) -> str:
    """Where the way back leads, for whoever comes from there (and, with `sent`, writes a message first)."""
    host = client.get("/account/").wsgi_request.get_host()
    headers = {"referer": f"http://{host}{came_from}"}
    if sent:
        answer = client.post(f"/requests/{number}/reply/", sent, headers=headers)
        page = client.get(answer["Location"], headers=headers) if answer.status_code == 302 else answer
    else:
        page = client.get(f"/requests/{number}/", headers=headers)
    crumb = page.content.decode().split('aria-label="Breadcrumb"')[1].split("</nav>")[0]
    return re.search(r'href="([^"]*)"', crumb)[1]


def test_after_a_sent_form_the_way_back_still_leads_to_the_list_as_it_was_searched(shop, client_for):
    row, other = shop.file(what="Boiler losing pressure", kind="noise"), shop.file(what="Other", kind="noise")
    client = client_for(shop.people["carol"])
    page, back = f"/requests/{row.number}/", "/requests/?q=boiler&amp;show=closed"
    assert crumb_of(client, row.number, "/requests/?q=boiler&show=closed&next=x") == back
    assert crumb_of(client, row.number, page, body="Hello", key=str(uuid7())) == back
    # One that comes back with an error, too; and once more from the page itself.
    assert crumb_of(client, row.number, page, body="", key=str(uuid7())) == back
    assert crumb_of(client, row.number, f"{page}?edit=what") == back
    long = urlencode({"q": "\U0001f525" * 200, "show": "closed"})
    assert crumb_of(client, row.number, f"/requests/?{long}") == f"/requests/?{html.escape(long)}"
    assert crumb_of(client, row.number, page) == f"/requests/?{html.escape(long)}"
    # It was left for this request; whoever comes from elsewhere is not sent into that search.
    assert crumb_of(client, other.number, f"/requests/{other.number}/") == "/requests/"
    assert crumb_of(client, row.number, "/") == "/requests/"
    assert crumb_of(client, row.number, page) == "/requests/"
    assert client_for(shop.people["dave"]).get(page).status_code == 404


@pytest.mark.parametrize(
    "kept", ["", "x", "?", "{0}", "{0}?next=//evil.example", "{0}?%00", "²?q=x", "{0}?" + "q=x&" * 999]
)
def test_a_spoilt_cookie_leads_to_the_plain_list_or_to_a_search_of_ours(shop, client_for, kept):
    row = shop.file(what="Boiler", kind="noise")
    client = client_for(shop.people["carol"])
    client.cookies["list-left"] = kept.format(row.number)
    assert crumb_of(client, row.number, f"/requests/{row.number}/").startswith("/requests/")


def test_under_https_no_other_host_of_the_domain_can_set_where_the_list_was_left(shop, client_for, settings):
    row = shop.file(what="Boiler", kind="noise")
    settings.SESSION_COOKIE_SECURE = True
    client = client_for(shop.people["carol"])
    page, left = f"/requests/{row.number}/", "/requests/?q=boiler"
    crumb_of(client, row.number, left)
    (kept,) = [cookie for name, cookie in client.cookies.items() if name.endswith("list-left")]
    assert (kept.key, kept["path"], kept["secure"], kept["domain"]) == ("__Host-list-left", "/", True, "")
    assert crumb_of(client, row.number, page) == left
