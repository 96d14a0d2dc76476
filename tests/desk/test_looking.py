"""What no index finds is looked for among the next requests of a list, page after page, and nothing is left out."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.config.live import live_portal
from portal_core.service_requests import bounded_look, queue
from portal_core.service_requests import search as searching
from portal_core.service_requests.models import Priority, RequestSearch, ServiceRequest, Turn
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.queue import Filters
from portal_core.service_requests.queue_order import Cursor
from portal_core.service_requests.search import Place
from portal_core.service_requests.search_query import Query
from tenants.identifiers import key_beside
from tests.statements import server_statements

ALL = Filters(view="all")
MORE = "gauge:more_than:5"
# How each is narrowed, and whether an index finds it at once.
NARROWED = {
    "one person": (replace(ALL, who="me"), True),
    "one person of one type": (replace(ALL, who="me", type_key="repair"), False),
    "a team by priority": (replace(ALL, team="desk", priority="urgent", sort="priority"), False),
    "an answer": (replace(ALL, type_key="repair", answers='kind:is:"leak"', sort="age"), True),
    "an answer and a person": (replace(ALL, type_key="repair", answers='kind:is:"leak"', who="me"), False),
    "more than so much": (replace(ALL, type_key="repair", answers=MORE), False),
    "more than so much, by age": (replace(ALL, type_key="repair", answers=MORE, sort="age"), False),
    "more than so much, by priority": (replace(ALL, type_key="repair", answers=MORE, sort="priority"), False),
    "what somebody has": (replace(ALL, holds="repair.gauge:new,done"), False),
    "closed": (replace(ALL, state="closed"), True),
    "closed, mine": (Filters(view="mine", state="closed"), False),
    "closed, of a person": (replace(ALL, state="closed", who="me"), False),
    "closed, of a type": (replace(ALL, state="closed", type_key="sale"), False),
    "closed, an answer": (replace(ALL, state="closed", type_key="repair", answers='kind:is:"leak"'), True),
    "open and closed": (replace(ALL, state="any"), True),
    "open and closed, mine": (Filters(view="mine", state="any"), False),
    "open and closed, needs us": (Filters(state="any"), False),
    "open and closed, more than so much": (replace(ALL, state="any", type_key="repair", answers=MORE), False),
}


@pytest.fixture
def many(shop, people, monkeypatch) -> None:
    """Thirty requests that differ in everything that they can be narrowed by, and pages that are two requests long."""
    for n in range(30):
        row = shop.file("sale" if n % 3 == 0 else "repair", what=f"No {n}", kind="leak" if n % 4 else "noise", gauge=n)
        changed = {
            "assignee": people["bob"] if n % 5 == 0 else None,
            "priority": Priority.URGENT if n % 7 < 3 else Priority.NORMAL,
            "data": {**row.data, "gauge": n % 11},
        }
        if n % 2:
            changed |= {"closed_at": row.created_at, "turn": Turn.NOBODY, "status_key": "done"}
        ServiceRequest.objects.filter(pk=row.pk).update(**changed)
    monkeypatch.setattr(queue, "PAGE_SIZE", 2)
    monkeypatch.setattr(queue, "_NEAR", 3)
    monkeypatch.setattr(queue, "_FEW", 12)
    monkeypatch.setattr(bounded_look, "FAR", 4)


def _page(person, filters: Filters, at: Cursor | None) -> queue.QueuePage:
    return queue.page(actor_for(person), filters, at, zone=live_portal().time_zone)


def _walk(person, filters: Filters, at: Cursor | None, way: str) -> tuple[list[queue.QueuePage], Cursor | None]:
    """The pages from a place on, and the cursor of the last one."""
    pages = []
    for _ in range(40):
        pages.append(_page(person, filters, at))
        if getattr(pages[-1], way) is None:
            return pages, at
        at = getattr(pages[-1], way)
    raise AssertionError("there is always one more page")


# What a role reaches: not one list, but several that are put together in order.
REACHES = {
    "a team": {"scope": "team"},
    "one's own": {"scope": "own"},
    "a type": {"types": ["repair"]},
    "two types of a team": {"types": ["repair", "sale"], "scope": "team"},
}


def _part_seer(shop, people, reach: dict[str, object]):
    """Erin, who sees a part of the requests: some for what her role reaches, some since they are hers."""
    shop.publish(**reach)
    ServiceRequest.objects.filter(number__in=range(1002, 1030, 3)).update(assignee=people["erin"])
    assert 0 < visible_to(actor_for(people["erin"])).count() < ServiceRequest.objects.count()
    return people["erin"]


def _numbers(pages: list[queue.QueuePage]) -> list[int]:
    return [row.number for page in pages for row in page.rows]


@pytest.mark.usefixtures("many")
def test_pages_lead_past_all_that_fit_there_and_back(people):
    bob, zone = people["bob"], live_portal().time_zone
    for name, (filters, is_found) in NARROWED.items():
        every = [row.number for row in queue.in_order(actor_for(bob), filters, zone=zone)]
        assert 1 <= len(every) < ServiceRequest.objects.count() or name == "open and closed", name
        onwards, last = _walk(bob, filters, None, "older")
        assert _numbers(onwards) == every, name
        assert any(page.is_part for page in onwards) is not is_found, name
        assert onwards[0].newer is None and not onwards[-1].is_part, name
        # The whole way back from the end, whatever stands on its last page.
        backwards, _ = _walk(bob, filters, last, "newer")
        assert _numbers(backwards[:1]) == _numbers(onwards[-1:]), name
        back = [row.number for page in reversed(backwards[1:]) for row in page.rows]
        assert back == every[: len(every) - len(onwards[-1].rows)], name


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("reach", REACHES.values(), ids=REACHES)
def test_pages_of_whoever_sees_a_part_lead_past_all_that_fit_there_and_back(shop, people, reach):
    erin, zone = _part_seer(shop, people, reach), live_portal().time_zone
    found = set()
    for name, (filters, _) in NARROWED.items():
        every = [row.number for row in queue.in_order(actor_for(erin), filters, zone=zone)]
        onwards, last = _walk(erin, filters, None, "older")
        assert _numbers(onwards) == every, name
        backwards, _ = _walk(erin, filters, last, "newer")
        back = [row.number for page in reversed(backwards[1:]) for row in page.rows]
        assert back == every[: len(every) - len(onwards[-1].rows)], name
        found |= set(every)
    assert found == set(visible_to(actor_for(erin)).values_list("number", flat=True))


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("reach", [None, *REACHES.values()], ids=["all", *REACHES])
def test_the_rail_and_the_way_to_the_next_request_say_the_same(shop, people, monkeypatch, reach):
    monkeypatch.setattr(bounded_look, "FAR", 30)
    reader = people["bob"] if reach is None else _part_seer(shop, people, reach)
    bob, zone = actor_for(reader), live_portal().time_zone
    rows = {row.number: row for row in ServiceRequest.objects.all()}
    for name, (filters, _) in NARROWED.items():
        every = [row.number for row in queue.in_order(bob, filters, zone=zone)]
        assert queue.bounded_counts(queue.counted(bob, filters, zone=zone))[0] == len(every), name
        for before, here, after in zip([None, *every], every, [*every[1:], None], strict=False):
            assert queue.neighbours(bob, filters, rows[here], zone=zone) == (before, after), name


def _address(**more: str) -> str:
    return f"/desk/?{urlencode({'view': 'all', 'type': 'repair', **more})}"


@pytest.mark.usefixtures("many")
def test_it_costs_one_statement_more_however_far_it_is_looked(people, client_for):
    bob = client_for(people["bob"])

    def statements(address: str) -> int:
        bob.get(address)
        with server_statements() as sent:
            assert bob.get(address).status_code == 200
        return len(sent.without_transactions)

    plain = statements("/desk/?view=all")
    assert statements("/desk/?view=all&who=me") == plain
    # Little, and more than a page of it.
    assert statements(_address(answers=MORE)) == plain + 1
    assert statements(_address(answers="gauge:more_than:-1")) == plain + 1


def _link(page: str, rel: str) -> tuple[str, str]:
    """Where the way before or after leads, and what stands on it."""
    href, words = re.search(rf'<a class="btn btn-soft" href="([^"]+)" rel="{rel}">(.*?)</a>', page, re.S).groups()
    return html.unescape(href), re.sub(r"<svg.*?</svg>", "", words, flags=re.S).strip()


@pytest.mark.usefixtures("many")
def test_a_page_says_how_far_was_looked_and_leads_on(people, client_for):
    bob = client_for(people["bob"])
    page = bob.get(_address(answers="gauge:more_than:99")).content.decode()
    assert "None of the first 4 requests fits these filters, and there are others." in page
    assert 'rel="prev"' not in page
    further, words = _link(page, "next")
    assert words == "Look further"
    page = bob.get(further).content.decode()
    assert "None of the next 4 requests fits these filters" in page
    assert _link(page, "prev")[1] == "Back"
    while 'rel="next"' in page:
        page = bob.get(_link(page, "next")[0]).content.decode()
    assert "No further request fits these filters." in page and "others" not in page.partition("<main")[2]
    back, _ = _link(page, "prev")
    before = bob.get(back).content.decode()
    assert "None of the next 4" in before
    # Looking back, it is the way back that leads further.
    assert (_link(before, "prev")[1], _link(before, "next")[1]) == ("Look further", "More")
    # What was found stands there all the same.
    some = bob.get(_address(answers=MORE)).content.decode()
    assert re.search(r'data-number="\d+"', some) and "4 requests were looked at for this page" in some


def _found(person, words: str, filters: Filters, place: Place | None) -> searching.Found:
    portal = live_portal()
    zone = portal.time_zone
    return searching.search(actor_for(person), Query.of(words, portal), filters, place, portal=portal, zone=zone)


# A word of nearly all, looked for one by one; and by the index.
@pytest.mark.parametrize("sizes", [{"_NEAR": 6, "_ENOUGH": 3, "_MOST": 3}, {"_NEAR": 2, "_ENOUGH": 9, "_MOST": 3}])
@pytest.mark.parametrize("answers", [MORE, "gauge:more_than:99"])
@pytest.mark.usefixtures("many")
def test_results_that_filters_leave_little_of_lead_on_and_back(people, monkeypatch, sizes, answers):
    for name, size in {**sizes, "PAGE_SIZE": 2, "BEST": 0}.items():
        monkeypatch.setattr(searching, name, size)
    monkeypatch.setattr(bounded_look, "FAR", 8)
    filters = replace(ALL, state="any", type_key="repair", answers=answers)
    bob, zone = people["bob"], live_portal().time_zone
    fits = queue.in_order(actor_for(bob), filters, zone=zone).order_by("-pk").values_list("number", flat=True)
    found = [_found(bob, "no", filters, None)]
    places: list[Place | None] = [None]
    while (place := found[-1].older) is not None and len(found) < 40:
        places.append(place)
        found.append(_found(bob, "no", filters, place))
    assert [row.number for page in found for row in page.rows] == list(fits)
    assert any(page.is_part for page in found) and not found[-1].is_part
    assert found[0].near is None
    back = [found[-1]]
    while (place := back[-1].newer) is not None and len(back) < 40:
        back.append(_found(bob, "no", filters, place))
    assert back[-1].newer is None
    assert [row.number for page in reversed(back) for row in page.rows] == list(fits)


@pytest.mark.usefixtures("many")
def test_results_say_how_far_was_looked(people, client_for, monkeypatch):
    for name, size in {"_NEAR": 6, "_ENOUGH": 3, "PAGE_SIZE": 2}.items():
        monkeypatch.setattr(searching, name, size)
    bob = client_for(people["bob"])
    asked = urlencode({"q": "no", "type": "repair", "answers": "gauge:more_than:99"})
    page = bob.get(f"/desk/search/?{asked}").content.decode()
    assert "None of the first 4 requests fits these filters, and there are others." in page
    assert _link(page, "next")[1] == "Look further"
    page = bob.get(_link(page, "next")[0]).content.decode()
    assert "None of the next 4" in page and _link(page, "prev")[1] == "Back"


@pytest.mark.parametrize("at", ["-2026-01-01T00:00:00+00:00_", "2026-01-01T00:00:00+00:00_"])
@pytest.mark.parametrize("key", ["ffffffff-ffff-ffff-ffff-ffffffffffff", "00000000-0000-0000-0000-000000000000"])
@pytest.mark.parametrize("state", ["open", "closed"])
def test_an_empty_page_at_the_end_of_all_keys_is_a_page(shop, people, client_for, at, key, state):
    bob = client_for(people["bob"])
    assert bob.get(_address(at=at + key, state=state)).status_code == 200
    sign = at[:1].replace("2", "")
    assert bob.get(f"/desk/search/?{urlencode({'q': 'x', 'at': sign + key})}").status_code == 200


@pytest.mark.usefixtures("many")
def test_what_changes_while_a_page_is_read_leaves_nothing_out(people, monkeypatch):
    filters = replace(ALL, type_key="repair", answers="gauge:more_than:-1")
    bob, zone = people["bob"], live_portal().time_zone
    every = [row.number for row in queue.in_order(actor_for(bob), filters, zone=zone)]
    read, gone = bounded_look.read, iter(every)

    def read_and_close(statement):
        found = read(statement)
        ServiceRequest.objects.filter(number=next(gone, 0)).update(closed_at=timezone.now(), turn=Turn.NOBODY)
        return found

    monkeypatch.setattr(bounded_look, "read", read_and_close)
    shown = _page(bob, filters, None)
    # A colleague has closed the first one between its key and itself: the second is there, and all others follow.
    assert _numbers([shown]) == every[1:2] and not shown.is_part
    monkeypatch.setattr(bounded_look, "read", read)
    assert _numbers(_walk(bob, filters, shown.older, "older")[0]) == every[2:]


@pytest.mark.usefixtures("many")
def test_what_many_have_had_is_not_put_in_order_as_a_whole(people, monkeypatch):
    filters, _ = NARROWED["an answer"]
    bob, zone = people["bob"], live_portal().time_zone
    every = [row.number for row in queue.in_order(actor_for(bob), filters, zone=zone)]
    monkeypatch.setattr(queue, "_FEW", len(every) - 1)
    onwards, _ = _walk(bob, filters, None, "older")
    assert _numbers(onwards) == every and any(page.is_part for page in onwards)


# Found among the newest; by the index; among all of one's own, since very many others have the words.
WAYS = [
    {"_NEAR": 6, "_ENOUGH": 3, "_MOST": 3},
    {"_NEAR": 2, "_ENOUGH": 9, "_MOST": 3},
    {"_NEAR": 2, "_ENOUGH": 9, "_MOST": 3, "_MANY_HITS": 2},
    {"_NEAR": 2, "_ENOUGH": 9, "_MOST": 3, "_MANY_HITS": 2, "_OWN": 4},
]


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("reach", REACHES.values(), ids=REACHES)
def test_how_far_was_looked_tells_nobody_of_requests_that_they_do_not_see(shop, people, monkeypatch, reach):
    """Whoever sees some requests alone is led on by no place of another's, and hears nothing of how many there are:
    every page stays what it was when the others have no such words, or are not there."""
    erin = _part_seer(shop, people, reach)
    seen = visible_to(actor_for(erin))
    mine = set(seen.values_list("pk", flat=True))
    places = {key_beside(key, step) for key in mine for step in (-1, 0, 1)}
    others = ServiceRequest.objects.exclude(pk__in=mine)
    # Every other one of hers has not the word.
    lacking = list(seen.order_by("number").values_list("number", flat=True)[::2])
    RequestSearch.objects.filter(request__number__in=lacking).update(words="", plain="")

    def walks():
        walked = []
        for filters in (
            replace(ALL, state="any"),
            replace(ALL, state="any", who="me"),
            replace(ALL, state="closed"),
            replace(ALL, state="any", type_key="repair", answers="gauge:more_than:99"),
        ):
            pages = [_found(erin, "no", filters, None)]
            while (place := pages[-1].older) is not None and len(pages) < 40:
                pages.append(_found(erin, "no", filters, place))
            back = [pages[-1]]
            while (place := back[-1].newer) is not None and len(back) < 40:
                back.append(_found(erin, "no", filters, place))
            assert places >= {way.id for page in (*pages, *back) for way in (page.newer, page.older) if way}
            every = queue.in_order(actor_for(erin), filters, zone=live_portal().time_zone).exclude(number__in=lacking)
            numbers = list(every.order_by("-pk").values_list("number", flat=True))
            assert _numbers(pages) == numbers == _numbers(back[::-1])
            for done, page in enumerate(pages):
                left = len(numbers) - len(_numbers(pages[: done + 1]))
                assert page.more == left or (page.more <= left and not page.is_counted)
            walked.append([*pages, *back])
        return walked

    def all_walks():
        for sizes in WAYS:
            for name, size in {"_MANY_HITS": 99, **sizes, "PAGE_SIZE": 2, "BEST": 0}.items():
                monkeypatch.setattr(searching, name, size)
            yield walks()

    before = list(all_walks())
    RequestSearch.objects.filter(request__in=others).delete()
    others.update(type_key="gone", assignee=people["bob"], team_key="x")
    assert list(all_walks()) == before


def test_no_slip_is_forgiven_more_or_less_for_what_somebody_may_not_see(shop, people):
    shop.publish(types=["sale"])
    mine = [shop.file("sale", what=what, kind="noise").number for what in ("boiler", "thermostet")]

    def found(words: str) -> list[int]:
        return [row.number for row in _found(people["erin"], words, replace(ALL, state="any"), None).rows]

    assert (found("boilers"), found("thermastat")) == ([mine[0]], [mine[1]])
    for what in ("boilers", "thermastat", "thermastad"):
        shop.file("repair", what=what, kind="noise")
    assert (found("boilers"), found("thermastat")) == ([mine[0]], [mine[1]])


def test_a_slip_is_forgiven_where_the_word_stands_elsewhere(shop, people):
    both = shop.file("repair", what="boiler kitchen", kind="noise").number
    sale = shop.file("sale", what="boiler", kind="noise").number
    shop.file("repair", what="boilers bathroom", kind="noise")
    found = _found(people["bob"], "boilers kitchen", replace(ALL, state="any"), None)
    assert _numbers([found]) == [both]
    found = _found(people["bob"], "boilers", replace(ALL, state="any", type_key="sale"), None)
    assert _numbers([found]) == [sale]


@pytest.mark.parametrize("number", ["1e1000000000000000000", "0e-99999999999999999999", "1e60"])
def test_a_number_that_is_none_narrows_nothing(shop, people, client_for, number):
    bob = client_for(people["bob"])
    page = bob.get(_address(answers=f"gauge:more_than:{number}"))
    assert page.status_code == 200 and "do not know here" in page.content.decode()
