"""A customer's own data as one file: what is in it, what never is, whose it is, what it costs, and who is told."""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
from typing import Any
from urllib.parse import unquote

import pytest
from django.core import mail as sent_mails
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from portal_core.documents import storage
from portal_core.documents.models import Document, StoredFile
from portal_core.messaging.actions import Message, note, reply
from portal_core.portal.own_data import reading
from portal_core.saved_records.models import SavedRecord
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.drain import drain
from tenants.outbox.models import Event
from tests.contracts.many import write_many_entries
from tests.documents import papers as portal
from tests.documents.samples import pdf, sent
from tests.documents.test_vault import add, share


def fetch(papers: Any, who: str = "carol") -> Any:
    return papers.client(who).post("/account/download/")


def archive(papers: Any, who: str = "carol") -> zipfile.ZipFile:
    answer = fetch(papers, who)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    made = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert made.testzip() is None
    return made


def everything(made: zipfile.ZipFile) -> str:
    return "\n".join(f"{name}\n{made.read(name).decode(errors='replace')}" for name in made.namelist())


def test_it_holds_requests_history_documents_and_files_to_read_and_for_programs(papers):
    row = papers.file(**{"f-plan_new": sent("plan.pdf", pdf(b"the plan"))})
    reply(actor=papers.actor("bob"), request_id=row.pk, message=Message("We come on Tuesday", uuid.uuid4()))
    add(papers, files_new=sent("policy.pdf", pdf(b"the policy")), title="Policy of the house")
    made = archive(papers)
    names = made.namelist()
    assert {"index.html", "account.html", "account.json", "requests-1.html", "requests-1.json"} <= set(names)
    (request,) = json.loads(made.read("requests-1.json"))
    assert (request["title"], request["status"]) == ("A boiler", "Yours is new")
    plan = next(item for item in request["answers"] if item["question"] == "A plan")["files"][0]
    assert plan["name"] == "plan.pdf" and b"the plan" in made.read(plan["path"])
    assert "We come on Tuesday" in [line["text"] for line in request["history"]]
    (paper,) = json.loads(made.read("documents-1.json"))
    assert paper["name"] == "Policy of the house" and b"the policy" in made.read(paper["files"][0]["path"])
    account = json.loads(made.read("account.json"))
    assert account["email"] == "carol@example.com"
    page = made.read("requests-1.html").decode()
    assert "We come on Tuesday" in page and f'href="{plan["path"]}"' in page and 'href="index.html"' in page
    index = made.read("index.html").decode()
    # Read years from now: no day is called "today".
    assert f"{timezone.now():%Y}, " in index and "today" not in index
    assert all(f'href="{name}"' in index for name in names if name.endswith(".html") and name != "index.html")
    # Each file once, however often it is named.
    assert len([name for name in names if name.startswith("files/")]) == 2


def test_nothing_in_it_that_the_customer_does_not_see(papers):
    shop = {"f-secret_new": sent("canarysecret.pdf", pdf(b"canarybytes"))}
    row = papers.file(**{"f-shop_new": sent("shop.pdf", pdf(b"shop"))})
    note(actor=papers.actor("bob"), request_id=row.pk, message=Message("canarynote", uuid.uuid4()))
    papers.file("dave", **{"f-plan_new": sent("canaryofdave.pdf", pdf(b"canaryofdave"))})
    share(papers, **{"add-title": "canaryunshared", "add-share": ""})
    share(papers, kind="assessment", **{"add-title": "canaryassessment"})
    add(papers, "dave", files_new=sent("canarydavespaper.pdf", pdf(b"canarydave")), title="canarydave")
    now = timezone.now()
    SavedRecord.objects.create(
        kind_key="x", customer_id=papers.people["dave"].pk, data={"name": "canaryrecord"}, title="canaryrecord",
        created_at=now, updated_at=now, created_by=papers.people["dave"],
    )  # fmt: skip
    files = StoredFile.objects.exclude(name="shop.pdf")
    assert shop and files.count() >= 4
    made = archive(papers)
    assert "canary" not in everything(made).lower()
    assert [name for name in made.namelist() if name.startswith("files/")] != []


