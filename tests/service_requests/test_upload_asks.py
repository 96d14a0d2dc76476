"""Documents that a status asks for: sent, used again from the vault, sent back and replaced; approved and read."""

from __future__ import annotations

import hashlib
import html
import json
import re
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.core import mail as sent_mails
from django.core.files.uploadedfile import SimpleUploadedFile

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.accounts.roles import GUEST, resolve_role
from portal_core.config.live import live_portal
from portal_core.documents.errors import NotAllowed
from portal_core.documents.kinds import rules_of
from portal_core.documents.models import Document, StoredFile
from portal_core.documents.vault import wanted_documents
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests import approvals, guest_links
from portal_core.service_requests.actions import AskAnswer, answer_ask
from portal_core.service_requests.actions.merge import merge
from portal_core.service_requests.actions.vault import (
    approve_document,
    send_back_document,
    withdraw_document,
)
from portal_core.service_requests.errors import ApprovalChanged, AskGone, Forbidden, NotSeen
from portal_core.service_requests.taking import Given
from portal_core.service_requests.uploading import Giver, open_uploading
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.withholding_papers import withhold_papers
from tenants.identifiers import uuid7
from tenants.outbox.drain import drain
from tenants.outbox.models import Event
from tests.contracts.rows import Rows
from tests.documents.samples import pdf
from tests.service_requests.papers_portal import House, a_pdf, papers_document, stored
from tests.service_requests.small_portal import refused


def mails(tenant: Any, address: str = "carol@example.com") -> list[Any]:
    drain(tenant.schema_name)
    found = [mail for mail in sent_mails.outbox if address in mail.recipients()[0]]
    sent_mails.outbox.clear()
    return found


# ---- asked for and sent


def test_it_is_asked_for_on_home_on_the_page_in_the_mail_and_at_the_desk_with_its_limits(house, tenant):
    row = house.at("visit")
    (asked, optional) = house.seen(row).asks.all
    assert (asked.title, asked.verb, asked.icon, asked.is_required) == ("Insurance", "Upload", "upload", True)
    assert (optional.title, optional.is_required) == ("Photo", False)
    home = house.client_for(house.people["carol"]).get("/").content.decode()
    assert "Insurance" in home and ">Upload<" in home
    page = house.page(row)
    assert 'enctype="multipart/form-data"' in page and 'name="u-files_new"' in page
    limits = rules_of(live_portal().document_kinds["insurance"]).words
    assert "1 MB" in limits and limits in page
    assert "Until when is it valid?" in page
    assert "Insurance" in mails(tenant)[-1].body
    desk = house.page(row, "bob")
    assert "Write down the answer" in desk and 'name="u-files_new"' in desk


def test_its_form_speaks_to_a_colleague_as_the_desk_does(house):
    row, portal = house.at("visit"), live_portal()
    ask = portal.type(row.type_key).flow.status("visit").asks[0]
    for name, said in (("bob", "Until when is it valid?"), ("carol", "Bis wann ist die Unterlage gültig?")):
        viewer = replace(Viewer.of(actor_for(house.people[name]), portal), language="de")
        assert open_uploading(row, ask, Giver(viewer, {}), portal=portal).form.fields["until"].label == said


def test_a_document_that_is_sent_is_on_file_and_the_request_moves_on(house, tenant):
    row = house.at("visit")
    answer = house.send(row, "paper", a_pdf(), a_pdf("page-2.pdf"), **{"u-until": "2027-03-31"})
    assert answer.status_code == 302
    row = house.fresh(row)
    assert (row.status_key, row.stay) == ("work", {})
    paper = Document.objects.get()
    assert (paper.kind_key, paper.request_id, paper.customer_id) == ("insurance", row.pk, row.customer_id)
    assert (paper.state, paper.is_shared, str(paper.valid_until)) == ("on_file", True, "2027-03-31")
    assert [file["name"] for file in paper.files] == ["policy.pdf", "page-2.pdf"]
    entry = HistoryEntry.objects.get(request=row, kind=Kind.ANSWERED)
    assert entry.data["documents"] == [str(paper.pk)]
    page, desk = house.page(row), house.page(row, "bob")
    for text in (page, desk):
        assert "policy.pdf" in text and "did this: Insurance" in text
    assert 'value="approve"' in desk and 'value="send_back"' in desk
    file = StoredFile.objects.filter(name="policy.pdf").get()
    path = f"/files/{file.pk}/"
    seen_by = {name for name, one in house.people.items() if house.client_for(one).get(path).status_code == 200}
    assert seen_by == {"alice", "bob", "carol", "erin"}


