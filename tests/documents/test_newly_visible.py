"""A document kind shown to customers from now on: what there is of it is told, and can stay hidden, everywhere."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as sent_mails
from django.utils import timezone

from portal_core.config.actions import Decided, publish
from portal_core.config.document import load
from portal_core.config.draft.decisions import decisions
from portal_core.config.draft.editing import replace
from portal_core.config.live import live_portal
from portal_core.documents import expiring
from portal_core.documents.models import Document
from portal_core.service_requests.actions import vault
from portal_core.service_requests.guest_links import current_link
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.drain import drain
from tests.documents.papers import Papers, document
from tests.documents.samples import pdf, sent

PAGE = "/desk/setup/publish/"
KEY = "document:certificate"
NAME = "Canarypaper.pdf"


def showing(level: str) -> dict[str, Any]:
    made = document()
    for kind in made["document_kinds"]:
        if kind["key"] == "certificate":
            kind["show"] = {"customer": level}
    return made


def add(papers: Papers, row: ServiceRequest | None, name: str = NAME, title: str = "Canarytitle") -> Document:
    key = papers.upload("bob", sent(name, pdf()), "certificate")
    paper = vault.Paper(
        "certificate", [uuid.UUID(key)], title=title, share=True, valid_until=timezone.localdate() + timedelta(20)
    )
    carol = papers.people["carol"].pk
    return vault.add_document(
        actor=papers.actor("bob"), customer_id=carol, paper=paper, request_id=None if row is None else row.pk
    )


@pytest.fixture
def hidden(papers: Papers) -> Papers:
    """Two certificates of Carol's, one with a request, from the time when customers saw them; now they do not."""
    row = papers.file()
    add(papers, row)
    add(papers, None, "Canaryloose.pdf")
    publish(actor=papers.actor("alice"), document=load(showing("hidden")))
    drain(papers.tenant.schema_name)
    sent_mails.outbox.clear()
    return papers


def text(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def reached(papers: Papers, who: str = "carol") -> dict[str, str]:
    """All that a customer can come to that could tell of it."""
    client = papers.client(who)
    row = ServiceRequest.objects.get()
    paths = ["/", "/documents/", "/requests/", f"/requests/{row.number}/", "/updates/", "/account/", "/new/repair/",
             "/documents/add/?kind=certificate"]  # fmt: skip
    return {path: client.get(path).content.decode() for path in paths}


def fetched(papers: Papers, who: str = "carol") -> list[int]:
    files = [str(file["id"]) for row in Document.objects.order_by("pk") for file in row.files]
    return [papers.status_of(who, key) for key in files]


def show_again(papers: Papers, *kept: str) -> None:
    decided = Decided(withhold=frozenset(kept))
    publish(actor=papers.actor("alice"), document=load(showing("see")), decided=decided)


def test_without_keeping_it_the_customer_sees_it_again(hidden):
    assert fetched(hidden) == [404, 404]
    show_again(hidden)
    pages = reached(hidden)
    assert "Canarytitle" in pages["/documents/"] and "Canaryloose" in pages["/documents/"]
    row = ServiceRequest.objects.get()
    assert "Canary" in pages[f"/requests/{row.number}/"]
    assert fetched(hidden) == [200, 200]


def test_what_is_kept_leaves_by_no_channel_and_new_ones_are_shown(hidden):
    before = {path: page.count("Canary") for path, page in reached(hidden).items()}
    show_again(hidden, KEY)
    assert {path: page.count("Canary") for path, page in reached(hidden).items()} == before
    assert fetched(hidden) == [404, 404]
    expiring.tell_expiring()
    drain(hidden.tenant.schema_name)
    assert not [mail for mail in sent_mails.outbox if "carol" in str(mail.to) and "Canary" in str(mail.message())]
    # Staff go on seeing it, marked as what customers do not see, and share it one by one.
    row = ServiceRequest.objects.get()
    desk = text(hidden.client("bob").get(f"/desk/requests/{row.number}/"))
    assert "Canarytitle" in desk and "Not seen by the customer" in desk
    add(hidden, row, "Newone.pdf", "Newtitle")
    page = reached(hidden)[f"/requests/{row.number}/"]
    assert "Newtitle" in page and page.count("Canary") == before[f"/requests/{row.number}/"]
    first = Document.objects.order_by("pk")[0]
    vault.share_document(actor=hidden.actor("bob"), document_id=first.pk)
    assert "Canarytitle" in reached(hidden)["/documents/"]
    assert "Canaryloose" not in reached(hidden)["/documents/"]
    assert fetched(hidden)[:2] == [200, 404]


def test_a_guest_by_the_link_does_not_get_it_either(hidden):
    row = ServiceRequest.objects.get()
    show_again(hidden, KEY)
    assert current_link(row) is None
    guest = hidden.client_for()
    for item in Document.objects.all():
        for file in item.files:
            assert guest.get(f"/files/{file['id']}/").status_code in (302, 404)


def test_the_review_says_what_would_be_seen_asks_what_becomes_of_it_and_does_it(hidden):
    alice, owner = hidden.actor("alice"), hidden.client("alice")
    replace(actor=alice, document=load(showing("see")), title="Shown")
    page = owner.get(PAGE)
    words = text(page)
    assert "can now see" in words and "Canarytitle: Canarypaper.pdf" in words and "Canaryloose.pdf" in words
    assert "Keep hidden, show new ones" in words and "Waits for one decision." in words
    carol = hidden.people["carol"]
    assert f"version=draft&amp;as={carol.pk}&amp;page=documents%2F" in page.content.decode()
    assert "Canarypaper.pdf" in text(owner.get(f"{PAGE}seen/all/", {"field": KEY}))
    form = {name: re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1] for name in ("key", "live")}
    owner.post(f"{PAGE}seen/", {"field": KEY, "old": "keep"})
    assert decisions().seen == {KEY: True}
    mark = re.search(r'name="mark" value="([^"]*)"', owner.get(PAGE).content.decode())[1]
    done = owner.post(PAGE, {**form, "mark": mark, "when": "now", "note": ""})
    assert done.status_code == 302, text(done)
    assert live_portal().document_kinds["certificate"].show == {"customer": "see"}
    assert fetched(hidden) == [404, 404]


def test_the_review_tells_nobody_of_papers_that_their_role_does_not_see(hidden):
    made = showing("hidden")
    certificate = next(kind for kind in made["document_kinds"] if kind["key"] == "certificate")
    certificate["show"] = {"customer": "hidden", "owner": "hidden"}
    publish(actor=hidden.actor("alice"), document=load(made))
    replace(actor=hidden.actor("alice"), document=load(showing("see")), title="Shown")
    page = text(hidden.client("alice").get(PAGE))
    assert "Canary" not in page and "something that your role does not see" in page


def test_what_is_decided_about_a_field_of_that_name_is_not_about_the_kind(hidden):
    show_again(hidden, "certificate", "document.certificate")
    assert fetched(hidden) == [200, 200]
