"""Finding a request by the names of files that its customer sent for an ask: of kinds that all colleagues see alone."""

from __future__ import annotations

import copy

import pytest
from django.db import connection

from portal_core.config.compile import compile_portal
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.service_requests import search_rebuild
from portal_core.service_requests.actions import change_fields
from portal_core.service_requests.models import RequestSearch
from tenants.outbox.drain import drain
from tests.desk.test_search import found
from tests.service_requests.test_upload_asks import KINDS, House, a_pdf, file_store, papers_document  # noqa: F401


def hiding(*kind_keys: str):
    """The portal with just these kinds of documents hidden from engineers."""
    kinds = [{**kind, "show": {**kind.get("show", {}), "engineer": "edit"}} for kind in copy.deepcopy(KINDS)]
    for kind in kinds:
        if kind["key"] in kind_keys:
            kind["show"]["engineer"] = "hidden"
    return papers_document() | {"document_kinds": kinds}


@pytest.fixture
def house(people, client_for):
    return House(people, client_for)


@pytest.fixture
def sent(house):
    """A request for which a document that all see was sent, and a photo that engineers do not see."""
    row = house.at("visit")
    assert house.send(row, "photo", a_pdf("Fuseboxview.pdf")).status_code == 302
    assert house.send(row, "paper", a_pdf("Harbourpolicy.pdf")).status_code == 302
    return row


def index_text_of(row):
    return str(RequestSearch.objects.filter(request=row).values_list("plain", "words").get())


def test_what_was_sent_for_an_ask_is_found_by_its_name_and_shown(house, sent, people, client_for):
    assert found(people["bob"], "harbourpolicy") == [sent.number]
    page = client_for(people["bob"]).get("/desk/search/?q=harbourpolicy").content.decode()
    assert '<mark class="put">Harbourpolicy.pdf</mark>' in page
    # Another's answer to another question leaves the names where they are.
    changed = {"cost": "7"}
    change_fields(actor=house.actor("bob"), request_id=sent.pk, answers=changed, seen={"cost": None})
    assert found(people["bob"], "harbourpolicy") == [sent.number]


def test_of_a_kind_that_one_role_does_not_see_no_name_is_in_the_index(house, sent, people, tenant):
    assert found(people["bob"], "fuseboxview") == []
    assert "fuseboxview" not in index_text_of(sent)
    changed = {"cost": "7"}
    change_fields(actor=house.actor("bob"), request_id=sent.pk, answers=changed, seen={"cost": None})
    RequestSearch.objects.update(signature="")
    search_rebuild.on_published(None)
    drain(tenant.schema_name)
    assert "fuseboxview" not in index_text_of(sent) and "harbourpolicy" in index_text_of(sent)


def test_hiding_a_kind_puts_its_names_out_of_force_at_once_and_takes_them_out(house, sent, people, tenant):
    house.publish(hiding("insurance"))
    for who in ("alice", "bob", "erin"):
        assert found(people[who], "harbourpolicy") == []
    # What is no field and no file is found meanwhile.
    assert found(people["bob"], "carol") == [sent.number]
    drain(tenant.schema_name)
    assert found(people["alice"], "harbourpolicy") == [] and "harbourpolicy" not in index_text_of(sent)
    assert found(people["bob"], "fuseboxview") == [sent.number]
    house.publish(hiding())
    drain(tenant.schema_name)
    assert found(people["bob"], "harbourpolicy fuseboxview") == [sent.number]


def test_a_new_kind_that_all_see_leaves_what_is_written_in_force():
    before, after = papers_document(), papers_document()
    after["document_kinds"] = [*KINDS, {"key": "plan", "name": "Plan"}]
    hidden = [*KINDS, {"key": "plan", "name": "Plan", "show": {"agent": "hidden"}}]
    old, new, kept = (
        compile_portal(load(one), 1).searchable("job")
        for one in (before, after, papers_document() | {"document_kinds": hidden})
    )
    assert old.signature == new.signature != kept.signature
    assert kept.hidden_kinds == {"photo", "plan"}


def test_words_from_before_there_were_names_are_found_and_renewed_at_night(house, sent, people, tenant):
    searchable = live_portal().searchable("job")
    drain(tenant.schema_name)
    with connection.cursor() as cursor:
        # As an earlier version of the programme has written them.
        cursor.execute(
            "UPDATE portal_core_requestsearch SET words = ts_delete(words, ARRAY['harbourpolicy']), signature = %s",
            [searchable.fields_signature],
        )
    assert found(people["bob"], "pump") == [sent.number]
    assert found(people["bob"], "harbourpolicy") == []
    search_rebuild.renew_words_tonight()
    drain(tenant.schema_name)
    assert found(people["bob"], "harbourpolicy pump") == [sent.number]
    assert RequestSearch.objects.get(request=sent).signature == searchable.signature


def test_a_night_without_anything_stale_asks_for_nothing(house, sent, tenant):
    from tenants.outbox.models import Event

    drain(tenant.schema_name)
    before = Event.objects.count()
    search_rebuild.renew_words_tonight()
    assert Event.objects.count() == before
