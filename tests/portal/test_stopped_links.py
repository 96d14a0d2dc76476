"""A guest whose link was stopped: the desk says that nobody is told, and nobody is, until a new link goes out."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.desk.selection import tick_value
from portal_core.messaging.actions import Message, reply
from portal_core.notifications.models import Notice
from portal_core.service_requests.actions import Move, merge, move, plan_for
from portal_core.service_requests.models import GuestLink, ServiceRequest
from tenants.outbox.models import Mail
from tests.factories import make_user
from tests.portal.guests import GUEST, House
from tests.service_requests.filing import file_request

STOPPED = "the link to it is stopped"


@pytest.fixture
def stopped(house: House, client_for: Any) -> tuple[ServiceRequest, str, Any]:
    row, path = house.filed()
    house.mails()
    bob = client_for(house.people["bob"])
    bob.post(f"/desk/requests/{row.number}/guest-link/", {"do": "stop"})
    return row, path, bob


def desk(bob: Any, row: ServiceRequest, more: str = "") -> str:
    page: str = bob.get(f"/desk/requests/{row.number}/{more}").content.decode()
    return page


def test_the_desk_says_before_anything_is_sent_that_nobody_is_told(house, stopped):
    row, _path, bob = stopped
    page = desk(bob, row)
    assert "is stopped, and no mail about it goes out" in page and "E-mail a new link" in page
    # Above Send, in the panel of a move and of a plan.
    assert page.count(STOPPED) == 3
    assert "Move and tell" not in page and "Plan and tell" not in page and "gets an e-mail at" not in page
    moved = desk(bob, row, "preview/?to=over")
    assert STOPPED in moved and GUEST not in moved and "To</span>" not in moved
    planned = desk(bob, row, "preview/?day=2031-05-05")
    assert STOPPED in planned and GUEST not in planned


def test_nothing_is_sent_whatever_happens_and_what_is_done_is_done(house, stopped):
    row, _path, bob = stopped
    before, alice = Mail.objects.filter(to_address=GUEST).count(), actor_for(house.people["alice"])
    reply(actor=alice, request_id=row.pk, message=Message("Are you there?", uuid.uuid4()))
    plan_for(actor=alice, request_id=row.pk, day=(timezone.now() + timedelta(days=9)).date(), seen=None)
    move(actor=alice, request_id=row.pk, move=Move("over", seen_status="new", tell_customer=True, reason="Done"))
    house.mails()
    assert Mail.objects.filter(to_address=GUEST).count() == before
    assert not Notice.objects.filter(user=row.customer).exists()
    row.refresh_from_db()
    assert row.status_key == "over"
    assert "Are you there?" in desk(bob, row)


def test_many_at_once_name_who_is_not_told(house, stopped):
    row, _path, bob = stopped
    second = file_request(house.people["carol"], "repair")
    chosen = {"row": [tick_value(row), tick_value(second)], "key": str(uuid.uuid4())}
    page = bob.post("/desk/bulk/move/", {**chosen, "do": "look"}).content.decode()
    target = re.search(r'<option value="(\w+\.over)"', page)
    assert target
    page = bob.post("/desk/bulk/move/", {**chosen, "do": "look", "to": target[1]}).content.decode()
    assert STOPPED in page and "1 mail</b>" in page and GUEST not in page


def test_merging_says_and_sends_nothing(house, stopped):
    row, _path, bob = stopped
    second, _other_path = house.filed(**{"f-what": "Another"})
    page = bob.get(f"/desk/requests/{row.number}/merge/?into={second.number}").content.decode()
    assert STOPPED in page and "Merge and tell" not in page
    before = len(house.mails())
    merge(actor=actor_for(house.people["bob"]), request_id=row.pk, into_number=second.number)
    assert len(house.mails()) == before


def test_a_new_link_tells_again(house, stopped, client_for):
    row, path, bob = stopped
    bob.post(f"/desk/requests/{row.number}/guest-link/", {"do": "renew"})
    page = desk(bob, row)
    assert STOPPED not in page and "Move and tell" in page and "Stop it and e-mail a new one" in page
    before = len(house.mails())
    reply(actor=actor_for(house.people["bob"]), request_id=row.pk, message=Message("Hello again", uuid.uuid4()))
    mails = house.mails()
    assert len(mails) == before + 1
    link = next(word for word in mails[-1].text.split() if "/g/" in word)
    assert client_for().get("/g/" + link.split("/g/")[1]).status_code == 200
    assert client_for().get(path).status_code == 410


def test_a_closed_account_is_said_to_get_nothing_as_well(house, client_for):
    row, _path = house.filed()
    row.customer.is_active = False
    row.customer.save(update_fields=["is_active"])
    page = desk(client_for(house.people["bob"]), row)
    assert page.count("cannot sign in any more and gets no mail") == 3 and "Move and tell" not in page


def test_the_desk_keeps_its_budget_for_a_guests_request(house, stopped, django_assert_max_num_queries):
    row, _path, bob = stopped
    desk(bob, row)
    with django_assert_max_num_queries(14):
        desk(bob, row)


def test_moving_many_of_guests_is_asked_about_in_as_many_queries_as_few(house, client_for):
    rows = [file_request(house.people["carol"], "repair") for _ in range(30)]
    for place, row in enumerate(rows):
        row.customer = make_user(f"g{place}@example.net", f"Gast{place}", "customer")
        User.objects.filter(pk=row.customer_id).update(is_guest=True)
        row.save(update_fields=["customer"])
        over = timezone.now() if place % 3 == 0 else None
        GuestLink.objects.create(request=row, customer=row.customer, issued_at=timezone.now(), revoked_at=over)
    bob = client_for(house.people["bob"])

    def asked(number: int) -> tuple[int, str]:
        chosen = {"row": [tick_value(row) for row in rows[:number]], "do": "look", "to": "way.over"}
        with CaptureQueriesContext(connection) as sent:
            page = bob.post("/desk/bulk/move/", chosen)
        assert page.status_code == 200
        return len(sent), page.content.decode()

    asked(1)
    (few, page_of_few), (many, page_of_many) = asked(3), asked(30)
    # One in three cannot be told, and each of the others gets a mail.
    assert (page_of_few.count(STOPPED), page_of_many.count(STOPPED)) == (1, 10)
    assert "2 mails" in page_of_few and "20 mails" in page_of_many
    assert few == many
