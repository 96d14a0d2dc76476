"""`/find/`: the page says the same in every case; the list goes to the address alone."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from portal_core.accounts import finding as accounts_finding
from tenants import catalog
from tenants.context import public_context, tenant_context
from tenants.finding import looking
from tenants.models import Tenant
from tenants.outbox.drain import drain
from tenants.outbox.models import Event
from tests.factories import make_user
from tests.locale.conftest import GERMAN, english, reads_german

__all__ = ["english", "reads_german"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def looks_into_the_transaction(monkeypatch: Any) -> None:
    """What a test has not committed is seen on its own connection alone."""

    class Here:
        def execute(self, question: Any) -> Any:
            # A statement that fails would end the transaction in which the test lies.
            with connection.connection.transaction():
                return connection.connection.execute(question)

    @contextmanager
    def same() -> Any:
        yield Here()

    monkeypatch.setattr(accounts_finding, "throw_away_connection", same)


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost:8000"})


@pytest.fixture
def known(alpha, other_tenant) -> None:
    for tenant in (alpha, other_tenant):
        with tenant_context(tenant):
            make_user("pat@example.com", "Pat")
    with tenant_context(alpha):
        make_user("quinn@example.com", "Dave")
        make_user("left@example.com", "Left", is_active=False)
        make_user("sample@example.com", "Made up", is_sample=True)


def ask(client: Client, email: str = "pat@example.com") -> Any:
    return client.post("/find/", {"email": email}, follow=True)


def mails() -> list[Any]:
    with public_context():
        while Event.objects.filter(done_at=None).exists():
            drain("public")
    found = list(mail.outbox)
    mail.outbox.clear()
    return found


def test_the_list_comes_by_mail_with_links_that_sign_nobody_in(client, known, alpha, other_tenant):
    answer = ask(client, " Pat@Example.com ")
    assert answer.redirect_chain == [("/find/sent/", 302)] and b"pat@example.com" in answer.content
    (sent,) = mails()
    assert sent.recipients() == ["pat@example.com"]
    links = re.findall(r"https?://\S+", sent.body)
    assert sorted(links) == sorted(tenant.url("/signin/") for tenant in (alpha, other_tenant))
    assert alpha.name in sent.body and other_tenant.name in sent.body
    html = sent.alternatives[0][0]
    assert all(f'href="{link}"' in html for link in links)


@pytest.mark.parametrize("email", ["nobody@example.com", "left@example.com", "sample@example.com"])
def test_where_nobody_knows_the_address_the_page_says_the_same_and_no_mail_comes(client, known, email):
    answers = [ask(Client(headers={"host": "localhost:8000"}), who) for who in ("pat@example.com", email)]
    pages = [answer.content.decode().replace("pat@example.com", "x").replace(email, "x") for answer in answers]
    plain = [re.sub(r'nonce="[^"]*"|csrfmiddlewaretoken" value="[^"]*"', "", page) for page in pages]
    assert plain[0] == plain[1]
    assert [sent.recipients() for sent in mails()] == [["pat@example.com"]]


def test_the_page_itself_looks_nowhere(client, known, alpha, server_statements):
    costs = []
    for email in ("pat@example.com", "nobody@example.com"):
        client.get("/find/")
        with server_statements() as told:
            assert client.post("/find/", {"email": email}).status_code == 302
        assert not [line for line in told.without_transactions if alpha.schema_name in line]
        costs.append(len(told.without_transactions))
    assert costs[1] <= costs[0], "who is known costs no more than who is not"


def test_suspended_portals_are_not_looked_into(client, known, alpha, other_tenant):
    with public_context():
        Tenant.objects.filter(schema_name=other_tenant.schema_name).update(status=Tenant.Status.SUSPENDED)
    catalog.forget(other_tenant.schema_name)
    ask(client)
    (sent,) = mails()
    assert alpha.url("/signin/") in sent.body and other_tenant.url("/signin/") not in sent.body


def test_many_portals_are_looked_through_a_stretch_at_a_time(client, known, alpha, other_tenant, monkeypatch):
    monkeypatch.setattr(looking, "STRETCH", 1)
    asked: list[int] = []
    whole = looking.registry.schemas_that_know
    monkeypatch.setattr(
        looking.registry, "schemas_that_know", lambda names, email: asked.append(len(names)) or whole(names, email)
    )
    ask(client)
    (sent,) = mails()
    assert alpha.url("/signin/") in sent.body and other_tenant.url("/signin/") in sent.body
    assert max(asked) == 1 and len(asked) >= 3


def test_a_schema_that_is_gone_or_half_there_hides_no_other(known, alpha):
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA t_half")
    schemas = ["t_gone", "t_half", alpha.schema_name, "t_never"]
    assert accounts_finding.schemas_that_know(schemas, "Pat@example.com") == {alpha.schema_name}


def test_too_often_is_refused_by_source_and_silent_by_address(client, known):
    for _number in range(5):
        assert ask(client).status_code == 200
    assert len(mails()) == 3, "the page said the same, and no more mails came"
    for _number in range(20):
        answer = ask(client, "other@example.com")
    assert answer.status_code == 429 and b"too often" in answer.content


def test_a_spoilt_address_is_said_at_its_field_and_nothing_is_noted(client):
    for email in ("", "nobody", "a@b\x00.example"):
        answer = client.post("/find/", {"email": email})
        assert answer.status_code == 400
    with public_context():
        assert not Event.objects.filter(kind="portals.wanted").exists()
    assert client.get("/find/sent/")["Location"] == "/find/"


def test_pages_and_mail_are_german_for_who_reads_german(known, reads_german):
    client = Client(headers={"host": "localhost:8000", **GERMAN})
    reads_german(client.get("/find/"))
    reads_german(ask(client))
    (sent,) = mails()
    reads_german(f"{sent.subject} {sent.body}")


def test_the_way_there_stands_where_people_look_for_it(client):
    assert b'href="/find/"' in client.get("/").content and b'href="/find/"' in client.get("/signup/").content
    lost = Client(headers={"host": "nobody.localhost:8000"}).get("/")
    assert lost.status_code == 404 and b'href="http://localhost:8000/find/"' in lost.content
    assert Client(headers={"host": "alpha.localhost:8000"}).get("/find/").status_code == 404
