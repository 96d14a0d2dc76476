"""The account page."""

from __future__ import annotations

import html
import re

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import override

from portal_core.accounts import email_change
from portal_core.accounts.actor import actor_for
from portal_core.accounts.forms import city
from portal_core.accounts.models import Session, User
from portal_core.accounts.signin_links import SIGN_IN, create_link
from portal_core.config.actions import publish
from portal_core.config.starters import starter_for
from tests.accounts.conftest import code_for, mails_to, nothing_happens
from tests.contracts import hostile
from tests.factories import make_user

NEW = "m.holt@example.org"
GOOD = "correct horse battery staple"


@pytest.fixture
def carol(people):
    User.objects.filter(pk=people["carol"].pk).update(password="!")
    return User.objects.get(pk=people["carol"].pk)


def test_the_page_says_what_is_known_and_offers_only_what_works(carol, client_for):
    page = client_for(carol).get("/account/").content.decode()
    assert "carol@example.com" in page
    assert "None, and none needed" in page
    assert "asskey" not in page


def test_details_are_kept_as_typed(carol, client_for, registration):
    registration("open")
    typed = {"name": "<b>Carol</b> O’Neil", "phone": "07700 900 218", "language": "de", "time_zone": "Europe/Berlin"}
    client = client_for(carol)
    assert client.post("/account/about/", typed).status_code == 302
    carol.refresh_from_db()
    assert {key: getattr(carol, key) for key in typed} == typed
    page = client.get("/account/").content.decode()
    assert "<b>Carol</b>" not in page
    assert 'lang="de"' in page


def test_where_the_portal_speaks_one_language_there_is_none_to_choose(carol, people, client_for):
    publish(actor=actor_for(people["alice"]), document=starter_for("documents", name="Acme"))
    User.objects.filter(pk=carol.pk).update(language="de")
    client = client_for(carol)
    page = client.get("/account/").content.decode()
    assert 'lang="en"' in page and 'name="language"' not in page
    typed = {"name": "Carol Neil", "phone": "", "language": "fr", "time_zone": "Europe/Berlin"}
    answer = client.post("/account/about/", typed, follow=True)
    assert "Your details are kept." in answer.content.decode()
    carol.refresh_from_db()
    # What she once chose is there again when the portal speaks it again.
    assert (carol.name, carol.language) == ("Carol Neil", "de")


def test_what_was_left_as_the_portal_has_it_is_no_choice(carol, client_for):
    User.objects.filter(pk=carol.pk).update(language="", time_zone="")
    client = client_for(carol)
    client.post("/account/about/", form_of(client) | {"name": "Carol Neil"})
    carol.refresh_from_db()
    assert (carol.name, carol.language, carol.time_zone) == ("Carol Neil", "", "")
    client.post("/account/about/", form_of(client) | {"time_zone": "Asia/Tokyo"})
    client.post("/account/about/", form_of(client) | {"time_zone": "Europe/London"})
    carol.refresh_from_db()
    assert (carol.language, carol.time_zone) == ("", "Europe/London")


def form_of(client, path="/account/", action="/account/about/"):
    """What the form on the page would send, as it stands."""
    page = client.get(path).content.decode()
    part = page.split(f'action="{action}"')[1].split("</form>")[0]
    sent = dict(re.findall(r'<input type="hidden" name="(seen-[^"]+)" value="([^"]*)"', part))
    assert sent
    return sent | {name.removeprefix("seen-"): html.unescape(value) for name, value in sent.items()}


