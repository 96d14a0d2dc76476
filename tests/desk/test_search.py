"""Searching at the desk: what is found, what never is, and how the page says it."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.accounts.own_account import About, save_about
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.messaging.actions import Message, note, reply
from portal_core.service_requests import misspelt, search_rebuild
from portal_core.service_requests.actions import Move, assign, change_fields, move
from portal_core.service_requests.models import RequestSearch, ServiceRequest
from portal_core.service_requests.queue import Filters
from portal_core.service_requests.search import Found, Place, search
from portal_core.service_requests.search_index import index_text, index_whole
from portal_core.service_requests.search_query import Query
from portal_core.service_requests.search_words import indexed_words, national_digits, ways_of_words, words_in
from tenants.outbox.drain import drain
from tests.contracts import canaries, hostile
from tests.contracts.planted import Scene
from tests.factories import make_user
from tests.service_requests.asking_portal import Desk
from tests.service_requests.small_portal import document

ANYTHING = Filters(view="all", state="any")


def found(person: Any, text: str, filters: Filters = ANYTHING, place: Place | None = None) -> list[int]:
    portal = live_portal()
    page = search(actor_for(person), Query.of(text, portal), filters, place, portal=portal, zone=portal.time_zone)
    return [row.number for row in page.rows]


def is_there(person: Any, word: str) -> bool:
    """Whether the very word is found, not one that is spelt nearly so."""
    portal = live_portal()
    page = search(actor_for(person), Query.of(word, portal), ANYTHING, None, portal=portal, zone=portal.time_zone)
    return bool(page.rows) and page.near is None


def write(person: Any, row: ServiceRequest, body: str, action: Any = note) -> None:
    action(actor=actor_for(person), request_id=row.pk, message=Message(body, uuid.uuid4()))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("NW-1042", ["nw", "1042"]),
        ("Carol.Ånström@example.com", ["carol", "anstrom", "example", "com"]),
        ("Straße ÆØ ﬁne İstanbul", ["strasse", "aeo", "fine", "istanbul"]),
        ("snake_case 'quote' a&b|!c:*", ["snake", "case", "quote", "a", "b", "c"]),
        ("東京の水漏れ", list("東京の水漏れ")),
        ("", []),
    ],
)
def test_words_are_compared_without_case_accents_and_punctuation(text, words):
    assert words_in(text) == words


def test_a_number_with_spaces_is_found_in_one_and_a_long_word_is_cut():
    assert "01314960142" in indexed_words(["0131 496 0142"], 100)
    assert len(words_in("x" * 3_000 + "ä" * 3_000)[0].encode()) <= 40
    assert len(indexed_words([" ".join(str(number) for number in range(50_000))], 5_000)) == 5_000


@pytest.mark.parametrize(
    ("text", "national"),
    [
        ("+44 131 496 0142", "1314960142"), ("0044 131 496 0142", "1314960142"), ("+441314960142", "1314960142"),
        ("0131 496 0142", ""), ("+44 boiler", ""), ("+999 999 9999", ""), ("1042", ""), ("+", ""),
    ],
)  # fmt: skip
def test_the_country_before_a_telephone_number_is_known(text, national):
    assert national_digits(text) == national


@pytest.mark.parametrize("typed", ["+44 131 496 0142", "+441314960142", "0131 496 0142", "01314960142", "0131-496 01"])
def test_a_request_is_found_by_a_telephone_number_however_it_is_typed(shop, people, typed):
    row = shop.file(what="Dripping tap", phone="0131 496 0142")
    shop.file(what="Other tap", phone="0131 555 0199")
    assert found(people["bob"], typed) == [row.number]


def test_everything_that_staff_see_is_found(shop, people):
    row = shop.file(what="Dripping tap in the kitchen", kind="noise")
    write(people["bob"], row, "The cat Fürst bites")
    write(people["bob"], row, "We come on Tuesday", reply)
    bob = people["bob"]
    for text in (
        "dripping kitchen",
        "KITCH",
        "a noise",
        "furst",
        "Fürst tuesday",
        "carol@example.com",
        "carol",
        "repair",
    ):
        assert found(bob, text) == [row.number], text
    for text in ("dripping cellar", "leak"):
        assert found(bob, text) == [], text


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("Müller", "mueller"), ("Müller", "muller"), ("Müller", "MUELL"), ("Mueller", "Müller"), ("Muller", "Müller"),
        ("Mu\u0308ller", "mueller"), ("Straße", "strasse"), ("Strasse", "Straße"), ("Søren Ågård", "soeren aagaard"),
        ("Zoë Łukasz", "zoe lukasz"), ("Zoe", "Zoë"), ("Æbelø", "aebeloe"),
    ],
)  # fmt: skip
def test_accents_and_letters_without_a_key_are_met_however_either_side_writes_them(shop, people, kept, typed):
    row = shop.file(what=f"For {kept}", kind="noise")
    portal = live_portal()
    page = search(
        actor_for(people["bob"]), Query.of(typed, portal), ANYTHING, None, portal=portal, zone=portal.time_zone
    )
    assert [hit.number for hit in page.rows] == [row.number] and page.near is None
    assert Query.of(typed, portal).is_met_by(indexed_words([kept], 100))


def test_each_word_is_asked_for_in_few_ways():
    assert ways_of_words("Müller & Söhne 12") == [("muller", "mueller"), ("sohne", "soehne"), ("12",)]
    assert ways_of_words("Mueller") == [("mueller",)] and ways_of_words("東京ü") == [("東",), ("京",), ("u", "ue")]


@pytest.mark.parametrize(
    "typed",
    [
        "cutsomer",
        "cusomer",
        "custommer",
        "custamer",
        "carlo customer",
        "karol",
        "drippnig",
        "Drippinng kitcehn",
        "dripipn",
    ],
)
def test_a_slip_of_the_hand_finds_what_was_meant_and_says_so(shop, people, client_for, typed):
    row = shop.file(what="Dripping tap in the kitchen", kind="noise")
    assert found(people["bob"], typed) == [row.number]
    page = client_for(people["bob"]).get(f"/desk/search/?q={typed}").content.decode()
    assert f"Nothing has <q><bdi>{typed}</bdi></q>. These are spelt nearly so." in page


@pytest.mark.parametrize(
    "typed",
    [
        *("Heizkörpervetnli", "Hiezkörperevntil", "Heizkorperwentyl", "Hezkörperventl", "Heitzkörperventill"),
        # Two within the first letters, one of them a swap; typed without umlaut; only the beginning of a word.
        *("Ehixkörperventil", "Hiezkoeprerventil", "Hiezkroper"),
    ],
)
def test_two_slips_of_the_hand_in_a_long_word_are_forgiven(typed, shop, people, client_for):
    row = shop.file(what="Das Heizkörperventil klemmt", kind="noise")
    assert found(people["bob"], typed) == [row.number]
    assert "These are spelt nearly so." in client_for(people["bob"]).get(f"/desk/search/?q={typed}").content.decode()


@pytest.mark.parametrize("typed", ["Hiezugn", "Hezing", "Xzizkörperventil", "Hiezkroepvrentil", "qqqqqqqqqqqq"])
def test_in_a_short_word_and_beyond_two_nothing_is_guessed(typed, shop, people):
    shop.file(what="Heizung und Heizkörperventil", kind="noise")
    assert found(people["bob"], typed) == []


def test_two_slips_are_thought_of_only_where_a_word_is_not_there_and_none_one_slip_away(shop, people):
    lantern = shop.file(what="Sturmlaterne", kind="noise").number
    lanterns = shop.file(what="Sturmlatxrna", kind="noise").number
    bob = people["bob"]
    assert found(bob, "Sturmlaterne") == [lantern]
    assert set(found(bob, "Sturmlaterna")) == {lantern, lanterns}
    assert found(bob, "Sturmlatrene") == [lantern]


def test_looking_for_two_slips_takes_a_statement_a_letter_however_many_words_there_are(shop, people):
    bob, portal = actor_for(people["bob"]), live_portal()

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            search(bob, Query.of("Heizkorperwentyl", portal), ANYTHING, None, portal=portal, zone=portal.time_zone)
        return len(asked)

    shop.file(what="Das Heizkörperventil", kind="noise")
    few = statements()
    for number in range(30):
        shop.file(what=f"Heizk{chr(97 + number % 26)} Heizkör{chr(97 + number % 26)}{number} Heizung", kind="noise")
    assert statements() == few <= 40


def test_all_words_of_a_question_share_what_may_be_looked_up_for_two_slips(shop, people, monkeypatch):
    shop.file(what="Das Heizkörperventil der Sturmlaterne", kind="noise")
    looked_up, has = [], misspelt._Index.has

    def counted(index, words):
        asked = list(words)
        looked_up.append(len(asked))
        return has(index, asked)

    monkeypatch.setattr(misspelt._Index, "has", counted)
    monkeypatch.setattr(misspelt, "_MOST_LOOKED_UP", 1_000)
    found(people["bob"], "Heizkorperwentyl Sturmletarnu")
    assert 0 < sum(looked_up[1:]) <= 1_000


def test_under_filters_only_what_fits_them_is_said_not_to_be_there(shop, people, client_for):
    closed = shop.file(what="Harbourpolicy", kind="noise")
    ServiceRequest.objects.filter(pk=closed.pk).update(closed_at=timezone.now())
    shop.file(what="Harbourpolice", kind="noise")
    page = client_for(people["bob"]).get("/desk/search/?q=Harbourpolicy&state=open").content.decode()
    assert "Nothing that fits the filters has <q><bdi>Harbourpolicy</bdi></q>." in page
    everything = re.search(r'spelt nearly so. <a href="([^"]+)">Search everything</a>', page)
    page = client_for(people["bob"]).get(html.unescape(everything[1])).content.decode()
    assert f"/desk/requests/{closed.number}/" in page and "spelt nearly" not in page


def test_what_is_there_as_it_was_typed_is_all_that_is_found(shop, people, client_for):
    right = shop.file(what="A lamp", kind="noise")
    shop.file(what="A clamp and a lump", kind="noise")
    assert found(people["bob"], "lamp") == [right.number]
    assert "spelt nearly" not in client_for(people["bob"]).get("/desk/search/?q=lamp").content.decode()


@pytest.mark.parametrize("typed", ["xyzzy", "tpa", "carlo kitchenette", "10O1", "zq", "dr1pping"])
def test_short_words_numbers_and_what_nobody_wrote_find_nothing_nearby(shop, people, client_for, typed):
    shop.file(what="Dripping tap", kind="noise")
    assert found(people["bob"], typed) == []
    page = client_for(people["bob"]).get(f"/desk/search/?q={typed}").content.decode()
    assert "spelt nearly" not in page and "No request was found" in page


def test_what_is_spelt_nearly_so_is_paged_there_and_back(shop, people):
    everything = [shop.file(what="A lantern", kind="noise").number for _ in range(30)][::-1]
    bob, portal = people["bob"], live_portal()
    numbers, said = pages(bob, "lanetrn")
    assert [number for page in numbers for number in page] == everything
    assert all(page.near is not None for page in said)
    place = Place.parse(str(said[1].newer))
    assert place is not None and place.is_near
    page = search(actor_for(bob), Query.of("lanetrn", portal), ANYTHING, place, portal=portal, zone=portal.time_zone)
    assert [row.number for row in page.rows] == numbers[0]


def test_a_word_nearby_of_what_a_role_does_not_see_tells_it_nothing(shop, people, client_for):
    shop.publish(types=["sale"], scope="all")
    shop.file("repair", what="A quokkalamp", kind="noise")
    assert found(people["erin"], "quokkalmap") == []
    assert "quokkalamp" not in client_for(people["erin"]).get("/desk/search/?q=quokkalmap").content.decode()


def test_a_number_or_reference_comes_first(shop, people):
    first = shop.file(what="One", kind="noise")
    second = shop.file(what=f"As in {first.number}", kind="noise")
    bob = people["bob"]
    assert found(bob, str(first.number)) == [first.number, second.number]
    assert found(bob, f"#{first.number}") == [first.number, second.number]
    assert found(bob, "99999999999999999999") == []


def test_words_follow_each_write_in_its_own_transaction(shop, people):
    row = shop.file(what="Old words", kind="noise")
    bob = people["bob"]
    change_fields(actor=actor_for(bob), request_id=row.pk, answers={"what": "Fresh phrase"}, seen={"what": "Old words"})
    assert found(bob, "old") == [] and found(bob, "fresh phrase") == [row.number]
    move(actor=actor_for(bob), request_id=row.pk, move=Move("over", "new", reason="Bankrupt supplier"))
    assert found(bob, "bankrupt fresh") == [row.number]
    with pytest.raises(RuntimeError), transaction.atomic():
        write(bob, row, "undone")
        raise RuntimeError
    assert found(bob, "undone") == []


def test_a_customer_under_another_name_is_found_by_it(shop, people, tenant):
    row = shop.file(kind="noise")
    save_about(people["carol"], About("Caroline Ångström", "0131 496 0188", "", ""))
    drain(tenant.schema_name)
    assert found(people["bob"], "angstrom") == [row.number]
    assert found(people["bob"], "0131496") == [row.number]


def test_a_field_hidden_from_one_role_in_one_status_is_found_by_nobody(shop, people, tenant):
    row = shop.file(what="Plain", kind="noise")
    changed = {"cause": "Rustyvalve"}
    change_fields(actor=actor_for(people["bob"]), request_id=row.pk, answers=changed, seen={"cause": None})
    assert found(people["alice"], "rustyvalve") == [row.number]
    hidden = document()
    for kind in hidden["types"]:
        kind["fields"][3]["at"] = {"over": {"engineer": "hidden"}}
    publish(actor=actor_for(people["alice"]), document=load(hidden))
    # At once, before anything was written anew; what is not a field is still found.
    assert found(people["alice"], "rustyvalve") == [] == found(people["erin"], "rustyvalve")
    assert found(people["alice"], "carol") == [row.number]
    drain(tenant.schema_name)
    assert found(people["alice"], "rustyvalve") == []
    assert found(people["alice"], "plain noise") == [row.number]
    assert "rustyvalve" not in str(RequestSearch.objects.values_list("words", "plain").get())
    publish(actor=actor_for(people["alice"]), document=load(document()))
    assert found(people["alice"], "rustyvalve") == []
    drain(tenant.schema_name)
    assert found(people["alice"], "rustyvalve") == [row.number]


def test_words_are_rebuilt_in_batches(shop, people, tenant, monkeypatch):
    monkeypatch.setattr(search_rebuild, "BATCH", 2)
    rows = [shop.file(what=f"Thing {number}", kind="noise") for number in range(5)]
    write(people["bob"], rows[0], "Remembered")
    RequestSearch.objects.all().delete()
    drain(tenant.schema_name)
    search_rebuild.on_published(None)
    drain(tenant.schema_name)
    assert len(found(people["bob"], "thing")) == 5
    assert found(people["bob"], "remembered thing") == [rows[0].number]


def test_no_canary_that_is_hidden_from_a_role_is_in_the_index(people, tenant):
    scene = Scene(people, tenant)
    drain(tenant.schema_name)
    wanted = [*canaries.every_sign("shop", ("a", "b"))]
    for who in ("alice", "bob", "erin"):
        assert [sign for sign in wanted if is_there(people[who], sign)] == []
    # The control: what every colleague sees is there.
    assert found(people["erin"], canaries.typed("office", "text", "a")) == [scene.a.number]
    assert found(people["erin"], canaries.typed("soon", "text", "a")) == [scene.a.number]
    scene.hide_soon()
    assert [sign for sign in canaries.every_sign("soon") if is_there(people["alice"], sign)] == []


def test_a_role_finds_only_what_it_may_see(shop, people):
    shop.publish(types=["sale"], scope="team")
    repair = shop.file("repair", what="Blue thing", kind="noise")
    sale = shop.file("sale", what="Blue thing", kind="noise")
    desk_sale = shop.file("sale", what="Blue thing", kind="noise")
    assign(actor=actor_for(people["alice"]), request_id=desk_sale.pk, assignee_id=None, team_key="desk")
    assert set(found(people["bob"], "blue")) == {repair.number, sale.number, desk_sale.number}
    assert found(people["erin"], "blue") == [desk_sale.number]
    for text in (str(repair.number), "carol"):
        assert repair.number not in found(people["erin"], text)
    assert found(people["carol"], "carol") == [desk_sale.number, sale.number, repair.number]
    assert found(people["frank"], "blue") == []


def test_the_same_words_in_two_tenants_stay_apart(twins):
    with twins.alpha.entered():
        from tests.service_requests.filing import file_request

        row = file_request(twins.alpha.carol)
        write(twins.alpha.bob, row, "Onlyinalpha")
        assert found(twins.alpha.bob, "onlyinalpha") == [row.number]
    with twins.beta.entered():
        assert found(twins.beta.bob, "onlyinalpha") == []
    assert "data-row" not in twins.beta.client("bob").get("/desk/search/?q=onlyinalpha").content.decode()


def test_results_are_paged_and_no_request_is_lost(shop, people, client_for):
    rows = [shop.file(what="Many", kind="noise") for _ in range(28)]
    bob = client_for(people["bob"])
    seen: list[str] = []
    href = "/desk/search/?q=many"
    for _ in range(3):
        text = bob.get(href).content.decode()
        seen += re.findall(r'data-row href="/desk/requests/(\d+)/', text)
        older = re.search(r'href="([^"]*)" rel="next"', text)
        if older is None:
            break
        href = older[1].replace("&amp;", "&")
    assert seen == [str(row.number) for row in reversed(rows)]
    newer = re.search(r'href="([^"]*)" rel="prev"', text)
    assert newer is not None
    back = bob.get(newer[1].replace("&amp;", "&")).content.decode()
    assert re.findall(r'data-row href="/desk/requests/(\d+)/', back) == seen[:25]


def test_the_page_shows_where_the_words_stand_and_keeps_the_filters(shop, people, client_for):
    row = shop.file(what="A tap", kind="noise")
    write(people["bob"], row, "Mind the <b>dog</b> called Rex")
    bob = client_for(people["bob"])
    page = bob.get("/desk/search/?q=rex&type=repair&who=nobody").content.decode()
    assert '<mark class="put">Rex</mark>' in page and "Mind the &lt;b&gt;dog&lt;/b&gt;" in page
    assert "Note" in page and "<b>dog" not in page
    assert 'name="type" value="repair"' in page and 'name="who" value="nobody"' in page
    assert f"/desk/requests/{row.number}/?back=%2Fdesk%2Fsearch%2F%3Fq%3Drex" in page
    nothing = bob.get("/desk/search/?q=rex&type=sale").content.decode()
    assert "Nothing with these words fits the filters" in nothing and 'href="/desk/search/?q=rex"' in nothing
    nothing = bob.get("/desk/search/?q=xyzzy+%26").content.decode()
    assert "No request was found" in nothing and 'href="/desk/customers/?q=xyzzy+%26"' in nothing
    assert "Write a number" in bob.get("/desk/search/?q=%20!!").content.decode()


def test_a_snippet_shows_a_reader_only_what_that_reader_sees(people, tenant, client_for):
    scene = Scene(people, tenant)
    drain(tenant.schema_name)
    erin = client_for(people["erin"])
    for text in ("job", "carol", str(scene.a.number), canaries.NOTE):
        page = erin.get(f"/desk/search/?q={text}").content.decode()
        assert canaries.found_in(page, canaries.every_sign("shop")) == []
    assert "data-row" in page


def test_any_words_can_be_searched_for(shop, people, client_for):
    row = shop.file(kind="noise")
    bob = client_for(people["bob"])
    for name, text in hostile.STRINGS.items():
        answer = bob.get(f"/desk/search/?q={hostile.part(text[:2_000])}&at={hostile.part(text[:50])}")
        assert answer.status_code in (200, 400), name
        body = answer.content.decode()
        assert not any(sign in body for sign in (*hostile.MARKUP, *hostile.RUN)), name
        if len(text) < 5_000:
            index_text(row.pk, text)


def test_searching_costs_few_statements_whatever_is_found(shop, people, client_for, server_statements):
    bob = client_for(people["bob"])

    def cost(words: str) -> list[str]:
        tries = []
        for _ in range(3):
            # Now and then a page also renews what the process remembers of the tenant.
            with server_statements() as sent:
                bob.get(f"/desk/search/?q={words}")
            tries.append(sent.without_transactions)
        return min(tries, key=len)

    for _ in range(2):
        shop.file(kind="noise")
    few = {words: cost(words) for words in ("repair", "repiar")}
    for _ in range(30):
        shop.file(kind="noise")
    for words, most in (("repair", 10), ("repiar", 15)):
        many = cost(words)
        assert len(many) == len(few[words]) <= most, "\n".join(many)


def test_a_customer_has_no_search_and_a_person_without_rights_sees_nothing(shop, people, client_for):
    shop.file(kind="noise")
    assert client_for(people["carol"]).get("/desk/search/?q=noise").status_code == 404
    nobody = make_user("none@example.com", "None", "engineer")
    shop.publish(permissions=["note"])
    assert client_for(nobody).get("/desk/search/?q=noise").status_code == 403


def test_what_was_imported_is_found(shop, people, tenant):
    search_rebuild.ask_for_words()
    search_rebuild.ask_for_words()
    row = shop.file(what="Brought in", kind="noise")
    RequestSearch.objects.all().delete()
    drain(tenant.schema_name)
    assert found(people["bob"], "brought") == [row.number]


SMALL = [
    # Everything by the index; plenty among the newest; the index cut off; all of it looked at one by one.
    {"_NEAR": 2, "_ENOUGH": 100, "_MOST": 100},
    {"_NEAR": 40, "_ENOUGH": 30, "_MOST": 100},
    {"_NEAR": 4, "_ENOUGH": 100, "_MOST": 30},
    {"_NEAR": 4, "_ENOUGH": 100, "_MOST": 26},
    {"_NEAR": 1_000, "_ENOUGH": 100, "_MOST": 100},
]


def pages(person: Any, text: str) -> tuple[list[list[int]], list[Found]]:
    """All pages of results from the first on, and what each said of itself."""
    portal, numbers, said = live_portal(), [], []
    place: Place | None = None
    for _ in range(10):
        page = search(actor_for(person), Query.of(text, portal), ANYTHING, place, portal=portal, zone=portal.time_zone)
        numbers.append([row.number for row in page.rows])
        said.append(page)
        place = page.older
        if place is None:
            return numbers, said
    raise AssertionError("there is always one more page")


@pytest.mark.parametrize("sizes", SMALL)
def test_whichever_way_they_are_found_each_request_stands_once_in_order_and_the_rest_is_counted(
    shop, people, monkeypatch, sizes
):
    from portal_core.service_requests import search as module

    old = [shop.file(what="Ancient lamp", kind="noise").number for _ in range(3)]
    new = [shop.file(what="Usual lamp", kind="noise").number for _ in range(54)]
    for name, size in sizes.items():
        monkeypatch.setattr(module, name, size)
    bob, portal = people["bob"], live_portal()
    assert found(bob, "ancient") == old[::-1]
    assert found(bob, "nothing") == []
    numbers, said = pages(bob, "lamp")
    everything = [*old, *new][::-1]
    assert numbers == [everything[:25], everything[25:50], everything[50:]]
    for page, left in zip(said, (32, 7, 0), strict=True):
        assert page.more == left if page.is_counted else 0 < page.more <= left
    assert said[-1].is_counted
    back, counted = said[-1].newer, said[1].more
    page = search(actor_for(bob), Query.of("lamp", portal), ANYTHING, back, portal=portal, zone=portal.time_zone)
    assert [row.number for row in page.rows] == numbers[1] and counted <= page.more <= 7
    assert found(bob, "lamp", place=page.newer) == numbers[0]


def test_who_sees_a_few_of_many_finds_all_of_those_and_hears_of_no_others(shop, people, monkeypatch):
    from portal_core.service_requests import search as module

    shop.publish(types=["sale"], scope="all")
    sales = [shop.file("sale", what="A lamp", kind="noise").number for _ in range(2)]
    for _ in range(40):
        shop.file("repair", what="A lamp", kind="noise")
    for name, size in {"_NEAR": 4, "_ENOUGH": 100, "_MOST": 10}.items():
        monkeypatch.setattr(module, name, size)
    numbers, said = pages(people["erin"], "lamp")
    assert (numbers, [(page.more, page.is_counted) for page in said]) == ([sales[::-1]], [(0, True)])


def test_the_page_says_how_many_more_there_are(shop, people, client_for, monkeypatch):
    from portal_core.service_requests import search as module

    first = shop.file(what="A lamp", kind="noise")
    for _ in range(41):
        shop.file(what=f"A lamp as in {first.number}", kind="noise")
    bob = client_for(people["bob"])
    best = "customers and titles first, then the newest"
    assert f"25 on this page, 17 more · {best}" in bob.get("/desk/search/?q=lamp").content.decode()
    exact = bob.get(f"/desk/search/?q={first.number}").content.decode()
    assert f"26 on this page, 16 more · the number, {best}" in exact
    assert re.findall(r'data-row href="/desk/requests/(\d+)/', exact)[0] == str(first.number)
    monkeypatch.setattr(module, "_NEAR", 30)
    monkeypatch.setattr(module, "_ENOUGH", 28)
    assert f"25 on this page, over 5 more · {best}" in bob.get("/desk/search/?q=lamp").content.decode()
    shop.file(what="A single bulb", kind="noise")
    assert "1 found · newest first" in bob.get("/desk/search/?q=bulb").content.decode()


def test_the_customer_who_is_meant_comes_first_then_titles_then_the_newest(shop, people, client_for, monkeypatch):
    from portal_core.service_requests import search as module

    people["lamp"] = make_user("lamp@example.com", "Lena Lamp", "customer")
    named = [shop.file(who="lamp", what="Something", kind="noise").number for _ in range(2)]
    titled = [shop.file(what="A lamp", kind="noise").number for _ in range(2)]
    told = [shop.file(what="Something", kind="noise") for _ in range(3)]
    for row in told:
        write(people["bob"], row, "He means the lamp")
    numbers = [*named[::-1], *titled[::-1], *(row.number for row in told[::-1])]
    assert found(people["bob"], "lamp") == numbers
    assert "customers and titles first" in client_for(people["bob"]).get("/desk/search/?q=lamp").content.decode()
    # Page by page and back, each once.
    monkeypatch.setattr(module, "PAGE_SIZE", 4)
    monkeypatch.setattr(module, "BEST", 3)
    split, said = pages(people["bob"], "lamp")
    assert split == [[*named[::-1], titled[1], told[2].number], [told[1].number, told[0].number, titled[0]]]
    back = said[1].newer
    assert found(people["bob"], "lamp", place=Place.parse(str(back))) == split[0]
    # A number in an address that this person does not see shows nothing.
    shop.publish(types=["sale"])
    assert found(people["erin"], "lamp", place=Place(module._FIRST_PLACE, best=tuple(named))) == []


def test_a_title_with_a_hidden_field_does_not_rank(shop, people):
    from portal_core.service_requests import search as module

    hidden = document()
    for request_type in hidden["types"]:
        for field in request_type["fields"]:
            if field["key"] == "what":
                field["show"] = {"engineer": "hidden"}
    publish(actor=actor_for(people["alice"]), document=load(hidden))
    row, portal = shop.file(what="A lamp", kind="noise"), live_portal()
    other = shop.file(what="A lamp", kind="noise")
    ranking = module._Ranking(Query.of("lamp", portal), portal)
    assert ranking.best_of(ServiceRequest.objects.all(), [other.pk, row.pk]) == []


def test_what_customers_write_with_an_approval_is_found_after_the_words_are_made_anew(people, tenant):
    desk = Desk(people)
    approved, declined = desk.at("quote"), desk.at("quote")
    desk.answer(approved, "quote", is_yes=True, note="With the brass fittings")
    desk.answer(declined, "quote", is_yes=False, note="Too dear by half")
    rows = (("fittings", approved), ("dear", declined))
    for text, row in rows:
        assert found(people["bob"], text) == [row.number]
    index_whole(list(ServiceRequest.objects.select_related("customer")), live_portal())
    for text, row in rows:
        assert found(people["bob"], text) == [row.number]