def test_left_empty_the_day_is_the_usual_one_and_a_spoilt_day_keeps_the_file(house):
    row = house.at("visit")
    answer = house.send(row, "paper", a_pdf(), **{"u-until": "someday"})
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "Write the day as in 27/11/2027" in text and "policy.pdf" in text and 'value="someday"' in text
    assert not Document.objects.exists()
    key = str(StoredFile.objects.get().pk)
    assert house.send(row, "paper", **{"u-files": key}).status_code == 302
    assert Document.objects.get().valid_until is not None


def test_the_same_form_twice_is_one_document(house):
    row, key, since = house.at("visit"), str(uuid.uuid4()), ""
    since = row.status_since.isoformat()
    for _ in range(2):
        assert house.send(row, "paper", a_pdf(), key=key, since=since).status_code == 302
    assert Document.objects.count() == 1
    assert HistoryEntry.objects.filter(request=row, kind=Kind.ANSWERED).count() == 1


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("page.html", b"<script>alert(1)</script>"), "page.html"),
        (SimpleUploadedFile("big.pdf", pdf(b"x" * 1_200_000)), "big.pdf"),
    ],
    ids=["wrong kind of file", "too large"],
)
def test_what_the_kind_does_not_take_is_refused_by_name_and_nothing_is_kept(house, file, words):
    row = house.at("visit")
    before = Rows().now()
    answer = house.send(row, "paper", file)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert Rows().now() == before


def test_without_a_file_it_says_so(house):
    row = house.at("visit")
    before = Rows().now()
    answer = house.send(row, "paper")
    assert (answer.status_code, "Add a file." in answer.content.decode()) == (400, True)
    assert Rows().now() == before


@pytest.mark.parametrize(("by", "error"), [("dave", NotSeen), ("erin", Forbidden)], ids=["another", "may not move"])
def test_nobody_else_gives_it(house, by, error):
    row = house.at("visit")
    file = stored(house.people[by], b"theirs")
    with refused(error):
        house.answer(row, "photo", by=by, given=Given([file.pk]))
    file = stored(house.people["dave"], b"his")
    with refused(Forbidden):
        house.answer(row, "paper", given=Given([file.pk]))
    assert house.send(row, "paper", a_pdf(), name="dave").status_code == 404


def test_too_many_files_or_none_are_refused_by_the_action_too(house):
    row = house.at("visit")
    keys = [stored(house.people["carol"], bytes([65 + number])).pk for number in range(3)]
    for given in (Given(keys), Given()):
        with refused(Forbidden):
            house.answer(row, "paper", given=given)


def test_staff_put_it_in_for_the_customer_who_sees_it(house):
    row = house.at("visit")
    client = house.client_for(house.people["bob"])
    data = {"key": str(uuid.uuid4()), "since": row.status_since.isoformat(), "note": "Came by post."}
    answer = client.post(f"/desk/requests/{row.number}/asks/paper/", {**data, "u-files_new": [a_pdf()]})
    assert answer.status_code == 302
    paper = Document.objects.get()
    assert (paper.from_staff, paper.is_shared, house.fresh(row).status_key) == (True, True, "work")
    assert "policy.pdf" in house.page(row)


# ---- used again


def test_one_on_file_is_offered_and_used_with_one_press(house):
    first = house.at("visit")
    house.send(first, "paper", a_pdf())
    paper = Document.objects.get()
    row = house.at("visit")
    page = house.page(row)
    assert "use it?" in page and f'name="u-files" value="d-{paper.pk}"' in page
    assert house.send(row, "paper", **{"u-files": f"d-{paper.pk}"}).status_code == 302
    row = house.fresh(row)
    paper.refresh_from_db()
    assert (row.status_key, paper.used_count, Document.objects.count()) == ("work", 1, 1)
    event = Event.objects.get(kind="work.removed", payload__what="reused")
    assert event.payload["request_id"] == str(row.pk)
    assert "policy.pdf" in house.page(row, "bob") and 'value="send_back"' in house.page(row, "bob")


