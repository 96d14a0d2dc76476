"""Finding customers among many: an index says where to look, what the reader sees decides; both ways find the same."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import connection

from portal_core.accounts.actor import actor_for
from portal_core.accounts.folded import folded_sql, ways_folded
from portal_core.accounts.models import User
from portal_core.config.live import live_portal
from portal_core.service_requests import customer_list, customer_search
from portal_core.service_requests.customer_list import CustomerQuery, customer_page
from portal_core.service_requests.search import Place
from portal_core.service_requests.viewer import Viewer
from tests.factories import make_user
from tests.saved_records.house import House

PEOPLE = {
    "zoe": ("zoe.miller-smith@mail.example.net", "Zoë Miller-Smith", "+44 131 496 0142"),
    "obrien": ("pat@usual.example", "Pat O'Brien", "0131 555 0199"),
    "kurt": ("kurt_gruen@post.example", "Kurt Grün", "+49 (0)89 123456"),
}


@pytest.fixture
def house(people: Any) -> House:
    made = House(people)
    for name, (email, called, phone) in PEOPLE.items():
        people[name] = make_user(email, called, phone=phone)
    return made


@pytest.fixture(params=["among the first", "by the indexes", "through the list"], autouse=True)
def way(request: Any, monkeypatch: Any) -> str:
    if request.param != "among the first":
        monkeypatch.setattr(customer_list, "_NEAR", 0)
    if request.param == "through the list":
        monkeypatch.setattr(customer_search, "_MANY", 0)
    return str(request.param)


def found(house: House, words: str, who: str = "bob", **asked: str) -> set[str]:
    """Whom this colleague finds, by the tests' names for them."""
    viewer = Viewer.of(actor_for(house.people[who]), live_portal())
    page = customer_page(
        actor_for(house.people[who]), CustomerQuery(words=words, **asked), None, viewer=viewer, portal=live_portal()
    )
    keys = {user.pk for user, _open in page.rows}
    return {name for name, user in house.people.items() if user.pk in keys}


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("zoë", {"zoe"}), ("ZOË mil", {"zoe"}), ("smith", {"zoe"}), ("miller-sm", {"zoe"}), ("zoe.mil", {"zoe"}),
        ("zoe.miller-smith@mail.example.net", {"zoe"}), ("@mail", {"zoe"}), ("brien", {"obrien"}),
        ("o'brien", {"obrien"}),
        ("grün", {"kurt"}), ("gruen", {"kurt"}), ("GRUN", {"kurt"}), ("zoe mil", {"zoe"}),
        ("gr\u0075\u0308n", {"kurt"}), ("pat usual", {"obrien"}), ("pat mail", set()), ("xyzzy", set()),
        ("+44 131 496 0142", {"zoe"}), ("0131 496 0142", {"zoe"}), ("01314960142", {"zoe"}), ("496 0142", {"zoe"}),
        ("496", set()),
        ("+44 131 555 0199", {"obrien"}), ("+441315550199", {"obrien"}), ("0044 131 555 0199", {"obrien"}),
        ("+49 89 123456", {"kurt"}), ("089 123456", {"kurt"}), ("+441314960142", {"zoe"}),
        ("0142", {"zoe"}), ("(0131) 555-0199", {"obrien"}), ("0131 555", {"obrien"}), ("123456", {"kurt"}),
        ("!?", set()), ("'", set()), ("& | ! :*", set()), ("\\m", {"zoe"}), (".*", set()), ("zoë & !", {"zoe"}),
    ],
)  # fmt: skip
def test_who_is_found(house, words, who):
    assert found(house, words) == who


def test_what_is_kept_finds_its_customer_for_those_who_see_it(house):
    house.keep(maker="Ventra", model="Eco 24")
    assert found(house, "ventra") == {"carol"}
    assert found(house, "carol eco") == {"carol"}
    assert found(house, "ventra", view="never") == {"carol"} and found(house, "ventra", view="guests") == set()


def test_every_word_of_a_long_list_is_reached_page_by_page(house):
    User.objects.bulk_create(
        User(email=f"n{place}@many.example", name=f"Many {place:02}", role="customer") for place in range(60)
    )
    viewer = Viewer.of(actor_for(house.people["bob"]), live_portal())
    for sort in ("newest", "name"):
        asked, place, names = CustomerQuery(words="many", sort=sort), None, []
        while True:
            page = customer_page(actor_for(house.people["bob"]), asked, place, viewer=viewer, portal=live_portal())
            names += [user.name for user, _open in page.rows]
            place = page.older
            if place is None:
                break
        assert len(names) == 60 == len(set(names)) and (sort == "newest" or names == sorted(names))


