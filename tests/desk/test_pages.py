"""The staff's pages by HTTP."""

from __future__ import annotations

import html
import re
import uuid

import pytest
import time_machine
from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.config.live import live_portal
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.models import ServiceRequest
from tests.service_requests.filing import file_request, filled


@pytest.fixture
def request_row(people):
    return file_request(people["carol"])


@pytest.mark.parametrize("path", ["/desk/", "/desk/views/", "/desk/customers/new/", "/desk/team/", "/desk/columns/"])
def test_every_page_of_the_desk_has_the_window_of_all_keys(shop, people, client_for, path):
    page = client_for(people["alice"]).get(path).content.decode()
    assert page.count('<dialog class="card card-pad keys-help"') == 1 and "data-keys" in page


def test_the_queue_shows_a_new_request_with_counts(tenant, people, client_for, request_row):
    page = client_for(people["bob"]).get("/desk/")
    assert page.status_code == 200
    assert request_row.title in page.content.decode()


def test_a_filter_says_its_value_once_it_has_one(tenant, people, client_for, request_row):
    bob = client_for(people["bob"])
    plain = bob.get("/desk/?view=all").content.decode()
    assert '<b><bdi>Type</bdi></b><span class="sr">: any</span>' in plain
    assert "<b><bdi>State</bdi>:</b> <bdi>open</bdi>" in plain
    assert "1 on this page" in plain
    narrowed = bob.get("/desk/?view=all&due=week&sort=priority").content.decode()
    assert "<b><bdi>Due</bdi>:</b>" in narrowed and "<b><bdi>Order</bdi>:</b> <bdi>by priority</bdi>" in narrowed


@pytest.mark.parametrize("view", ["needs-us", "new", "mine", "with-customers", "all", "nonsense"])
@pytest.mark.parametrize("more", ["", "&sort=age", "&due=week", "&who=nobody", "&state=closed", "&at=broken"])
def test_every_view_of_the_queue_opens(tenant, people, client_for, request_row, view, more):
    assert client_for(people["bob"]).get(f"/desk/?view={view}{more}").status_code == 200


def test_the_desk_does_not_exist_for_customers(tenant, people, client_for, request_row):
    carol = client_for(people["carol"])
    number = request_row.number
    for path in ("/desk/", f"/desk/requests/{number}/", "/desk/new/", "/desk/first-steps/"):
        assert carol.get(path).status_code == 404
    before = HistoryEntry.objects.count()
    for path in ("write", "assign", "move", "change"):
        assert carol.post(f"/desk/requests/{number}/{path}/", {"body": "x", "kind": "note"}).status_code == 404
    assert HistoryEntry.objects.count() == before


def test_a_reply_and_a_note_are_not_the_same(tenant, people, client_for, request_row):
    bob = client_for(people["bob"])
    path = f"/desk/requests/{request_row.number}/write/"
    assert bob.post(path, {"kind": "reply", "body": "We come on Monday", "key": str(uuid.uuid4())}).status_code == 302
    assert bob.post(path, {"kind": "note", "body": "Dog bites", "key": str(uuid.uuid4())}).status_code == 302
    assert bob.post(path, {"body": "Which one?", "key": str(uuid.uuid4())}).status_code == 400
    desk = bob.get(f"/desk/requests/{request_row.number}/").content.decode()
    assert "Dog bites" in desk and "We come on Monday" in desk
    seen = client_for(people["carol"]).get(f"/requests/{request_row.number}/").content.decode()
    assert "We come on Monday" in seen
    assert "Dog bites" not in seen
    assert "Which one?" not in seen + desk


def test_a_move_shows_the_mail_first_and_sends_nothing_unseen(tenant, people, client_for, request_row):
    bob = client_for(people["bob"])
    flow = live_portal().type(request_row.type_key).flow
    first, second = flow.moves_from(request_row.status_key, actor_for(people["bob"]).role)[:2]
    path = f"/desk/requests/{request_row.number}/"
    assert bob.get(f"{path}preview/?to={second.to}").status_code == 200
    unseen = bob.post(
        f"{path}move/", {"to": second.to, "shown_to": first.to, "status": request_row.status_key, "tell": "yes"}
    )
    assert unseen.status_code == 409
    request_row.refresh_from_db()
    assert request_row.status_key != second.to
    silent = {"to": first.to, "shown_to": first.to, "status": request_row.status_key, "tell": "no", "reason": "r"}
    seen = bob.post(f"{path}move/", {**silent, **{f"f-{key}": "x" for key in first.must_fill}})
    assert seen.status_code == 302
    request_row.refresh_from_db()
    assert request_row.status_key == first.to


def test_a_stale_move_shows_both_values_and_writes_nothing(tenant, people, client_for, request_row):
    bob = client_for(people["bob"])
    flow = live_portal().type(request_row.type_key).flow
    first = flow.moves_from(request_row.status_key, actor_for(people["bob"]).role)[0]
    other = next(status.key for status in flow.statuses if status.key != request_row.status_key)
    before = HistoryEntry.objects.count()
    answer = bob.post(
        f"/desk/requests/{request_row.number}/move/",
        {"to": first.to, "shown_to": first.to, "status": other, "tell": "yes", "reason": "r"},
    )
    assert answer.status_code == 409
    assert b"Nothing was written" in answer.content
    assert HistoryEntry.objects.count() == before


