"""The queue narrowed by an answer: chosen, set, kept in a view, and never more than the reader may see."""

from __future__ import annotations

import base64
import copy
import html
import json
import re
import zlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.desk.filters import QUEUE, list_at
from portal_core.service_requests.models import SavedView, ServiceRequest
from portal_core.service_requests.queue import COUNT_LIMIT, Filters
from portal_core.service_requests.saved_views import keep_view, share_view
from tenants.ui.addresses import LONGEST_ADDRESS, packed, unpacked
from tests.contracts.rows import Rows
from tests.service_requests.small_portal import document
from tests.statements import server_statements

ALL = "/desk/?view=all"
EMPTY = "No request fits these filters."


@pytest.fixture
def bob(people, client_for):
    return client_for(people["bob"])


def _queue(*answers: str, type_key: str = "repair", **more: str) -> str:
    asked = {"view": "all", "type": type_key, "answers": "\n".join(answers), **more}
    return f"/desk/?{urlencode(asked)}"


def _narrow(field: str, back: str = ALL, **more: str) -> str:
    return f"/desk/narrow/?{urlencode({'field': field, 'back': back, **more})}"


def _shown(client, address: str) -> set[int]:
    return {int(number) for number in re.findall(r'data-number="(\d+)"', client.get(address).content.decode())}


