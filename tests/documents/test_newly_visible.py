"""A document kind shown to customers from now on: what there is of it is told, and can stay hidden, everywhere."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as sent_mails
from django.utils import timezone

from portal_core.accounts.models import User
from portal_core.config.actions import Decided, publish
from portal_core.config.document import load
from portal_core.config.draft.decisions import decisions, still_decided
from portal_core.config.draft.editing import edit, replace
from portal_core.config.draft.operations import Change, Set
from portal_core.config.live import live_portal
from portal_core.documents import expiring
from portal_core.documents.models import Document, DocumentState
from portal_core.documents.vault import wanted_documents
from portal_core.service_requests.actions import vault
from portal_core.service_requests.guest_links import ensure_link, path_of
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.publish_papers import paper_rows, papers_count
from tenants.outbox.drain import drain
from tests.documents.papers import Papers, document
from tests.documents.samples import pdf, sent
from tests.reading import words_of as text
from tests.service_requests.filing import file_request

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
    """A certificate that Bob puts into the vault of the request's customer, or of Carol."""
    key = papers.upload("bob", sent(name, pdf()), "certificate")
    paper = vault.Paper(
        "certificate", [uuid.UUID(key)], title=title, share=True, valid_until=timezone.localdate() + timedelta(20)
    )
    whose, where = (papers.people["carol"].pk, None) if row is None else (row.customer_id, row.pk)
    return vault.add_document(actor=papers.actor("bob"), customer_id=whose, paper=paper, request_id=where)


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


@pytest.mark.parametrize("kept", [(KEY,), ()], ids=["kept", "shown"])
def test_a_guest_by_the_link_gets_it_only_where_it_was_not_kept_hidden(kept, papers):
    owner = papers.actor("alice")
    publish(actor=owner, document=load(for_guests(showing("see"))))
    gina = User.objects.create_user("gina@example.net", name="Gina Guest", role="customer", is_guest=True)
    row = ServiceRequest.objects.select_related("customer").get(pk=file_request(gina, "repair").pk)
    paper = add(papers, row)
    path = path_of(ensure_link(row))
    file = f"/files/{paper.files[0]['id']}/?g={path.split('/')[2]}"
    browser = papers.client_for()

    def met() -> tuple[bool, int]:
        page = browser.get(path)
        assert page.status_code == 200
        return "Canary" in page.content.decode(), browser.get(file).status_code

    assert met() == (True, 200)
    publish(actor=owner, document=load(for_guests(showing("hidden"))))
    assert met() == (False, 404)
    publish(actor=owner, document=load(for_guests(showing("see"))), decided=Decided(withhold=frozenset(kept)))
    assert met() == ((False, 404) if kept else (True, 200))


def for_guests(made: dict[str, Any]) -> dict[str, Any]:
    made["portal"]["guests"] = True
    return made


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
    assert "Canary" not in page and "Your role does not see all documents of this kind" in page


def test_what_is_decided_about_a_field_of_that_name_is_not_about_the_kind(hidden):
    show_again(hidden, "certificate", "document.certificate")
    assert fetched(hidden) == [200, 200]


# ---- what was decided ends with who sees it


@pytest.mark.parametrize(
    ("path", "ends"),
    [
        (("document_kinds",), True),
        (("document_kinds", "certificate"), True),
        (("document_kinds", "certificate", "show"), True),
        (("document_kinds", "certificate", "show", "customer"), True),
        (("document_kinds", "certificate", "retired"), True),
        (("document_kinds", "certificate", "name"), False),
        (("document_kinds", "photo", "show"), False),
        (("types", "repair"), False),
        (("types",), False),
        (("flows",), False),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else "",
)
def test_a_decision_about_a_kind_ends_with_a_change_of_who_sees_it(path, ends):
    for shown in (True, False):
        left = still_decided({"seen": {KEY: shown}}, [Change("set", path)])
        assert left["seen"] == ({} if ends else {KEY: shown})
    field = {"seen": {"repair.certificate": True}}
    assert still_decided(field, [Change("set", ("document_kinds", "certificate", "show"))]) == field


def test_hidden_again_and_shown_once_more_it_is_asked_again_and_nothing_comes_out_meanwhile(hidden):
    alice, owner = hidden.actor("alice"), hidden.client("alice")
    replace(actor=alice, document=load(showing("see")), title="Shown")
    owner.post(f"{PAGE}seen/", {"field": KEY, "old": "show"})
    assert decisions().seen == {KEY: False}
    place = ("document_kinds", "certificate", "show")
    edit(actor=alice, operations=[Set(("document_kinds", "certificate", "name"), "Gas paper")], title="Named")
    assert decisions().seen == {KEY: False}
    edit(actor=alice, operations=[Set(place, {"customer": "hidden"})], title="Hidden")
    assert decisions().seen == {}
    edit(actor=alice, operations=[Set(place, {"customer": "see"})], title="Shown")
    page = owner.get(PAGE).content.decode()
    form = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("key", "live", "mark")}
    assert owner.post(PAGE, {**form, "when": "now", "note": ""}).status_code == 409
    assert fetched(hidden) == [404, 404]