def test_taking_and_giving(tenant, people, client_for, request_row):
    bob = client_for(people["bob"])
    path = f"/desk/requests/{request_row.number}/assign/"
    assert bob.post(path, {"who": "me"}).status_code == 302
    request_row.refresh_from_db()
    assert request_row.assignee_id == people["bob"].pk
    assert bob.post(path, {"who": str(people["carol"].pk)}).status_code == 400
    assert bob.post(path, {"who": "rubbish"}).status_code == 400
    request_row.refresh_from_db()
    assert request_row.assignee_id == people["bob"].pk
    assert HistoryEntry.objects.filter(kind=Kind.ASSIGNED).count() == 1


def said_in(part):
    """The words of a piece of a page, one item for each element that has any."""
    texts = (" ".join(html.unescape(text).split()) for text in re.split(r"<[^>]*>", part))
    return [text for text in texts if text]


@pytest.mark.parametrize(("language", "zone"), [("", ""), ("de", "Australia/Sydney")])
def test_what_the_customer_sees_is_the_customers_own_page(tenant, people, client_for, request_row, language, zone):
    type(people["carol"]).objects.filter(pk=people["carol"].pk).update(language=language, time_zone=zone)
    people["carol"].refresh_from_db()
    with time_machine.travel("2026-11-27 15:00 +0000", tick=False):  # past midnight in Sydney
        ServiceRequest.objects.filter(pk=request_row.pk).update(created_at=timezone.now(), status_since=timezone.now())
        shown = client_for(people["bob"]).get(f"/desk/requests/{request_row.number}/?as=customer").content.decode()
        own = client_for(people["carol"]).get(f"/requests/{request_row.number}/").content.decode()
    inside = said_in(shown.split('class="lintel"></div>')[1].split("</main>")[0])
    status = live_portal().type(request_row.type_key).flow.status(request_row.status_key)
    assert live_portal().text(status.customer_name, language or "en") in inside
    assert len(inside) > 20 and [text for text in inside if text not in said_in(own)] == []
    assert "inert" in shown


def test_a_request_on_behalf_of_a_customer(tenant, people, client_for):
    bob = client_for(people["bob"])
    portal = live_portal()
    request_type = portal.types[0]
    data = filled(request_type, actor_for(people["bob"]), portal)
    assert bob.get("/desk/new/").status_code == 200
    assert bob.get(f"/desk/new/{request_type.key}/").status_code == 200
    wrong = bob.post(f"/desk/new/{request_type.key}/", {**data, "email": "not an address", "key": str(uuid.uuid4())})
    assert wrong.status_code == 400
    staff = bob.post(f"/desk/new/{request_type.key}/", {**data, "email": "alice@example.com", "key": str(uuid.uuid4())})
    assert staff.status_code == 400
    assert ServiceRequest.objects.count() == 0
    done = bob.post(
        f"/desk/new/{request_type.key}/",
        {**data, "email": "new@example.com", "name": "New Person", "key": str(uuid.uuid4())},
    )
    assert done.status_code == 302
    request = ServiceRequest.objects.select_related("customer").get()
    assert request.customer.email == "new@example.com"
    assert request.source == "desk"


def test_first_steps_and_the_baseline(tenant, people, client_for):
    alice = client_for(people["alice"])
    assert alice.get("/desk/first-steps/").status_code == 200
    assert alice.post("/desk/first-steps/", {"minutes": "4"}).status_code == 400
    assert 'First steps <span class="n">3 of 7</span>' in alice.get("/desk/").content.decode()
    assert alice.post("/desk/first-steps/", {"asked": "6-15", "minutes": "4"}).status_code == 302
    assert '<span class="n">4 of 7</span>' in alice.get("/desk/").content.decode()
    assert b"starting point" in alice.get("/desk/first-steps/").content
    bob = client_for(people["bob"])
    assert bob.get("/desk/first-steps/").status_code == 403
    # Whoever comes back to a queue with nothing in it is led on.
    assert b"Go on with the first steps" in alice.get("/desk/").content
    assert b"Go on with the first steps" not in bob.get("/desk/").content
    alice.post("/desk/first-steps/close/")
    assert b"Go on with the first steps" not in alice.get("/desk/").content
    assert b"First steps" not in alice.get("/desk/").content


def test_a_role_limited_to_types_files_only_those_and_reads_only_its_customers(tenant, people, client_for):
    from portal_core.config.actions import publish
    from portal_core.config.starters import starter
    from tests.factories import make_user

    document = starter("nordwarm")
    role = next(item for item in document["roles"] if item["key"] == "engineer")
    role["permissions"] = [*role["permissions"], "create_for_customer"]
    publish(actor=actor_for(people["alice"]), document=document)
    engineer = client_for(make_user("engineer@example.com", "Tom", "engineer", team_key="engineers"))
    data = filled(live_portal().type("something-else"), actor_for(people["bob"]), live_portal())
    form = {**data, "email": "carol@example.com", "key": str(uuid.uuid4())}
    assert engineer.get("/desk/new/something-else/").status_code == 404
    assert engineer.post("/desk/new/something-else/", form).status_code == 404
    assert ServiceRequest.objects.count() == 0
    page = engineer.get(f"/desk/new/report-fault/?customer={people['carol'].pk}").content.decode()
    assert people["carol"].name not in page and people["carol"].email not in page


def test_a_spoilt_place_in_the_queue_is_the_first_page(tenant, people, client_for, request_row):
    bob = client_for(people["bob"])
    for at in ("0001-01-01T00:00:00%2B23:59_", "9999-12-31T23:59:59-23:59_", "x_", "-"):
        assert bob.get(f"/desk/?view=all&at={at}{request_row.pk}").status_code == 200