def test_a_file_that_is_hidden_now_or_harmful_stays_away(papers):
    row = papers.file(**{"f-shop_new": sent("shop.pdf", pdf(b"canaryshop")), "f-plan_new": sent("plan.pdf", pdf(b"p"))})
    assert "canaryshop" in everything(archive(papers))
    StoredFile.objects.filter(name="plan.pdf").update(state="infected")
    ServiceRequest.objects.filter(pk=row.pk).update(status_key="over")
    made = archive(papers)
    assert "canaryshop" not in everything(made) and not [name for name in made.namelist() if name.startswith("files/")]
    # Named where it stands, without a way to it.
    (request,) = json.loads(made.read("requests-1.json"))
    assert [file for item in request["answers"] for file in item["files"]] == [
        {"name": "plan.pdf", "path": "", "is_missing": False}
    ]


def test_what_the_storage_has_lost_is_said_to_be_missing_and_leads_nowhere(papers):
    papers.file(**{"f-plan_new": sent("plan.pdf", pdf(b"p"))})
    storage.remove(StoredFile.objects.get().key)
    made = archive(papers)
    assert not [name for name in made.namelist() if name.startswith("files/")]
    page = made.read("requests-1.html").decode()
    assert "plan.pdf" in page and "missing: we do not have this file any more" in page
    assert "files/" not in page
    (request,) = json.loads(made.read("requests-1.json"))
    named = [file for item in request["answers"] for file in item["files"]]
    assert named == [{"name": "plan.pdf", "path": "", "is_missing": True}]


def test_the_storage_is_asked_for_each_file_once_and_only_when_it_is_packed(papers, monkeypatch):
    """A network between makes every question count; what is there when asked for may be gone when it is read."""
    row = papers.file(**{"f-plan_new": sent("plan.pdf", pdf(b"p")), "f-shop_new": sent("shop.pdf", pdf(b"s"))})
    reply(actor=papers.actor("bob"), request_id=row.pk, message=Message("See you", uuid.uuid4()))
    add(papers, files_new=sent("policy.pdf", pdf(b"the policy")))
    asked: list[str] = []
    read, gone = storage.read, StoredFile.objects.get(name="shop.pdf").key

    def vanishing(key: str) -> Any:
        asked.append(key)
        if key == gone:
            raise storage.NoSuchFile(key)
        return read(key)

    monkeypatch.setattr(storage, "read", vanishing)
    monkeypatch.setattr(FileSystemStorage, "exists", lambda _self, name: asked.append(name) or True)
    made = archive(papers)
    assert sorted(asked) == sorted(StoredFile.objects.values_list("key", flat=True))
    (request,) = json.loads(made.read("requests-1.json"))
    named = {file["name"]: file for item in request["answers"] for file in item["files"]}
    assert named["shop.pdf"] == {"name": "shop.pdf", "path": "", "is_missing": True}
    assert named["plan.pdf"]["path"] in made.namelist()


def test_every_way_to_a_file_in_it_leads_somewhere(papers):
    papers.file(**{"f-plan_new": sent("plan.pdf", pdf(b"p")), "f-shop_new": sent("shop.pdf", pdf(b"s"))})
    storage.remove(StoredFile.objects.get(name="shop.pdf").key)
    made = archive(papers)
    pages = "".join(made.read(name).decode() for name in made.namelist() if name.endswith(".html"))
    ways = {unquote(way) for way in re.findall(r'href="([^"]+)"', pages)}
    assert ways <= set(made.namelist())
    assert "shop.pdf" in pages


