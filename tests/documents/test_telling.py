"""What customers are told of their documents: in the list, by mail the way they have it, and only while it is so."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal_core.accounts.models import User
from portal_core.documents.errors import NotAllowed
from portal_core.documents.expiring import tell_expiring
from portal_core.documents.models import Document
from portal_core.history.models import HistoryEntry
from portal_core.notifications.choices import Way, choose
from portal_core.notifications.models import Notice
from portal_core.service_requests.actions import vault
from portal_core.service_requests.guest_links import ensure_link, path_of
from tests.contracts.rows import Rows
from tests.documents import papers as portal
from tests.documents.samples import sent
from tests.documents.test_mended_vault import ask, send
from tests.documents.test_vault import mails, page, share
from tests.documents.test_withdrawn import withdraw

KIND = "Insurance certificate"


def chosen(papers, way: Way) -> None:
    choose(papers.people["carol"].pk, {"documents": way}, shown={"documents": Way.NOW})


def said(papers, who: str = "carol@example.com") -> str:
    mail = mails(papers).get(who)
    return f"{mail.subject}\n{mail.body}" if mail is not None else ""


def test_everything_about_documents_stands_in_the_updates(papers):
    asked = ask(papers, "Before we come.")
    said(papers)
    back = send(papers, where=f"for={asked.pk}")
    vault.send_back_document(actor=papers.actor("bob"), document_id=back.pk, reason="Page two is missing.")
    said(papers)
    good = send(papers, where=f"for={back.pk}")
    vault.approve_document(actor=papers.actor("bob"), document_id=good.pk)
    shared = share(papers)
    withdraw(papers, ask(papers, "By mistake."))
    said(papers)
    text = page(papers, "carol", "/updates/")
    for words in ("is asked for", "was sent back", "is approved", "is shared", "Page two is missing."):
        assert words in text
    # Asked for and withdrawn before the mail went: the customer has never heard of it.
    assert "no longer asked for" not in text and "By mistake." not in text
    assert {notice.kind for notice in Notice.objects.filter(user=papers.people["carol"])} == {"turn", "documents"}
    assert "Updates" in page(papers, "dave", "/updates/") and KIND not in page(papers, "dave", "/updates/")
    carol = papers.client("carol")
    for what, leads in (("paper_approved", good), ("paper_shared", shared)):
        answer = carol.post(f"/updates/{Notice.objects.get(what=what).pk}/")
        assert answer["Location"] == f"/documents/?all=1#d-{leads.pk}"
        assert f'id="d-{leads.pk}"' in page(papers, "carol")


def test_an_update_of_what_is_no_longer_listed_leads_to_a_page_without_a_place_on_it(papers):
    asked = ask(papers, "Before we come.")
    said(papers)
    withdraw(papers, asked)
    said(papers)
    carol = papers.client("carol")
    for notice in Notice.objects.filter(user=papers.people["carol"]):
        leads = carol.post(f"/updates/{notice.pk}/")["Location"]
        assert leads == "/documents/" and carol.get(leads).status_code == 200
    desk = Document.objects.get(pk=asked.pk)
    assert f'id="d-{desk.pk}"' in page(papers, "bob", f"/desk/customers/{desk.customer_id}/documents/")


def test_an_update_leads_to_where_it_is_answered_while_it_is_asked_for(papers):
    asked = ask(papers, "Before we come.")
    said(papers)
    notice, carol = Notice.objects.get(), papers.client("carol")
    assert carol.post(f"/updates/{notice.pk}/")["Location"] == f"/documents/add/?for={asked.pk}"
    assert papers.client("dave").post(f"/updates/{notice.pk}/").status_code == 404
    papers.publish(document_kinds=[{**kind, **_hidden(kind)} for kind in papers.kinds()], types=_no_policy())
    assert carol.post(f"/updates/{notice.pk}/").status_code == 404
    assert KIND not in page(papers, "carol", "/updates/")


def _hidden(kind):
    return {"show": {"customer": "hidden"}, "reusable": False} if kind["key"] == "insurance" else {}


def _no_policy():
    types = portal.document()["types"]
    for kind in types:
        kind["fields"] = [field for field in kind["fields"] if field["key"] != "policy"]
    return types


@pytest.mark.parametrize("way", [Way.NOW, Way.DAILY, Way.NEVER])
def test_what_need_not_be_known_at_once_goes_the_way_its_reader_has_it(way, papers):
    chosen(papers, way)
    share(papers)
    text = said(papers)
    assert ("New in your documents: Gas certificate" in text) == (way == Way.NOW)
    assert ("/u/" in text) == (way == Way.NOW)
    assert "is shared" in page(papers, "carol", "/updates/")
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=True):
        text = said(papers)
    assert ("New in your documents: Gas certificate" in text) == (way == Way.DAILY)
    assert ("Your documents" in text) == (way == Way.DAILY)


@pytest.mark.parametrize("way", [Way.DAILY, Way.NEVER])
def test_what_needs_the_customer_always_comes(way, papers):
    chosen(papers, way)
    document = ask(papers, "Before we come.")
    assert "We need from you" in said(papers)
    sent_one = send(papers, where=f"for={document.pk}")
    vault.send_back_document(actor=papers.actor("bob"), document_id=sent_one.pk, reason="Blurred")
    text = said(papers)
    assert "We need another copy" in text and "Blurred" in text and "/u/" not in text


def test_approvals_come_together_once_a_day_unless_somebody_wants_them_at_once(papers):
    first, second = send(papers, "House"), send(papers, "Car")
    for document in (first, second):
        vault.approve_document(actor=papers.actor("bob"), document_id=document.pk)
    assert said(papers) == ""
    vault.send_back_document(actor=papers.actor("bob"), document_id=second.pk, reason="It is another car.")
    said(papers)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=True):
        text = said(papers)
    # What is not true any more by then is not said.
    assert "Approved: House" in text and "Approved: Car" not in text


def test_the_withdrawal_is_told_to_whoever_was_asked(papers):
    document = ask(papers, "Before we come.")
    said(papers)
    withdraw(papers, document)
    text = said(papers)
    assert f"No longer needed: {KIND}" in text and "nothing for you to do" in text
    assert "is no longer asked for" in page(papers, "carol", "/updates/")


def test_the_choice_about_documents_is_there_where_there_are_documents(papers):
    assert 'name="told-documents"' in page(papers, "carol", "/account/")
    papers.client("carol").post("/account/told/", {"told-documents": "never"})
    assert User.objects.get(email="carol@example.com").notice_choices == {"documents": "never"}
    made = portal.document()
    for kind in made["types"]:
        kind["fields"] = kind["fields"][:1]
    papers.publish(document_kinds=[], types=made["types"])
    assert 'name="told-documents"' not in page(papers, "carol", "/account/")


def test_a_month_before_it_runs_out_the_customer_is_told_once(papers):
    document = send(papers)
    tell_expiring()
    assert said(papers) == ""
    soon = timezone.now() + timedelta(days=345)
    with time_machine.travel(soon, tick=True) as clock:
        tell_expiring()
        tell_expiring()
        clock.shift(timedelta(days=1))
        text = said(papers)
        assert f"Runs out soon: {KIND}" in text and "as soon as you have it" in text and "/u/" in text
        tell_expiring()
        assert said(papers) == ""
        # Another date is told anew.
        until = document.valid_until + timedelta(days=3)
        vault.date_document(actor=papers.actor("bob"), document_id=document.pk, valid_until=until)
        tell_expiring()
        clock.shift(timedelta(days=1))
        assert "Runs out soon" in said(papers)
    assert HistoryEntry.objects.filter(document=document, data__what="expiring").count() == 2


def test_nobody_is_told_of_what_has_its_next_one_or_was_dated_anew_meanwhile(papers):
    old, newer = share(papers), uuid.UUID(papers.upload("bob"))
    with time_machine.travel(timezone.now() + timedelta(days=345), tick=True) as clock:
        tell_expiring()
        vault.date_document(actor=papers.actor("bob"), document_id=old.pk, valid_until=None)
        clock.shift(timedelta(days=1))
        assert "Runs out" not in said(papers)
        vault.date_document(
            actor=papers.actor("bob"), document_id=old.pk, valid_until=timezone.localdate() + timedelta(days=9)
        )
        paper = vault.Paper("certificate", [newer], share=True)
        vault.add_document(actor=papers.actor("bob"), customer_id=old.customer_id, paper=paper)
        said(papers)
        before = Rows().now()
        tell_expiring()
        assert Rows().now() == before


def test_staff_read_what_a_customer_was_told_and_nothing_of_kinds_that_they_do_not_see(papers):
    row = papers.file(**{"f-policy_new": sent("paper.pdf")})
    document = Document.objects.get()
    vault.send_back_document(actor=papers.actor("bob"), document_id=document.pk, reason="Blurred")
    share(papers)
    mails(papers)
    where = f"/desk/customers/{row.customer_id}/?show=told"
    text = page(papers, "bob", where)
    assert f"Sent back: {KIND}" in text and "Shared: Gas certificate" in text and "A code, a link" not in text
    assert f"/desk/requests/{row.number}/" in text
    shown = [{**kind, "show": {**kind.get("show", {}), "engineer": "hidden"}} for kind in papers.kinds()]
    types = portal.document()["types"]
    for kind in types:
        for field in kind["fields"]:
            field.setdefault("show", {})["engineer"] = "hidden" if field["key"] in ("policy", "secret") else "see"
    papers.publish(document_kinds=shown, types=types)
    text = page(papers, "erin", where)
    assert KIND not in text and "Gas certificate" not in text and "Sent back" not in text


# Guests


@pytest.fixture
def guest(papers):
    """Carol has no account, and the portal takes no new ones; with a request, its link and a paper that came in."""
    row = papers.file(**{"f-policy_new": sent("paper.pdf")})
    mails(papers)
    User.objects.filter(pk=row.customer_id).update(is_guest=True)
    made = portal.document()["portal"]
    papers.publish(portal={**made, "registration": "closed", "guests": True})
    row.refresh_from_db()
    row.customer.refresh_from_db()
    return row


def test_a_guest_who_cannot_come_in_is_led_to_the_request(guest, papers):
    link = path_of(ensure_link(guest))
    document = Document.objects.get()
    answer = papers.client("bob").post(
        f"/desk/documents/{document.pk}/", {"do": "send_back", "reason": "Blurred"}, follow=True
    )
    assert "leads to the request" in answer.content.decode()
    text = said(papers)
    assert "We cannot use the one that you sent: paper.pdf" in text
    assert "We need another copy" in text and link in text and "/documents/" not in text and "See your request" in text
    assert "Blurred" in papers.client_for(None).get(link).content.decode()
    paper = vault.Paper("certificate", [uuid.UUID(papers.upload("bob"))], share=True)
    vault.add_document(actor=papers.actor("bob"), customer_id=guest.customer_id, paper=paper, request_id=guest.pk)
    text = said(papers)
    assert "New in your documents" in text and link in text and "/documents/" not in text
    assert "Gas certificate" in papers.client_for(None).get(link).content.decode()


def test_staff_are_told_before_they_ask_a_guest_who_cannot_come_in(guest, papers):
    where = f"/desk/customers/{guest.customer_id}/documents/"
    text = page(papers, "bob", where)
    assert "has no account, and this portal takes no new ones" in text and 'name="ask-kind"' not in text
    assert "once there is an account" in text
    assert "who gets an e-mail" in page(papers, "bob", f"{where}?request={guest.pk}")
    before = Rows().now()
    answer = papers.client("bob").post(f"{where}ask/", {"ask-kind": "insurance", "ask-note": "Now"})
    assert answer.status_code == 403
    with pytest.raises(NotAllowed):
        ask(papers, "Before we come.")
    assert Rows().now() == before
    share(papers)
    assert said(papers) == "" and not Notice.objects.filter(what="paper_shared").exists()


def test_a_guest_who_may_get_an_account_is_led_to_the_page_for_it(guest, papers):
    made = portal.document()["portal"]
    papers.publish(portal={**made, "registration": "open", "guests": True})
    document = ask(papers, "Before we come.")
    assert f"/documents/add/?for={document.pk}" in said(papers)
