"""The vault: adding, asking, approving, sending back, sharing, dating, replacing; who sees what of it; what is told."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail as sent_mails
from django.utils import timezone

from portal_core.desk import documents as desk_documents
from portal_core.documents import vault as documents_vault
from portal_core.documents.errors import NotAllowed, NotTheirs, Overtaken
from portal_core.documents.models import Document, StoredFile
from portal_core.history.models import HistoryEntry
from portal_core.portal import documents as portal_documents
from portal_core.service_requests.actions import vault
from tenants.outbox.drain import drain
from tests.contracts.rows import Rows
from tests.documents import papers as portal
from tests.documents.papers import only_document
from tests.documents.samples import pdf, sent


def add(papers, who="carol", kind="insurance", **fields):
    answer = papers.client(who).post(f"/documents/add/?kind={kind}", {"files_new": sent("paper.pdf"), **fields})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return Document.objects.latest("created_at")


def share(papers, who="bob", kind="certificate", **fields):
    carol = papers.people["carol"].pk
    data = {"add-kind": kind, "add-files_new": sent("paper.pdf"), "add-share": "on", **fields}
    answer = papers.client(who).post(f"/desk/customers/{carol}/documents/add/", data)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return Document.objects.latest("created_at")


def mails(papers):
    drain(papers.tenant.schema_name)
    said = {mail.recipients()[0].split("<")[-1].rstrip(">"): mail for mail in sent_mails.outbox}
    sent_mails.outbox.clear()
    return said


def page(papers, who, path="/documents/"):
    return papers.client(who).get(path).content.decode()


def test_the_vault_is_empty_at_first_and_says_what_it_is_for(papers):
    text = page(papers, "carol")
    assert "nobody asks for it twice" in text
    assert "Who can see these" in text and "Seen by you and everybody who works at Alpha." in text


def test_a_portal_without_document_kinds_has_no_place_for_them(papers):
    made = portal.document()
    for kind in made["types"]:
        kind["fields"] = kind["fields"][:1]
    papers.publish(document_kinds=[], types=made["types"])
    assert 'href="/documents/"' not in page(papers, "carol", "/")
    assert "Papers to check" not in page(papers, "bob", "/desk/")


def test_what_a_customer_adds_stands_there_with_its_validity(papers):
    document = add(papers)
    text = page(papers, "carol")
    assert "Insurance certificate" in text and "Sent to us, valid until" in text and "From you" in text
    # It counts as valid once somebody has looked at it.
    desk = f"/desk/customers/{papers.people['carol'].pk}/documents/"
    assert "Not checked yet, valid until" in page(papers, "bob", desk) and "Valid until" not in text
    vault.approve_document(actor=papers.actor("bob"), document_id=document.pk)
    assert "Valid until" in page(papers, "carol") and "Not checked yet" not in page(papers, "bob", desk)
    document.refresh_from_db()
    assert document.valid_until > timezone.localdate() + timedelta(days=360)
    assert 'href="/documents/"' in page(papers, "carol", "/")
    assert "Insurance certificate" not in page(papers, "dave")


def test_a_document_on_file_is_offered_and_not_asked_for_again(papers):
    document = add(papers)
    form = page(papers, "carol", "/new/repair/")
    assert f'value="d-{document.pk}" checked' in form and "On file since" in form
    row = papers.file(**{"f-policy": f"d-{document.pk}"})
    assert [item["id"] for item in row.data["policy"]] == [item["id"] for item in document.files]
    document.refresh_from_db()
    assert document.used_count == 1
    assert StoredFile.objects.count() == 1
    assert "used 1 time instead of asking" in page(papers, "carol")
    assert papers.status_of("bob", document.files[0]["id"]) == 200


@pytest.mark.parametrize("who", ["dave", "alice"])
def test_a_document_of_somebody_else_cannot_be_used(who, papers):
    document = add(papers)
    data = {"f-what": "x", "key": str(uuid.uuid4()), "do": "send", "f-policy": f"d-{document.pk}"}
    where = "/new/repair/" if who == "dave" else "/desk/new/repair/"
    answer = papers.client(who).post(where, {**data, "email": "dave@example.com"})
    assert answer.status_code == 400 and "paper.pdf" not in answer.content.decode()


def test_an_expired_document_is_not_offered_and_an_expiring_one_says_so(papers):
    add(papers)
    with time_machine.travel(timezone.now() + timedelta(days=350), tick=True):
        assert "days left" in papers.client_for(papers.people["carol"]).get("/documents/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=370), tick=True):
        carol = papers.client_for(papers.people["carol"])
        assert "Ran out on" in carol.get("/documents/").content.decode()
        assert "On file since" not in carol.get("/new/repair/").content.decode()


def papers_in_rail(papers):
    """How many papers the rail says are to be checked."""
    rail = page(papers, "bob", "/desk/").split('href="/desk/documents/"')[1].split("</a>")[0]
    return re.search(r">(\d+)<", rail)[1]


def test_staff_approve_and_the_history_says_so(papers):
    row = papers.file(**{"f-policy_new": sent("paper.pdf")})
    document = only_document()
    assert "paper.pdf" in page(papers, "bob", "/desk/documents/")
    assert papers_in_rail(papers) == "1"
    answer = papers.client("bob").post(f"/desk/documents/{document.pk}/", {"do": "approve", "back": "/desk/documents/"})
    assert answer["Location"] == f"/desk/documents/#d-{document.pk}"
    assert "paper.pdf" not in page(papers, "bob", "/desk/documents/")
    assert papers_in_rail(papers) == "0"
    entry = HistoryEntry.objects.get(document=document)
    assert (entry.request_id, entry.data["what"], entry.audience) == (row.pk, "approved", "customer")
    assert "“<bdi>Insurance certificate</bdi>” is approved" in page(papers, "carol", f"/requests/{row.number}/")


def test_what_is_sent_back_is_told_asked_for_again_and_replaced(papers):
    row = papers.file(**{"f-policy_new": sent("paper.pdf")})
    mails(papers)
    document = only_document()
    bob, where = papers.client("bob"), f"/desk/documents/{document.pk}/"
    assert bob.post(where, {"do": "send_back", "reason": " "}).status_code == 400
    assert bob.post(where, {"do": "send_back", "reason": "The second page is missing."}).status_code == 302
    mail = mails(papers)["carol@example.com"]
    assert "We need another copy" in mail.subject and "The second page is missing." in mail.body
    assert f"/documents/add/?for={document.pk}" in mail.body
    text = page(papers, "carol")
    assert "We cannot use the one that you sent:" in text and "The second page is missing." in text
    assert "One document asked for." in text
    listed = papers.client("carol").get("/requests/").content.decode()
    assert '<a href="/documents/">One document asked for.</a>' in listed
    assert "No request waits for you." in listed and "Nothing waits for you." not in listed
    # It stays there to be read: one sees what was wrong with it.
    (old,) = document.files
    for who in ("carol", "bob"):
        assert papers.client(who).get(f"/files/{old['id']}/").status_code == 200
    assert f"/files/{old['id']}/" in text
    answer = papers.client("carol").post(f"/documents/add/?for={document.pk}", {"files_new": sent("b.pdf", pdf(b"2"))})
    assert answer.status_code == 302
    document.refresh_from_db()
    newer = Document.objects.get(state="on_file")
    assert (document.state, document.replaced_by) == ("replaced", newer)
    assert newer.request_id == row.pk
    assert "We cannot use" not in page(papers, "carol") and "Nothing is asked for." in page(papers, "carol")
    listed = papers.client("carol").get("/requests/").content.decode()
    assert "Nothing waits for you." in listed and "asked for" not in listed
    assert bob.post(f"/desk/documents/{newer.pk}/", {"do": "approve"}).status_code == 302
    assert bob.post(where, {"do": "approve"}).status_code == 409


def test_what_gave_way_to_a_paper_that_is_sent_back_is_on_file_again_until_another_comes(papers):
    good = add(papers)
    vault.approve_document(actor=papers.actor("bob"), document_id=good.pk)
    bad = add(papers, files_new=sent("b.pdf", pdf(b"2")))
    assert "A newer one is on file" in page(papers, "carol")
    assert papers.client("bob").post(
        f"/desk/documents/{bad.pk}/", {"do": "send_back", "reason": "Not the policy."}
    ).status_code == 302  # fmt: skip
    good.refresh_from_db()
    assert (good.state, good.replaced_by, good.approved_at is not None) == ("on_file", None, True)
    text = page(papers, "carol")
    assert "A newer one" not in text and "Valid until" in text and "One document asked for." in text
    assert f'value="d-{good.pk}" checked' in page(papers, "carol", "/new/repair/")
    answer = papers.client("carol").post(f"/documents/add/?for={bad.pk}", {"files_new": sent("c.pdf", pdf(b"3"))})
    assert answer.status_code == 302
    newest = Document.objects.latest("created_at")
    states = dict(Document.objects.values_list("pk", "state"))
    assert states == {good.pk: "replaced", bad.pk: "replaced", newest.pk: "on_file"}
    # What had been sent back itself does not come back.
    vault.send_back_document(actor=papers.actor("bob"), document_id=newest.pk, reason="Cut off.")
    states = dict(Document.objects.values_list("pk", "state"))
    assert states == {good.pk: "on_file", bad.pk: "replaced", newest.pk: "sent_back"}


def test_staff_ask_for_a_document_without_any_request(papers):
    carol = papers.people["carol"].pk
    data = {"ask-kind": "insurance", "ask-note": "Before we come.", "ask-due_on": "2030-01-31"}
    assert papers.client("bob").post(f"/desk/customers/{carol}/documents/ask/", data).status_code == 302
    mail = mails(papers)["carol@example.com"]
    assert "We need from you: Insurance certificate" in mail.subject and "Before we come." in mail.body
    text = page(papers, "carol")
    assert "Before we come." in text and "31 January" in text
    document = only_document()
    assert document.due_on == date(2030, 1, 31)
    papers.client("carol").post(f"/documents/add/?for={document.pk}", {"files_new": sent()})
    document.refresh_from_db()
    assert document.state == "replaced"
    assert papers.client("dave").get(f"/documents/add/?for={document.pk}").status_code == 404


def test_staff_share_a_document_and_the_customer_hears_of_it(papers):
    document = share(papers, **{"add-valid_until": "2031-05-01", "add-title": "Certificate of the kitchen boiler"})
    assert document.from_staff and document.is_shared and document.valid_until == date(2031, 5, 1)
    assert "New in your documents" in mails(papers)["carol@example.com"].subject
    text = page(papers, "carol")
    assert "Certificate of the kitchen boiler" in text and "From Alpha" in text
    assert papers.status_of("carol", document.files[0]["id"]) == 200
    assert papers.status_of("dave", document.files[0]["id"]) == 404


def test_what_is_not_shared_is_not_there_until_it_is(papers):
    document = share(papers, **{"add-share": ""})
    file = document.files[0]["id"]
    assert papers.status_of("carol", file) == 404 and "Gas certificate" not in page(papers, "carol")
    assert mails(papers) == {}
    assert papers.client("bob").post(f"/desk/documents/{document.pk}/", {"do": "share"}).status_code == 302
    assert papers.status_of("carol", file) == 200 and "Gas certificate" in page(papers, "carol")


def test_a_kind_that_customers_never_see_stays_with_staff(papers):
    document = share(papers, kind="assessment")
    assert not document.is_shared
    assert papers.status_of("carol", document.files[0]["id"]) == 404
    assert papers.status_of("bob", document.files[0]["id"]) == 200
    assert "Assessment" not in page(papers, "carol")
    assert mails(papers) == {}
    with pytest.raises(NotAllowed):
        vault.share_document(actor=papers.actor("bob"), document_id=document.pk)
    assert HistoryEntry.objects.get(document=document).audience == "staff"


def test_the_date_can_be_set_and_is_checked(papers):
    document, where = add(papers), "/desk/documents/{}/"
    bob = papers.client("bob")
    assert bob.post(where.format(document.pk), {"do": "date", "valid_until": "31.1.2032"}).status_code == 302
    document.refresh_from_db()
    assert document.valid_until == date(2032, 1, 31)
    assert bob.post(where.format(document.pk), {"do": "date", "valid_until": "soon"}).status_code == 400
    assert HistoryEntry.objects.get(document=document, data__what="dated").audience == "staff"


def test_a_role_that_a_kind_hides_from_sees_no_document_of_it_anywhere(papers):
    photo = sent("photo.jpg")
    papers.client("carol").post("/documents/add/?kind=photo", {"files_new": photo})
    document = only_document()
    carol = papers.people["carol"].pk
    assert "photo.jpg" in page(papers, "bob", f"/desk/customers/{carol}/documents/")
    # Erin's role sees everything else of this customer.
    assert papers.client("erin").get(f"/desk/customers/{carol}/documents/").status_code == 200
    assert "photo.jpg" not in page(papers, "erin", f"/desk/customers/{carol}/documents/")
    assert "photo.jpg" not in page(papers, "erin", "/desk/documents/")
    assert papers.status_of("erin", document.files[0]["id"]) == 404
    assert papers.client("erin").post(f"/desk/documents/{document.pk}/", {"do": "approve"}).status_code == 404


@pytest.mark.parametrize("who", ["carol", "dave", "erin"])
def test_whoever_may_not_judge_a_document_changes_nothing(who, papers):
    # Erin's role looks on.
    shown = [{**kind, "show": {**kind.get("show", {}), "engineer": "see"}} for kind in papers.kinds()]
    papers.publish(document_kinds=shown)
    document = add(papers)
    rows = Rows()
    before = rows.now()
    for do in ("approve", "send_back", "share", "date"):
        answer = papers.client(who).post(f"/desk/documents/{document.pk}/", {"do": do, "reason": "No"})
        assert answer.status_code == (403 if who == "erin" else 404)
    assert rows.now() == before


def test_two_who_judge_at_once_do_not_overwrite_each_other(papers):
    document = add(papers)
    vault.send_back_document(actor=papers.actor("bob"), document_id=document.pk, reason="Blurred")
    with pytest.raises(Overtaken):
        vault.approve_document(actor=papers.actor("alice"), document_id=document.pk)


def test_two_papers_of_a_kind_that_are_called_otherwise_stand_beside_each_other(papers):
    def adds(title: str) -> Document:
        paper = vault.Paper(kind_key="insurance", file_ids=[uuid.UUID(papers.upload("carol"))], title=title)
        return vault.add_document(actor=papers.actor("carol"), customer_id=papers.people["carol"].pk, paper=paper)

    house, car, again = adds("The house"), adds("The car"), adds("the house")
    states = {row.pk: row.state for row in Document.objects.all()}
    assert states == {house.pk: "replaced", car.pk: "on_file", again.pk: "on_file"}


def test_files_of_others_cannot_be_put_into_a_vault(papers):
    file = uuid.UUID(papers.upload("dave"))
    rows = Rows()
    before = rows.now()
    for who in ("carol", "bob"):
        paper = vault.Paper(kind_key="insurance", file_ids=[file])
        with pytest.raises(NotTheirs):
            vault.add_document(actor=papers.actor(who), customer_id=papers.people["carol"].pk, paper=paper)
    assert rows.now() == before


def test_every_word_about_a_document_stays_in_the_history(papers):
    row = papers.file(**{"f-policy_new": sent("paper.pdf")})
    document = only_document()
    vault.approve_document(actor=papers.actor("bob"), document_id=document.pk)
    vault.send_back_document(actor=papers.actor("alice"), document_id=document.pk, reason="Too old")
    text = re.sub(r"\s+", " ", page(papers, "carol", f"/requests/{row.number}/"))
    said = text[text.index("is approved") :]
    assert "was sent back" in said
    assert "Too old" in said


def test_an_ask_is_answered_with_what_is_new_or_with_what_is_on_file(papers):
    from django.db import transaction

    from portal_core.config.kinds.base import Saving
    from portal_core.config.live import live_portal
    from portal_core.documents.uploads import stored_value
    from portal_core.service_requests.attaching import answer_with_documents
    from portal_core.service_requests.errors import Forbidden

    row = papers.file()
    saving = Saving(papers.actor("carol"), live_portal(), row.customer_id, uuid.uuid4())
    new = uuid.UUID(papers.upload())
    with transaction.atomic():
        taken = answer_with_documents(row, "insurance", [new], saving)
    (kept,) = (stored_value(file) for file in taken.rows)
    document = only_document()
    assert (document.files, document.request_id, document.used_count) == ([kept], row.pk, 0)
    other = papers.file()
    with transaction.atomic():
        again = answer_with_documents(other, "insurance", [uuid.UUID(kept["id"])], saving)
    assert (again.added, again.reused, again.document_ids) == (None, {document.pk}, taken.document_ids)
    document.refresh_from_db()
    assert document.used_count == 1 and Document.objects.count() == 1
    foreign = uuid.UUID(papers.upload("dave"))
    with pytest.raises(Forbidden), transaction.atomic():
        answer_with_documents(row, "insurance", [foreign], saving)


def test_what_runs_out_soonest_stands_first(papers):
    def dated(name, days, *, kind="certificate", state="on_file"):
        until = timezone.now().date() + timedelta(days=days)
        Document.objects.create(
            customer_id=papers.people["carol"].pk, kind_key=kind, title=name, state=state, valid_until=until
        )

    # As they came in: what runs out next is oldest, and would stand last.
    dated("next", 3)
    dated("lapsed", -2, kind="insurance")
    dated("later", 90)
    dated("renewed", -9)
    dated("replaced", 200, state="replaced")
    dated("much later", 300)
    listed = papers.client("carol").get("/documents/").context["vault"].dated
    assert [paper.name for paper in listed] == ["lapsed", "next", "later", "much later", "renewed", "replaced"]


def test_what_runs_out_soon_or_ran_out_last_stands_first_however_many_came_after(papers, monkeypatch):
    today = timezone.localdate()

    def on_file(name, days=None):
        until = None if days is None else today + timedelta(days=days)
        carol = papers.people["carol"].pk
        Document.objects.create(
            customer_id=carol, kind_key="certificate", title=name, state="on_file", valid_until=until, from_staff=True
        )

    for name, days in (("lapsed long ago", -400), ("in ten days", 10), ("in three days", 3), ("next year", 400)):
        on_file(name, days)
    on_file("lapsed lately", -2)
    for number in range(3):
        on_file(f"undated {number}")
    Document.objects.filter(title="undated 0").update(created_at=timezone.now() - timedelta(days=400))
    monkeypatch.setattr(portal_documents, "_MOST", 2)
    monkeypatch.setattr(documents_vault, "PRESSING", 2)

    def listed(path="/documents/"):
        return [paper.name for paper in papers.client("carol").get(path).context["vault"].dated]

    assert listed() == ["in three days", "in ten days", "lapsed lately", "lapsed long ago"]
    monkeypatch.setattr(documents_vault, "PRESSING", 1)
    assert listed() == ["in three days", "lapsed lately"]
    # So it does at the desk, for the same customer.
    monkeypatch.setattr(desk_documents, "_MOST", 2)
    monkeypatch.setattr(documents_vault, "PRESSING", 2)
    desk = papers.client("alice").get(f"/desk/customers/{papers.people['carol'].pk}/documents/").context["current"]
    assert [paper.name for paper in desk][:4] == ["in three days", "in ten days", "lapsed lately", "lapsed long ago"]
    assert [paper.name for paper in desk][4:] == ["undated 2", "undated 1"]
    monkeypatch.setattr(documents_vault, "PRESSING", 1)
    # What came in that year is no list of what runs out.
    assert listed(f"/documents/?year={today.year}") == []
