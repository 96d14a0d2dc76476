"""The live version comes along with the session, and is right whoever asks."""

from __future__ import annotations

from portal_core.accounts.actor import actor_for
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
