"""A customer's documents at the desk: the way back to the customer, and from older ones to the newest."""

from __future__ import annotations

import html
import re

import pytest

from portal_core.desk import documents
from tests.documents.papers import Papers
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