# ---- what customers still owe


def with_insurance(level: str) -> dict[str, Any]:
    """Nothing but the vault takes insurances; customers meet them or not."""
    made = document()
    for kind in made["types"]:
        kind["fields"] = [field for field in kind["fields"] if field["key"] != "policy"]
    insurance = next(kind for kind in made["document_kinds"] if kind["key"] == "insurance")
    insurance |= {"show": {"customer": level}, "reusable": level != "hidden"}
    return made


def test_what_customers_are_asked_for_and_what_came_back_to_them_stays_asked_for(papers):
    carol, bob = papers.people["carol"].pk, papers.actor("bob")
    publish(actor=papers.actor("alice"), document=load(with_insurance("edit")))
    for title in ("Canarygood", "Canarybad"):
        file = sent(f"{title}.pdf", pdf(title.encode()))
        data = {"files_new": file, "title": title}
        assert papers.client("carol").post("/documents/add/?kind=insurance", data).status_code == 302
    good, bad = Document.objects.order_by("created_at")
    vault.send_back_document(actor=bob, document_id=bad.pk, reason="The page is cut off.")
    asked = vault.ask_for_document(actor=bob, customer_id=carol, kind_key="insurance", note="That of the car.")
    publish(actor=papers.actor("alice"), document=load(with_insurance("hidden")))
    assert "Canary" not in papers.client("carol").get("/documents/?all=1").content.decode()
    shown = Decided(withhold=frozenset({"document:insurance"}))
    publish(actor=papers.actor("alice"), document=load(with_insurance("edit")), decided=shown)
    assert set(wanted_documents(carol, live_portal()).values_list("pk", flat=True)) == {bad.pk, asked.pk}
    page = text(papers.client("carol").get("/documents/?all=1"))
    assert "The page is cut off." in page and "That of the car." in page and "Canarygood" not in page
    # Answered by the customer as ever; what is not needed any more is taken back by staff.
    answer = {"files_new": sent("whole.pdf", pdf(b"whole")), "title": ""}
    assert papers.client("carol").post(f"/documents/add/?for={bad.pk}", answer).status_code == 302
    vault.withdraw_document(actor=bob, document_id=asked.pk)
    states = {row.pk: row.state for row in Document.objects.all()}
    assert (states[good.pk], states[bad.pk], states[asked.pk]) == ("on_file", "replaced", "withdrawn")
    assert not wanted_documents(carol, live_portal()).exists()


def test_the_review_counts_what_customers_would_see_and_nothing_that_is_over(papers):
    carol = papers.people["carol"].pk
    for state in DocumentState.values:
        for until in (None, timezone.localdate()):
            Document.objects.create(
                customer_id=carol, kind_key="certificate", title=f"{state} {until}", state=state, valid_until=until
            )
    Document.objects.create(customer_id=carol, kind_key="certificate", title="Kept", state="on_file", is_shared=False)
    hidden, shown = load(showing("hidden")), load(showing("see"))
    publish(actor=papers.actor("alice"), document=hidden)
    before = live_portal()
    publish(actor=papers.actor("alice"), document=shown)
    rows = paper_rows(papers.actor("alice"), "certificate", (before, live_portal())).rows
    listed = papers.client("carol").get("/documents/?all=1").context["vault"]
    seen = {paper.name for paper in [*listed.dated, *listed.from_business, *listed.from_you]}
    today = str(timezone.localdate())
    expected = {"on_file None", f"on_file {today}", f"replaced {today}", f"withdrawn {today}"}
    assert seen - {name for name in seen if name.startswith(("asked", "sent_back"))} == expected
    assert {row.text for row in rows} == expected
    count = papers_count(papers.actor("alice"), "certificate", before)
    assert (count.customers, count.requests) == (1, len(rows)) == (1, 4)
