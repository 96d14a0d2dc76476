"""A customer's documents at the desk: the way back to the customer, and from older ones to the newest."""

from __future__ import annotations

import html
import re

import pytest

from portal_core.desk import documents
from tests.documents.papers import Papers, only_document
from tests.documents.samples import sent
from tests.documents.test_vault import add


def test_documents_lead_back_to_the_customer_and_older_ones_to_the_newest(
    papers: Papers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(documents, "_MOST", 1)
    rows = [add(papers), add(papers)]
    customer = papers.people["carol"].pk
    here, back = f"/desk/customers/{customer}/documents/", f'href="/desk/customers/{customer}/"'
    bob = papers.client("bob")
    newest = bob.get(here).content.decode()
    assert back in newest and "The newest documents" not in newest
    assert f'href="{here}?before={rows[1].pk}">Older documents' in newest
    older = bob.get(f"{here}?before={rows[1].pk}").content.decode()
    assert back in older and "Older documents of" in older
    assert f'href="{here}">The newest documents' in older
    assert bob.get(f"/desk/customers/{customer}/").status_code == 200


def test_who_pages_still_adds_to_the_request_from_which_they_came(papers: Papers, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(documents, "_MOST", 1)
    add(papers), add(papers)
    row = papers.file()
    here = f"/desk/customers/{papers.people['carol'].pk}/documents/"
    back = f"/desk/requests/{row.number}/?back=%2Fdesk%2F%3Fview%3Dmine"
    bob = papers.client("bob")
    page = bob.get(here, {"request": str(row.pk), "back": back}).content.decode()
    for words in ("Older documents", "The newest documents"):
        page = bob.get(html.unescape(re.search(rf'href="([^"]*)">{words}', page)[1])).content.decode()
        assert f'name="request" value="{row.pk}"' in page and f'name="back" value="{back}"' in page


def test_who_judges_a_document_lands_where_it_stood_and_in_a_list_at_what_comes_next(papers: Papers):
    row = papers.file(**{"f-policy_new": sent("paper.pdf")})
    judged, bob = only_document(), papers.client("bob")
    here = f"/desk/requests/{row.number}/"
    answer = bob.post(f"/desk/documents/{judged.pk}/", {"do": "send_back", "reason": "Cut off.", "back": here})
    assert answer["Location"] == f"{here}#d-{judged.pk}"
    assert f'id="d-{judged.pk}"' in bob.get(here).content.decode()
    first, second = add(papers), add(papers, who="dave")
    waiting = bob.get("/desk/documents/").content.decode()
    leads = re.findall(r'/desk/documents/([-0-9a-f]{36})/">.*?name="back" value="([^"]*)"', waiting)
    assert dict(leads) == {str(first.pk): f"/desk/documents/#d-{second.pk}", str(second.pk): "/desk/documents/#main"}
