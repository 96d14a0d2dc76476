"""A form that is sent twice makes one document, and a file lies in one document at most."""

from __future__ import annotations

import uuid

import pytest

from portal_core.documents.errors import AlreadyOnFile, NotTheirs
from portal_core.documents.models import Document, StoredFile
from portal_core.history.models import HistoryEntry
from portal_core.service_requests.actions import vault
from tenants.outbox.models import Event
from tests.contracts.rows import Rows
from tests.documents.samples import picture, sent
from tests.documents.test_vault import add, page


def key_in(text: str) -> str:
    return text.split('name="key" value="')[1].split('"', maxsplit=1)[0]


def test_a_form_of_the_vault_that_is_sent_twice_makes_one_document(papers):
    carol, where = papers.client("carol"), "/documents/add/?kind=photo"
    key = key_in(page(papers, "carol", where))
    for _time in range(2):
        photo = sent("photo.jpg", picture(size=(30, 20)))
        assert carol.post(where, {"files_new": photo, "key": key}).status_code == 302
    assert Document.objects.count() == 1 and HistoryEntry.objects.filter(data__what="added").count() == 1
    # Another form is another document; the errors of one keep its key.
    other = key_in(page(papers, "carol", where))
    assert other != key
    answer = carol.post(where, {"key": other})
    assert answer.status_code == 400 and key_in(answer.content.decode()) == other
    assert carol.post(where, {"files_new": sent("photo.jpg"), "key": other}).status_code == 302
    assert Document.objects.count() == 2


def test_what_staff_add_twice_is_there_once(papers):
    where = f"/desk/customers/{papers.people['carol'].pk}/documents/"
    key = key_in(page(papers, "bob", where))
    for _time in range(2):
        data = {"add-kind": "certificate", "add-files_new": sent("paper.pdf"), "add-share": "on", "key": key}
        assert papers.client("bob").post(f"{where}add/", data).status_code == 302
    assert Document.objects.count() == 1


def test_what_staff_ask_for_twice_is_asked_and_told_once(papers):
    where = f"/desk/customers/{papers.people['carol'].pk}/documents/"
    text = page(papers, "bob", where)
    key = text.split('name="ask-key" value="')[1].split('"', maxsplit=1)[0]
    assert key != key_in(text)
    data = {"ask-kind": "insurance", "ask-note": "Before we come.", "ask-key": key}
    for _time in range(2):
        assert papers.client("bob").post(f"{where}ask/", data).status_code == 302
    assert Document.objects.count() == 1 and Event.objects.filter(kind="document.asked").count() == 1
    # Another form asks for another one.
    assert papers.client("bob").post(f"{where}ask/", {**data, "ask-key": str(uuid.uuid4())}).status_code == 302
    assert Document.objects.count() == 2


def test_a_key_of_somebody_else_gives_nothing_of_theirs(papers):
    key = uuid.uuid4()
    paper = vault.Paper("photo", [uuid.UUID(papers.upload("carol"))], key=key)
    vault.add_document(actor=papers.actor("carol"), customer_id=papers.people["carol"].pk, paper=paper)
    theirs = vault.Paper("photo", [uuid.UUID(papers.upload("dave"))], key=key)
    before = Rows().now()
    with pytest.raises(NotTheirs):
        vault.add_document(actor=papers.actor("dave"), customer_id=papers.people["dave"].pk, paper=theirs)
    assert Rows().now() == before


def test_a_file_that_lies_in_a_document_stays_there(papers):
    document = add(papers)
    file = StoredFile.objects.get()
    before = Rows().now()
    answer = papers.client("carol").post("/documents/add/?kind=insurance", {"files": str(file.pk)})
    assert answer.status_code == 400
    assert "“paper.pdf” is part of another document already." in answer.content.decode()
    paper = vault.Paper("insurance", [file.pk])
    with pytest.raises(AlreadyOnFile):
        vault.add_document(actor=papers.actor("carol"), customer_id=papers.people["carol"].pk, paper=paper)
    assert Rows().now() == before
    file.refresh_from_db()
    assert file.document_id == document.pk
