"""What the business has shown to a customer is new until they open it; by year they find it again."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.celery import app
from portal_core.accounts.models import User
from portal_core.documents import opened
from portal_core.documents.models import Document, StoredFile
from portal_core.service_requests.actions import vault
from portal_core.service_requests.guest_links import ensure_link, path_of
from tests.contracts.rows import Rows
from tests.documents.samples import pdf, sent

NEW = '<span class="tag" data-tone="brand">New</span>'


@pytest.fixture
def left(monkeypatch: Any) -> list[tuple[str, ...]]:
    """The messages that were left for the workers."""
    found: list[tuple[str, ...]] = []
    monkeypatch.setattr(opened.write_down, "apply_async", lambda args, **_options: found.append(args))
    return found


def give(papers: Any, kind: str = "offer", *, share: bool = True, **more: Any) -> Document:
    """Staff put a document into Carol's vault; "offer" has no date."""
    key = papers.upload("bob", sent(f"{uuid.uuid4().hex}.pdf", pdf(uuid.uuid4().bytes)))
    paper = vault.Paper(kind, [uuid.UUID(key)], share=share, **{name: more[name] for name in more if name != "request"})
    request = more.get("request")
    return vault.add_document(
        actor=papers.actor("bob"), customer_id=papers.people["carol"].pk, paper=paper, request_id=request and request.pk
    )


@pytest.fixture
def shop(papers: Any) -> Any:
    offer = {"key": "offer", "name": "Offer", "added_by": "staff", "accept": ["pdf"], "show": {"customer": "see"}}
    papers.publish(document_kinds=[*papers.kinds(), offer])
    return papers


def page(papers: Any, who: str = "carol", path: str = "/documents/") -> str:
    return papers.client(who).get(path).content.decode()


def file_of(document: Document) -> str:
    return str(StoredFile.objects.get(document=document).pk)


def test_what_was_shown_is_new_until_its_customer_opens_it(shop, left):
    dated, undated = give(shop, "certificate"), give(shop)
    assert page(shop).count(NEW) == 2
    # A look at the list, at its head, or by staff opens nothing.
    shop.client("carol").head(f"/files/{file_of(undated)}/")
    assert shop.status_of("bob", file_of(undated)) == 200
    assert left == [] and NEW not in page(shop, "bob", f"/desk/customers/{shop.people['carol'].pk}/documents/")
    before = Rows().now()
    assert shop.status_of("carol", file_of(undated)) == 200
    assert Rows().now() == before and left == [(str(undated.pk),)]
    opened.write_down(*left[0])
    assert page(shop).count(NEW) == 1
    assert shop.status_of("carol", file_of(undated)) == 200 and len(left) == 1
    dated.refresh_from_db()
    assert dated.is_new


def test_what_is_shown_later_is_new_then_and_what_customers_send_never_is(shop):
    kept = give(shop, share=False)
    own = vault.Paper("insurance", [uuid.UUID(shop.upload("carol"))])
    vault.add_document(actor=shop.actor("carol"), customer_id=shop.people["carol"].pk, paper=own)
    assert NEW not in page(shop)
    vault.share_document(actor=shop.actor("bob"), document_id=kept.pk)
    assert page(shop).count(NEW) == 1


def test_nobody_else_opens_it(shop, left):
    document = give(shop)
    assert shop.status_of("dave", file_of(document)) == 404
    assert shop.client_for(None).get(f"/files/{file_of(document)}/").status_code in (302, 404)
    assert left == []


def test_a_guest_opens_it_by_the_link(shop, left):
    row = shop.file()
    document = give(shop, request=row)
    User.objects.filter(pk=row.customer_id).update(is_guest=True)
    row.customer.refresh_from_db()
    token = path_of(ensure_link(row)).strip("/").rpartition("/")[2]
    assert shop.client_for(None).get(f"/files/{file_of(document)}/?g={token}").status_code == 200
    assert left == [(str(document.pk),)]


def test_a_broker_that_is_away_costs_the_mark_and_no_file(shop, monkeypatch):
    def away(*_args: Any, **_options: Any) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(opened.write_down, "apply_async", away)
    document = give(shop)
    assert shop.status_of("carol", file_of(document)) == 200
    opened.circuit.reset()
    assert page(shop).count(NEW) == 1


def test_the_workers_know_the_task():
    app.loader.import_default_modules()
    assert opened.TASK in app.tasks


