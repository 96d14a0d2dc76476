"""Choosing files: kept before the form is sent, whatever else is wrong with it; limits; who may attach what."""

from __future__ import annotations

import re
import uuid

import pytest

from portal_core.documents.models import Document, StoredFile
from portal_core.documents.words import limits_words
from portal_core.service_requests.models import RequestDraft, ServiceRequest
from tests.contracts.rows import Rows
from tests.documents.hostile_files import REFUSED
from tests.documents.papers import files_in, only_document
from tests.documents.samples import GOOD, pdf, picture, sent


def test_a_file_that_comes_with_the_form_becomes_an_answer_and_a_document(papers):
    row = papers.file(**{"f-policy_new": sent("paper.pdf")})
    value = files_in(row, "policy")
    stored = StoredFile.objects.get()
    assert value == [{"id": str(stored.pk), "name": "paper.pdf", "size": len(pdf()), "type": "application/pdf"}]
    assert stored.attached_at is not None and stored.customer_id == papers.people["carol"].pk
    document = only_document()
    assert (document.kind_key, document.files, document.request_id) == ("insurance", value, row.pk)
    assert document.valid_until is not None and not document.from_staff and document.is_shared


@pytest.mark.parametrize("name", list(GOOD))
def test_every_kind_that_is_taken_is_taken(name, papers):
    answer = papers.client("carol").post("/files/", {"file": sent(name), "kind": "", "name": "f-plan"})
    assert answer.status_code == 201, answer.content.decode()


def test_a_file_survives_a_wrong_answer_elsewhere_and_a_draft(papers):
    carol = papers.client("carol")
    key = str(uuid.uuid4())
    answer = carol.post("/new/repair/", {"f-what": "", "key": key, "do": "send", "f-policy_new": sent("paper.pdf")})
    page = answer.content.decode()
    assert answer.status_code == 400
    kept = re.search(r'name="f-policy" value="([0-9a-f-]{36})" checked', page)
    assert kept and "paper.pdf" in page
    assert RequestDraft.objects.get().typed["f-policy"] == [kept[1]]
    # Opened anew, on another device: it is still there.
    assert f'value="{kept[1]}" checked' in carol.get("/new/repair/").content.decode()
    row = papers.file(key=key, **{"f-policy": kept[1]})
    assert [item["name"] for item in files_in(row, "policy")] == ["paper.pdf"]
    assert StoredFile.objects.count() == 1


def test_a_refused_file_says_why_and_does_not_take_the_others_with_it(papers):
    files = [sent("paper.pdf"), sent("evil.exe", b"MZ" + b"x" * 100)]
    data = {"f-what": "A boiler", "key": str(uuid.uuid4()), "do": "send", "f-plan_new": files}
    page = papers.client("carol").post("/new/repair/", data)
    assert page.status_code == 400
    assert "“evil.exe” is a program. Send a PDF or a photo instead." in page.content.decode()
    assert "paper.pdf" in page.content.decode()
    assert StoredFile.objects.count() == 1
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize("name", ["no such code.xlsx", "spoilt part.docx", "other packing.docx"])
def test_a_spoilt_archive_is_refused_with_a_sentence(name, papers):
    answer = papers.client("carol").post("/files/", {"file": sent(name, REFUSED[name]()), "kind": "", "name": "f-plan"})
    assert answer.status_code == 422 and "damaged" in answer.content.decode()
    assert not StoredFile.objects.exists()


def test_limits_are_said_before_and_held_afterwards(papers):
    page = papers.client("carol").get("/new/repair/").content.decode()
    assert "PDF, up to 2 files of at most 5 MB each." in page
    data = {"f-what": "x", "key": str(uuid.uuid4()), "do": "send", "f-policy_new": [sent(), sent(), sent()]}
    answer = papers.client("carol").post("/new/repair/", data)
    assert answer.status_code == 400 and "is one too many" in answer.content.decode()
    large = sent("large.pdf", pdf(b"x" * (6 * 1024 * 1024)))
    answer = papers.client("carol").post("/files/", {"file": large, "kind": "insurance", "name": "f-policy"})
    assert answer.status_code == 422 and "too large" in answer.content.decode()
    assert "At most 5 MB" in answer.content.decode()


def test_a_file_sent_under_another_kind_is_checked_against_its_field(papers):
    photo = papers.upload(file=sent("photo.jpg"))
    data = {"f-what": "x", "key": str(uuid.uuid4()), "do": "send", "f-policy": photo}
    answer = papers.client("carol").post("/new/repair/", data)
    assert answer.status_code == 400 and "not taken here" in answer.content.decode()


def test_pressing_send_twice_is_one_request(papers):
    key, file = str(uuid.uuid4()), papers.upload()
    first = papers.file(key=key, **{"f-policy": file})
    assert papers.file(key=key, **{"f-policy": file}) == first
    assert ServiceRequest.objects.count() == 1 and Document.objects.count() == 1


