"""Mails that were refused for good: marked on the person, shown in words to those who run the place."""

import smtplib

import pytest
from django.core.mail.backends.locmem import EmailBackend

from portal_core.notifications.undelivered import refused_address, undelivered
from tenants.outbox.models import Event, Mail
from tenants.outbox.troubles import Troubles, troubles_of


def refuse(monkeypatch, code=550, words=b"5.1.1 no such user"):
    def send(self, messages):
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (code, words)})

    monkeypatch.setattr(EmailBackend, "send_messages", send)


@pytest.mark.django_db
def test_a_refused_address_is_marked_and_the_mark_goes_when_a_mail_arrives(desk, people, client_for, monkeypatch):
    request = desk.submit()
    refuse(monkeypatch)
    desk.sent()
    people["carol"].refresh_from_db()
    assert refused_address(people["carol"]) == "carol@example.com"
    desk_page = client_for(people["alice"]).get(f"/desk/requests/{request.number}/").content.decode()
    assert "The last mail to" in desk_page and "could not be delivered" in desk_page
    monkeypatch.undo()
    desk.reply(request, "bob")
    desk.sent()
    people["carol"].refresh_from_db()
    assert people["carol"].mail_refused is None


@pytest.mark.django_db
def test_another_address_is_not_marked(desk, people, monkeypatch):
    desk.submit()
    refuse(monkeypatch)
    desk.sent()
    people["carol"].refresh_from_db()
    people["carol"].email = "carol@new.example"
    assert refused_address(people["carol"]) == ""


@pytest.mark.parametrize(
    ("code", "words", "said"),
    [
        (550, b"5.1.1 no such user", "does not exist"),
        (550, b"user unknown", "does not exist"),
        (552, b"5.2.2 mailbox full", "full or closed"),
        (554, b"5.7.1 looks like spam", "unwanted"),
        (550, b"5.7.1 blocked", "unwanted"),
        (571, b"<script>alert(1)</script>", "refused it"),
    ],
)
@pytest.mark.django_db
def test_the_page_says_to_whom_when_why_and_what_to_do(desk, people, client_for, monkeypatch, code, words, said):
    desk.submit()
    refuse(monkeypatch, code, words)
    desk.sent()
    text = client_for(people["alice"]).get("/desk/mails/").content.decode()
    assert "carol@example.com" in text and said in text
    assert "<script>alert" not in text
    # Staff's own mails are not customers'.
    assert "sam@example.com" not in text


@pytest.mark.django_db
def test_only_those_who_run_the_place_see_the_page(people, client_for):
    assert client_for(people["bob"]).get("/desk/mails/").status_code == 403
    assert client_for(people["carol"]).get("/desk/mails/").status_code == 404
    assert "Every mail to a customer arrived" in client_for(people["alice"]).get("/desk/mails/").content.decode()


@pytest.mark.django_db
def test_a_mail_for_later_marks_nobody(desk, people, monkeypatch):
    desk.submit()
    refuse(monkeypatch, 451, b"greylisted")
    desk.sent()
    people["carol"].refresh_from_db()
    assert people["carol"].mail_refused is None
    assert undelivered() == ([], False)


@pytest.mark.django_db
def test_what_cannot_be_told_is_said_on_the_page(people, client_for):
    Event.objects.create(kind="request.moved", attempts=5)
    text = client_for(people["alice"]).get("/desk/mails/").content.decode()
    assert "1 thing that happened could not be told" in text


def test_the_console_counts_by_tenant(race_tenant):
    """Committed, since the counting has a connection of its own."""
    from datetime import timedelta

    from django.utils import timezone

    from tenants.context import tenant_context

    with tenant_context(race_tenant):
        for number in range(3):
            Mail.objects.create(
                to_address="x@example.com", subject="s", text="t", message_id=f"<{number}>", failed_at=timezone.now()
            )
        old = timezone.now() - timedelta(hours=1)
        Mail.objects.create(to_address="x@example.com", subject="s", text="t", message_id="<late>", created_at=old)
        Mail.objects.create(to_address="x@example.com", subject="s", text="t", message_id="<new>")
        Event.objects.create(kind="x", attempts=9)
        for payload in ({"tries": 5}, {"tries": 4}, {"tries": "many"}, {}):
            Event.objects.create(kind="x", payload=payload)
        Event.objects.create(kind="x", payload={"tries": 9}, done_at=timezone.now())
    found = troubles_of(["t_gone", race_tenant.schema_name, "t_lost"])
    assert found == {race_tenant.schema_name: Troubles(3, 1, 1, 1)}
    assert troubles_of([]) == {}
    assert troubles_of(["t_gone"]) == {}
