"""How long documents are kept, what happens to kinds that a new version leaves out, and what home says."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.utils import timezone

from portal_core.config.live import live_portal
from portal_core.documents import keeping, sweep
from portal_core.documents.models import Document, StoredFile
from portal_core.service_requests.actions import vault
from tests.documents import papers as portal
from tests.documents.papers import only_document
from tests.documents.samples import sent


def kept_for(papers, years):
    papers.publish(document_kinds=[{**kind, "keep_years": years} for kind in papers.kinds()])


def test_files_are_deleted_so_many_years_after_they_were_valid_and_the_history_stays(papers, file_store):
    kept_for(papers, 3)
    row = papers.file(**{"f-policy_new": sent("paper.pdf")})
    file = only_document().files[0]["id"]
    with time_machine.travel(timezone.now() + timedelta(days=3 * 366), tick=True):
        keeping.let_go()  # valid for a year, then three more
        assert only_document().state == "on_file"
    with time_machine.travel(timezone.now() + timedelta(days=4 * 366 + 2), tick=True):
        keeping.let_go()
        sweep.sweep()
        assert only_document().state == "gone" and StoredFile.objects.get().state == "gone"
        assert [path for path in file_store.rglob("*") if path.is_file()] == []
        carol = papers.client_for(papers.people["carol"])
        assert carol.get(f"/files/{file}/").status_code == 410
        assert "paper.pdf" not in carol.get("/documents/").content.decode()
        assert carol.get(f"/requests/{row.number}/").status_code == 200


def test_what_no_kind_bounds_is_kept(papers, file_store):
    papers.file(**{"f-policy_new": sent("paper.pdf")})
    with time_machine.travel(timezone.now() + timedelta(days=50 * 366), tick=True):
        keeping.let_go()
    assert only_document().state == "on_file"


def test_a_kind_that_a_new_version_leaves_out_is_retired_while_there_are_documents(papers):
    papers.client("carol").post("/documents/add/?kind=photo", {"files_new": sent("photo.jpg")})
    papers.publish(document_kinds=[kind for kind in papers.kinds() if kind["key"] != "photo"])
    assert live_portal().document_kinds["photo"].retired
    page = papers.client("carol").get("/documents/").content.decode()
    assert "Photo" in page and "photo.jpg" in page
    assert papers.client("carol").get("/documents/add/?kind=photo").status_code == 404


def test_home_says_what_is_asked_for_with_and_without_requests(papers):
    carol = papers.people["carol"].pk
    for who, home in (("bob", "One thing needs you."), ("alice", "Two things need you.")):
        note = f"{who} comes"
        vault.ask_for_document(actor=papers.actor(who), customer_id=carol, kind_key="insurance", note=note)
        text = papers.client("carol").get("/").content.decode()
        assert home in text and note in text and "Insurance certificate" in text
    papers.file()
    text = papers.client("carol").get("/").content.decode()
    assert "bob comes" in text and "alice comes" in text and "Two things need you." in text
    assert "Insurance certificate" not in papers.client("dave").get("/").content.decode()


def test_the_pages_stay_within_their_budgets_with_documents_on_them(papers, server_statements):
    for _ in range(3):
        row = papers.file(**{"f-policy_new": sent("paper.pdf"), "f-plan_new": sent("plan.pdf", b"%PDF-1.4 2\n%%EOF")})
    budgets = {
        ("carol", "/"): 9,
        ("carol", f"/requests/{row.number}/"): 10,
        ("bob", f"/desk/requests/{row.number}/"): 14,
    }
    for (who, path), budget in budgets.items():
        for _ in range(2):
            papers.client(who).get(path)
        with server_statements() as statements:
            assert papers.client(who).get(path).status_code == 200
        assert len(statements.without_transactions) <= budget, (path, statements.without_transactions)
    assert portal and Document.objects.exists()