@pytest.mark.parametrize("used", [False, True], ids=["sent here", "used again"])
def test_what_was_given_and_gave_way_to_a_newer_one_stays_on_the_page_and_says_so(house, used):
    row, carol = house.at("visit"), house.client_for(house.people["carol"])

    def add(*files):
        assert carol.post("/documents/add/?kind=insurance", {"files_new": list(files)}).status_code == 302

    if used:
        add(a_pdf())
        assert house.send(row, "paper", **{"u-files": f"d-{Document.objects.get().pk}"}).status_code == 302
    else:
        assert house.send(row, "paper", a_pdf()).status_code == 302
    given = StoredFile.objects.get()
    assert house.fresh(row).status_key == "work" and "Replaced by" not in house.page(row)
    add(a_pdf("newer.pdf", b"2"))
    assert given.document.__class__.objects.get(pk=given.document_id).state == "replaced"
    for name in ("carol", "bob"):
        text = house.page(row, name)
        assert f'href="/files/{given.pk}/"' in text and "Replaced by newer.pdf" in text
        assert house.client_for(house.people[name]).get(f"/files/{given.pk}/").status_code == 200
    assert house.client_for(house.people["dave"]).get(f"/files/{given.pk}/").status_code == 404
    # Who does not see the kind sees neither.
    made = papers_document()
    made["document_kinds"] = [{**kind, "show": {"engineer": "hidden"}} for kind in made["document_kinds"]]
    house.publish(made)
    text = house.page(row, "erin")
    assert "policy.pdf" not in text and "newer.pdf" not in text
    User.objects.filter(pk=row.customer_id).update(is_guest=True)
    link = guest_links.path_of(guest_links.ensure_link(house.fresh(row)))
    browser = house.client_for()
    text = browser.get(link).content.decode()
    assert "Replaced by newer.pdf" in text
    token = link.removeprefix("/g/").rstrip("/")
    assert f'href="/files/{given.pk}/?g={token}"' in text
    assert browser.get(f"/files/{given.pk}/?g={token}").status_code == 200


def test_another_customers_another_kinds_and_a_sent_back_one_are_not_used(house):
    house.send(house.at("visit"), "paper", a_pdf())
    paper = Document.objects.get()
    row = house.at("visit")
    file = StoredFile.objects.get()
    before = Rows().now()
    assert house.send(row, "photo", **{"u-files": f"d-{paper.pk}"}).status_code == 400
    assert Rows().now() == before
    with refused(Forbidden):
        house.answer(row, "photo", given=Given([file.pk]))
    Document.objects.update(state="sent_back")
    with refused(Forbidden):
        house.answer(row, "paper", given=Given([file.pk]))
    assert "use it?" not in house.page(row)
    Document.objects.update(state="on_file", valid_until="2020-01-01")
    with refused(Forbidden):
        house.answer(row, "paper", given=Given([file.pk]))


# ---- sent back


def _waits(house: House) -> Any:
    """A status that asks for two papers, of which one has come."""
    wanted = papers_document()
    visit = next(status for status in wanted["flows"][0]["statuses"] if status["key"] == "visit")
    visit["asks"][1]["required"] = True
    house.publish(wanted)
    row = house.at("visit")
    assert house.send(row, "paper", a_pdf()).status_code == 302
    assert house.fresh(row).status_key == "visit"
    return row


