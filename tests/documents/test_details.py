"""A file that was sent back or replaced does not look as if it stood, wherever its request shows it."""

from __future__ import annotations

import uuid

import pytest

from portal_core.config.live import live_portal
from portal_core.documents.models import Document
from portal_core.service_requests.actions import vault
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.search_index import index_whole
from tests.desk.test_search import found
from tests.documents import papers as portal
from tests.documents.samples import pdf, sent
from tests.documents.test_mended_vault import send
from tests.documents.test_vault import add, page


@pytest.fixture
def filed(papers):
    """A request with a paper in an answer."""
    row = papers.file(**{"f-policy_new": sent("paper.pdf")})
    return row, Document.objects.get()


def details(papers, row, who: str) -> str:
    where = f"/desk/requests/{row.number}/" if who in ("bob", "erin") else f"/requests/{row.number}/"
    text = page(papers, who, where)
    return text[text.index('id="details"') :]


@pytest.mark.parametrize("who", ["carol", "bob"])
def test_an_answer_whose_file_was_sent_back_says_so_and_why(who, papers, filed):
    row, document = filed
    assert "Sent back" not in details(papers, row, who)
    vault.send_back_document(actor=papers.actor("bob"), document_id=document.pk, reason="Page <two> is missing.")
    text = details(papers, row, who)
    assert '<span class="t-s t-bad">Sent back: Page &lt;two&gt; is missing.</span>' in text
    newer = send(papers, where=f"for={document.pk}")
    text = details(papers, row, who)
    assert "Replaced by p.pdf" in text and "Page &lt;two&gt;" not in text[: text.index("</dl>")]
    # Both say so: the answer, and the file among the papers; the one that is on file now stands there as well.
    assert text.count("Replaced by p.pdf") == 2 and newer.files[0]["id"] in text


def test_the_request_itself_says_that_another_copy_is_wanted(papers, filed):
    row, document = filed
    path = f"/requests/{row.number}/"
    assert "Nothing for you to do right now." in page(papers, "carol", path)
    vault.send_back_document(actor=papers.actor("bob"), document_id=document.pk, reason="Page two is missing.")
    text = page(papers, "carol", path)
    assert "We need another copy: Insurance certificate" in text and "Nothing for you to do right now." not in text
    assert f'href="/documents/add/?for={document.pk}"' in text
    seen = page(papers, "bob", f"/desk/requests/{row.number}/?as=customer")
    assert "We need another copy: Insurance certificate" in seen and f"/documents/add/?for={document.pk}" not in seen
    # The line that gives the reason does not repeat it beside its files.
    assert text.count("Page two is missing.") == 4
    send(papers, where=f"for={document.pk}")
    assert "Nothing for you to do right now." in page(papers, "carol", path)


def test_a_paper_that_was_used_again_and_is_sent_back_says_so_in_the_answer(papers):
    document = add(papers)
    row = papers.file(**{"f-policy": f"d-{document.pk}"})
    vault.send_back_document(actor=papers.actor("bob"), document_id=document.pk, reason="Too old.")
    for who in ("carol", "bob"):
        assert "Sent back: Too old." in details(papers, row, who)
    vault.withdraw_document(actor=papers.actor("bob"), document_id=document.pk)
    assert "Sent back, and no longer asked for" in details(papers, row, "carol")


def test_a_colleague_reads_no_name_of_a_file_beyond_their_reach(papers, filed):
    row, document = filed
    vault.send_back_document(actor=papers.actor("bob"), document_id=document.pk, reason="Too old.")
    other = papers.file(**{"f-policy_new": sent("secret name.pdf", pdf(b"2"))})
    assert Document.objects.get(pk=document.pk).state == "replaced"
    assert Document.objects.get(pk=document.pk).replaced_by.request_id == other.pk
    assert "Replaced by secret name.pdf" in details(papers, row, "bob")
    other.team_key = "shop"
    other.save(update_fields=["team_key"])
    papers.publish(roles=[{"key": "engineer", "name": "Engineer", "based_on": "agent", "scope": "team"}])
    text = details(papers, row, "erin")
    assert "secret name" not in text and "A newer one is on file" in text


def test_who_does_not_see_the_kind_reads_nothing_of_it(papers, filed):
    row, document = filed
    vault.send_back_document(actor=papers.actor("bob"), document_id=document.pk, reason="Too old.")
    types = portal.document()["types"]
    for kind in types:
        for field in kind["fields"]:
            if field["key"] == "policy":
                field["show"] = {"engineer": "hidden"}
    shown = [{**kind, "show": {**kind.get("show", {}), "engineer": "hidden"}} for kind in papers.kinds()]
    papers.publish(document_kinds=shown, types=types)
    assert "Too old." not in details(papers, row, "erin") and "paper.pdf" not in details(papers, row, "erin")


def test_a_request_is_found_by_the_names_of_files_that_every_colleague_sees(papers):
    row = papers.file(**{"f-plan_new": sent("gable.pdf", pdf(b"1")), "f-shop_new": sent("shelf.pdf", pdf(b"2"))})
    write = {"kind": "note", "body": "See", "key": str(uuid.uuid4()), "files_new": sent("cellar.pdf", pdf(b"3"))}
    assert papers.client("bob").post(f"/desk/requests/{row.number}/write/", write).status_code == 302
    # Engineers do not see the field of the shop: by it nobody finds anything.
    wanted = {"gable": True, "gable.pdf": True, "cellar": True, "shelf": False}
    seen = {words: found(papers.people["bob"], words) == [row.number] for words in wanted}
    assert seen == wanted
    index_whole(list(ServiceRequest.objects.select_related("customer")), live_portal())
    assert {words: found(papers.people["bob"], words) == [row.number] for words in wanted} == wanted
