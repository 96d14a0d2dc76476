"""The virus scanner: a real small server that speaks INSTREAM; files wait, are let through, or are never served."""

from __future__ import annotations

import socketserver
import struct
import threading
import uuid

import pytest
from django.core import mail as sent_mails
from django.utils import timezone

from portal_core.documents import scanning
from portal_core.documents.clamav import ScannerAway, find
from portal_core.documents.models import Document, StoredFile
from portal_core.history.models import HistoryEntry
from portal_core.notifications.models import Notice
from tenants.outbox.drain import drain
from tenants.outbox.models import Event
from tests.documents.samples import pdf, sent

pytestmark = pytest.mark.django_db
HARM = b"X5O!P%@AP[4-HARMLESS-TEST"


class Clamd(socketserver.StreamRequestHandler):
    """Reads a stream as the daemon does, and answers as it does."""

    answer: bytes | None = None

    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        found = b"stream: Test-Signature FOUND\0" if HARM in content else b"stream: OK\0"
        self.wfile.write(self.server.answer or found)


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, settings, tmp_path):
    """A daemon that listens; `clamd.answer` makes it say something else."""
    if request.param == "tcp":
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
        settings.SCANNER_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
    else:
        import tempfile

        path = tempfile.mkdtemp(dir="/tmp") + "/c.sock"
        server = socketserver.ThreadingUnixStreamServer(path, Clamd)
        settings.SCANNER_URL = f"unix://{path}"
    server.answer = None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def started(monkeypatch, django_capture_on_commit_callbacks):
    """Scans that were started, instead of a broker."""
    asked = []
    monkeypatch.setattr(scanning, "_publish", asked.append)
    return asked


def run(papers, started, capture):
    with capture(execute=True):
        drain(papers.tenant.schema_name)
    for file_id in started:
        scanning.scan(file_id)
    started.clear()


def test_a_file_waits_says_so_and_is_let_through(papers, clamd, started, django_capture_on_commit_callbacks):
    row = papers.file(**{"f-plan_new": sent("paper.pdf")})
    key = StoredFile.objects.get().pk
    answer = papers.client("carol").get(f"/files/{key}/")
    assert answer.status_code == 409 and "is being checked" in answer.content.decode()
    run(papers, started, django_capture_on_commit_callbacks)
    assert StoredFile.objects.get().state == "clean"
    assert papers.status_of("carol", key) == 200
    assert row


def test_a_waiting_document_says_so_wherever_it_is_listed_and_is_not_approved(papers, clamd):
    row = papers.file(**{"f-policy_new": sent("policy.pdf", pdf())})
    document = Document.objects.get()
    vault = f"/desk/customers/{document.customer_id}/documents/"
    for who, path in (
        ("carol", "/documents/"),
        ("carol", f"/requests/{row.number}/"),
        ("bob", "/desk/documents/"),
        ("bob", vault),
        ("bob", f"/desk/requests/{row.number}/"),
    ):
        page = papers.client(who).get(path).content.decode()
        assert "is being checked" in page, path
        assert f'href="/files/{StoredFile.objects.get().pk}/"' not in page, path
        assert 'value="approve"' not in page
    before = HistoryEntry.objects.count()
    answer = papers.client("bob").post(f"/desk/documents/{document.pk}/", {"do": "approve", "back": vault})
    assert answer.status_code == 400 and "nobody can open it yet" in answer.content.decode()
    document.refresh_from_db()
    assert document.approved_at is None and HistoryEntry.objects.count() == before


def test_a_waiting_file_says_so_in_the_timeline(papers, clamd):
    row = papers.file()
    data = {"body": "Here", "key": str(uuid.uuid4()), "files_new": sent("paper.pdf")}
    papers.client("carol").post(f"/requests/{row.number}/reply/", data)
    for who, path in (("carol", f"/requests/{row.number}/"), ("bob", f"/desk/requests/{row.number}/")):
        assert "is being checked" in papers.client(who).get(path).content.decode()


def test_a_harmful_file_is_never_served_and_both_sides_hear_of_it(
    papers, clamd, started, file_store, django_capture_on_commit_callbacks
):
    row = papers.file(**{"f-plan_new": sent("evil.pdf", pdf(HARM))})
    run(papers, started, django_capture_on_commit_callbacks)
    stored = StoredFile.objects.get()
    assert stored.state == "infected"
    assert [path for path in file_store.rglob("*") if path.is_file()] == []
    for who in ("carol", "bob"):
        answer = papers.client(who).get(f"/files/{stored.pk}/")
        assert answer.status_code == 410 and HARM not in answer.content
    drain(papers.tenant.schema_name)
    mail = next(
        mail for mail in sent_mails.outbox if "carol@example.com" in str(mail.to) and "not kept" in mail.subject
    )
    assert "contains harmful software" in mail.body
    assert HistoryEntry.objects.get(data__what="infected").audience == "customer"
    for who, path in (("carol", f"/requests/{row.number}/"), ("bob", f"/desk/requests/{row.number}/")):
        assert "“<bdi>evil.pdf</bdi>” contained harmful" in papers.client(who).get(path).content.decode()
    assert (
        "Check your device and send another copy."
        in papers.client("carol").get(f"/requests/{row.number}/").content.decode()
    )
    assert f"/requests/{row.number}/" in mail.body
    assert "“<bdi>evil.pdf</bdi>” contained harmful" in papers.client("carol").get("/updates/").content.decode()
    # Whoever has the request (its team) hears of it, in the list and by mail; the sender's words are not theirs.
    told = {str(mail.to): mail for mail in sent_mails.outbox if "Harmful file" in mail.subject}
    assert any("erin@example.com" in to for to in told) and not any("carol" in to for to in told)
    assert "removed before anybody could open it" in next(iter(told.values())).body
    assert (
        "“<bdi>evil.pdf</bdi>” contained harmful software"
        in papers.client("erin").get("/desk/updates/").content.decode()
    )
    # It cannot be attached again either.
    data = {"f-what": "x", "key": str(uuid.uuid4()), "do": "send", "f-plan": str(stored.pk)}
    assert papers.client("carol").post("/new/repair/", data).status_code == 400


