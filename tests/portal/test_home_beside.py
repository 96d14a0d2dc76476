"""Home, beside the next steps: the newest documents and what can be asked for again, and what they cost."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest

from portal_core.documents.models import Document
from portal_core.service_requests.actions import Move, move
from tests.documents import papers as portal
from tests.documents.samples import pdf, sent
from tests.documents.test_vault import add, page, share


def home(papers: Any, who: str = "carol") -> Any:
    answer = papers.client(who).get("/")
    assert answer.status_code == 200
    return answer


def paper(papers: Any, title: str, **more: Any) -> Document:
    carol = papers.people["carol"].pk
    return Document.objects.create(
        **{"customer_id": carol, "kind_key": "insurance", "title": title, "state": "on_file", **more}
    )


def test_the_newest_documents_stand_on_home_with_the_way_to_all(papers):
    assert "Recent documents" not in home(papers).content.decode()
    for number in range(4):
        add(papers, files_new=sent(f"{number}.pdf", pdf(uuid.uuid4().bytes)), title=f"Paper {number}")
    answer = home(papers)
    shown = answer.context["papers"]
    assert ([item.name for item in shown.shown], shown.all) == (["Paper 3", "Paper 2", "Paper 1"], 4)
    text = answer.content.decode()
    assert f'href="{shown.shown[0].file.href}"' in text and "All 4" in text
    assert papers.client("carol").get(shown.shown[0].file.href).status_code == 200
    # Several files stand in the vault.
    files = [{"id": str(uuid.uuid4()), "name": name, "size": 1, "type": "x"} for name in ("a.pdf", "b.pdf")]
    several = paper(papers, "Two pages", files=files)
    assert f'href="/documents/#d-{several.pk}"' in home(papers).content.decode()
    assert f'id="d-{several.pk}"' in page(papers, "carol")


def test_whoever_has_nothing_here_reads_under_which_address_and_how_to_look_with_another(papers):
    carol = papers.client("carol")
    empty = carol.get("/").content.decode()
    assert "You are signed in as <bdi>carol@example.com</bdi>." in empty and "Look with another address" in empty
    assert 'action="/signout/"' in empty
    add(papers, files_new=sent("a.pdf", pdf(uuid.uuid4().bytes)), title="Paper")
    assert "Look with another address" not in home(papers).content.decode()
    assert carol.post("/signout/")["Location"] == "/signin/"
    assert carol.get("/")["Location"].startswith("/signin/")


def test_what_the_vault_does_not_show_is_neither_shown_nor_counted_on_home(papers):
    paper(papers, "Canarynotshared", is_shared=False)
    paper(papers, "Canaryhidden", kind_key="assessment")
    paper(papers, "Canarynokind", kind_key="long-gone")
    paper(papers, "Canaryreplaced", state="replaced")
    paper(papers, "Canaryothers", customer_id=papers.people["dave"].pk)
    answer = home(papers)
    assert answer.context["papers"] is None and b"Canary" not in answer.content
    share(papers, **{"add-title": "Certificate"})
    shown = home(papers).context["papers"]
    assert ([item.name for item in shown.shown], shown.all) == (["Certificate"], 1)
    assert page(papers, "carol").count('<li id="d-') == 1


def again(papers: Any, **more: Any) -> None:
    types = portal.document()["types"]
    for kind in types:
        kind["again"] = True
    papers.publish(types=types, **more)


def close(papers: Any, row: Any, to: str) -> None:
    move(actor=papers.actor("bob"), request_id=row.pk, move=Move(to=to, seen_status="new", reason="r"))


def test_documents_that_staff_ask_for_stand_among_the_next_steps_by_name(papers):
    for number in range(4):
        paper(papers, f"Policy {number}", state="asked", note=f"For visit {number}", due_on=date(2031, 5, 6))
    paper(papers, "Canaryhidden", kind_key="assessment", state="asked")
    paper(papers, "Canaryothers", customer_id=papers.people["dave"].pk, state="asked")
    answer = home(papers)
    text = answer.content.decode()
    assert answer.context["headline"].needs_you == 4 and "Canary" not in text
    assert [item.name for item in answer.context["asked"]] == ["Policy 3", "Policy 2", "Policy 1"]
    assert "For visit 3" in text and "6 May 2031" in text and "1 more document is asked for" in text
    assert f'href="/documents/add/?for={answer.context["asked"][0].id}"' in text
    assert answer.context["papers"] is None


def test_what_went_well_is_asked_for_again_with_one_press(papers):
    again(papers)
    row = papers.file()
    assert home(papers).context["again"] is None, "an open one is not offered again"
    close(papers, row, "over")
    answer = home(papers)
    offered = answer.context["again"]
    assert (offered.title, offered.href) == ("A boiler", f"/new/repair/?again={row.number}")
    form = papers.client("carol").get(offered.href).content.decode()
    assert "A boiler" in form
    assert home(papers, "dave").context["again"] is None
    # A type that does not offer it.
    papers.publish()
    assert home(papers).context["again"] is None


def test_what_was_stopped_or_merged_is_not_offered_again(papers):
    again(papers)
    row = papers.file()
    other = papers.file()
    close(papers, row, "over")
    type(row).objects.filter(pk=row.pk).update(merged_into_number=other.number)
    assert home(papers).context["again"] is None


@pytest.mark.parametrize("count", [3, 30])
def test_a_full_home_stays_within_nine_statements(papers, server_statements, count):
    again(papers)
    for number in range(count):
        row = papers.file()
        paper(papers, f"Paper {number}", request=row)
        paper(papers, f"Wanted {number}", state="asked")
    close(papers, row, "over")
    home(papers)
    with server_statements() as told:
        home(papers)
    assert len(told.without_transactions) <= 9, told.without_transactions
