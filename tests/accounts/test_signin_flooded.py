"""Strangers from many sources use up the codes of one address: its owner still gets in, from a new browser, at once."""

from __future__ import annotations

import re
from unittest import mock

import pytest

from portal_core.accounts import flooded, signin_limits
from portal_core.accounts.models import SigninLink, User
from tenants.outbox.handling import handle_next_event
from tenants.outbox.models import Event
from tenants.outbox.steps import Step
from tests.accounts.conftest import mails_to, nothing_happens

CAROL = "carol@example.com"
START = 1_800_000_000


def at(seconds=START):
    """The clock of the limits stands: a quarter of an hour that ends in the middle of a flood would let more in."""
    return mock.patch("tenants.limits.time.time", return_value=seconds)


def ask(client, source, email=CAROL, when=START):
    with at(when):
        return client.post("/signin/", {"email": email}, REMOTE_ADDR=source)


def flood(client, email=CAROL, times=signin_limits.STRANGER_PER_ADDRESS):
    """All codes of the hour, each asked for from somewhere else."""
    for number in range(times):
        ask(client, f"203.0.113.{number}", email)


def links_to(address):
    found = (re.search(r"(/signin/link/[\w-]+/)", mail.text) for mail in mails_to(address))
    return [match[1] for match in found if match]


@pytest.fixture
def drained(tenant):
    """`drained()`: what the worker does with events; mails stay where they can be read."""

    def run():
        while handle_next_event(tenant.schema_name) is Step.DONE:
            pass

    return run


def test_without_the_link_the_flood_locks_the_victim_out(people, client_for, drained):
    """What a limit by itself does."""
    flood(client_for())
    with mock.patch.object(flooded, "emit"):
        answer = ask(client_for(), "192.0.2.77")
    drained()
    assert answer.status_code == 200
    assert len(mails_to(CAROL)) == signin_limits.STRANGER_PER_ADDRESS
    assert not links_to(CAROL)


def test_the_victim_gets_in_by_a_link_from_a_browser_that_nobody_knows(people, client_for, drained):
    attacker, victim = client_for(), client_for()
    flood(attacker, times=3 * signin_limits.STRANGER_PER_ADDRESS)
    answer = ask(victim, "192.0.2.77")
    assert answer.status_code == 200
    assert "we send a link instead" in answer.content.decode()
    drained()
    (link,) = links_to(CAROL)
    page = victim.get(link)
    assert CAROL in page.content.decode()
    assert victim.post(link).status_code == 302
    assert victim.get("/account/").status_code == 200
    assert client_for().post(link).status_code == 410, "it works once"


def test_whoever_floods_gets_nothing_from_it(people, client_for, drained):
    attacker = client_for()
    flood(attacker, times=60)
    drained()
    assert attacker.get("/account/").status_code == 302
    assert len(mails_to(CAROL)) == signin_limits.STRANGER_PER_ADDRESS + 1


def test_mails_stay_few_and_a_link_that_works_is_always_there(people, client_for, drained):
    """An hour of flood: a link every five minutes, each good for fifteen; a new one takes none away."""
    client = client_for()
    flood(client)
    for minute in range(0, 60, 2):
        for number in range(2):
            assert ask(client, f"198.51.{minute}.{number}", when=START + minute * 60).status_code == 200
    drained()
    assert len(links_to(CAROL)) == 60 * 60 // flooded.LINK_EVERY_SECONDS
    assert flooded.LINK_MINUTES * 60 >= 2 * flooded.LINK_EVERY_SECONDS
    assert SigninLink.objects.filter(used_at=None).count() == len(links_to(CAROL))
    assert client_for().post(links_to(CAROL)[-2]).status_code == 302


def test_a_code_sent_again_becomes_a_link_as_well(people, client_for, drained):
    victim = client_for()
    ask(victim, "192.0.2.77")
    flood(client_for())
    with at(START):
        answer = victim.post("/signin/code/again/", REMOTE_ADDR="192.0.2.77")
    assert "we send a link instead" in answer.content.decode()
    drained()
    assert links_to(CAROL)


@pytest.mark.parametrize("email", ["nobody@example.net", "gone@example.com"])
def test_the_answer_does_not_tell_whether_there_is_an_account(people, client_for, server_statements, drained, email):
    User.objects.create_user("gone@example.com", name="Gone", role="customer", is_active=False)

    def answer(address):
        client = client_for()
        flood(client, address)
        with server_statements() as sent:
            page = ask(client_for(), "192.0.2.77", address)
        said = re.sub(r'(nonce|value)="[^"]+"', "", page.content.decode())
        return page.status_code, said, len(sent.without_transactions)

    assert answer(CAROL) == answer(email)
    assert Event.objects.filter(kind="signin.link_wanted").count() == 2
    drained()
    assert links_to(CAROL) and not links_to(email)


def test_a_source_that_asks_too_often_is_refused_before_the_address_is_counted(people, client_for):
    client = client_for()
    flood(client)
    for number in range(signin_limits.ANYBODY_PER_SOURCE):
        ask(client, "198.51.100.9", f"n{number}@example.net")
    with nothing_happens():
        assert ask(client, "198.51.100.9").status_code == 429


def test_what_floods_one_tenant_sends_no_link_in_the_other(twins):
    flood(twins.alpha.client(), times=30)
    assert ask(twins.beta.client(), "192.0.2.77").status_code == 302
    with twins.beta.entered():
        assert not Event.objects.filter(kind="signin.link_wanted").exists()
