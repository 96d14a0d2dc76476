"""The queue's columns: chosen by a person, kept by a view, and never more than the reader may see."""

from __future__ import annotations

import re

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.desk.columns import FIELDS_AT_MOST, USUAL, chosen_text, read_columns
from portal_core.messaging.actions import Message, note, reply
from portal_core.service_requests.models import SavedView
from portal_core.service_requests.queue import Filters
from portal_core.service_requests.saved_views import keep_view, share_view
from tenants.identifiers import uuid7
from tests.contracts.rows import Rows
from tests.service_requests.small_portal import document

QUEUE = "/desk/?view=all"


@pytest.fixture
def bob(people, client_for):
    return client_for(people["bob"])


def _heads(page: str) -> list[str]:
    head = page[page.index("<thead>") : page.index("</thead>")]
    names = re.findall(r'<th[^>]*scope="col"[^>]*>(?!<label)(.*?)</th>', head)
    return [re.sub(r"<[^>]+>|[↑↓]", "", name).strip() for name in names]


def _choose(client, *names: str, back: str = QUEUE, **more: str):
    return client.post("/desk/columns/", {"column": names, "back": back, **more})


def test_a_person_chooses_columns_and_an_answer_of_the_form_is_one(shop, people, bob):
    shop.file("repair", what="Blue", kind="noise")
    shop.file("sale", what="Red", kind="noise")
    assert _heads(bob.get(QUEUE).content.decode())[1:] == [
        "Customer",
        "Status",
        "Waiting on",
        "Due",
        "Who",
        "Last news",
    ]
    answer = _choose(bob, "due", "customer", "repair.kind")
    assert answer.status_code == 302 and answer["Location"] == QUEUE
    page = bob.get(QUEUE).content.decode()
    assert _heads(page)[1:] == ["Customer", "Due", "Which?"]
    # Of the sale stands nothing there: it is another form's question.
    assert page.count("A noise") == 1
    alice = User.objects.get(pk=people["alice"].pk)
    assert (
        alice.queue_columns == "" and User.objects.get(pk=people["bob"].pk).queue_columns == "customer,due,repair.kind"
    )
    _choose(bob, do="usual")
    assert User.objects.get(pk=people["bob"].pk).queue_columns == ""
    _choose(bob)
    assert _heads(bob.get(QUEUE).content.decode()) == ["Request"]


def test_the_page_of_all_columns_says_which_are_shown(shop, bob):
    _choose(bob, "due", "repair.kind")
    page = bob.get("/desk/columns/?back=/desk/%3Fview%3Dall").content.decode()
    ticked = re.findall(r'value="([^"]+)" checked', page)
    assert ticked == ["due", "repair.kind"] and 'value="sale.cause"' in page
    assert "Kept for you" in page
    # A way back that is none of ours leads to the queue.
    assert 'href="/desk/"' in bob.get("/desk/columns/?back=https://evil.example/").content.decode()


def test_a_view_carries_its_columns(shop, people, bob, client_for):
    shop.file("repair", what="Blue", kind="noise")
    _choose(bob, "due", "repair.kind")
    kept = re.search(r'name="query" value="([^"]+)"', bob.get(QUEUE).content.decode())[1].replace("&amp;", "&")
    address = bob.post("/desk/views/keep/", {"query": kept, "name": "With kind"})["Location"]
    _choose(bob, do="usual")
    assert _heads(bob.get(address).content.decode())[1:] == ["Due", "Which?"]
    view = SavedView.objects.get()
    # Chosen while the view is open: the view's own from now on.
    moved = _choose(bob, "customer", back=address)["Location"]
    view.refresh_from_db()
    assert view.filters["columns"] == "customer" and "cols=customer" in moved
    assert User.objects.get(pk=people["bob"].pk).queue_columns == ""
    # Somebody else's shared view changes only on this page.
    share_view(actor=actor_for(people["alice"]), view_id=_shared(people).pk, is_shared=True)
    shared = SavedView.objects.get(name="Ours")
    address = f"/desk/?view=all&cols=due&saved={shared.pk}"
    before = Rows().now()
    seen = _choose(bob, "customer", back=address)["Location"]
    assert Rows().now() == before and "cols=customer" in seen
    assert "For this time" in bob.get(f"/desk/columns/?back={address.replace('&', '%26')}").content.decode()


