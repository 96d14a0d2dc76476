"""Signing in by an e-mailed code."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal_core.accounts import address_proof, code_signin
from portal_core.accounts.models import Session, User
from portal_core.accounts.roles import CUSTOMER
from tenants.context import tenant_context
from tests.accounts.conftest import code_for, mails_to, nothing_happens
from tests.factories import make_client

NOBODY = "nobody@example.net"


@pytest.fixture
def known_code(monkeypatch):
    """Every code that is made."""
    monkeypatch.setattr(address_proof, "new_code", lambda: "314159")
    return "314159"


def ask(client, email, **more):
    return client.post("/signin/", {"email": email, **more})


def shape(statement):
    """A statement without its values."""
    return re.sub(r"'(?:[^']|'')*'|\d+", "?", statement).split(" VALUES ")[0]


def page(answer, email):
    """A page without the address and what is random in it."""
    text = re.sub(r'(value|nonce)="[^"]*"|\d+ seconds?', "", answer.content.decode())
    return text.replace(email, "X")


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_customer_signs_in_with_the_code_and_lands_at_home(people, client_for):
    client = client_for()
    assert ask(client, "Carol@Example.com ").headers["Location"] == "/signin/code/"
    answer = client.post("/signin/code/", {"code": code_for("carol@example.com"), "keep": "on"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert Session.objects.filter(user=people["carol"]).count() == 1


def test_staff_land_at_the_desk(people, client_for):
    client = client_for()
    ask(client, "bob@example.com")
    answer = client.post("/signin/code/", {"code": code_for("bob@example.com")})
    assert answer.headers["Location"] == "/desk/"


def test_spaces_and_dashes_in_a_pasted_code_do_no_harm(people, client_for):
    client = client_for()
    ask(client, "carol@example.com")
    code = code_for("carol@example.com")
    assert client.post("/signin/code/", {"code": f" {code[:3]}-{code[3:]} "}).status_code == 302


@pytest.mark.parametrize(
    ("wanted", "landed"),
    [
        ("/requests/?show=closed", "/requests/?show=closed"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("//evil.example?x=/requests/", "/"),
        ("/requests/?q=" + "x" * 7_900, "/requests/?q=" + "x" * 7_900),
        ("/requests/?q=" + "x" * 9_000, "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/desk/", "/"),
        ("/signout/", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
    ],
)
def test_next_leads_only_to_places_of_this_portal(people, client_for, wanted, landed):
    client = client_for()
    ask(client, "carol@example.com", next=wanted)
    answer = client.post("/signin/code/", {"code": code_for("carol@example.com")})
    assert answer.headers["Location"] == landed


def test_a_wrong_code_signs_nobody_in(people, client_for):
    client = client_for()
    ask(client, "carol@example.com")
    code = code_for("carol@example.com")
    with nothing_happens():
        answer = client.post("/signin/code/", {"code": wrong(code)})
        assert answer.status_code == 400
    assert client.get("/account/").status_code == 302


def test_a_code_is_worth_five_attempts(people, client_for):
    client = client_for()
    ask(client, "carol@example.com")
    code = code_for("carol@example.com")
    for _ in range(5):
        client.post("/signin/code/", {"code": wrong(code)})
    with nothing_happens():
        assert client.post("/signin/code/", {"code": code}).headers["Location"] == "/signin/"


def test_attempts_are_counted_although_the_cookie_is_replayed(people, client_for):
    """The state lies in the database, so that sending the first cookie again wins nothing."""
    client = client_for()
    ask(client, "carol@example.com")
    code = code_for("carol@example.com")
    cookie = client.cookies["sessionid"].value
    for _ in range(5):
        client.cookies["sessionid"] = cookie
        client.post("/signin/code/", {"code": wrong(code)})
    client.cookies["sessionid"] = cookie
    with nothing_happens():
        client.post("/signin/code/", {"code": code})


def test_the_code_itself_is_not_kept_with_the_session(people, client_for, known_code):
    client = client_for()
    ask(client, "carol@example.com")
    state = client.session["account_login"]["state"]["stages"]["login_by_code"]["data"]
    assert state["email"] == "carol@example.com"
    assert known_code not in repr(state)


def guess_at_once(race_tenant, in_threads, guesses=12):
    """Wrong codes sent all at once with one cookie; how many were taken as attempts, and what the right code gets."""
    with tenant_context(race_tenant):
        client = make_client()
        ask(client, "carol@example.com")
        code = code_for("carol@example.com")

    def guess(_number):
        with tenant_context(race_tenant):
            other = make_client()
        other.cookies["sessionid"] = client.cookies["sessionid"].value
        page = other.post("/signin/code/", {"code": wrong(code)}).content.decode()
        return "not the code we sent" in page or "attempts are used up" in page

    taken = in_threads(guess, range(guesses), threads=guesses)
    return taken.count(True), client.post("/signin/code/", {"code": code}).headers.get("Location")


def test_guesses_sent_all_at_once_are_counted_one_by_one(race_tenant, in_threads):
    assert guess_at_once(race_tenant, in_threads) == (5, "/signin/")


def test_without_the_lock_guesses_sent_all_at_once_win_attempts(race_tenant, in_threads, monkeypatch):
    """The guard switched off: the race is real."""
    monkeypatch.setattr(code_signin, "_lock", lambda request: None)
    fits = code_signin._AddressProcess.fits

    def slow(self, code):
        time.sleep(0.2)
        return fits(self, code)

    monkeypatch.setattr(code_signin._AddressProcess, "fits", slow)
    taken, _landed = guess_at_once(race_tenant, in_threads)
    assert taken > 5


def test_a_code_works_once(people, client_for):
    client, second = client_for(), client_for()
    ask(client, "carol@example.com")
    code = code_for("carol@example.com")
    second.cookies["sessionid"] = client.cookies["sessionid"].value
    client.post("/signin/code/", {"code": code})
    with nothing_happens():
        assert second.post("/signin/code/", {"code": code}).headers["Location"] == "/signin/"


def test_a_code_works_only_in_the_browser_that_asked(people, client_for):
    asked, other = client_for(), client_for()
    ask(asked, "carol@example.com")
    code = code_for("carol@example.com")
    ask(other, "dave@example.com")
    with nothing_happens():
        other.post("/signin/code/", {"code": code})


def test_a_code_works_for_ten_minutes(people, client_for):
    client = client_for()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ask(client, "carol@example.com")
        code = code_for("carol@example.com")
        clock.shift(timedelta(minutes=10, seconds=1))
        with nothing_happens():
            assert client.post("/signin/code/", {"code": code}).headers["Location"] == "/signin/"


def test_a_new_code_can_be_sent_after_a_wait_and_ends_the_old_one(people, client_for):
    client = client_for()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ask(client, "carol@example.com")
        old = code_for("carol@example.com")
        client.post("/signin/code/again/")
        assert len(mails_to("carol@example.com")) == 1
        clock.shift(timedelta(seconds=31))
        client.post("/signin/code/again/")
        assert len(mails_to("carol@example.com")) == 2
        new = code_for("carol@example.com")
        if old != new:
            assert client.post("/signin/code/", {"code": old}).status_code == 400
        assert client.post("/signin/code/", {"code": new}).status_code == 302


def test_new_codes_asked_for_all_at_once_are_one(race_tenant, in_threads):
    with tenant_context(race_tenant):
        client = make_client()
        ask(client, "carol@example.com")

    def again(_number):
        with tenant_context(race_tenant):
            other = make_client()
        other.cookies["sessionid"] = client.cookies["sessionid"].value
        return other.post("/signin/code/again/").status_code

    with time_machine.travel(timezone.now() + timedelta(seconds=40), tick=True):
        assert in_threads(again, range(4), threads=4) == [302] * 4
    with tenant_context(race_tenant):
        assert len(mails_to("carol@example.com")) == 2


def test_signing_in_changes_the_session_key(people, client_for):
    client = client_for()
    ask(client, "carol@example.com")
    before = client.cookies["sessionid"].value
    client.post("/signin/code/", {"code": code_for("carol@example.com")})
    assert client.cookies["sessionid"].value != before
    thief = client_for()
    thief.cookies["sessionid"] = before
    assert thief.get("/account/").status_code == 302


def test_keep_me_signed_in_lasts_ninety_days_and_otherwise_the_browser_session(people, client_for):
    for keep, expected in (({"keep": "on"}, 90 * 24 * 3600), ({}, "")):
        client = client_for()
        ask(client, "carol@example.com")
        client.post("/signin/code/", {"code": code_for("carol@example.com"), **keep})
        assert client.cookies["sessionid"]["max-age"] == expected


def test_an_unknown_address_registers_where_the_portal_is_open(tenant, client_for, registration):
    registration("open")
    client = client_for()
    ask(client, NOBODY)
    assert not User.objects.filter(email=NOBODY).exists()
    answer = client.post("/signin/code/", {"code": code_for(NOBODY)})
    assert answer.headers["Location"] == "/"
    assert User.objects.get(email=NOBODY).role == CUSTOMER


def test_the_language_in_which_a_customer_came_in_stays_theirs(tenant, client_for, registration):
    registration("open")
    german = {"headers": {"accept-language": "de-DE,de;q=0.9"}}

    def sign_in(address, **browser):
        client = client_for(None)
        client.post("/signin/", {"email": address}, **browser)
        answer = client.post("/signin/code/", {"code": code_for(address)}, **browser)
        assert answer.status_code == 302
        return User.objects.get(email=address).language

    assert sign_in("neu@example.com", **german) == "de"
    # Chosen once: another browser changes nothing, nor does a first sign-in in the portal's own language.
    assert sign_in("neu@example.com") == "de"
    assert sign_in("new@example.com") == ""
    assert sign_in("new@example.com", **german) == ""
    assert sign_in("bob@example.com", **german) == ""


def test_an_unknown_address_gets_no_code_where_the_portal_is_closed(tenant, client_for, registration):
    registration("closed")
    client = client_for()
    ask(client, NOBODY)
    (mail,) = mails_to(NOBODY)
    assert "cannot sign in" in mail.text
    assert client.get("/signin/code/").status_code == 200


def test_not_even_the_right_code_makes_an_account_where_the_portal_is_closed(
    tenant, client_for, registration, known_code
):
    registration("closed")
    client = client_for()
    ask(client, NOBODY)
    with nothing_happens():
        assert client.post("/signin/code/", {"code": known_code}).status_code == 400


def test_a_deactivated_person_gets_no_code_and_is_not_registered_anew(people, client_for, registration, known_code):
    registration("open")
    User.objects.filter(pk=people["carol"].pk).update(is_active=False)
    client = client_for()
    ask(client, "carol@example.com")
    assert "cannot sign in" in mails_to("carol@example.com")[-1].text
    with nothing_happens():
        assert client.post("/signin/code/", {"code": known_code}).status_code == 400


@pytest.mark.parametrize("kind", ["open", "closed"])
def test_known_and_unknown_addresses_cost_the_same_statements(
    people, client_for, registration, server_statements, known_code, kind
):
    registration(kind)

    def shapes(email):
        client = client_for()
        client.get("/signin/")
        with server_statements() as sent:
            ask(client, email)
        asked = [shape(statement) for statement in sent.without_transactions]
        with server_statements() as tried:
            answer = client.post("/signin/code/", {"code": "000000"})
        attempts = [shape(statement) for statement in tried.without_transactions]
        return asked, attempts, page(answer, email)

    shapes("warm@example.net")
    known, unknown = shapes("carol@example.com"), shapes("nobody1@example.net")
    assert known[0] == unknown[0]
    assert known[1:] == unknown[1:]


@pytest.mark.parametrize(
    "typed",
    ["", "x", "a@b", "a\x00@example.com", "a@example.com\r\nBcc: b@example.com", "x" * 300 + "@example.com",
     "<script>@example.com", "'; drop table accounts_user; --", "\u202ea@example.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused_and_sends_nothing(tenant, client_for, typed):
    with nothing_happens():
        answer = ask(client_for(), typed)
        assert answer.status_code == 400


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1" * 5000, "１２３４５６", "12\x003456", "١٢٣٤٥٦"])
def test_what_is_no_code_is_refused(people, client_for, typed):
    client = client_for()
    ask(client, "carol@example.com")
    with nothing_happens():
        assert client.post("/signin/code/", {"code": typed}).status_code == 400


def test_someone_signed_in_is_not_asked_again(people, client_for):
    assert client_for(people["carol"]).get("/signin/").headers["Location"] == "/"


def test_signing_out_ends_the_session_and_needs_a_post(people, client_for):
    client = client_for(people["carol"])
    assert client.get("/signout/").status_code == 405
    assert Session.objects.filter(user=people["carol"]).exists()
    client.post("/signout/")
    assert not Session.objects.filter(user=people["carol"]).exists()