def test_what_was_changed_in_another_browser_is_not_written_over(carol, client_for, registration):
    registration("open")
    one, other = client_for(carol), client_for(carol)
    first, second = form_of(one), form_of(other)
    assert one.post("/account/about/", {**first, "phone": "07700 900 111"}).status_code == 302
    # Another field: both changes stand.
    assert other.post("/account/about/", {**second, "name": "Caroline"}).status_code == 302
    carol.refresh_from_db()
    assert (carol.name, carol.phone) == ("Caroline", "07700 900 111")

    # The same field: both values are shown, and nothing is written.
    before = carol.phone
    with nothing_happens():
        answer = other.post("/account/about/", {**second, "name": "Caro", "phone": "07700 900 222"})
    shown = html.unescape(answer.content.decode())
    assert answer.status_code == 400
    for words in ('value="Caro"', "“Caroline” stands there now", 'value="07700 900 222"', f"“{before}” stands there"):
        assert words in shown
    carol.refresh_from_db()
    assert (carol.name, carol.phone) == ("Caroline", before)
    # Sent once more from that page, it is meant.
    seen = dict(re.findall(r'<input type="hidden" name="(seen-[^"]+)" value="([^"]*)"', shown))
    typed = {**second, **seen, "name": "Caro", "phone": "07700 900 222"}
    assert other.post("/account/about/", typed).status_code == 302
    carol.refresh_from_db()
    assert (carol.name, carol.phone) == ("Caro", "07700 900 222")


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"name": "x" * 200}, {"name": "a\x00b"}, {"language": "xx"}, {"time_zone": "Mars/Olympus"},
     {"phone": "1" * 60}, {"name": "x" * 1_000_000}],
)  # fmt: skip
def test_details_that_cannot_be_are_refused(carol, client_for, change):
    typed = {"name": "Carol", "phone": "", "language": "en", "time_zone": "UTC", **change}
    client = client_for(carol)
    with nothing_happens():
        assert client.post("/account/about/", typed).status_code == 400


def codes():
    """Both codes, as a form sends them."""
    return {"code": code_for(NEW), "old_code": code_for("carol@example.com")}