def _asked(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def _with(row: ServiceRequest, **data: Any) -> int:
    ServiceRequest.objects.filter(pk=row.pk).update(data={**row.data, **data})
    return row.number


def test_the_way_back_holds_however_long_the_address_of_the_list_is(shop, bob, client_for):
    word = "".join(chr(0x1F300 + number * 7 % 700) for number in range(60))
    rows = [shop.file("repair", what=word, kind="noise") for _ in range(3)]
    numbers = [_with(row, cause=word) for row in rows]
    said = json.dumps(word, ensure_ascii=False)
    asked = [f"{field}:{how}:{said}" for field in ("what", "cause") for how in ("is", "contains")]
    columns = ",".join(["customer", "status", "due", *(f"repair.{key}" for key in ("what", "kind", "gauge", "cause"))])
    address = QUEUE.of(list_at(_queue(*asked, cols=columns, who="nobody", priority="low", sort="age"))[1])
    ServiceRequest.objects.update(priority=0)
    assert 2_500 < len(address) < LONGEST_ADDRESS and _shown(bob, address) == set(numbers)
    # Forth from the line of the queue, on to the next request, through a form, and back.
    hrefs = re.findall(rf'href="(/desk/requests/{numbers[0]}/[^"]+)"', bob.get(address).content.decode())
    assert hrefs and len(hrefs[0]) < 2_000
    page = html.unescape(bob.get(html.unescape(hrefs[0])).content.decode())
    assert f'href="{address}#row-{numbers[0]}"' in page
    further = re.search(r'href="([^"]+)" rel="next"', page)[1]
    assert further.startswith(f"/desk/requests/{numbers[1]}/") and f'href="{address}#row-' in html.unescape(
        bob.get(further).content.decode()
    )
    kept = re.search(r'name="back" value="([^"]+)"', page)[1]
    sent = bob.post(f"/desk/requests/{numbers[0]}/priority/", {"priority": "2", "seen": "0", "back": kept})
    assert f'href="{address}#row-' in html.unescape(bob.get(sent["Location"].partition("#")[0]).content.decode())
    # The page of an answer leads there too, and what is kept as a view is all of it.
    narrow = html.unescape(bob.get(_narrow("repair.gauge", back=address)).content.decode())
    assert f'href="{address}"' in narrow
    view = bob.post("/desk/views/keep/", {"query": address.partition("?")[2], "name": "Long"})["Location"]
    assert _asked(view)["answers"] == _asked(address)["answers"]
    # Who was signed out meanwhile comes back to it.
    away = client_for().get(address)["Location"]
    door = html.unescape(client_for().get(away).content.decode())
    assert len(away) < 2_000 and f'name="next" value="{address}"' in door


def test_what_was_typed_stands_apart_in_the_line_of_filters(shop, bob):
    page = bob.get(_queue('what:contains:"כחול"', "cause:filled:")).content.decode()
    assert "<b><bdi>What</bdi>:</b> <bdi>has “<bdi>כחול</bdi>”</bdi>" in page
    assert "<b><bdi>Type</bdi>:</b> <bdi>Repair</bdi>" in page


@pytest.mark.parametrize("bomb", ["~", "~%00", "~eNo", "~!!", "~" + "A" * 9_000])
def test_a_way_back_that_nobody_has_made_leads_to_the_queue(bomb, shop, bob):
    row = shop.file("repair", what="Blue", kind="noise")
    huge = "~" + base64.urlsafe_b64encode(zlib.compress(b"/desk/?" + b"x" * 50_000_000)).decode().rstrip("=")[:60_000]
    elsewhere = "~" + base64.urlsafe_b64encode(zlib.compress(b"https://evil.example/")).decode()
    for back in (bomb, huge, elsewhere):
        page = bob.get(f"/desk/requests/{row.number}/?{urlencode({'back': back})}").content.decode()
        assert f'href="/desk/#row-{row.number}"' in page


def test_an_address_that_was_spoilt_on_its_way_is_not_taken_for_another():
    address = "/desk/?answers=" + "".join(str(number) for number in range(500))
    text = packed(address)
    assert text.startswith("~") and unpacked(text) == address
    longer = "~" + base64.urlsafe_b64encode(zlib.compress(address.encode()) + b"more").decode()
    for spoilt in (text[:-1], text[:-8], text[: len(text) // 2], f"{text[:40]}!{text[40:]}", longer):
        assert unpacked(spoilt) == ""


def test_from_the_queue_to_an_answer_and_back(shop, bob):
    leak = shop.file("repair", what="Blue", kind="leak", gauge="2").number
    noise = shop.file("repair", what="Red", kind="noise").number
    other = shop.file("sale", what="Red", kind="noise").number
    page = html.unescape(bob.get(ALL).content.decode())
    assert _shown(bob, ALL) == {leak, noise, other}
    to_all = re.search(r'href="(/desk/narrow/[^"]+)"', page)[1]
    offered = html.unescape(bob.get(to_all).content.decode())
    assert "Repair" in offered and "Sale" in offered
    to_kind = next(href for href in re.findall(r'href="(/desk/narrow/[^"]+)"', offered) if "repair.kind" in href)
    # One press for each answer that there is, without a form.
    asked = html.unescape(bob.get(to_kind).content.decode())
    assert "<form" not in asked.partition("<main")[2].partition("</main>")[0] or "Show these" not in asked
    press = {label: href for href, label in re.findall(r'class="btn" href="([^"]+)"><bdi>([^<]+)', asked)}
    assert set(press) == {"A leak", "A noise"}
    queue = bob.get(press["A noise"])["Location"]
    assert _asked(queue) == {"view": ["all"], "type": ["repair"], "answers": ['kind:is:"noise"']}
    assert _shown(bob, queue) == {noise}
    narrowed = html.unescape(bob.get(queue).content.decode())
    assert "<b><bdi>Which</bdi>:</b> <bdi>A noise</bdi>" in narrowed
    # The other answers stand below it, and it is taken off by itself.
    menu = {label: href for href, label in re.findall(r'<li><a href="([^"]+)"[^>]*><bdi>([^<]+)', narrowed)}
    assert _shown(bob, menu["A leak"]) == {leak}
    off = re.search(r'href="([^"]+)" aria-label="Remove filter: Which A noise"', narrowed)[1]
    assert _shown(bob, off) == {leak, noise}


def test_what_is_written_is_read_and_what_is_wrong_is_said_with_it(shop, bob):
    low = shop.file("repair", what="Blue", kind="leak", gauge="2").number
    high = shop.file("repair", what="Red", kind="leak", gauge="2.5").number
    wrong = bob.get(_narrow("repair.gauge", how="more_than", value="much"))
    page = wrong.content.decode()
    assert wrong.status_code == 400 and 'value="much"' in page and "Write this as a number" in page
    assert bob.get(_narrow("repair.gauge", how="more_than", value="")).status_code == 400
    assert bob.get(_narrow("repair.gauge", how="contains", value="2")).status_code == 400
    queue = bob.get(_narrow("repair.gauge", how="more_than", value="2"))["Location"]
    assert _shown(bob, queue) == {high}
    both = bob.get(_narrow("repair.gauge", queue, how="less_than", value="2.4"))["Location"]
    assert _shown(bob, both) == set() and EMPTY in bob.get(both).content.decode()
    # The same question asked anew takes the place of what was asked.
    anew = bob.get(_narrow("repair.gauge", queue, how="more_than", value="1"))["Location"]
    assert _asked(anew)["answers"] == ["gauge:more_than:1"] and _shown(bob, anew) == {low, high}


def test_filled_in_and_empty_need_nothing_written(shop, bob):
    filled = _with(shop.file("repair", what="Blue", kind="noise"), cause="Dust")
    empty = shop.file("repair", what="Red", kind="noise").number
    assert _shown(bob, bob.get(_narrow("repair.cause", how="filled"))["Location"]) == {filled}
    assert _shown(bob, bob.get(_narrow("repair.cause", how="empty"))["Location"]) == {empty}


def test_four_answers_narrow_a_list_and_a_fifth_is_refused_in_words(shop, bob):
    four = _queue("what:filled:", "kind:filled:", "gauge:empty:", "cause:empty:")
    number = shop.file("repair", what="Blue", kind="noise").number
    assert _shown(bob, four) == {number}
    refused = bob.get(_narrow("repair.phone", four, how="filled"))
    assert refused.status_code == 400 and "four answers already" in refused.content.decode()
    # Of another type it begins anew.
    assert bob.get(_narrow("sale.phone", four, how="filled")).status_code == 302


def test_another_type_forgets_the_answers_of_the_first(shop, bob):
    page = html.unescape(bob.get(_queue('kind:is:"noise"')).content.decode())
    hrefs = [href for href in re.findall(r'href="(/desk/\?[^"]+)"', page) if "type=sale" in href]
    assert hrefs and all("answers" not in href for href in hrefs)


def test_search_results_are_narrowed_too(shop, bob):
    leak = shop.file("repair", what="Blue boiler", kind="leak", gauge="2").number
    shop.file("repair", what="Blue boiler", kind="noise")
    found = f"/desk/search/?{urlencode({'q': 'boiler'})}"
    back = bob.get(_narrow("repair.kind", found, how="is", value="leak"))["Location"]
    assert back.startswith("/desk/search/?q=boiler&") and _asked(back)["answers"] == ['kind:is:"leak"']
    assert set(re.findall(r"/desk/requests/(\d+)/\?back", bob.get(back).content.decode())) == {str(leak)}


def _hiding(field: str, **rules: Any) -> dict[str, Any]:
    hidden = copy.deepcopy(document())
    for request_type in hidden["types"]:
        next(item for item in request_type["fields"] if item["key"] == field).update({"label": "Secret cause", **rules})
    return hidden


def test_a_list_tells_nothing_of_what_its_reader_does_not_see(shop, people, client_for):
    """Hidden in one status, it counts there neither as filled nor as empty; hidden in all, as not there."""
    new = _with(shop.file("repair", what="Blue", kind="noise"), cause="canary")
    known = _with(shop.file("repair", what="Red", kind="noise"), cause="canary")
    ServiceRequest.objects.filter(number=known).update(status_key="known")
    asked = ['cause:is:"canary"', 'cause:contains:"can"', "cause:filled:", "cause:empty:"]
    alice, bob, erin = (client_for(people[name]) for name in ("alice", "bob", "erin"))
    rules = {"customer": "hidden"}
    in_one = _hiding("cause", show=rules, at={"known": {"engineer": "hidden"}})
    publish(actor=actor_for(people["alice"]), document=load(in_one))
    seen = [_shown(erin, _queue(answer)) for answer in asked]
    assert seen == [{new}, {new}, {new}, set()]
    assert [_shown(bob, _queue(answer)) for answer in asked] == [{new, known}] * 3 + [set()]
    publish(actor=actor_for(people["alice"]), document=load(_hiding("cause", show={**rules, "engineer": "hidden"})))
    assert [_shown(erin, _queue(answer)) for answer in asked] == [set()] * 4
    view = keep_view(
        actor=actor_for(people["alice"]), name="Ours", filters=Filters("all", "repair", answers="cause:filled:")
    )
    share_view(actor=actor_for(people["alice"]), view_id=view.pk, is_shared=True)
    before = Rows().now()
    for path in (_queue(asked[0], saved=str(view.pk)), "/desk/narrow/", f"/desk/narrow/?back={_queue()}", _queue()):
        page = erin.get(path).content.decode()
        assert "Secret cause" not in page and "repair.cause" not in page
    assert "that you do not see here" in erin.get(_queue(asked[0])).content.decode()
    assert erin.get(_narrow("repair.cause")).status_code == erin.get(_narrow("repair.gone")).status_code == 404
    assert erin.get(_narrow("repair.cause", how="filled")).status_code == 404
    assert alice.get(_narrow("repair.cause")).status_code == 200
    assert Rows().now() == before


def test_the_address_of_a_shared_view_names_no_question_that_its_reader_never_sees(shop, people, client_for):
    publish(actor=actor_for(people["alice"]), document=load(_hiding("cause", show={"engineer": "hidden"})))
    number = _with(shop.file("repair", what="Blue", kind="noise"), cause="canary")
    answers = 'cause:is:"canary"\nkind:is:"noise"'
    kept = Filters("all", "repair", answers=answers, columns="due,repair.cause,repair.kind", holds="repair.cause:new")
    view = keep_view(actor=actor_for(people["alice"]), name="Ours", filters=kept)
    share_view(actor=actor_for(people["alice"]), view_id=view.pk, is_shared=True)

    def opened(name: str) -> tuple[str, str]:
        client = client_for(people[name])
        rail, page = (html.unescape(client.get(path).content.decode()) for path in ("/desk/", "/desk/views/"))
        hrefs = set(re.findall(rf'href="([^"]+saved={view.pk})"', rail + page))
        (href,) = hrefs
        return href, rail + page + html.unescape(client.get(href).content.decode())

    href, pages = opened("erin")
    assert "cause" not in pages and "canary" not in pages
    assert _asked(href)["answers"] == ['-:filled:\nkind:is:"noise"'] and _asked(href)["cols"] == ["due,repair.kind"]
    assert _shown(client_for(people["erin"]), href) == set() and "that you do not see here" in pages
    href, _ = opened("bob")
    assert _asked(href)["answers"] == [answers] and _shown(client_for(people["bob"]), href) == {number}


def test_what_is_gone_is_said_to_those_alone_who_may_know_that_it_was_there(shop, people, client_for):
    alice, bob, erin = (client_for(people[name]) for name in ("alice", "bob", "erin"))
    hidden, gone = (
        "An answer</bdi>:</b> <bdi>that you do not see here",
        "An answer</bdi>:</b> <bdi>that is no longer there",
    )
    addresses = [_queue('cause:is:"x"'), _queue('never:is:"x"')]
    publish(actor=actor_for(people["alice"]), document=load(_hiding("cause", show={"engineer": "hidden"})))
    while_hidden = [re.findall(r"An answer.{70}", erin.get(address).content.decode()) for address in addresses]
    assert all(hidden in erin.get(address).content.decode() for address in addresses)
    without = document()
    for kind in without["types"]:
        kind["fields"] = [field for field in kind["fields"] if field["key"] != "cause"]
    without["flows"][0]["transitions"][0].pop("must_fill")
    publish(actor=actor_for(people["alice"]), document=load(without))
    # Gone now, as the other was before: to Erin, from whom it was hidden, nothing of it has changed.
    assert [re.findall(r"An answer.{70}", erin.get(address).content.decode()) for address in addresses] == while_hidden
    assert all(hidden in bob.get(address).content.decode() for address in addresses)
    assert all(gone in alice.get(address).content.decode() for address in addresses)
    # Whoever sees the question sees its answers, too, and that one of them is none any more.
    for client in (alice, bob, erin):
        page = client.get(_queue('kind:is:"smell"')).content.decode()
        assert "<bdi>Which</bdi>:</b> <bdi>an answer that is no longer there</bdi>" in page


def test_a_role_of_some_types_narrows_by_theirs_alone(shop, people, client_for):
    shop.file("sale", what="Red", kind="noise")
    shop.publish(types=["repair"])
    erin = client_for(people["erin"])
    page = erin.get("/desk/narrow/").content.decode()
    assert "repair.kind" in page and "sale.kind" not in page
    assert erin.get(_narrow("sale.kind")).status_code == 404
    assert _shown(erin, _queue("kind:filled:", type_key="sale")) == set()


@pytest.mark.parametrize("who", ["carol", None])
def test_customers_and_guests_narrow_nothing(who, shop, people, client_for, client):
    reader = client_for(people[who]) if who else client
    answer = reader.get(_narrow("repair.kind"))
    assert answer.status_code in (302, 403, 404) and b"Which?" not in answer.content


def test_a_view_keeps_its_answers_and_the_rail_counts_them(shop, people, bob):
    noise = shop.file("repair", what="Red", kind="noise").number
    shop.file("repair", what="Blue", kind="leak", gauge="2")
    page = bob.get(_queue('kind:is:"noise"')).content.decode()
    kept = html.unescape(re.search(r'name="query" value="([^"]+)"', page)[1])
    address = bob.post("/desk/views/keep/", {"query": kept, "name": "Noises"})["Location"]
    assert SavedView.objects.get().filters["answers"] == 'kind:is:"noise"'
    assert _shown(bob, address) == {noise}
    assert _counted(bob, "Noises") == "1"


def test_the_rail_says_when_it_has_not_looked_at_all(shop, people, bob, monkeypatch):
    for what in ("Red", "Blue", "Green"):
        shop.file("repair", what=what, kind="noise")
    keep_view(
        actor=actor_for(people["bob"]), name="Noises", filters=Filters("all", "repair", answers='kind:is:"noise"')
    )
    assert COUNT_LIMIT > 3 and _counted(bob, "Noises") == "3"
    monkeypatch.setattr("portal_core.service_requests.queue.COUNT_LIMIT", 2)
    monkeypatch.setattr("portal_core.service_requests.queue.bounded_counts.__defaults__", (2,))
    ServiceRequest.objects.filter(title="Red").update(data={"what": "Red", "kind": "leak"})
    assert _counted(bob, "Noises") == "1+"


def test_the_rail_asks_no_request_beyond_the_next_ones_for_its_answer(shop, people, bob):
    """Where it is a condition of the whole list, PostgreSQL asks all of 60,000: 30 ms a view with every page."""
    shop.file("repair", what="Red", kind="leak", gauge="2")
    for number, answers in enumerate(("gauge:more_than:1", "cause:empty:", "gone:filled:", 'what:contains:"r"')):
        filters = Filters("all", "repair", answers=answers)
        keep_view(actor=actor_for(people["bob"]), name=f"View {number}", filters=filters)
    with server_statements() as sent:
        assert [_counted(bob, f"View {number}") for number in range(4)] == ["1", "1", "0", "1"]
    counting = [statement for statement in sent if "jsonpath" in statement]
    assert counting
    for statement in counting:
        assert " IN (SELECT" not in statement
        # Each stands in what is selected, before the order and the cut.
        assert not [part for part in statement.split(" WHERE ")[1:] if "jsonpath" in part.partition(" LIMIT ")[0]]


def _counted(client, name: str) -> str:
    rail = client.get("/desk/?view=mine").content.decode()
    return re.search(rf'{name} <span class="n">([^<]+)', rail)[1]


def test_a_rare_answer_is_found_beyond_the_nearest_and_pages_go_on(shop, bob, monkeypatch):
    numbers = [shop.file("repair", what=f"No {n}", kind="noise").number for n in range(6)]
    rare = _with(ServiceRequest.objects.get(number=numbers[-1]), cause="Rust")
    monkeypatch.setattr("portal_core.service_requests.queue._NEAR", 2)
    monkeypatch.setattr("portal_core.service_requests.queue.PAGE_SIZE", 2)
    assert _shown(bob, _queue('cause:is:"Rust"')) == {rare}
    seen: list[int] = []
    address = _queue('kind:is:"noise"')
    while address:
        page = html.unescape(bob.get(address).content.decode())
        seen += [int(number) for number in re.findall(r'data-number="(\d+)"', page)]
        older = re.search(r'href="([^"]+)"[^>]*rel="next"|rel="next"[^>]*href="([^"]+)"', page)
        address = next(filter(None, older.groups())) if older else ""
    assert seen == numbers


def test_however_many_there_are_a_narrowed_queue_asks_the_same(shop, bob):
    def statements() -> int:
        with server_statements() as sent:
            assert bob.get(_queue('kind:is:"noise"', "cause:empty:")).status_code == 200
        return len(sent.without_transactions)

    shop.file("repair", what="Red", kind="noise")
    bob.get(_queue())
    few = statements()
    for n in range(8):
        shop.file("repair", what=f"No {n}", kind="noise")
    assert statements() == few


def test_the_table_of_a_narrowed_queue_holds_what_it_shows(shop, people, bob, client_for):
    leak = shop.file("repair", what="Blue", kind="leak", gauge="2")
    shop.file("repair", what="Red", kind="noise")
    query = _queue('kind:is:"leak"').partition("?")[2]
    told = html.unescape(bob.get(f"/desk/export/?{query}").content.decode())
    assert "1, each once" in told and "Which: A leak" in told
    sent = b"".join(bob.post(f"/desk/export/?{query}", {"style": "points"}).streaming_content).decode()
    assert leak.title in sent and "Red" not in sent
    # Whoever reads of it need not see the question.
    history = client_for(people["alice"]).get("/desk/team/history/").content.decode()
    assert "by 1 answer" in history and "A leak" not in history


def test_a_type_that_is_gone_stands_in_the_way_of_no_other(shop, bob):
    page = bob.get(f"/desk/narrow/?{urlencode({'back': '/desk/?view=all&type=gone'})}").content.decode()
    assert "repair.kind" in page and "sale.kind" in page
    one = bob.get(f"/desk/narrow/?{urlencode({'back': '/desk/?view=all&type=sale'})}").content.decode()
    assert "repair.kind" not in one and "sale.kind" in one
