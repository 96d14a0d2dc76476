"""Strings that break things, in every field of the forms for documents and in the names of files."""

from __future__ import annotations

import unicodedata
import uuid
from itertools import cycle

import pytest

from portal_core.documents.models import StoredFile
from portal_core.documents.names import LENGTH, shown_name
from portal_core.documents.serving import disposition
from portal_core.service_requests.actions import vault
from tests.contracts import hostile
from tests.documents.samples import pdf, sent

SHORT = {name: text for name, text in hostile.STRINGS.items() if len(text) < 6_000}
FORM = "application/x-www-form-urlencoded"


def send(papers, who, path, fields):
    return papers.client(who).post(path, hostile.form(fields), content_type=FORM)


def assert_answered(answer, what):
    assert answer.status_code < 500, what
    page = answer.content.decode()
    assert [sign for sign in (*hostile.MARKUP, *hostile.RUN) if sign in page] == [], what


def test_what_staff_write_about_a_document(papers):
    papers.client("carol").post("/documents/add/?kind=insurance", {"files_new": sent()})
    document = vault.Document.objects.get()
    for (name, text), field in zip(SHORT.items(), cycle(["reason", "valid_until", "back", "do"]), strict=False):
        do = {"reason": "send_back", "valid_until": "date"}.get(field, "approve")
        vault.Document.objects.filter(pk=document.pk).update(state="on_file")
        answer = send(papers, "bob", f"/desk/documents/{document.pk}/", {"do": do, field: text})
        assert_answered(answer, name)
        if answer.status_code == 302:
            assert answer["Location"].startswith("/desk/"), name
    assert_answered(papers.client("bob").get(f"/desk/customers/{papers.people['carol'].pk}/documents/"), "page")
    assert_answered(papers.client("carol").get("/documents/"), "page")


FIELDS = ("ask-note", "ask-kind", "ask-due_on", "add-title", "add-kind", "add-files", "add-request")


def test_what_staff_ask_for_and_add(papers):
    good = {"ask-kind": "insurance", "ask-note": "Why", "add-kind": "certificate", "add-files": str(uuid.uuid4())}
    for (name, text), field in zip(SHORT.items(), cycle(FIELDS), strict=False):
        where = f"/desk/customers/{papers.people['carol'].pk}/documents/{field.split('-')[0]}/"
        sent_field = field.removeprefix("add-") if field == "add-request" else field
        assert_answered(send(papers, "bob", where, {**good, sent_field: text}), name)


def test_what_customers_send_beside_their_files(papers):
    for name, text in SHORT.items():
        fields = {"files": text, "title": text, "f-plan": text, "f-what": text, "key": text}
        assert_answered(send(papers, "carol", "/documents/add/?kind=insurance", fields), name)
        assert_answered(send(papers, "carol", "/new/repair/", {**fields, "do": "send"}), name)
        assert_answered(papers.client("carol").get(f"/documents/add/?kind={hostile.part(text)}"), name)
        assert_answered(send(papers, "carol", "/files/drop/", {"id": text}), name)


@pytest.mark.parametrize("name", list(SHORT))
def test_a_name_is_made_fit_for_people_headers_and_folders(name, papers):
    shown = shown_name(SHORT[name], "pdf")
    assert shown.endswith(".pdf") and 5 <= len(shown) <= LENGTH
    assert not set(shown) & set('/\\<>"|?*\r\n\x00')
    assert all(unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in shown)
    header = disposition(StoredFile(name=shown, mime="application/pdf"), show=False)
    assert header.isascii() and "\n" not in header and header.count('"') == 2


def test_hostile_names_are_shown_as_text(papers):
    row = papers.file()
    for text in ("<script>alert(1)</script>.pdf", "{{ 7|add:7 }}.pdf", "=cmd|' /C calc'!A0.pdf"):
        data = {"body": "", "key": str(uuid.uuid4()), "files_new": sent(text, pdf(text.encode()))}
        assert papers.client("carol").post(f"/requests/{row.number}/reply/", data).status_code == 302
    for who, path in (("carol", f"/requests/{row.number}/"), ("bob", f"/desk/requests/{row.number}/")):
        assert_answered(papers.client(who).get(path), path)