def other_than(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_an_address_changes_only_by_the_codes_sent_to_both(carol, client_for):
    client = client_for(carol)
    client.post("/account/email/", {"email": NEW})
    carol.refresh_from_db()
    assert carol.email == "carol@example.com"
    assert "m…@example.org" in mails_to("carol@example.com")[-1].text
    assert "second code" in client.get("/account/").content.decode()
    assert client.post("/account/email/code/", codes()).status_code == 302
    carol.refresh_from_db()
    assert carol.email == NEW
    assert "is now" in mails_to("carol@example.com")[-1].text
    assert client.get("/account/").status_code == 200


def test_a_browser_left_open_is_not_enough_to_take_an_account_away(carol, client_for):
    """The thief reads the new address, not the old one: neither that code alone nor in both places moves anything."""
    client = client_for(carol)
    client.post("/account/email/", {"email": NEW})
    of_new = code_for(NEW)
    with nothing_happens():
        for typed in ({}, {"old_code": ""}, {"old_code": of_new}, {"old_code": other_than(codes()["old_code"])}):
            assert client.post("/account/email/code/", {"code": of_new, **typed}).status_code == 400


def test_with_a_password_the_password_stands_for_the_old_address(carol, client_for):
    carol.set_password(GOOD)
    carol.save()
    client = client_for(carol)
    with nothing_happens():
        for typed in ({}, {"present": ""}, {"present": "wrong"}):
            assert client.post("/account/email/", {"email": NEW, **typed}).status_code == 400
    assert client.post("/account/email/", {"email": NEW, "present": GOOD}).status_code == 302
    assert "code" not in mails_to("carol@example.com")[-1].text.lower()
    assert client.post("/account/email/code/", {"code": code_for(NEW)}).status_code == 302
    carol.refresh_from_db()
    assert carol.email == NEW


def test_a_password_that_was_only_just_set_stands_for_nothing(carol, client_for):
    """The thief at the open browser sets one, or removes the one that is there and sets another."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for had_one in (False, True):
            if had_one:
                carol.set_password("what Carol has had for years")
                carol.password_since = None
                carol.save()
            client = client_for(carol)
            client.post("/account/password/remove/")
            assert client.post("/account/password/", {"password": GOOD}).status_code == 302
            assert client.post("/account/email/", {"email": NEW, "present": GOOD}).status_code == 302
            with nothing_happens():
                assert client.post("/account/email/code/", {"code": code_for(NEW)}).status_code == 400
            client.post("/account/email/stop/")
            carol.refresh_from_db()
        clock.shift(email_change.PASSWORD_STANDS)
        cache.clear()
        client.post("/account/email/", {"email": NEW, "present": GOOD})
        assert client.post("/account/email/code/", {"code": code_for(NEW)}).status_code == 302
    carol.refresh_from_db()
    assert carol.email == NEW


def test_passwords_are_limited_here_as_well(carol, client_for):
    carol.set_password(GOOD)
    carol.save()
    client = client_for(carol)
    for _ in range(5):
        client.post("/account/email/", {"email": NEW, "present": "wrong"})
    with nothing_happens():
        assert client.post("/account/email/", {"email": NEW, "present": GOOD}).status_code == 429


def test_wrong_codes_change_nothing_and_five_end_the_change(carol, client_for):
    client = client_for(carol)
    client.post("/account/email/", {"email": NEW})
    right = codes()
    with nothing_happens():
        for _ in range(5):
            wrong = {**right, "code": other_than(right["code"])}
            assert client.post("/account/email/code/", wrong).status_code == 400
        assert client.post("/account/email/code/", right).status_code == 400


def test_a_stopped_change_cannot_be_finished(carol, client_for):
    client = client_for(carol)
    client.post("/account/email/", {"email": NEW})
    right = codes()
    client.post("/account/email/stop/")
    with nothing_happens():
        assert client.post("/account/email/code/", right).status_code == 400


def test_the_page_does_not_tell_whether_the_new_address_has_an_account(carol, client_for, server_statements):
    def answer(address):
        client = client_for(carol)
        with server_statements() as sent:
            client.post("/account/email/", {"email": address})
        page = client.get("/account/").content.decode()
        return len(sent.without_transactions), address in page

    answer("warm@example.net")
    assert answer("dave@example.com") == answer("free@example.net")
    assert "already has an account" in mails_to("dave@example.com")[-1].text


def test_an_address_taken_meanwhile_is_not_taken_over(carol, client_for):
    client = client_for(carol)
    client.post("/account/email/", {"email": NEW})
    make_user(NEW)
    with nothing_happens():
        assert client.post("/account/email/code/", codes()).status_code == 400


def test_a_code_to_an_address_that_was_the_old_one_proves_nothing_of_whoever_has_another_now(carol, client_for):
    client = client_for(carol)
    client.post("/account/email/", {"email": NEW})
    right = codes()
    User.objects.filter(pk=carol.pk).update(email="moved@example.org")
    with nothing_happens():
        assert client.post("/account/email/code/", right).status_code == 400


def test_changing_the_address_ends_unused_links(carol, client_for):
    path = create_link(carol, SIGN_IN, 60)
    client = client_for(carol)
    client.post("/account/email/", {"email": NEW})
    client.post("/account/email/code/", codes())
    assert client_for().post(path).status_code == 410


def test_a_password_is_set_used_changed_and_removed(carol, client_for):
    client, other = client_for(carol), client_for(carol)
    assert client.post("/account/password/", {"password": GOOD}).status_code == 302
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302, "other sessions end"
    assert "password was set" in mails_to("carol@example.com")[-1].text
    fresh = client_for()
    answer = fresh.post("/signin/password/", {"email": "CAROL@example.com", "password": GOOD, "keep": "on"})
    assert answer.headers["Location"] == "/"
    with nothing_happens():
        refused = client.post("/account/password/", {"password": GOOD + "2", "present": "no"})
        assert refused.status_code == 400
    assert client.post("/account/password/remove/").status_code == 302
    with nothing_happens():
        again = client_for().post("/signin/password/", {"email": "carol@example.com", "password": GOOD})
        assert again.status_code == 400


@pytest.mark.parametrize("weak", ["short", "password123", "1234567890123", "carol@example.com", "x" * 300])
def test_weak_passwords_are_refused(carol, client_for, weak):
    client = client_for(carol)
    with nothing_happens():
        assert client.post("/account/password/", {"password": weak}).status_code == 400


def test_one_session_or_all_others_can_be_ended(carol, client_for):
    this, second, third = client_for(carol), client_for(carol), client_for(carol)
    key = next(row.pk for row in Session.objects.filter(user=carol) if row.pk != session_hash(this))
    assert this.post(f"/account/sessions/{key}/end/").status_code == 302
    assert Session.objects.filter(user=carol).count() == 2
    this.post("/account/sessions/end/")
    assert this.get("/account/").status_code == 200
    assert [client.get("/account/").status_code for client in (second, third)] == [302, 302]


def test_nobody_ends_the_session_of_somebody_else(carol, people, client_for):
    dave = client_for(people["dave"])
    key = Session.objects.get(user=people["dave"]).pk
    client = client_for(carol)
    with nothing_happens():
        client.post(f"/account/sessions/{key}/end/")
    assert dave.get("/account/").status_code == 200


def test_a_request_under_way_does_not_bring_an_ended_session_back(carol, client_for):
    from django.contrib.sessions.backends.base import UpdateError

    from portal_core.accounts.sessions import SessionStore, end_sessions

    client = client_for(carol)
    under_way = SessionStore(client.cookies["sessionid"].value)
    assert under_way.get("_auth_user_id")
    end_sessions(carol.pk)
    under_way["x"] = 1
    with pytest.raises(UpdateError):
        under_way.save()


def test_a_session_and_its_user_are_loaded_by_one_statement(carol, rf, server_statements, client_for):
    from portal_core.accounts.middleware import signed_in_user
    from portal_core.accounts.sessions import SessionStore

    key = client_for(carol).cookies["sessionid"].value
    request = rf.get("/")
    request.session = SessionStore(key)
    with server_statements() as sent:
        assert signed_in_user(request) == carol
    assert len(sent.without_transactions) == 1


def test_the_key_in_the_cookie_is_not_stored(carol, client_for):
    client = client_for(carol)
    key = client.cookies["sessionid"].value
    assert not any(key in repr(row) for row in Session.objects.values_list())


@pytest.mark.parametrize(
    "path", ["about/", "email/", "email/code/", "email/stop/", "password/", "password/remove/", "sessions/end/"]
)
def test_the_signed_out_change_nothing(tenant, client_for, path):
    with nothing_happens():
        answer = client_for().post(f"/account/{path}", {"email": NEW, "password": GOOD})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert 'href="/signin/"' in page
    assert NEW in page
    assert GOOD not in page


def test_forms_need_a_token_of_the_page(carol, client_for):
    client = client_for(carol, enforce_csrf_checks=True)
    with nothing_happens():
        assert client.post("/account/email/", {"email": NEW}).status_code == 403


def session_hash(client):
    from portal_core.accounts.sessions import hash_session_key

    return hash_session_key(client.cookies["sessionid"].value)


def test_whatever_is_typed_as_the_second_code_is_refused(carol, client_for):
    client = client_for(carol)
    client.post("/account/email/", {"email": NEW})
    of_new = code_for(NEW)
    with nothing_happens():
        for name, text in hostile.STRINGS.items():
            typed = hostile.form({"code": of_new, "old_code": text})
            answer = client.post("/account/email/code/", typed, content_type="application/x-www-form-urlencoded")
            assert answer.status_code in (400, 413), name


@pytest.mark.parametrize(("language", "shown"), [("de", "Wien"), ("en", "Vienna")])
def test_time_zones_bear_the_names_that_their_reader_has_for_the_places(language, shown):
    with override(language):
        assert city("Europe/Vienna") == shown
        assert city("America/Argentina/Buenos_Aires") == "Buenos Aires"