def _shared(people) -> SavedView:
    filters = Filters(view="all", columns="due")
    return keep_view(actor=actor_for(people["alice"]), name="Ours", filters=filters)


def test_a_hidden_field_is_neither_offered_nor_shown_nor_named(shop, people, client_for):
    row = shop.file("repair", what="Blue", kind="noise")
    row.data["cause"] = "Cause-canary"
    row.save(update_fields=["data"])
    hidden = document()
    for request_type in hidden["types"]:
        next(field for field in request_type["fields"] if field["key"] == "cause").update(
            {"label": "Secret cause", "show": {"customer": "hidden", "engineer": "hidden"}}
        )
    publish(actor=actor_for(people["alice"]), document=load(hidden))
    address = f"{QUEUE}&cols=customer,repair.cause"
    seen = client_for(people["bob"]).get(address).content.decode()
    assert "Cause-canary" in seen and "Secret cause" in seen
    erin = client_for(people["erin"])
    for path in (address, "/desk/columns/", f"/desk/columns/?back={address.replace('&', '%26')}"):
        page = erin.get(path).content.decode()
        assert (
            "Cause-canary" not in page and "Secret cause" not in page and "repair.cause" not in page.split("cols=")[0]
        )


def test_types_outside_a_role_are_not_offered(shop, people, client_for):
    shop.publish(types=["sale"])
    page = client_for(people["erin"]).get("/desk/columns/").content.decode()
    assert "sale.kind" in page and "repair.kind" not in page


def test_customers_have_no_columns(shop, people, client_for):
    before = Rows().now()
    assert client_for(people["carol"]).post("/desk/columns/", {"column": "due"}).status_code == 404
    assert client_for(people["carol"]).get("/desk/columns/").status_code == 404
    assert Rows().now() == before


def test_last_news_says_who_and_marks_a_note(shop, people, bob):
    row = shop.file("repair", what="Blue", kind="noise")
    assert 'class="news' not in bob.get(QUEUE).content.decode()
    reply(actor=actor_for(people["carol"]), request_id=row.pk, message=Message("Still nothing,\nit is cold", uuid7()))
    page = bob.get(QUEUE).content.decode()
    assert "“Still nothing, it is cold”" in page and "news-note" not in page
    note(actor=actor_for(people["bob"]), request_id=row.pk, message=Message("Not to be told", uuid7()))
    page = bob.get(QUEUE).content.decode()
    assert "news-note" in page and "“Not to be told”" in page and "Still nothing" not in page


def test_how_often_a_customer_asked_is_a_column(shop, people, bob):
    row = shop.file("repair", what="Blue", kind="noise")
    for words in ("Any news?", "Hello?"):
        reply(actor=actor_for(people["carol"]), request_id=row.pk, message=Message(words, uuid7()))
    _choose(bob, "asked")
    assert "2 times" in bob.get(QUEUE).content.decode()
    reply(actor=actor_for(people["bob"]), request_id=row.pk, message=Message("On its way", uuid7()))
    assert "2 times" not in bob.get(QUEUE).content.decode()


def test_spoilt_columns_count_as_not_asked(shop, bob):
    shop.file("repair", what="Blue", kind="noise")
    for asked in ("x", "repair.nothing", ".", "a.b.c", "due%00", "," * 700, "repair." + "x" * 900):
        assert bob.get(f"{QUEUE}&cols={asked}").status_code == 200
    assert read_columns("due,due,<b>,repair.kind") == ("due", "repair.kind")
    assert chosen_text(reversed(USUAL)) == "" and chosen_text([]) == "request"
    many = [f"repair.f{number}" for number in range(20)]
    assert len(read_columns(chosen_text(many))) == FIELDS_AT_MOST


def test_columns_stay_in_their_tenant(twins):
    twins.alpha.client("bob").post("/desk/columns/", {"column": "due", "back": QUEUE})
    assert _heads(twins.beta.client("bob").get(QUEUE).content.decode() + "<thead></thead>")[:2] != ["Request", "Due"]
