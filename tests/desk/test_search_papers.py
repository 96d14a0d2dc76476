"""Finding a request by its documents, whoever added them: by names of files, titles and why one was sent back; of kinds
that all colleagues see alone."""

from __future__ import annotations

import copy

import pytest
from django.db import connection

from portal_core.config.compile import compile_portal
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.documents.models import Document
from portal_core.documents.uploads import Rules, take
from portal_core.history.models import HistoryEntry
from portal_core.service_requests import search_rebuild
from portal_core.service_requests.actions import change_fields
from portal_core.service_requests.actions.vault import (
    Paper,
    add_document,
    approve_document,
    send_back_document,
    share_document,
    withdraw_document,
)
from portal_core.service_requests.models import RequestSearch
from tenants.outbox.drain import drain
from tests.desk.test_search import found
from tests.service_requests.papers_portal import KINDS, House, a_pdf, papers_document


def hiding(*kind_keys: str):
    """The portal with just these kinds of documents hidden from engineers."""
    kinds = [{**kind, "show": {**kind.get("show", {}), "engineer": "edit"}} for kind in copy.deepcopy(KINDS)]
    for kind in kinds:
        if kind["key"] in kind_keys:
            kind["show"]["engineer"] = "hidden"
    return papers_document() | {"document_kinds": kinds}


@pytest.fixture
def house(people, client_for, file_store):
    return House(people, client_for)


@pytest.fixture
def sent(house):
    """A request for which a document that all see was sent, and a photo that engineers do not see."""
    row = house.at("visit")
    assert house.send(row, "photo", a_pdf("Fuseboxview.pdf")).status_code == 302
    assert house.send(row, "paper", a_pdf("Harbourpolicy.pdf")).status_code == 302
    return row


def staff_add(house, row, name, kind_key="insurance", **more):
    """Staff put a document of one file on a request."""
    file = take(house.people["bob"].pk, a_pdf(name, name.encode()), Rules())
    paper = Paper(kind_key, [file.pk], **more)
    return add_document(actor=house.actor("bob"), customer_id=row.customer_id, paper=paper, request_id=row.pk)


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


@pytest.mark.parametrize("earlier", [0, 1])
def test_words_of_earlier_programs_are_found_and_renewed_at_night(house, sent, people, tenant, earlier):
    searchable = live_portal().searchable("job")
    staff_add(house, sent, "Valvereport.pdf")
    drain(tenant.schema_name)
    unknown = ["harbourpolicy", "valvereport"][earlier:]
    with connection.cursor() as cursor:
        # As they were written before there were names of files, and before there were those that staff add.
        cursor.execute(
            "UPDATE portal_core_requestsearch SET words = ts_delete(words, %s::text[]), signature = %s",
            [unknown, searchable.earlier_signatures[earlier]],
        )
    assert found(people["bob"], "pump") == [sent.number]
    assert found(people["bob"], "valvereport") == []
    search_rebuild.renew_words_tonight()
    drain(tenant.schema_name)
    assert found(people["bob"], "harbourpolicy valvereport pump") == [sent.number]
    assert RequestSearch.objects.get(request=sent).signature == searchable.signature


def test_a_night_without_anything_stale_asks_for_nothing(house, sent, tenant):
    from tenants.outbox.models import Event

    drain(tenant.schema_name)
    before = Event.objects.count()
    search_rebuild.renew_words_tonight()
    assert Event.objects.count() == before


@pytest.mark.parametrize("share", [False, True])
def test_what_staff_add_to_a_request_is_found_by_its_file_and_its_title(house, people, client_for, share):
    row, other = house.at("visit"), house.at("visit")
    staff_add(house, row, "Valvereport.pdf", title="Yearly inspection", share=share)
    staff_add(house, other, "Otherpaper.pdf")
    for text in ("valvereport", "yearly inspection", "valvereport.pdf inspection"):
        assert found(people["erin"], text) == [row.number], text
    bob = client_for(people["bob"])
    page = bob.get("/desk/search/?q=valvereport").content.decode()
    assert '<mark class="put">Valvereport.pdf</mark>' in page
    assert '<mark class="put">inspection”</mark>' in bob.get("/desk/search/?q=inspection").content.decode()
    # Another's answer, and writing all words anew, leave it where it is.
    change_fields(actor=house.actor("bob"), request_id=row.pk, answers={"cost": "7"}, seen={"cost": None})
    assert found(people["bob"], "valvereport inspection") == [row.number]
    RequestSearch.objects.all().delete()
    search_rebuild.on_stale(search_rebuild.Event(payload={"after": ""}))
    assert found(people["bob"], "valvereport inspection") == [row.number]


