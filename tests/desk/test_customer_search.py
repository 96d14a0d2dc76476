"""Finding customers among many: an index says where to look, what the reader sees decides; both ways find the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.live import live_portal
from portal_core.service_requests import customer_list, customer_search
from portal_core.service_requests.customer_list import CustomerQuery, customer_page
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
        ("grün", {"kurt"}), ("gruen", set()), ("pat usual", {"obrien"}), ("pat mail", set()), ("xyzzy", set()),
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


@pytest.mark.parametrize("index", ["user_words", "record_words", "user_by_name", "user_by_visit"])
def test_the_database_uses_the_index(house, index):
    """Only where an expression is the very one of the index; the tables are too small for it to want to."""
    keyed = {"user_by_name": "name", "user_by_visit": "here"}.get(index)
    if keyed:
        rows = customer_list._keyed(User.objects.all(), keyed)[0].order_by("place", "pk")[:5]
        statement, values = rows.query.sql_with_params()
    else:
        table = customer_search._PERSONS if index == "user_words" else customer_search._RECORDS
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
