"""What was asked for by mistake is withdrawn, and nobody is asked for what they cannot add: on no page, in no mail."""

from __future__ import annotations

import pytest

from portal_core.documents.errors import Overtaken
from portal_core.documents.models import Document
from portal_core.history.models import HistoryEntry
from portal_core.service_requests.actions import vault
from tests.contracts.rows import Rows
from tests.documents import papers as portal
from tests.documents.papers import Papers
from tests.documents.samples import sent
from tests.documents.test_mended_vault import ask, send, state
from tests.documents.test_vault import mails, page


def withdraw(papers: Papers, document: Document, who: str = "bob"):
    where = f"/desk/documents/{document.pk}/"
    return papers.client(who).post(where, {"do": "withdraw", "back": "/desk/documents/"})


def is_asked(papers: Papers) -> bool:
    """Whether any page asks Carol for something; all of them say the same."""
    home, shown = page(papers, "carol", "/"), page(papers, "carol")
    said = {"documents/add/?for=" in home, "One document asked for." in shown, "documents/add/?for=" in shown}
    assert len(said) == 1, said
    return said.pop()


def test_what_was_asked_for_by_mistake_is_withdrawn(papers):
    document = ask(papers, "Before we come.")
    assert is_asked(papers)
    assert withdraw(papers, document)["Location"] == f"/desk/documents/#d-{document.pk}"
    assert state(document) == "withdrawn" and not is_asked(papers)
    desk = page(papers, "bob", f"/desk/customers/{document.customer_id}/documents/")
    assert "No longer asked for" in desk and "1 asked for" not in desk
    entry = HistoryEntry.objects.filter(document=document).latest("id")
    assert (entry.data["what"], entry.audience, entry.actor_id) == ("withdrawn", "customer", papers.people["bob"].pk)
    # Once more changes nothing.
    assert withdraw(papers, document).status_code == 409


def test_a_mail_that_has_not_gone_out_does_not_ask_for_what_was_withdrawn(papers):
    withdraw(papers, ask(papers, "Before we come."))
    assert "We need" not in " ".join(mail.subject for mail in mails(papers).values())


def test_whoever_comes_by_an_old_mail_reads_that_nothing_is_to_be_done(papers):
    withdrawn, answered = ask(papers, "By mistake."), ask(papers, "Needed.")
    withdraw(papers, withdrawn)
    send(papers, where=f"for={answered.pk}")
    carol = papers.client("carol")
    for document, words in ((withdrawn, "is not asked for any more"), (answered, "You have sent")):
        text = carol.get(f"/documents/add/?for={document.pk}", follow=True).content.decode()
        assert words in text and "Insurance certificate" in text
        before = Document.objects.count()
        answer = carol.post(f"/documents/add/?for={document.pk}", {"files_new": sent("paper.pdf")})
        assert answer.status_code == 302 and Document.objects.count() == before
        carol.get("/documents/")
    assert papers.client("dave").get(f"/documents/add/?for={withdrawn.pk}").status_code == 404


def test_another_copy_is_not_wanted_any_more(papers):
    papers.file(**{"f-policy_new": sent("paper.pdf")})
    document = Document.objects.get()
    vault.send_back_document(actor=papers.actor("bob"), document_id=document.pk, reason="Blurred")
    assert is_asked(papers)
    withdraw(papers, document)
    assert state(document) == "withdrawn" and not is_asked(papers)
    # What was good enough after all cannot be used from there: staff see it among the earlier ones.
    assert "paper.pdf" in page(papers, "bob", f"/desk/customers/{document.customer_id}/documents/")


@pytest.mark.parametrize("who", ["carol", "dave", "erin"])
def test_whoever_may_not_ask_withdraws_nothing(who, papers):
    shown = [{**kind, "show": {**kind.get("show", {}), "engineer": "see"}} for kind in papers.kinds()]
    papers.publish(document_kinds=shown)
    document = ask(papers, "Before we come.")
    before = Rows().now()
    assert withdraw(papers, document, who).status_code == (403 if who == "erin" else 404)
    assert Rows().now() == before


def test_what_is_on_file_is_not_withdrawn(papers):
    document = send(papers)
    with pytest.raises(Overtaken):
        vault.withdraw_document(actor=papers.actor("bob"), document_id=document.pk)
    assert state(document) == "on_file"


@pytest.mark.parametrize(
    "change", [{"retired": True}, {"added_by": "staff"}, {"show": {"customer": "hidden"}, "reusable": False}], ids=str
)
def test_nobody_is_asked_for_a_kind_that_they_cannot_add_any_more(change, papers):
    document = ask(papers, "Before we come.")
    assert "carol@example.com" in page(papers, "bob", "/desk/customers/?documents=wanted")
    kinds = papers.kinds()
    kinds[0].update(change)
    types = portal.document()["types"]
    for kind in types:
        kind["fields"] = [field for field in kind["fields"] if field["key"] != "policy"]
    papers.publish(document_kinds=kinds, types=types)
    assert not is_asked(papers)
    assert "We need" not in " ".join(mail.subject for mail in mails(papers).values())
    assert "carol@example.com" not in page(papers, "bob", "/desk/customers/?documents=wanted")
    desk = page(papers, "bob", f"/desk/customers/{document.customer_id}/documents/")
    assert "customers do not add this kind any more" in desk and 'value="withdraw"' in desk
    withdraw(papers, document)
    assert state(document) == "withdrawn"