def test_a_version_that_goes_live_meanwhile_does_not_mix_into_it(papers):
    papers.file(**{"f-plan_new": sent("plan.pdf", pdf(b"p"))})
    pieces = iter(fetch(papers).streaming_content)
    begun = [next(pieces)]
    types = portal.portal_with("plan", {"label": "Canary of the new version"})
    papers.publish(types=types)
    made = zipfile.ZipFile(io.BytesIO(b"".join([*begun, *pieces])))
    assert "Canary of the new version" not in everything(made)
    assert "A plan" in made.read("requests-1.html").decode()
    assert "Canary of the new version" in everything(archive(papers))


def test_only_customers_fetch_it_and_only_by_sending(papers):
    assert papers.client("carol").get("/account/download/").status_code == 405
    before = Event.objects.count()
    assert fetch(papers, "bob").status_code in (302, 403)
    answer = papers.client_for().post("/account/download/")
    assert answer.status_code in (302, 401, 403) or b"PK" not in answer.content[:2]
    assert Event.objects.count() == before
    assert b"Download everything" not in papers.client("bob").get("/account/").content
    assert b"Download everything" in papers.client("carol").get("/account/").content


def test_it_is_an_event_of_which_the_customer_is_told_and_too_often_is_refused(papers):
    for _number in range(5):
        assert fetch(papers).status_code == 200
    told = Event.objects.filter(kind="account.downloaded")
    assert [event.payload["user_id"] for event in told] == [str(papers.people["carol"].pk)] * 5
    refused = fetch(papers)
    assert refused.status_code == 429 and b"It works again" in refused.content
    assert told.count() == 5
    assert fetch(papers, "dave").status_code == 200, "everybody has their own limit"
    sent_mails.outbox.clear()
    drain(papers.tenant.schema_name)
    mails = [mail for mail in sent_mails.outbox if "carol@example.com" in mail.recipients()[0]]
    assert len(mails) == 5 and mails[0].subject == "Your data at Alpha was downloaded"


def test_it_speaks_the_readers_language(papers):
    papers.publish(portal={**portal.document()["portal"], "languages": ["en", "de"]})
    papers.people["carol"].language = "de"
    papers.people["carol"].save(update_fields=["language"])
    papers.file()
    made = archive(papers)
    assert 'lang="de"' in made.read("index.html").decode()
    assert "Anfragen" in made.read("index.html").decode() and "Zuständig" in made.read("requests-1.html").decode()


def test_the_history_of_a_request_is_whole_however_long(papers, monkeypatch):
    monkeypatch.setattr(reading, "LINES_AT_ONCE", 7)
    monkeypatch.setattr(reading, "REQUESTS_A_PAGE", 2)
    rows = [papers.file() for _number in range(5)]
    write_many_entries(rows[1], 30, [papers.people["carol"], papers.people["bob"]])
    write_many_entries(rows[2], 3, [papers.people["carol"]])
    made = archive(papers)
    requests = [item for number in (1, 2, 3) for item in json.loads(made.read(f"requests-{number}.json"))]
    assert [item["reference"] for item in requests] == [f"{row.number}" for row in reversed(rows)]
    written = {item["reference"]: [line["text"] for line in item["history"] if line["text"]] for item in requests}
    # What was written within one millisecond has no order.
    seen = {f"Line {step}" for step in range(30) if step % 2 == 0 or step % 3 != 0}
    assert set(written[str(rows[1].number)]) == seen and len(written[str(rows[1].number)]) == len(seen)
    assert set(written[str(rows[2].number)]) == {"Line 0", "Line 1", "Line 2"}


@pytest.mark.parametrize("size", [4, 24])
def test_a_page_of_rows_costs_the_same_however_many(papers, server_statements, size):
    for number in range(size):
        papers.file(**{"f-plan_new": sent(f"{number}.pdf", pdf(str(number).encode()))})
        Document.objects.create(customer_id=papers.people["carol"].pk, kind_key="insurance", state="on_file")
    archive(papers)
    with server_statements() as told:
        archive(papers)
    assert len(told.without_transactions) <= 22, told.without_transactions