def years(shop: Any) -> dict[int, list[str]]:
    """Two documents of each of three years, at the ends of the year where the portal is."""
    named: dict[int, list[str]] = {}
    for year, moment in [
        (2026, datetime(2026, 5, 1, tzinfo=UTC)), (2026, datetime(2025, 12, 31, 23, 30, tzinfo=UTC)),
        (2025, datetime(2025, 12, 31, 22, 30, tzinfo=UTC)), (2025, datetime(2025, 1, 1, tzinfo=UTC)),
        (2023, datetime(2023, 7, 1, tzinfo=UTC)), (2023, datetime(2023, 8, 1, tzinfo=UTC)),
    ]:  # fmt: skip
        title = f"Paper {moment:%Y%m%d%H}"
        document = give(shop, title=title)
        Document.objects.filter(pk=document.pk).update(created_at=moment)
        named.setdefault(year, []).append(title)
    return named


def named_in(text: str) -> set[str]:
    return set(re.findall(r"<bdi>(Paper \d+)</bdi>", text))


def test_what_came_from_the_business_is_found_by_its_year(shop):
    shop.people["carol"].time_zone = "Europe/Berlin"
    shop.people["carol"].save(update_fields=["time_zone"])
    named = years(shop)
    give(shop, "certificate", title="Paper 1")
    own = vault.Paper("insurance", [uuid.UUID(shop.upload("carol"))], title="Paper 2")
    vault.add_document(actor=shop.actor("carol"), customer_id=shop.people["carol"].pk, paper=own)
    vault.ask_for_document(actor=shop.actor("bob"), customer_id=shop.people["carol"].pk, kind_key="photo", note="Now")
    everything = page(shop)
    assert re.findall(r"<option[^>]*>(\d+)</option>", everything) == ["2026", "2025", "2023"]
    assert named_in(everything) == {"Paper 1", "Paper 2"}.union(*named.values())
    for year, titles in named.items():
        text = page(shop, path=f"/documents/?year={year}")
        assert named_in(text) == set(titles)
        assert f"<option selected>{year}</option>" in text
        # What is asked for stays in sight, and how many there are is said of all.
        assert "Now" in text and "8 on file." in text
    for spoilt in ("2024", "x", "", "20261", "%00", "２０２６"):
        assert named_in(page(shop, path=f"/documents/?year={spoilt}")) == named_in(everything)


def test_a_year_with_more_than_a_page_is_read_to_its_end(shop, monkeypatch):
    from portal_core.portal import documents

    monkeypatch.setattr(documents, "_MOST", 2)
    monkeypatch.setattr(documents, "_SHOWN", 1)
    named = years(shop)
    Document.objects.update(created_at=datetime(2025, 6, 1, tzinfo=UTC))
    last = give(shop, title="Paper 99")
    assert last.created_at.year != 2025
    seen: list[set[str]] = []
    path = "/documents/?year=2025&all=1"
    while path:
        text = page(shop, path=path)
        seen.append(named_in(text))
        older = re.search(r'href="([^"]*)" rel="next"', text)
        path = older[1].replace("&amp;", "&") if older else ""
        assert not path or "year=2025" in path
    assert [len(part) for part in seen] == [2, 2, 2] and set().union(*seen) == set().union(*named.values())
    assert 'href="/documents/?year=2025&amp;all=1"' in page(shop, path="/documents/?year=2025")


def test_a_hidden_kind_or_what_is_not_shown_tells_no_year(shop):
    for kind, share, year in (("assessment", True, 2019), ("offer", False, 2020), ("offer", True, 2021)):
        made = give(shop, kind, share=share)
        Document.objects.filter(pk=made.pk).update(created_at=datetime(year, 6, 1, tzinfo=UTC))
    give(shop)
    text = page(shop)
    assert "2021</option>" in text and "2020" not in text and "2019" not in text and "2 on file." in text


def test_the_page_costs_the_same_statements_however_many_there_are(shop, server_statements):
    def cost(path: str) -> int:
        page(shop, path=path)
        with server_statements() as sent_statements:
            page(shop, path=path)
        return len(sent_statements.without_transactions)

    years(shop)
    few = {path: cost(path) for path in ("/documents/", "/documents/?year=2025")}
    for _ in range(10):
        give(shop)
    assert {path: cost(path) for path in few} == few
    assert max(few.values()) <= 7, few
