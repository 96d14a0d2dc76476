"""Which requests note that their history tells of documents that are kept hidden, and what finding them costs."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal_core.documents.models import Document
from portal_core.history.models import HistoryEntry
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.withholding_papers import withhold_papers
from tests.service_requests.papers_portal import House, a_pdf


def marks(row: Any) -> set[str]:
    return set(ServiceRequest.objects.get(pk=row.pk).withheld or {})


def test_where_it_came_in_and_where_it_was_used_again_and_nowhere_else(house: House):
    first, again, both, other = (house.at("visit") for _ in range(4))
    house.send(first, "paper", a_pdf())
    paper = Document.objects.get()
    assert house.send(again, "paper", **{"u-files": f"d-{paper.pk}"}).status_code == 302
    house.send(both, "photo", a_pdf("photo.pdf", b"photo"))
    house.send(both, "paper", a_pdf("another.pdf", b"another"))
    offered = house.at("visit")
    house.offer(offered)
    ServiceRequest.objects.filter(pk=both.pk).update(withheld={"cause": {"at": "2026-01-01T00:00:00+00:00"}})
    with CaptureQueriesContext(
        connection,
    ) as made:
        withhold_papers(["insurance", "photo"])
    assert (marks(first), marks(again), marks(other), marks(offered)) == (
        {"document:insurance"}, {"document:insurance"}, set(), set(),
    )  # fmt: skip
    assert marks(both) == {"cause", "document:insurance", "document:photo"}
    # However many kinds: one statement for the papers, one for the requests; neither reads the history of everything.
    assert len(made) == 2, [query["sql"] for query in made]
    assert not [query for query in made if "historyentry" in query["sql"]]
    # Every line that tells of such a document is of a request that has its mark.
    telling = HistoryEntry.objects.filter(data__kind__in=["insurance", "photo"], request__isnull=False)
    assert set(telling.values_list("request_id", flat=True)) == {first.pk, again.pk, both.pk}
    assert set(Document.objects.filter(is_shared=True).values_list("kind_key", flat=True)) == {"offer"}
