"""The live version comes along with the session, and is right whoever asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models.sql.compiler import SQLCompiler

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import Session
from portal_core.accounts.session_row import session_row
from portal_core.accounts.sessions import SessionStore
from portal_core.config.actions import publish
from portal_core.config.live import live_portal
from portal_core.config.starters import starter


def _asks_for_the_version(statement: str) -> bool:
    return 'FROM "portal_core_portalstate"' in statement


def test_a_signed_in_page_reads_session_and_version_in_one_statement(people, client_for, server_statements):
    bob = client_for(people["bob"])
    bob.get("/desk/")
    with server_statements() as sent:
        assert bob.get("/desk/").status_code == 200
    asked = [statement for statement in sent.without_transactions if _asks_for_the_version(statement)]
    assert len(asked) == 1 and '"accounts_session"' in asked[0]


def test_without_a_session_the_version_is_read_by_itself(people, client_for, server_statements):
    stranger = client_for()
    stranger.cookies["sessionid"] = "of-nobody"
    with server_statements() as sent:
        assert stranger.get("/signin/").status_code == 200
    assert any(_asks_for_the_version(statement) for statement in sent.without_transactions)


def test_a_newly_published_version_is_in_force_with_the_next_page(people, client_for):
    bob = client_for(people["bob"])
    assert b"Queues" in bob.get("/desk/").content
    document = starter("nordwarm")
    document["portal"]["name"] = "Southcold"
    publish(actor=actor_for(people["alice"]), document=document)
    assert live_portal().name == "Southcold"
    assert b"Southcold" in bob.get("/desk/").content


def test_two_tenants_with_equal_keys_read_each_their_own_version(twins):
    document = starter("nordwarm")
    document["portal"]["name"] = "Southcold"
    from tenants.context import tenant_context

    with tenant_context(twins.beta.tenant):
        publish(actor=actor_for(twins.beta.alice), document=document)
    assert b"Southcold" not in twins.alpha.client("bob").get("/desk/").content
    assert b"Southcold" in twins.beta.client("bob").get("/desk/").content


def test_the_row_is_read_as_django_reads_it(people, client_for):
    bob = people["bob"]
    bob.remembered, bob.notice_choices = {"address": {"kind": "long_text", "value": "1 High Street"}}, {"news": "daily"}
    bob.save()
    store = SessionStore(client_for(bob).cookies["sessionid"].value)
    read, expected = session_row(store.key_hash), Session.objects.select_related("user").get(pk=store.key_hash)
    for ours, djangos in ((read, expected), (read.user, expected.user)):
        assert [getattr(ours, field.attname) for field in ours._meta.concrete_fields] == [
            getattr(djangos, field.attname) for field in djangos._meta.concrete_fields
        ]
        assert ours._home_schema == djangos._home_schema and not ours._state.adding


def test_a_session_of_nobody_has_no_user_and_an_unknown_one_no_row(tenant, django_assert_num_queries):
    store = SessionStore()
    store["x"] = 1
    store.save()
    with django_assert_num_queries(2):
        assert session_row(store.key_hash).user is None
        assert session_row("of-nobody") is None


def test_the_statement_is_written_once_in_a_process(people, client_for, monkeypatch):
    key = client_for(people["bob"]).cookies["sessionid"].value
    assert SessionStore(key).load()

    def write(*_args: Any) -> None:
        pytest.fail("written out anew")

    monkeypatch.setattr(SQLCompiler, "as_sql", write)
    assert SessionStore(key).load()
