"""Priority, ready answers, and going on to the next request."""

from __future__ import annotations

import copy
import re

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.history.models import Kind
from portal_core.service_requests.actions import change_fields, prioritise
from portal_core.service_requests.errors import Forbidden, MoveRefused, Stale
from portal_core.service_requests.models import ServiceRequest
from tests.contracts import canaries
from tests.contracts.planted import Scene
from tests.factories import make_user
from tests.service_requests.small_portal import document, refused

PHOTO = "Hello {customer}, a photo of {field:what}? {field:cause} {link}"


def numbers_in(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-row href="/desk/requests/(\d+)/', page)]


def test_a_priority_is_written_down_for_staff_alone(shop, people, client_for):
    row = shop.file(kind="noise")
    bob = client_for(people["bob"])
    path = f"/desk/requests/{row.number}/"
    assert bob.post(f"{path}priority/", {"priority": "3", "seen": "1"}).status_code == 302
    assert ServiceRequest.objects.get().priority == 3
    entry = row.entries.get(kind=Kind.PRIORITISED)
    assert entry.data == {"from": 1, "to": 3} and entry.audience == "staff"
    assert "Priority: Urgent" in bob.get(path).content.decode()
    assert "Urgent" not in client_for(people["carol"]).get(f"/requests/{row.number}/").content.decode()
    bob.post(f"{path}priority/", {"priority": "3", "seen": "3"})
    assert row.entries.filter(kind=Kind.PRIORITISED).count() == 1
    stale = bob.post(f"{path}priority/", {"priority": "0", "seen": "1"})
    assert stale.status_code == 409 and ServiceRequest.objects.get().priority == 3
    for wrong in ("9", "", "x", "-1", "33"):
        assert bob.post(f"{path}priority/", {"priority": wrong}).status_code == 400


def test_who_may_not_assign_may_not_prioritise(shop, people, client_for):
    row = shop.file(kind="noise")
    shop.publish(permissions=["see"])
    with refused(Forbidden):
        prioritise(actor=shop.actor("erin"), request_id=row.pk, priority=2)
    with refused(MoveRefused):
        prioritise(actor=shop.actor("bob"), request_id=row.pk, priority=7)
    with refused(Stale):
        prioritise(actor=shop.actor("bob"), request_id=row.pk, priority=2, seen_priority=0)
    assert client_for(people["erin"]).post(f"/desk/requests/{row.number}/priority/").status_code == 403


def test_the_queue_sorts_and_narrows_by_priority_page_by_page(shop, people, client_for):
    rows = [shop.file(what=f"Thing {number}", kind="noise") for number in range(30)]
    bob = actor_for(people["bob"])
    for row, level in ((rows[7], 3), (rows[21], 2), (rows[3], 0)):
        prioritise(actor=bob, request_id=row.pk, priority=level)
    client = client_for(people["bob"])
    first = client.get("/desk/?view=all&sort=priority").content.decode()
    assert numbers_in(first)[:2] == [rows[7].number, rows[21].number]
    older = re.search(r'href="([^"]*)" rel="next"', first)[1].replace("&amp;", "&")
    second = client.get(older).content.decode()
    assert numbers_in(second)[-1] == rows[3].number
    assert sorted(numbers_in(first) + numbers_in(second)) == [row.number for row in rows]
    back = re.search(r'href="([^"]*)" rel="prev"', second)[1].replace("&amp;", "&")
    assert numbers_in(client.get(back).content.decode()) == numbers_in(first)
    assert set(numbers_in(client.get("/desk/?view=all&priority=pressing").content.decode())) == {
        rows[7].number,
        rows[21].number,
    }


def test_from_a_request_one_goes_on_in_the_queue_with_its_filters(shop, people, client_for):
    rows = [shop.file("sale" if number == 1 else "repair", what="Thing", kind="noise") for number in range(4)]
    client = client_for(people["bob"])
    back = "%2Fdesk%2F%3Fview%3Dall%26type%3Drepair"
    page = client.get(f"/desk/requests/{rows[2].number}/?back={back}").content.decode()
    assert f'href="/desk/requests/{rows[0].number}/?back={back}" rel="prev"' in page
    assert f'href="/desk/requests/{rows[3].number}/?back={back}" rel="next"' in page
    last = client.get(f"/desk/requests/{rows[3].number}/?back={back}").content.decode()
    assert 'rel="next"' not in last and 'rel="prev"' in last


@pytest.fixture
def answers(shop, people):
    changed = document()
    changed["ready_answers"] = [
        {
            "key": "photo",
            "name": "Ask for a photo",
            "body": "Hello {customer}, a photo of {field:what}? {field:cause} {link}",
        },
        {"key": "bye", "name": "<b>Goodbye</b>", "body": "Bye"},
    ]
    publish(actor=actor_for(people["alice"]), document=load(changed))
    return shop.file(what="the <tap>", kind="noise")


def test_a_ready_answer_fills_the_box_with_what_the_customer_may_see(answers, people, client_for):
    row = answers
    change_fields(
        actor=actor_for(people["bob"]), request_id=row.pk, answers={"cause": "Secretcause"}, seen={"cause": None}
    )
    path = f"/desk/requests/{row.number}/"
    plain = client_for(people["bob"]).get(path).content.decode()
    assert 'data-insert="Hello Carol, a photo of the &lt;tap&gt;? … http' in plain and "&lt;b&gt;Goodbye" in plain
    page = client_for(people["bob"]).get(f"{path}?ready=photo").content.decode()
    box = re.search(r"<textarea[^>]*>(Hello[^<]*)</textarea>", page)
    assert box is not None and "a photo of the &lt;tap&gt;?" in box[1] and "Secretcause" not in box[1]
    assert client_for(people["bob"]).get(f"{path}?ready=nothing").status_code == 200
    assert ServiceRequest.objects.get().entries.filter(kind=Kind.REPLIED).count() == 0


def test_a_ready_answer_says_nothing_hidden_from_customer_or_colleague(people, tenant, client_for):
    mentioned = " ".join(
        f"{{field:{canaries.key(group, kind)}}}" for group in canaries.GROUPS for kind in canaries.KINDS
    )

    scene = Scene(people, tenant)
    changed = copy.deepcopy(canaries.document())
    changed["ready_answers"] = [{"key": "all", "name": "All", "body": mentioned}]
    publish(actor=actor_for(people["alice"]), document=load(changed))
    path = f"/desk/requests/{scene.a.number}/?ready=all"
    inserted = re.findall(r'data-insert="([^"]*)"', client_for(people["alice"]).get(path).content.decode())
    assert canaries.found_in(inserted[0], canaries.every_sign("shop", ("a",)))
    assert canaries.found_in(inserted[0], [*canaries.every_sign("office"), *canaries.every_sign("late")]) == []
    page = client_for(people["erin"]).get(path).content.decode()
    assert canaries.found_in(page, canaries.every_sign("shop")) == []


def test_who_may_not_reply_has_no_ready_answers(answers, shop, people, client_for):
    watcher = make_user("watch@example.com", "Watcher", "engineer")
    changed = document(permissions=["see", "note"])
    changed["ready_answers"] = [{"key": "photo", "name": "Ask for a photo", "body": "Hello"}]
    publish(actor=actor_for(people["alice"]), document=load(changed))
    assert "Ask for a photo" not in client_for(watcher).get(f"/desk/requests/{answers.number}/").content.decode()