def test_a_paper_in_the_vault_alone_finds_no_request(house, people):
    row = house.at("visit")
    file = take(people["bob"].pk, a_pdf("Valvereport.pdf"), Rules())
    add_document(actor=house.actor("bob"), customer_id=row.customer_id, paper=Paper("insurance", [file.pk]))
    assert found(people["bob"], "valvereport") == []


def test_nothing_that_staff_do_with_a_kind_hidden_from_one_role_comes_into_the_index(house, people, tenant):
    """Canaries in the file's name, in the title and in the reason, through every action and every way of writing."""
    row = house.at("visit")
    made = staff_add(house, row, "Canaryfile.pdf", "photo", title="Canarytitle")
    assert house.send(row, "photo", a_pdf("Canaryview.pdf")).status_code == 302
    theirs = Document.objects.get(files__0__name="Canaryview.pdf")
    share_document(actor=house.actor("bob"), document_id=made.pk)
    approve_document(actor=house.actor("bob"), document_id=theirs.pk)
    send_back_document(actor=house.actor("bob"), document_id=theirs.pk, reason="Canaryreason")
    assert "Canaryreason" in str(HistoryEntry.objects.filter(request=row).values_list("body"))
    for _ in range(2):
        assert "canary" not in index_text_of(row)
        for who in ("alice", "bob", "erin"):
            for text in ("canaryfile", "canarytitle", "canaryview", "canaryreason", "canaryfiel"):
                assert found(people[who], text) == [], (who, text)
        RequestSearch.objects.update(signature="")
        search_rebuild.on_published(None)
        drain(tenant.schema_name)


def test_hiding_and_showing_a_kind_takes_what_staff_added_out_and_in(house, people, tenant):
    row = house.at("visit")
    staff_add(house, row, "Valvereport.pdf", title="Inspection")
    house.publish(hiding("insurance"))
    # At once, before anything is written anew; spelt otherwise, too.
    for text in ("valvereport", "inspection", "valverepotr"):
        assert found(people["alice"], text) == []
    drain(tenant.schema_name)
    assert "valvereport" not in index_text_of(row) and "inspection" not in index_text_of(row)
    house.publish(hiding())
    drain(tenant.schema_name)
    assert found(people["erin"], "valvereport inspection") == [row.number]


def test_what_was_replaced_sent_back_or_withdrawn_is_found_as_long_as_the_history_names_it(house, people):
    row = house.at("visit")
    assert house.send(row, "paper", a_pdf("Harbourpolicy.pdf")).status_code == 302
    bad = Document.objects.get(files__0__name="Harbourpolicy.pdf")
    send_back_document(actor=house.actor("bob"), document_id=bad.pk, reason="Blurred beyond reading")
    assert found(people["bob"], "blurred") == [row.number]
    file = take(people["carol"].pk, a_pdf("Quaypolicy.pdf", b"another"), Rules())
    paper = Paper("insurance", [file.pk], answers=bad.pk)
    again = add_document(actor=house.actor("carol"), customer_id=row.customer_id, paper=paper, request_id=row.pk)
    bad.refresh_from_db()
    assert bad.state == "replaced"
    staff_add(house, row, "Thirdpolicy.pdf")
    send_back_document(actor=house.actor("bob"), document_id=again.pk, reason="Torn")
    withdraw_document(actor=house.actor("bob"), document_id=again.pk)
    for text in ("harbourpolicy", "quaypolicy", "thirdpolicy", "blurred torn"):
        assert found(people["erin"], text) == [row.number], text
