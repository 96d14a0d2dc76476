"""Looking and trying leave nothing behind: no row, no event, no mail, no session, no count in Redis."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.core import mail as sent_mails
from django.core.cache import cache
from django.db import InternalError, connection, transaction
from django.template import engines
from django.template.loader import get_template
from django.urls import resolve

from portal_core.accounts.models import Session
from portal_core.history.models import CustomerLook
from portal_core.notifications.models import Notice
from portal_core.portal import home as home_page
from portal_core.service_requests.models import ServiceRequest
from tenants.limits import Bucket, consume
from tenants.outbox.models import Event, Mail
from tenants.rehearsal import RehearsalRefused, is_rehearsal, only_read, rehearsal
from tests.contracts.rows import Rows
from tests.preview.conftest import text_of
from tests.service_requests.filing import file_request


def in_redis() -> dict[bytes, Any]:
    """Every key of the server but those of the session cache, with what stands in it."""
    client = cache._cache.get_client(None, write=True)
    kinds = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"list": lambda k: client.lrange(k, 0, -1),
    }
    return {key: kinds.get(client.type(key), client.dump)(key) for key in client.keys("*")}


PAGES = ("", "requests/", "new/", "new/repair/", "account/", "updates/", "documents/", "saved/", "mail/repair/known/")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["carol", "example", "new"])
def test_a_look_writes_nothing_but_that_somebody_looked(who, page, studio):
    file_request(studio.people["carol"])
    studio.people["carol"].refresh_from_db()
    rows = Rows()
    before, sessions, redis = rows.now(), Session.objects.count(), in_redis()
    answer = studio.see(studio.people.get(who, who), page)
    assert answer.status_code in (200, 404), answer
    changed = {table for table, sign in rows.now().items() if sign != before[table]}
    assert changed == ({"portal_core_customerlook"} if who == "carol" else set())
    assert Session.objects.count() == sessions
    assert in_redis() == redis
    assert sent_mails.outbox == []


def test_a_request_that_is_looked_at_stays_unread_and_uncounted(studio):
    carol = studio.people["carol"]
    row = file_request(carol)
    Notice.objects.create(
        user=carol, request=row, what="reached", data={}, at=row.created_at, event_id=row.pk, kind="status"
    )
    type(carol).objects.filter(pk=carol.pk).update(new_updates=1)
    rows, redis = Rows(), in_redis()
    before = rows.now()
    answer = studio.see(carol, f"requests/{row.number}/")
    assert answer.status_code == 200
    after = rows.now()
    assert {table for table in after if after[table] != before[table]} == {"portal_core_customerlook"}
    assert in_redis() == redis
    # The same page, opened by Carol herself, is counted: the check above would see it.
    from tests.factories import make_client

    assert make_client(carol).get(f"/requests/{row.number}/").status_code == 200
    assert in_redis() != redis


def test_a_form_that_is_tried_shows_the_page_after_it_and_is_undone(studio):
    carol = studio.people["carol"]
    rows, redis = Rows(), in_redis()
    before = rows.now()
    answer = studio.send(carol, "new/repair/", {"do": "send", "f-what": "The tap drips", "f-kind": "noise"})
    words = text_of(answer)
    assert answer.status_code == 200
    assert "The tap drips" in words
    assert "Yours is new" in words
    assert "Tried on a copy." in words
    assert {t for t, sign in rows.now().items() if sign != before[t]} == {"portal_core_customerlook"}
    assert in_redis() == redis
    assert not ServiceRequest.objects.exists() and not Mail.objects.exists()


def test_a_form_with_a_slip_comes_back_as_to_the_customer(studio):
    answer = studio.send(
        studio.people["carol"], "new/repair/", {"do": "send", "f-what": "", "f-kind": "leak", "f-gauge": "x"}
    )
    assert answer.status_code == 400
    assert 'value="x"' in answer.content.decode()
    assert not ServiceRequest.objects.exists()


def test_a_message_and_a_move_are_tried_and_undone(studio):
    carol = studio.people["carol"]
    row = file_request(carol)
    rows = Rows()
    studio.see(carol, f"requests/{row.number}/")
    before = rows.now()
    said = studio.send(carol, f"requests/{row.number}/reply/", {"body": "Is anybody there?"})
    assert "Is anybody there?" in text_of(said)
    after = rows.now()
    assert {t for t in after if after[t] != before[t]} <= {"portal_core_customerlook"}


def test_what_a_try_would_mail_is_named(studio):
    document = copy.deepcopy(studio.live)
    document["flows"][0]["statuses"][0]["notify"] = [{"who": "customer", "when": "now", "message": "here"}]
    document["messages"] = [{"key": "here", "subject": "We have it", "body": "Thank you."}]
    studio.publish(document)
    Event.objects.all().delete()
    answer = studio.send(
        studio.people["carol"], "new/repair/", {"do": "send", "f-what": "The tap drips", "f-kind": "noise"}
    )
    assert "By e-mail it would tell: Carol Customer" in text_of(answer)
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    "path", ["signout/", "account/email/", "account/password/", "account/sessions/end/", "files/drop/", "signin/"]
)
def test_what_signs_in_or_out_or_sends_codes_is_not_tried(path, studio):
    sessions = Session.objects.count()
    rows = Rows()
    studio.see(studio.people["carol"], path)
    before = rows.now()
    answer = studio.send(studio.people["carol"], path, {"email": "new@example.com", "password": "another-long-one"})
    assert "This would be sent now" in text_of(answer)
    after = rows.now()
    assert {t for t in after if after[t] != before[t]} <= {"portal_core_customerlook"}
    assert Session.objects.count() == sessions


def test_a_marker_in_the_customers_own_template_shows_up(studio, monkeypatch):
    from django.template import loader

    original = loader.get_template

    def marked(name, using=None):
        template = original(name, using)
        if name != "portal/home.html":
            return template
        source = '{% extends "base/portal.html" %}{% block main %}<p>Marker-of-the-test</p>{% endblock %}'
        return engines["django"].from_string(source)

    monkeypatch.setattr(loader, "get_template", marked)
    assert "Marker-of-the-test" in studio.see(studio.people["carol"]).content.decode()
    assert get_template("portal/home.html")


def test_a_page_that_writes_is_stopped_by_the_database(studio, monkeypatch):
    carol = studio.people["carol"]
    tried: list[str] = []

    def writes(actor, portal):
        assert is_rehearsal()
        try:
            with transaction.atomic():
                type(carol).objects.filter(pk=carol.pk).update(phone="changed by a look")
        except InternalError as error:
            tried.append(str(error))
        return original(actor, portal)

    original = home_page._counts
    monkeypatch.setattr(home_page, "_counts", writes)
    assert studio.see(carol).status_code == 200
    assert len(tried) == 1 and "read-only transaction" in tried[0]
    carol.refresh_from_db()
    assert carol.phone == ""


def test_the_pages_are_those_of_the_portals_own_views(studio, monkeypatch):
    seen: list[str] = []
    original = home_page._counts
    monkeypatch.setattr(home_page, "_counts", lambda actor, portal: seen.append(actor.email) or original(actor, portal))
    studio.see(studio.people["carol"])
    assert seen == ["carol@example.com"]
    assert resolve("/").func.__module__ == "portal_core.portal.home"


def test_a_rehearsal_undoes_everything_and_says_when_it_is_over(tenant, people):
    with rehearsal():
        people["bob"].phone = "1"
        people["bob"].save(update_fields=["phone"])
        consume([Bucket("rehearsed", "x", 1, 60)])
        consume([Bucket("rehearsed", "x", 1, 60)])
    people["bob"].refresh_from_db()
    assert people["bob"].phone == "" and not is_rehearsal()
    with pytest.raises(ZeroDivisionError), rehearsal():
        raise ZeroDivisionError
    assert not is_rehearsal()


def test_nobody_elses_transaction_becomes_read_only(tenant):
    with pytest.raises(RehearsalRefused):
        only_read()


def test_a_rehearsal_is_refused_inside_an_open_transaction(race_tenant):
    from tenants.context import tenant_context

    with tenant_context(race_tenant):
        with transaction.atomic(), pytest.raises(RuntimeError), rehearsal():
            pass
        with rehearsal():
            only_read()
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            assert cursor.fetchone() == ("off",)


def test_looking_is_written_down_once_a_minute_and_page(studio):
    carol, alice = studio.people["carol"], studio.people["alice"]
    for _ in range(3):
        studio.see(carol)
    studio.see(carol, "requests/")
    looks = CustomerLook.objects.order_by("at")
    assert [(look.looker_id, look.page, look.is_draft) for look in looks] == [
        (alice.pk, "/", False), (alice.pk, "/requests/", False),
    ]  # fmt: skip
