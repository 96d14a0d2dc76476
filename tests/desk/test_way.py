"""From a request one goes on and back in the list from which one came, whatever was done to the request meanwhile."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from portal_core.desk.way import Way, way_of
from portal_core.service_requests.models import ServiceRequest

BACK = "/desk/?view=all&type=repair"
QUOTED = "%2Fdesk%2F%3Fview%3Dall%26type%3Drepair"


def carried(page: str, form_id: str) -> str:
    """What the form in the part with that id says about the way."""
    part = page[page.index(f'id="{form_id}"') :]
    return re.search(r'name="back" value="([^"]*)"', part)[1].replace("&amp;", "&")


@pytest.mark.parametrize(
    ("given", "back", "then"),
    [
        ("", "/desk/", None),
        ("/desk/?view=mine", "/desk/?view=mine", None),
        ("/desk/?view=mine&then=1004", "/desk/?view=mine", 1004),
        ("/desk/?then=1004", "/desk/", 1004),
        ("/desk/?then=1004&view=mine", "/desk/?then=1004&view=mine", None),
        ("/desk/search/?q=tap&then=7", "/desk/search/?q=tap", 7),
        ("https://evil.example/?then=7", "/desk/", None),
        ("/desk/team/?then=7", "/desk/", None),
        ("/desk/?view=mine&then=12345678901", "/desk/?view=mine&then=12345678901", None),
    ],
)
def test_a_way_is_an_address_of_a_list_and_where_it_goes_on(rf, given, back, then):
    assert way_of(rf.get("/", {"back": given})) == Way(back, then)
    assert way_of(rf.post("/", {"back": given})) == Way(back, then)
    assert way_of(rf.get("/", {"back": Way(back, then).address})) == Way(back, then)


def test_who_moves_a_request_on_goes_on_where_the_list_went_on(shop, people, client_for):
    rows = [shop.file(what="Thing", kind="noise") for _ in range(4)]
    client = client_for(people["bob"])
    here = f"/desk/requests/{rows[1].number}/"
    page = client.get(f"{here}?back={QUOTED}").content.decode()
    way = carried(page, "move")
    assert way == f"{BACK}&then={rows[2].number}"
    for form_id in ("write", "who"):
        assert carried(page, form_id) == way
    closing = {"to": "over", "shown_to": "over", "status": "new", "reason": "Twice", "tell": "no", "back": way}
    moved = client.post(f"{here}move/", closing)
    assert moved.status_code == 302 and ServiceRequest.objects.get(pk=rows[1].pk).closed_at
    after = client.get(moved["Location"]).content.decode()
    assert f'href="/desk/requests/{rows[2].number}/?back={QUOTED}" rel="next"' in after
    assert f'href="{BACK.replace("&", "&amp;")}#row-{rows[1].number}"' in after
    assert carried(after, "write") == way, "a second deed there loses nothing"


def test_writing_giving_and_changing_an_answer_lose_no_filters(shop, people, client_for):
    row = shop.file(what="Thing", kind="noise")
    client = client_for(people["bob"])
    here = f"/desk/requests/{row.number}/"
    page = client.get(f"{here}?back={QUOTED}").content.decode()
    written = client.post(
        f"{here}write/", {"kind": "note", "body": "Look", "key": str(uuid.uuid4()), "back": carried(page, "write")}
    )
    assert written["Location"].startswith(f"{here}?back={QUOTED}#")
    assert f"?edit=what&amp;back={QUOTED}#details" in page


def test_merging_and_taking_apart_lose_no_filters(shop, people, client_for):
    first, second, third = (shop.file(what="Thing", kind="noise") for _ in range(3))
    client, way = client_for(people["bob"]), f"{BACK}&then={third.number}"
    here = f"/desk/requests/{first.number}/"
    page = client.get(f"{here}merge/", {"back": way}).content.decode()
    quoted = f"?back={QUOTED}%26then%3D{third.number}"
    assert f'href="{here}{quoted}"' in page and f'name="back" value="{way.replace("&", "&amp;")}"' in page
    merged = client.post(f"{here}merge/", {"into": second.number, "back": way})
    assert merged["Location"] == f"/desk/requests/{second.number}/?back={QUOTED}"
    assert client.post(f"{here}unmerge/", {"back": way})["Location"] == f"{here}{quoted}"


def next_on(client, row, way: str) -> str:
    """The address to which the page leads on; empty where it says none."""
    page = client.get(f"/desk/requests/{row.number}/", {"back": way}).content.decode()
    found = re.search(r'href="/desk/requests/(\d+)/[^"]*" rel="next"', page)
    return found[1] if found else ""


def test_who_merges_into_the_next_one_goes_on_behind_it(shop, people, client_for):
    first, second, third = (shop.file(what="Thing", kind="noise") for _ in range(3))
    client = client_for(people["bob"])
    way = f"{BACK}&then={second.number}"
    merged = client.post(f"/desk/requests/{first.number}/merge/", {"into": second.number, "back": way})
    assert (
        f'href="/desk/requests/{third.number}/?back={QUOTED}" rel="next"'
        in client.get(merged["Location"]).content.decode()
    )
    assert next_on(client, second, way) == str(third.number), "no page leads on to itself"


def test_what_came_next_gives_way_to_what_comes_next_now(shop, people, client_for):
    rows = [shop.file(what="Thing", kind="noise") for _ in range(4)]
    ServiceRequest.objects.filter(pk=rows[3].pk).update(type_key="other")
    client, numbers = client_for(people["bob"]), [row.number for row in rows]
    ways = [f"{BACK}&then={number}" for number in numbers]
    assert next_on(client, rows[0], ways[2]) == str(numbers[1]), "it still stands there: nothing is skipped"
    # Moved down behind the one that came next.
    ServiceRequest.objects.filter(pk=rows[0].pk).update(due_at=rows[2].due_at + timedelta(days=1))
    assert next_on(client, rows[0], ways[1]) == str(numbers[1])
    assert next_on(client, rows[0], BACK) == ""
    # Out of the list: what came next, as long as that one stands in it.
    ServiceRequest.objects.filter(pk=rows[0].pk).update(closed_at=timezone.now())
    assert next_on(client, rows[0], ways[1]) == str(numbers[1])
    for gone in (numbers[3], 999):
        assert next_on(client, rows[0], f"{BACK}&then={gone}") == ""
    ServiceRequest.objects.filter(pk=rows[1].pk).update(closed_at=timezone.now())
    assert next_on(client, rows[0], ways[1]) == ""


def test_a_way_is_no_strange_address_to_the_lists(shop, people, client_for):
    """The code of yesterday takes what comes next for a part of the list, and leads back with it."""
    client = client_for(people["bob"])
    for way in ("/desk/?view=mine&then=1004", "/desk/search/?q=tap&then=1004"):
        assert "do not know here" not in client.get(way).content.decode()


def test_other_requests_of_the_customer_keep_the_list(shop, people, client_for):
    first, second = (shop.file(what="Thing", kind="noise") for _ in range(2))
    client = client_for(people["bob"])
    here, there = (f"/desk/requests/{row.number}/" for row in (first, second))
    led = f'href="{there}?back={QUOTED}"'
    assert led in client.get(here, {"back": BACK}).content.decode().partition('id="cu"')[2]
    client.post(f"{here}merge/", {"into": second.number, "back": BACK})
    notice = client.get(here, {"back": BACK}).content.decode().partition("It goes on in")[2]
    assert led in notice.partition("arrives there")[0]


def test_documents_of_a_request_lead_back_to_it_and_its_list(shop, people, client_for):
    row = shop.file(what="Thing", kind="noise")
    client = client_for(people["bob"])
    here = f"/desk/requests/{row.number}/?back={QUOTED}"
    documents = f"/desk/customers/{people['carol'].pk}/documents/"
    page = client.get(documents, {"request": str(row.pk), "back": here}).content.decode()
    assert f'href="{here}" aria-label="Back to' in page
    for wrong in ("https://evil.example/", "//evil.example/desk/", "/desk/\\evil"):
        page = client.get(documents, {"request": str(row.pk), "back": wrong}).content.decode()
        assert f'href="/desk/requests/{row.number}/" aria-label="Back to' in page
