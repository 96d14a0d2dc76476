"""A guest's new form while strangers use up the codes of the address: the owner sends it by a link, nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from portal_core.accounts import proof_links, signin_limits
from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.service_requests.models import ServiceRequest
from tenants import limits, signing
from tests.contracts.rows import Rows
from tests.portal.guests import GUEST, links, portal_document


def test_the_owner_sends_the_form_by_the_link_that_strangers_had_sent(flooded):
    (link,) = links(flooded)
    token = proof_links.read_token(link.split("/")[-2], "guest-request")
    # Whose mailbox it is stands in no address, history or log.
    assert token.was_sent_to(GUEST.upper()) and not token.was_sent_to("x" + GUEST)
    assert "gina" not in str(signing.loads(token.token, salt="accounts.proof_link"))
    answer = flooded.send(**{"f-what": "A second drip"})
    assert answer.status_code == 200 and "we send a link instead" in answer.content.decode()
    # The last one has only just gone: no other is mailed, and that one works here.
    assert links(flooded) == [link]
    page = flooded.client.get(link)
    assert page.status_code == 200 and GUEST in page.content.decode()
    assert ServiceRequest.objects.count() == 0
    sent = flooded.client.post(link)
    row = ServiceRequest.objects.get()
    assert sent["Location"].startswith("/g/") and sent["Location"].endswith("?sent=1")
    assert (row.data["what"], row.customer.email) == ("A second drip", GUEST)
    # Nothing is left that another form could be sent with.
    flooded.send(**{"f-what": "A third"})
    assert ServiceRequest.objects.count() == 1


def test_a_link_works_once(flooded, client_for):
    (link,) = links(flooded)
    flooded.send()
    flooded.client.post(link)
    again = client_for()
    flooded.send(again)
    before = Rows().now()
    answer = again.post(link)
    assert answer.status_code == 400 and "does not work any more" in answer.content.decode()
    assert Rows().now() == before


def test_nobody_sends_a_strangers_form_by_opening_the_link(flooded, client_for):
    """What strangers typed waits in their browsers; in the owner's nothing waits, or something of the owner's own."""
    (link,) = links(flooded)
    before = Rows().now()
    for method in ("get", "post"):
        answer = getattr(client_for(), method)(link)
        assert answer.status_code == 400 and "Nothing waits in this browser" in answer.content.decode()
    other = client_for()
    flooded.send(other, email="mallory@example.net")
    assert other.post(link).status_code == 400
    assert ServiceRequest.objects.count() == 0
    assert {name for name, sum_ in Rows().now().items() if sum_ != before[name]} <= {"outbox_mail", "outbox_event"}
    # The wrong tries have not used it up.
    flooded.send()
    assert flooded.client.post(link).status_code == 302


def test_whatever_strangers_do_a_victim_gets_one_link_in_a_few_minutes(flooded, client_for):
    codes = len(flooded.mails())
    for number in range(30):
        flooded.send(client_for(), source=f"203.0.112.{number}")
    assert len(flooded.mails()) == codes
    with time_machine.travel(timezone.now() + timedelta(seconds=proof_links.LINK_EVERY_SECONDS)):
        for number in range(30):
            flooded.send(client_for(), source=f"203.0.112.{number}")
        assert len(flooded.mails()) <= codes + 1 + signin_limits.STRANGER_PER_ADDRESS
        assert len(links(flooded)) <= 2


@pytest.mark.parametrize(
    "spoil",
    [lambda link: link[:-3] + "xx/", lambda _link: "/new/by-link/x/", lambda _link: f"/new/by-link/{'x' * 2_000}/"],
)
def test_a_made_up_link_sends_nothing(flooded, spoil):
    (link,) = links(flooded)
    flooded.send()
    assert flooded.client.post(spoil(link)).status_code == 400
    assert ServiceRequest.objects.count() == 0


def test_a_link_is_over_after_its_time_and_opens_nothing_in_another_portal(flooded, twins):
    (link,) = links(flooded)
    flooded.send()
    with time_machine.travel(timezone.now() + timedelta(minutes=proof_links.LINK_MINUTES, seconds=5)):
        assert flooded.client.post(link).status_code == 400
    token = link.split("/")[-2]
    assert proof_links.read_token(token, "another-purpose") is None
    with twins.beta.entered():
        assert proof_links.read_token(token, "guest-request") is None


def test_a_known_customer_is_signed_in_by_it_and_staff_are_not(house, client_for):
    for email in ("carol@example.com", "bob@example.com"):
        for number in range(signin_limits.STRANGER_PER_ADDRESS + 1):
            house.send(client_for(), email=email, source=f"203.0.113.{number}")
        link = next(
            found[0] for mail in house.mails(email) if (found := re.search(r"/new/by-link/[^/\s]+/", mail.text))
        )
        client = client_for()
        house.send(client, email=email)
        answer = client.post(link)
        if email == "bob@example.com":
            assert answer.status_code == 403
            assert client.get("/desk/").status_code in (302, 404)
        else:
            row = ServiceRequest.objects.get()
            assert answer["Location"] == f"/requests/{row.number}/?sent=1"
            assert client.get(f"/requests/{row.number}/").status_code == 200


def test_one_source_that_asks_too_often_waits_with_its_form_and_its_code(house, client_for):
    for _ in range(signin_limits.STRANGER_PER_ADDRESS_AND_SOURCE):
        house.send(client_for())
    waits = house.send(client_for(), **{"f-what": "A second drip"})
    assert waits.status_code == 429 and int(waits["Retry-After"]) > 0
    assert "A second drip" in waits.content.decode() and "You can send again at" in waits.content.decode()
    assert links(house) == []


def test_a_new_code_too_many_leaves_the_page_of_the_code(house, client_for):
    client = client_for()
    house.send(client)
    for _ in range(signin_limits.STRANGER_PER_ADDRESS_AND_SOURCE):
        answer = client.post("/new/repair/confirm/again/")
    text = answer.content.decode()
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
    assert "The one that came last still works" in text and 'name="code"' in text
    assert house.confirm(client=client).status_code == 302
    assert ServiceRequest.objects.count() == 1


def test_without_redis_a_link_works_once_all_the_same(monkeypatch):
    def away(*_args: Any) -> None:
        raise OSError

    monkeypatch.setattr(limits.cache, "add", away)
    assert [limits.is_first("x", "one", 60) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("how", ["type", "guests"])
def test_what_is_not_taken_from_guests_any_more_shows_by_the_link_what_was_typed(flooded, how):
    (link,) = links(flooded)
    flooded.send(opened=str(live_portal().number), **{"f-what": "A second drip"})
    made = portal_document(guests=how != "guests")
    if how == "type":
        made["types"][0]["for"], made["types"][1]["for"] = {"who": "signed_in"}, {"who": "everybody"}
    publish(actor=actor_for(flooded.people["alice"]), document=load(made))
    answer = flooded.client.post(link)
    assert answer.status_code == 409
    assert "This is sent with an account now" in answer.content.decode()
    assert "A second drip" in answer.content.decode()
    assert ServiceRequest.objects.count() == 0