def test_sent_back_while_it_still_asks_the_ask_is_open_again_with_the_reason(house, tenant):
    row = _waits(house)
    paper = Document.objects.get()
    mails(tenant)
    send_back_document(actor=house.actor("bob"), document_id=paper.pk, reason="The page is cut off.")
    asked = house.seen(row).asks.get("paper")
    assert (asked.is_done, asked.sent_back) == (False, "The page is cut off.")
    (mail,) = mails(tenant)
    assert "The page is cut off." in mail.body and f"/requests/{row.number}/#now" in mail.body
    assert "We cannot use the one that you sent:" in house.page(row)
    assert "Sent back: The page is cut off." in house.page(row, "bob")
    # The request asks for it; the vault does not ask a second time, and leads there.
    assert not wanted_documents(row.customer_id, live_portal()).exists()
    carol = house.client_for(house.people["carol"])
    # What the request asks for is not withdrawn from beside it: that would ask on, without the reason.
    with pytest.raises(NotAllowed):
        withdraw_document(actor=house.actor("bob"), document_id=paper.pk)
    desk = house.client_for(house.people["bob"]).get(f"/desk/customers/{row.customer_id}/documents/").content.decode()
    assert 'value="withdraw"' not in desk and "Its request asks for it" in desk
    # From the request one comes to ask for any document at all.
    led = re.search(rf'href="(/desk/customers/{row.customer_id}/documents/[^"]*)#ask"', house.page(row, "bob"))
    there = house.client_for(house.people["bob"]).get(html.unescape(led[1])).content.decode()
    assert 'id="ask"' in there and "do not know here" not in there
    assert f'href="/requests/{row.number}/#now"' in carol.get("/documents/").content.decode()
    assert carol.get(f"/documents/add/?for={paper.pk}").headers["Location"] == f"/requests/{row.number}/#now"
    assert house.send(row, "paper", a_pdf("whole.pdf")).status_code == 302
    paper.refresh_from_db()
    new = Document.objects.get(state="on_file")
    assert (paper.state, paper.replaced_by_id) == ("replaced", new.pk)
    assert house.seen(row).asks.get("paper").is_done
    approve_document(actor=house.actor("bob"), document_id=new.pk)
    assert "“<bdi>Insurance</bdi>” is approved" in house.page(row)
    assert house.send(row, "photo", a_pdf("front.pdf")).status_code == 302
    assert house.fresh(row).status_key == "work"


def test_sent_back_after_it_moved_on_the_vault_asks_until_staff_move_it_back(house, tenant):
    row = house.at("visit")
    house.send(row, "photo", a_pdf("front.pdf"))
    house.send(row, "paper", a_pdf())
    paper = Document.objects.get(kind_key="insurance")
    assert house.fresh(row).status_key == "work"
    send_back_document(actor=house.actor("bob"), document_id=paper.pk, reason="Too old.")
    assert house.fresh(row).status_key == "work"
    assert [wanted.pk for wanted in wanted_documents(row.customer_id, live_portal())] == [paper.pk]
    assert f"/documents/add/?for={paper.pk}" in mails(tenant)[-1].body
    assert "Too old." in house.page(row, "bob")
    house.move(row, "visit")
    asks = house.seen(row).asks
    assert (asks.get("paper").sent_back, asks.get("photo").is_done) == ("Too old.", True)
    assert not wanted_documents(row.customer_id, live_portal()).exists()
    house.send(row, "paper", a_pdf("new.pdf"))
    assert house.fresh(row).status_key == "work"
    assert not wanted_documents(row.customer_id, live_portal()).exists()


def test_a_status_that_asks_for_two_does_not_ask_again_for_one_that_is_kept_hidden(house):
    row = _waits(house)
    house.send(row, "photo", a_pdf("front.pdf"))
    assert house.fresh(row).status_key == "work"
    paper = Document.objects.get(kind_key="insurance")
    withhold_papers(["photo"])
    send_back_document(actor=house.actor("bob"), document_id=paper.pk, reason="Too old.")
    house.move(row, "visit")
    asks = house.seen(row).asks
    assert (asks.get("paper").is_done, asks.get("photo").is_done) == (False, True)
    home = house.client_for(house.people["carol"]).get("/")
    assert home.context["headline"].needs_you == 1
    house.send(row, "paper", a_pdf("new.pdf"))
    assert house.fresh(row).status_key == "work"


def test_a_paper_that_was_kept_hidden_and_is_sent_back_is_asked_for_again(house):
    row = house.at("visit")
    house.send(row, "paper", a_pdf())
    paper = Document.objects.get()
    withhold_papers(["insurance"])
    send_back_document(actor=house.actor("bob"), document_id=paper.pk, reason="Too old.")
    assert [wanted.pk for wanted in wanted_documents(row.customer_id, live_portal())] == [paper.pk]
    assert "Too old." in house.client_for(house.people["carol"]).get("/documents/").content.decode()


