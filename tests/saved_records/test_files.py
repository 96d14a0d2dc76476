"""The files of a record's requests on its page, and again in the form that repeats one."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_core.documents.models import Document, DocumentState, FileState, StoredFile
from portal_core.documents.uploads import Rules, stored_value, take
from portal_core.service_requests import record_files
from portal_core.service_requests.actions import change_fields
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.models import Event
from tests.documents.papers import KINDS
from tests.documents.samples import pdf, sent
from tests.saved_records import house as houses

FILE_FIELDS = [
    {"key": "policy", "kind": "file", "document_kind": "insurance", "label": "Your insurance"},
    {"key": "plan", "kind": "file", "label": "A plan", "max_files": 2},
    {"key": "secret", "kind": "file", "document_kind": "assessment", "label": "Assessment",
     "show": {"customer": "hidden"}},
    {"key": "shop", "kind": "file", "label": "Shop paper", "show": {"engineer": "hidden"},
     "at": {"over": {"customer": "hidden"}}},
]  # fmt: skip


def document(**more):
    made = houses.document(**more)
    made["types"][0]["fields"] += [dict(field) for field in FILE_FIELDS]
    made["document_kinds"] = [dict(kind) for kind in KINDS]
    return made


class Files:
    """The house with file fields, and what browsers do there."""

    def __init__(self, house, client_for):
        self.house = house
        house.publish(document())
        self._client_for, self._clients = client_for, {}
        self.boiler = house.keep()

    def client(self, name):
        if name not in self._clients:
            self._clients[name] = self._client_for(self.house.people[name])
        return self._clients[name]

    def file(self, name="carol", **fields):
        """Sends the form the way a browser does without script: files come along."""
        typed = {"f-what": "The pump", "f-appliance": str(self.boiler.pk), "key": str(uuid.uuid4()), "do": "send"}
        answer = self.client(name).post("/new/repair/", {**typed, **fields})
        assert answer.status_code == 302, answer.content.decode()[-4000:]
        return ServiceRequest.objects.latest("created_at")

    def text(self, name, path):
        answer = self.client(name).get(path)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()


@pytest.fixture
def files(house, client_for, file_store):
    return Files(house, client_for)


def test_the_page_of_a_record_lists_the_files_of_its_requests_to_who_may_fetch_them(files):
    row = files.file(**{"f-plan_new": sent("plan.pdf", pdf()), "f-policy_new": sent("policy.pdf", pdf(b"2")),
                        "f-shop_new": sent("shop.pdf", pdf(b"3"))})  # fmt: skip
    note = {"body": "See this", "kind": "note", "key": str(uuid.uuid4()), "files_new": sent("note.pdf", pdf(b"4"))}
    assert files.client("bob").post(f"/desk/requests/{row.number}/write/", note).status_code == 302
    mine, desk, erin = (
        files.text("carol", f"/saved/{files.boiler.pk}/"),
        files.text("bob", f"/desk/records/{files.boiler.pk}/"),
        files.text("erin", f"/desk/records/{files.boiler.pk}/"),
    )
    assert all(name in mine for name in ("plan.pdf", "policy.pdf", "shop.pdf")) and "note.pdf" not in mine
    assert "Insurance certificate" in mine
    assert all(name in desk for name in ("plan.pdf", "policy.pdf", "shop.pdf", "note.pdf"))
    assert "shop.pdf" not in erin and "plan.pdf" in erin
    for name, page in (("carol", mine), ("bob", desk), ("erin", erin)):
        for stored in StoredFile.objects.all():
            listed = f"/files/{stored.pk}/" in page
            fetched = files.client(name).get(f"/files/{stored.pk}/").status_code
            assert (fetched == 200) == listed, (name, stored.name)


def test_files_cost_one_query_and_what_is_over_waits_behind_a_link(files):
    for number in range(6):
        two = [sent(f"a{number}.pdf", pdf(b"%d" % number)), sent(f"b{number}.pdf", pdf(b"b%d" % number))]
        files.file(**{"f-plan_new": two})
    with CaptureQueriesContext(connection) as queries:
        page = files.text("carol", f"/saved/{files.boiler.pk}/")
    about_files = [item for item in queries if "storedfile" in item["sql"]]
    assert len(about_files) == 1
    assert "b5.pdf" in page and "a0.pdf" not in page and "4 more" in page
    assert "a0.pdf" in files.text("carol", f"/saved/{files.boiler.pk}/?files=all")


def test_more_files_than_a_page_holds_go_on_behind_a_link(files, monkeypatch):
    for number in range(4):
        two = [sent(f"a{number}.pdf", pdf(b"%d" % number)), sent(f"b{number}.pdf", pdf(b"b%d" % number))]
        files.file(**{"f-plan_new": two})
    monkeypatch.setattr(record_files, "MOST_FILES", 3)
    path, shown = f"/saved/{files.boiler.pk}/", []
    page = files.text("carol", f"{path}?files=all")
    while True:
        shown += re.findall(r"([ab]\d)\.pdf", page[page.index('id="files"') : page.index('id="changes"')])
        older = re.search(r"before=([\w-]+)#files", page)
        if older is None:
            break
        page = files.text("carol", f"{path}?files=all&before={older[1]}")
    assert sorted(set(shown)) == ["a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3"]
    monkeypatch.setattr(record_files, "FILES_SHOWN", 5)
    # A short list that is not everything leads on, too.
    assert "Older files" in files.text("carol", path)


def test_a_shared_document_counts_and_one_that_is_gone_or_not_shared_does_not(files):
    row = files.file()
    carol, bob = files.house.people["carol"], files.house.people["bob"]
    for name, state, shared in (("here", "on_file", True), ("away", "gone", True), ("ours", "on_file", False)):
        document = Document.objects.create(
            customer=carol,
            kind_key="certificate",
            state=state,
            from_staff=True,
            is_shared=shared,
            request=row,
            files=[],
        )
        StoredFile.objects.create(
            key=name, name=f"{name}.pdf", mime="application/pdf", size_bytes=3, sha256="0" * 64, owner_id=bob.pk,
            customer=carol, document=document, attached_at=timezone.now(),
        )  # fmt: skip
    mine = files.text("carol", f"/saved/{files.boiler.pk}/")
    assert "here.pdf" in mine and "away.pdf" not in mine and "ours.pdf" not in mine
    assert "ours.pdf" in files.text("bob", f"/desk/records/{files.boiler.pk}/")


def test_a_file_that_a_status_asked_for_is_beside_the_record_only_for_who_sees_its_kind(files):
    made = document()
    made["document_kinds"].append({"key": "scan", "name": "Scan", "accept": ["pdf"], "show": {"engineer": "hidden"}})
    first = next(status for status in made["flows"][0]["statuses"] if status["key"] == "new")
    asks = [{"key": "scan", "do": "upload", "document_kind": "scan"}]
    first.update(turn="customer", asks=asks, when_done="known")
    files.house.publish(made)
    row = files.file()
    given = {"key": str(uuid.uuid4()), "since": row.status_since.isoformat(), "u-files_new": sent("scan.pdf", pdf())}
    assert files.client("carol").post(f"/requests/{row.number}/asks/scan/", given).status_code == 302
    stored = StoredFile.objects.get(document__kind_key="scan")
    path = f"/files/{stored.pk}/"
    assert path in files.text("carol", f"/saved/{files.boiler.pk}/")
    assert path in files.text("bob", f"/desk/records/{files.boiler.pk}/")
    erin = files.text("erin", f"/desk/records/{files.boiler.pk}/")
    assert path not in erin and "scan.pdf" not in erin
    assert files.client("erin").get(path).status_code == 404


def again_form(files, row, who="carol"):
    """The form that repeats `row`, and the keys of files and documents that stand in it ready to be sent."""
    page = files.text(who, f"/new/repair/?again={row.number}")
    return page, {name: re.findall(rf'name="f-{name}" value="([^"]+)"(?: checked)?', page) for name in ("plan", "shop")}


def repeat(files, row, **fields):
    return files.file(again=str(row.number), **fields)


def reused():
    return [
        event.payload["count"]
        for event in Event.objects.filter(kind="work.removed", payload__what="reused").order_by("id")
    ]


def test_again_brings_the_files_along_and_counts_them_as_reused(files):
    row = files.file(**{"f-plan_new": sent("plan.pdf", pdf()), "f-policy_new": sent("policy.pdf", pdf(b"2"))})
    page, standing = again_form(files, row)
    plan = row.data["plan"][0]["id"]
    document = Document.objects.get(kind_key="insurance")
    assert standing["plan"] == [plan] and f'value="d-{document.pk}" checked' in page
    again = repeat(files, row, **{"f-plan": plan, "f-policy": f"d-{document.pk}"})
    assert again.pk != row.pk and again.data["plan"] == row.data["plan"] and again.data["policy"] == row.data["policy"]
    assert StoredFile.objects.count() == 2 and Document.objects.count() == 1 and reused() == [2]
    assert files.client("carol").get(f"/files/{plan}/").status_code == 200


def test_a_file_that_staff_sent_for_the_customer_comes_along_too(files):
    row = files.file()
    stored = take(files.house.people["bob"].pk, sent("plan.pdf", pdf()), Rules())
    files.house.actor("bob")
    change_fields(actor=files.house.actor("bob"), request_id=row.pk, answers={"plan": [stored_value(stored)]}, seen={})
    assert again_form(files, row)[1]["plan"] == [str(stored.pk)]
    again = repeat(files, row, **{"f-plan": str(stored.pk)})
    assert again.data["plan"][0]["id"] == str(stored.pk) and reused() == [1]
    refused = files.client("carol").post(
        "/new/repair/",
        {"f-what": "x", "f-appliance": str(files.boiler.pk), "f-plan": str(stored.pk), "key": str(uuid.uuid4())},
    )
    assert refused.status_code == 400, "without the earlier request it is nobody's to give"
    assert ServiceRequest.objects.count() == 2


def test_a_wrong_form_keeps_the_files_that_came_along(files):
    row = files.file(**{"f-plan_new": sent("plan.pdf", pdf())})
    plan = row.data["plan"][0]["id"]
    answer = files.client("carol").post(
        "/new/repair/", {"again": str(row.number), "f-plan": plan, "key": str(uuid.uuid4()), "do": "send"}
    )
    assert answer.status_code == 400 and f'value="{plan}"' in answer.content.decode()
    carried_on = files.text("carol", "/new/repair/")
    assert f'value="{plan}"' in carried_on and f'name="again" value="{row.number}"' in carried_on


@pytest.mark.parametrize("what", ["sent_back", "gone", "replaced", "expired"])
def test_a_document_that_no_longer_stands_on_file_never_comes_along(what, files):
    files.house.publish(document(document_kinds=[{**kind, "reusable": False} for kind in KINDS]))
    row = files.file(**{"f-policy_new": sent("policy.pdf", pdf())})
    papers = Document.objects.all()
    if what == "expired":
        papers.update(valid_until=timezone.localdate() - timedelta(days=2))
    else:
        papers.update(state=DocumentState(what))
    if what == "gone":
        StoredFile.objects.update(state=FileState.GONE)
    policy = row.data["policy"][0]["id"]
    page = files.text("carol", f"/new/repair/?again={row.number}")
    assert policy not in page and "no longer fits: <b>Your insurance</b>" in page
    if what == "expired":
        return  # until midnight it could still be sent by somebody whose page is older
    typed = {"f-what": "x", "f-appliance": str(files.boiler.pk), "f-policy": policy, "again": str(row.number)}
    answer = files.client("carol").post("/new/repair/", {**typed, "key": str(uuid.uuid4()), "do": "send"})
    assert answer.status_code == 400 and ServiceRequest.objects.count() == 1 and not reused()


def test_files_of_hidden_fields_never_come_along(files):
    row = files.file(**{"f-shop_new": sent("shop.pdf", pdf())})
    secret = take(files.house.people["bob"].pk, sent("secret.pdf", pdf(b"s")), Rules())
    change_fields(
        actor=files.house.actor("bob"), request_id=row.pk, answers={"secret": [stored_value(secret)]}, seen={}
    )
    row.refresh_from_db()
    ServiceRequest.objects.filter(pk=row.pk).update(status_key="over")
    page, standing = again_form(files, row)
    assert standing["shop"] == [] and "shop.pdf" not in page and "secret.pdf" not in page and str(secret.pk) not in page
    typed = {"f-plan": str(secret.pk), "again": str(row.number), "f-what": "x", "f-appliance": str(files.boiler.pk)}
    answer = files.client("carol").post("/new/repair/", {**typed, "key": str(uuid.uuid4()), "do": "send"})
    assert answer.status_code == 400 and ServiceRequest.objects.count() == 1


def test_another_customer_gets_nothing_of_it(files):
    row = files.file(**{"f-plan_new": sent("plan.pdf", pdf())})
    plan = row.data["plan"][0]["id"]
    page = files.text("dave", f"/new/repair/?again={row.number}")
    assert plan not in page and "plan.pdf" not in page
    typed = {"f-what": "x", "f-appliance": "new", "f-appliance_new-maker": "D", "f-plan": plan, "again": row.number}
    answer = files.client("dave").post("/new/repair/", {**typed, "key": str(uuid.uuid4()), "do": "send"})
    assert answer.status_code == 400 and "plan.pdf" not in answer.content.decode()
    assert ServiceRequest.objects.count() == 1