@pytest.mark.parametrize("thief", ["dave", "bob", "alice"])
def test_nobody_attaches_a_file_that_somebody_else_has_chosen(thief, papers):
    file = papers.upload("carol")
    rows = Rows()
    client = papers.client(thief)
    where = "/new/repair/" if thief == "dave" else "/desk/new/repair/"
    before = rows.now()
    data = {"f-what": "x", "key": str(uuid.uuid4()), "do": "send", "f-policy": file, "email": "new@example.com"}
    answer = client.post(where, data)
    assert answer.status_code == 400
    assert "paper.pdf" not in answer.content.decode()
    changed = {table for table, sign in rows.now().items() if sign != before[table]}
    assert changed <= {"portal_core_requestdraft"}


def test_a_file_can_be_taken_back_by_its_sender_alone(papers, file_store):
    file = papers.upload("carol")
    papers.client("dave").post("/files/drop/", {"id": file})
    assert StoredFile.objects.count() == 1
    papers.client("carol").post("/files/drop/", {"id": file})
    assert not StoredFile.objects.exists()
    attached = papers.upload("carol")
    papers.file(**{"f-policy": attached})
    papers.client("carol").post("/files/drop/", {"id": attached})
    assert StoredFile.objects.count() == 1


def test_an_answer_can_be_replaced_and_the_history_says_so(papers):
    row = papers.file(**{"f-policy_new": sent("paper.pdf")})
    page = papers.client("carol").get(f"/requests/{row.number}/?edit=policy").content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    data = {"edit": "policy", "seen": seen, "f-policy_new": sent("newer.pdf", pdf(b"2"))}
    answer = papers.client("carol").post(f"/requests/{row.number}/change/", data)
    assert answer.status_code == 302
    assert [item["name"] for item in files_in(row, "policy")] == ["newer.pdf"]
    assert {doc.state for doc in Document.objects.all()} == {"on_file", "replaced"}
    history = papers.client("carol").get(f"/requests/{row.number}/").content.decode()
    assert "<del>paper.pdf</del>" in history and "<ins>newer.pdf</ins>" in history


def test_a_picture_keeps_its_pixels_and_nothing_of_where_it_was_made(papers, file_store):
    from PIL import Image

    from tests.documents.samples import photo_with_place

    papers.upload(file=sent("IMG.jpg", photo_with_place()))
    (path,) = [path for path in file_store.rglob("*") if path.is_file()]
    content = path.read_bytes()
    assert b"Canary" not in content and b"Exif" not in content
    with Image.open(path) as image:
        assert image.size == (30, 60)  # upright
        assert not image.getexif()


def test_a_phones_photo_becomes_one_that_everybody_can_open(papers):
    papers.upload(file=sent("IMG_0001.HEIC"))
    stored = StoredFile.objects.get()
    assert (stored.name, stored.mime) == ("IMG_0001.jpg", "image/jpeg")


def test_a_message_with_files_alone_is_a_message(papers):
    row = papers.file()
    data = {"body": "", "key": str(uuid.uuid4()), "files_new": [sent("paper.pdf"), sent("photo.jpg")]}
    assert papers.client("carol").post(f"/requests/{row.number}/reply/", data).status_code == 302
    page = papers.client("bob").get(f"/desk/requests/{row.number}/").content.decode()
    assert "paper.pdf" in page and "photo.jpg" in page


def test_where_customers_may_not_send_files_none_is_taken(papers):
    from portal_core.service_requests.actions import Move, move

    row = papers.file()
    move(actor=papers.actor("bob"), request_id=row.pk, move=Move(to="known", seen_status="new"))
    assert 'type="file"' not in papers.client("carol").get(f"/requests/{row.number}/").content.decode()
    data = {"body": "Look", "key": str(uuid.uuid4()), "files_new": [sent("paper.pdf")]}
    papers.client("carol").post(f"/requests/{row.number}/reply/", data)
    assert not StoredFile.objects.exists()


def test_too_much_at_once_and_too_often_are_refused(papers, monkeypatch):
    from portal_core.documents import uploads

    monkeypatch.setattr(uploads, "WAITING_BYTES", 3 * len(picture()))
    monkeypatch.setattr(uploads, "FILES_AN_HOUR", 6)
    carol = papers.client("carol")
    answers = [
        carol.post("/files/", {"file": sent("photo.jpg"), "kind": "", "name": "f-plan"}).status_code for _ in range(8)
    ]
    assert answers[0] == 201 and answers[-1] == 429
    assert StoredFile.objects.count() < 6
    assert papers.client("dave").post("/files/", {"file": sent(), "kind": "", "name": "f-plan"}).status_code == 201


@pytest.mark.parametrize(
    "where", ["/", "/new/", "/new/repair/draft/", "/requests/", "/account/", "/signin/", "/desk/", "/files/drop/"]
)
def test_only_the_addresses_that_say_so_take_files(where, papers):
    client = papers.client_for(papers.people["carol"], raise_request_exception=False)
    assert client.post(where, {"photo": sent("photo.jpg")}).status_code in (200, 405, 413)
    assert not StoredFile.objects.exists()


def test_what_is_taken_is_one_list():
    words = limits_words(("pdf", "image", "spreadsheet"), 30, 20)
    assert words == "PDF, photo, Excel or CSV, up to 30 files of at most 20 MB each."