def test_what_a_request_asks_for_stands_among_the_documents_that_are_asked_for(house):
    row, carol = house.at("visit"), house.client_for(house.people["carol"])

    def shown():
        answer = carol.get("/documents/")
        return answer.context["asked_for"], answer.content.decode()

    number, text = shown()
    asks = house.seen(row).asks.open
    assert number == len(asks) == 2 and "Two documents asked for." in text
    assert all(ask.title in text and f'href="/requests/{row.number}/#ask-{ask.key}"' in text for ask in asks)
    assert house.client_for(house.people["dave"]).get("/documents/").context["asked_for"] == 0
    house.send(row, "photo", a_pdf("front.pdf"))
    house.send(row, "paper", a_pdf())
    number, text = shown()
    assert number == 0 and "Nothing is asked for." in text
    # What was sent back stands there once: as the document, with the reason.
    send_back_document(
        actor=house.actor("bob"), document_id=Document.objects.get(kind_key="insurance").pk, reason="Cut off."
    )
    number, text = shown()
    assert (number, text.count('<li class="step'), text.count("Cut off.")) == (1, 1, 1)


def test_of_a_request_that_goes_on_elsewhere_the_vault_asks_for_what_was_sent_back(house):
    row, other = _waits(house), house.at("new")
    paper = Document.objects.get()
    send_back_document(actor=house.actor("bob"), document_id=paper.pk, reason="The page is cut off.")
    merge(actor=house.actor("alice"), request_id=row.pk, into_number=other.number)
    carol = house.client_for(house.people["carol"])
    home, vault = carol.get("/"), carol.get("/documents/")
    wanted = vault.context["vault"].wanted
    assert [document.answer_path for document in wanted] == [f"/documents/add/?for={paper.pk}"]
    assert home.context["counts"].documents == len(wanted) == home.context["headline"].needs_you
    assert carol.get(wanted[0].answer_path).status_code == 200
    withdraw_document(actor=house.actor("bob"), document_id=paper.pk)
    assert carol.get("/").context["counts"].documents == 0


def test_who_does_not_see_the_kind_reads_neither_file_nor_reason(house):
    wanted = papers_document()
    visit = next(status for status in wanted["flows"][0]["statuses"] if status["key"] == "visit")
    visit["asks"] = [{"key": "photo", "do": "upload", "document_kind": "photo"},
                     {"key": "paper", "do": "upload", "document_kind": "insurance"}]  # fmt: skip
    house.publish(wanted)
    row = house.at("visit")
    house.send(row, "photo", a_pdf("CANARYFILE.pdf"))
    file = StoredFile.objects.get()
    send_back_document(actor=house.actor("bob"), document_id=file.document_id, reason="CANARYREASON")
    erin = house.client_for(house.people["erin"])
    text = house.page(row, "erin")
    assert "CANARY" not in text and ">Photo<" not in text
    assert erin.get(f"/files/{file.pk}/").status_code == 404
    assert "CANARYREASON" in house.page(row, "bob")


# ---- approved and read with documents


