"""Two requests that are taken apart again: what the customer gave in the other one is not asked for once more."""

from __future__ import annotations

import copy
from typing import Any

from portal_core.documents.models import Document
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests import stays
from portal_core.service_requests.actions import merge, unmerge
from portal_core.service_requests.actions.vault import send_back_document
from portal_core.service_requests.attaching import may_fetch
from portal_core.service_requests.file_models import RequestFile
from portal_core.service_requests.models import ServiceRequest
from tests.service_requests.asking_portal import DAY, HOUSE, KEY
from tests.service_requests.papers_portal import House, a_pdf, papers_document


def together(house: House) -> tuple[ServiceRequest, ServiceRequest]:
    """Two that both ask for the insurance; the first goes on in the second."""
    first, second = house.at("visit"), house.at("visit")
    merge(actor=house.actor("bob"), request_id=first.pk, into_number=second.number)
    return first, second


def apart(house: House, row: ServiceRequest) -> ServiceRequest:
    unmerge(actor=house.actor("bob"), request_id=row.pk)
    return house.fresh(row)


def test_a_document_that_was_given_there_counts_here_and_the_request_moves_on(house):
    first, second = together(house)
    house.send(second, "paper", a_pdf())
    row = apart(house, first)
    paper = Document.objects.get()
    assert (row.status_key, row.merged_into_number, row.closed_at) == ("work", None, None)
    lines = list(HistoryEntry.objects.filter(request=row).order_by("at", "id").values_list("kind", flat=True))
    assert lines.count(Kind.ANSWERED) == 1
    line = HistoryEntry.objects.get(request=row, kind=Kind.ANSWERED)
    assert line.data["documents"] == [str(paper.pk)] and line.data["files"][0]["name"] == "policy.pdf"
    # It is one document, used in both, and its file is seen from either.
    use = RequestFile.objects.get(request=row)
    assert use.file.document_id == paper.pk and use.entry_id == line.pk
    assert may_fetch(house.actor("bob"), use.file) and may_fetch(house.actor("carol"), use.file)
    assert not may_fetch(house.actor("dave"), use.file)
    page = house.page(row)
    assert "policy.pdf" in page and "u-files_new" not in page
    assert "policy.pdf" in house.page(row, "bob")


def test_one_of_two_that_are_asked_for_leaves_the_other_asked_for(house):
    first, second = together(house)
    assert house.send(second, "photo", a_pdf("fuse-box.pdf")).status_code == 302
    row = apart(house, first)
    assert row.status_key == "visit"
    (paper, photo) = house.seen(row).asks.all
    assert (paper.is_done, photo.is_done) == (False, True)
    assert house.send(row, "paper", a_pdf()).status_code == 302
    assert house.fresh(row).status_key == "work"


def test_what_was_given_there_and_sent_back_is_asked_for_here(house):
    first, second = together(house)
    house.send(second, "paper", a_pdf())
    send_back_document(actor=house.actor("alice"), document_id=Document.objects.get().pk, reason="Too dark")
    row = apart(house, first)
    assert (row.status_key, stays.done_asks(row)) == ("visit", {})
    assert not HistoryEntry.objects.filter(request=row, kind=Kind.ANSWERED).exists()


def test_what_was_given_here_before_and_sent_back_meanwhile_is_asked_for_again_with_the_reason(house):
    first, second = house.at("visit"), house.at("visit")
    house.send(first, "photo", a_pdf("fuse-box.pdf"))
    merge(actor=house.actor("bob"), request_id=first.pk, into_number=second.number)
    send_back_document(actor=house.actor("alice"), document_id=Document.objects.get().pk, reason="Too dark")
    row = apart(house, first)
    photo = house.seen(row).asks.get("photo")
    assert photo is not None and (photo.is_done, photo.sent_back) == (False, "Too dark")


def test_what_was_given_there_before_the_two_were_merged_is_the_others_alone(house):
    first, second = house.at("visit"), house.at("visit")
    house.send(second, "photo", a_pdf("fuse-box.pdf"))
    merge(actor=house.actor("bob"), request_id=first.pk, into_number=second.number)
    row = apart(house, first)
    assert stays.done_asks(row) == {}


def test_what_was_filled_in_or_read_there(house):
    """A day that was chosen for the other one is not this one's; a text that was read is read."""
    wanted: dict[str, Any] = papers_document()
    visit = next(status for status in wanted["flows"][0]["statuses"] if status["key"] == "visit")
    visit["asks"] = [copy.deepcopy(ask) for ask in (DAY, KEY, HOUSE)]
    del visit["asks"][2]["when"]
    house.publish(wanted)
    first, second = together(house)
    house.answer(second, "house")
    house.answer(second, "day", answers={"slot": "tue"})
    row = apart(house, first)
    assert set(stays.done_asks(row)) == {"house"}
    assert row.data.get("slot") is None and row.status_key == "visit"
    house.answer(row, "day", answers={"slot": "wed"})
    assert house.fresh(row).status_key == "work"


def test_taking_apart_twice_writes_it_once(house):
    first, second = together(house)
    house.send(second, "paper", a_pdf())
    for _ in range(2):
        apart(house, first)
    assert HistoryEntry.objects.filter(request=first, kind=Kind.ANSWERED).count() == 1
    assert HistoryEntry.objects.filter(request=first, kind=Kind.UNMERGED).count() == 1