@pytest.mark.parametrize("index", ["user_folded_words", "record_folded_words", "user_by_name", "user_by_visit"])
def test_the_database_uses_the_index(house, index):
    """Only where an expression is the very one of the index; the tables are too small for it to want to."""
    keyed = {"user_by_name": "name", "user_by_visit": "here"}.get(index)
    if keyed:
        rows = customer_list._keyed(User.objects.all(), keyed)[0].order_by("place", "pk")[:5]
        statement, values = rows.query.sql_with_params()
    else:
        table = customer_search._PERSONS if index == "user_folded_words" else customer_search._RECORDS
        statement, values = table, ("'usual':*",)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = on")
        cursor.execute(f"EXPLAIN {statement}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert index in plan, plan


def test_a_very_long_answer_is_kept_and_found_by_its_beginning(house):
    house.keep(maker="Longtext " + "word " * 30_000)
    assert found(house, "longtext") == {"carol"}


def test_a_role_that_does_not_see_an_answer_finds_nobody_by_it(house):
    house.file(record=house.keep(by="bob", maker="Ventra", shelf="Quokka"))
    assert found(house, "quokka", "bob") == {"carol"}
    # Erin knows Carol, and the index holds the word: it finds her nobody.
    assert "carol" in found(house, "carol", "erin")
    assert found(house, "quokka", "erin") == set()


# What somebody is called, and what may be typed for it.
WRITTEN = [
    ("Mueller", "Müller"), ("Müller", "mueller"), ("Müller", "muller"), ("Mu\u0308ller", "Mueller"),
    ("Straße", "strasse"), ("Strasse", "straße"), ("Łukasz", "lukasz"), ("Lukasz", "Łukasz"),
    ("Søren", "soeren"), ("Sören", "søren"), ("Søren", "soren"), ("Đặng", "dang"),
    ("Ægir", "aegir"), ("Ångström", "ANGSTROM"), ("Ζωής", "ζωησ"), ("Зоя", "зоя"),
    ("İpek", "ipek"),
]  # fmt: skip


def test_a_name_is_met_however_either_side_writes_its_letters(house, people):
    for place, (called, _typed) in enumerate(WRITTEN):
        people[str(place)] = make_user(f"n{place}@example.org", f"Ora {called}")
    for place, (called, typed) in enumerate(WRITTEN):
        assert str(place) in found(house, typed), (called, typed)
        assert str(place) in found(house, f"ora {typed}"), (called, typed)


def test_what_is_kept_is_met_however_either_side_writes_its_letters(house):
    house.keep(maker="Böhm & Söhne", model="Grosse Straße")
    for words in ("boehm", "bohm", "Böhm soehne", "strasse", "große"):
        assert found(house, words) == {"carol"}, words


def test_letters_are_folded_alike_in_the_database_and_for_what_was_typed(house):
    letters = "".join(map(chr, range(0xA1, 0x250))) + "ẞΑΩάώЁйßſŒœĲĳﬁ½①Ⅳ"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT letter, {folded_sql('letter')} FROM unnest(%s::text[]) letter", [list(letters)])
        unlike = {letter: kept for letter, kept in cursor.fetchall() if " ".join(_both(letter)) != kept}
    assert unlike == {}


def _both(letter: str) -> tuple[str, ...]:
    ways = ways_folded(letter)
    return ways * 2 if len(ways) == 1 else ways


def test_a_slip_of_the_hand_finds_whom_was_meant(house):
    meant = {
        "mlliers": set(), "zeo miller": set(), "zoe milelr": {"zoe"}, "brein": {"obrien"}, "usula": {"obrien"},
        "Grünn": {"kurt"}, "gurn": {"kurt"}, "krut gruen": {"kurt"},
    }  # fmt: skip
    assert {words: found(house, words) for words in meant} == meant


def test_who_is_found_nearby_stands_under_words_that_say_so(house, client_for):
    bob = client_for(house.people["bob"])
    page = bob.get("/desk/customers/?q=millre").content.decode()
    assert "Nobody has <q><bdi>millre</bdi></q>. These are spelt nearly so." in page and "Miller-Smith" in page
    assert "spelt nearly" not in bob.get("/desk/customers/?q=miller").content.decode()
    page = bob.get("/desk/customers/?q=millre&view=never").content.decode()
    assert "Nobody in this list has <q><bdi>millre</bdi></q>." in page
    nobody = bob.get("/desk/customers/?q=xyzzy").content.decode()
    assert "spelt nearly" not in nobody and "No customer fits this search." in nobody


def test_signs_that_stand_for_many_letters_can_be_kept_whole(house):
    signs = "".join(chr(code) for code in range(0x3300, 0x3358))
    words = " ".join(map("".join, itertools.islice(itertools.product(signs, repeat=5), 16_000)))
    zoe = house.people["zoe"]
    zoe.remembered = {"note": {"value": words}}
    zoe.save(update_fields=["remembered"])
    assert found(house, "zoe miller") == {"zoe"}


def test_those_found_nearby_are_reached_page_by_page(house):
    User.objects.bulk_create(
        User(email=f"n{place}@many.example", name=f"Lantern {place:02}", role="customer") for place in range(60)
    )
    bob, portal = actor_for(house.people["bob"]), live_portal()
    viewer = Viewer.of(bob, portal)
    for sort in ("newest", "name"):
        asked, place, names, back = CustomerQuery(words="lanetrn", sort=sort), None, [], None
        while True:
            page = customer_page(bob, asked, place, viewer=viewer, portal=portal)
            assert page.is_near
            names.append([user.name for user, _open in page.rows])
            place, back = page.older and Place.parse(str(page.older)), page.newer
            if place is None:
                break
        assert len({name for part in names for name in part}) == 60 == sum(map(len, names))
        before = customer_page(bob, asked, Place.parse(str(back)), viewer=viewer, portal=portal)
        assert [user.name for user, _open in before.rows] == names[-2]


def test_a_role_finds_nobody_nearby_by_what_it_does_not_see(house):
    house.file(record=house.keep(by="bob", maker="Ventra", shelf="Quokka"))
    assert found(house, "quokak", "erin") == set()
    assert "carol" in found(house, "carlo", "erin")


def test_a_role_finds_nobody_nearby_whom_it_may_not_know(shop, people, client_for):
    people["zoe"] = make_user("zoe@example.net", "Zoe Miller")
    shop.publish(types=["sale"], scope="team")
    assert "Zoe Miller" in client_for(people["bob"]).get("/desk/customers/?q=milelr").content.decode()
    page = client_for(people["erin"]).get("/desk/customers/?q=milelr").content.decode()
    assert "Miller" not in page and "spelt nearly" not in page