def test_an_approval_names_the_files_by_their_hash(house):
    row = house.at("quote")
    assert house.seen(row).asks.get("quote").is_waiting
    with refused(AskGone):
        house.answer(row, "quote")
    paper = house.offer(row)
    page = house.page(row)
    assert "offer.pdf" in page
    file = StoredFile.objects.get()
    token = house.seen(row).asks.get("quote").token
    row = house.answer(row, "quote", token=token)
    assert row.status_key == "work"
    kept = HistoryEntry.objects.get(request=row, kind=Kind.APPROVED).data
    assert kept["documents"] == [
        {"document": str(paper.pk), "kind": "offer",
         "files": [{"name": "offer.pdf", "size": file.size_bytes, "sha256": file.sha256}]}
    ]  # fmt: skip
    content = {name: kept[name] for name in ("ask", "consent", "documents", "language", "lines", "status")}
    text = json.dumps({**content, "request": str(row.pk)}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert kept["hash"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_document_that_has_changed_since_is_shown_anew_and_not_approved_or_read(house):
    row = house.at("quote")
    old = house.offer(row)
    tokens = {key: house.seen(row).asks.get(key).token for key in ("quote", "terms")}
    Document.objects.filter(pk=old.pk).update(state="replaced")
    house.offer(row, b"two")
    for key, token in tokens.items():
        with refused(ApprovalChanged):
            house.answer(row, key, token=token)
    answer = house.send(row, "quote", token=tokens["quote"], answer="yes", consent="on")
    assert answer.status_code == 409 and "This has changed since you opened the page" in answer.content.decode()
    house.answer(row, "terms", token=house.seen(row).asks.get("terms").token)
    kept = HistoryEntry.objects.get(request=row, kind=Kind.ANSWERED).data
    assert len(kept["documents"]) == 1 and len(kept["documents"][0]["files"][0]["sha256"]) == 64
    # Another one added after it was read: it is read anew.
    assert house.seen(row).asks.get("terms").is_done
    house.offer(row, b"three")
    assert not house.seen(row).asks.get("terms").is_done


def test_what_is_not_shared_or_of_a_hidden_kind_is_not_approved(house):
    row = house.at("quote")
    paper = house.offer(row)
    Document.objects.filter(pk=paper.pk).update(is_shared=False)
    assert house.seen(row).asks.get("quote").is_waiting
    assert house.seen(row).asks.get("quote").papers == ()
    portal = live_portal()
    ask = portal.type("job").flow.status("quote").asks[0]
    carol = Viewer.of(house.actor("carol"), portal)
    assert approvals.approval_of(row, ask, carol, portal, approvals.papers_of(row, [ask])).papers == ()


def test_whoever_adds_what_a_request_asks_for_is_told_to_answer_there(house):
    carol = house.client_for(house.people["carol"])

    def told(kind):
        added = {"files_new": a_pdf(f"{kind}.pdf", uuid.uuid4().bytes)}
        assert carol.post(f"/documents/add/?kind={kind}", added).status_code == 302
        return re.search(r"Kept\..*?(?=</span>)", carol.get("/documents/").content.decode())[0].strip()

    assert told("insurance") == "Kept. We have it now, and will not ask for it again while it is valid."
    assert told("photo") == "Kept. We have it now."
    title = house.at("visit").title
    assert told("insurance") == f"Kept. “<bdi>{title}</bdi>” still asks for it: open it, and use this one."
    assert told("photo") == f"Kept. “<bdi>{title}</bdi>” still asks for one: send it there, too."


# ---- by a guest's link


def test_a_guest_gives_documents_and_decides_nothing_without_a_code(house):
    row = house.at("visit")
    carol = house.actor("carol")
    guest = type(carol)(carol.user_id, carol.name, carol.email, resolve_role(GUEST))
    quote = house.at("quote")
    house.offer(quote)
    with refused(Forbidden):
        given = AskAnswer("quote", uuid7(), quote.status_since, token=house.seen(quote).asks.get("quote").token)
        answer_ask(actor=guest, request_id=quote.pk, answer=given)
    house.send(row, "photo", a_pdf("x.pdf"))
    house.send(row, "paper", a_pdf())
    on_file = StoredFile.objects.get(name="policy.pdf")
    again = house.at("visit")
    with refused(Forbidden):
        given = AskAnswer("paper", uuid7(), again.status_since, given=Given([on_file.pk]))
        answer_ask(actor=guest, request_id=again.pk, answer=given)
    new = stored(house.people["carol"], b"new")
    given = AskAnswer("paper", uuid7(), again.status_since, given=Given([new.pk]))
    assert answer_ask(actor=guest, request_id=again.pk, answer=given).status_key == "work"


def test_a_request_leads_to_asking_for_a_document_only_where_one_can(house):
    """No kind that customers add; a guest who cannot come in: the page of their documents asks for nothing then."""
    row = house.at("visit")
    link = f"/desk/customers/{row.customer_id}/documents/"

    def leads_there() -> bool:
        page = house.page(row, "bob")
        assert re.search(rf'href="{link}\?request={row.pk}&[^"]*#add"', page)
        is_led = bool(re.search(rf'href="{link}[^"]*#ask"', page))
        assert ('id="ask"' in house.client_for(house.people["bob"]).get(link).content.decode()) == is_led
        return is_led

    assert leads_there()
    made = papers_document()
    house.publish({**made, "portal": {**made["portal"], "registration": "closed", "guests": True}})
    User.objects.filter(pk=row.customer_id).update(is_guest=True)
    assert not leads_there()
    User.objects.filter(pk=row.customer_id).update(is_guest=False)
    kinds = [{**kind, "added_by": "staff"} for kind in made["document_kinds"]]
    made["flows"][0]["statuses"] = papers_document(visit={"asks": [], "when_done": None})["flows"][0]["statuses"]
    house.publish({**made, "document_kinds": kinds})
    assert not leads_there()
