"""More than fits on a page: a request with many documents leads to all of them, and says of each how it stands."""

from __future__ import annotations

import re
from typing import Any

import pytest

from portal_core.documents.models import Document, DocumentState
from portal_core.service_requests import page_documents
from portal_core.service_requests.models import ServiceRequest
from tests.documents.samples import pdf, sent


@pytest.fixture
def row(papers: Any) -> ServiceRequest:
    """A request with one answer that is a document and 120 others beside it, the oldest of which is asked for again."""
    row: ServiceRequest = papers.file(**{"f-policy_new": sent("first.pdf", pdf())})
    made = [
        Document(
            customer=papers.people["carol"], kind_key="insurance", title=f"Paper {place:03}", request=row,
            state=DocumentState.ON_FILE,
            files=[{"id": f"0{place:07}-0000-7000-8000-000000000000", "name": f"n{place:03}.pdf", "size": 9}],
        )
        for place in range(120)
    ]  # fmt: skip
    made[0].state, made[0].note = DocumentState.SENT_BACK, "Too dark"
    Document.objects.bulk_create(made)
    return row


def pages(client: Any, path: str, part: str) -> list[str]:
    """The page and those to which it leads."""
    found = [client.get(path).content.decode()]
    while older := re.search(r'href="\?documents=([\w-]+)', found[-1]):
        found.append(client.get(f"{path}?documents={older[1]}").content.decode())
        assert len(found) < 9
    return [page[page.index(f'id="{part}"') :] for page in found]


@pytest.mark.parametrize(
    ("who", "path", "part"), [("carol", "/requests/{}/", "documents"), ("bob", "/desk/requests/{}/", "papers")]
)
def test_every_document_of_a_request_is_reached(papers, row, who, path, part):
    shown = pages(papers.client(who), path.format(row.number), part)
    assert len(shown) == 3
    named = [set(re.findall(r"n(\d{3})\.pdf", page)) for page in shown]
    everything = {f"{place:03}" for place in range(120)}
    assert set().union(*named) == everything
    # What is asked for stands on each of them; nothing else stands twice.
    assert set.intersection(*named) == {"000"}
    assert sum(len(names - {"000"}) for names in named) == 119
    assert all("Too dark" in page for page in shown)


def test_an_answer_says_how_its_document_stands_however_many_came_after(papers, row):
    carol, path = papers.client("carol"), f"/requests/{row.number}/"
    first = Document.objects.order_by("pk").get(title="")
    first.state, first.note = DocumentState.SENT_BACK, "Not signed"
    first.save(update_fields=["state", "note"])
    page = carol.get(path).content.decode()
    assert "Sent back: Not signed" in page
    # Its file is that document's, and does not stand among the others as if it were one of its own.
    first.state = DocumentState.ON_FILE
    first.save(update_fields=["state"])
    last = pages(carol, path, "documents")
    assert [page.count("first.pdf") for page in last] == [0, 0, 1]


def test_the_pages_of_a_request_with_many_documents_keep_their_budget(papers, row, django_assert_max_num_queries):
    for who, path, most in (("carol", "/requests/{}/", 10), ("bob", "/desk/requests/{}/", 14)):
        client, page = papers.client(who), path.format(row.number)
        older = re.search(r"[?]documents=([\w-]+)", client.get(page).content.decode())
        assert older
        for asked in (page, f"{page}?documents={older[1]}"):
            with django_assert_max_num_queries(most):
                client.get(asked)


def test_nobody_reaches_documents_of_somebody_else_by_a_place_in_the_list(papers, row):
    place = Document.objects.latest("pk").pk
    theirs = papers.file("dave", what="Mine")
    page = papers.client("dave").get(f"/requests/{theirs.number}/?documents={place}").content.decode()
    assert "Paper 0" not in page and page_documents.DOCUMENTS_SHOWN == 50
    assert papers.client("dave").get(f"/requests/{row.number}/?documents={place}").status_code == 404