@pytest.fixture
def harmed(papers, settings, monkeypatch, django_capture_on_commit_callbacks):
    """Has the scanner find harm in every file that waits, and everybody told."""
    settings.SCANNER_URL = "tcp://127.0.0.1:1"
    monkeypatch.setattr(scanning, "_publish", lambda _key: None)
    monkeypatch.setattr(scanning, "find", lambda _content, _url: "Test-Signature")

    def scan():
        for file in StoredFile.objects.filter(state="waiting"):
            scanning.scan(str(file.pk))
        drain(papers.tenant.schema_name)

    return scan


def test_a_document_with_a_harmful_file_is_asked_for_anew(papers, harmed):
    row = papers.file(**{"f-policy_new": sent("paper.pdf")})
    harmed()
    document = Document.objects.get()
    assert document.state == "sent_back" and "contains harmful software" in document.note
    (mail,) = [mail for mail in sent_mails.outbox if "carol@example.com" in str(mail.to) and "harmful" in mail.body]
    assert "We need another copy" in mail.subject and f"/documents/add/?for={document.pk}" in mail.body
    carol = papers.client("carol")
    for path in ("/", "/documents/", f"/requests/{row.number}/", "/updates/"):
        text = carol.get(path).content.decode()
        assert "contains harmful software and was not kept. Check your device" in text, path
    assert (
        "Sent back: “paper.pdf” contains harmful"
        in papers.client("bob").get(f"/desk/requests/{row.number}/").content.decode()
    )
    assert [entry.data["what"] for entry in HistoryEntry.objects.filter(kind="document")] == ["sent_back"]
    answer = carol.post(f"/documents/add/?for={document.pk}", {"files_new": sent("paper.pdf")})
    assert answer.status_code == 302


def test_a_harmful_document_of_no_request_is_told_to_those_who_run_the_place(papers, harmed):
    papers.client("carol").post("/documents/add/?kind=insurance", {"files_new": sent("paper.pdf")})
    harmed()
    told = {str(mail.to[0]): mail for mail in sent_mails.outbox if "Harmful file" in mail.subject}
    assert [to for to in told if "alice@example.com" in to] and not [to for to in told if "bob" in to or "erin" in to]
    customer = papers.people["carol"].pk
    text = papers.client("alice").get("/desk/updates/").content.decode()
    assert "was sent back" in text
    notice = Notice.objects.get(user=papers.people["alice"])
    answer = papers.client("alice").post(f"/desk/updates/{notice.pk}/")
    assert answer["Location"].startswith(f"/desk/customers/{customer}/documents/#d-")


def test_a_role_that_does_not_see_the_answer_reads_no_name_of_its_file(papers, harmed):
    row = papers.file(**{"f-shop_new": sent("paper.pdf")})
    harmed()
    assert (
        "<bdi>paper.pdf</bdi>” contained" in papers.client("bob").get(f"/desk/requests/{row.number}/").content.decode()
    )
    for path in (f"/desk/requests/{row.number}/", "/desk/updates/"):
        assert "paper.pdf" not in papers.client("erin").get(path).content.decode()
    assert not [
        mail for mail in sent_mails.outbox if "erin@" in str(mail.to) and "paper.pdf" in mail.body + mail.subject
    ]


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: nonsense\0"])
def test_an_answer_that_is_no_verdict_leaves_the_file_waiting(
    answer, papers, clamd, started, django_capture_on_commit_callbacks
):
    clamd.answer = answer or b"\0"
    papers.upload()
    run(papers, started, django_capture_on_commit_callbacks)
    assert StoredFile.objects.get().state == "waiting"


def test_while_the_scanner_is_away_files_wait_and_nothing_is_lost(
    papers, settings, started, django_capture_on_commit_callbacks
):
    settings.SCANNER_URL = "tcp://127.0.0.1:1"
    papers.upload()
    run(papers, started, django_capture_on_commit_callbacks)
    assert StoredFile.objects.get().state == "waiting"
    again = Event.objects.get(kind="file.waiting", done_at=None)
    assert again.due_at > timezone.now() and again.payload["tries"] == 1
    # Taken out of the settings: what waited is let through like everything else from then on.
    settings.SCANNER_URL = ""
    Event.objects.update(due_at=timezone.now())
    run(papers, started, django_capture_on_commit_callbacks)
    assert StoredFile.objects.get().state == "clean"


def test_an_address_of_another_kind_is_said_to_be_one():
    with pytest.raises(ScannerAway, match="neither"):
        find(sent().file, "http://127.0.0.1:3310")
