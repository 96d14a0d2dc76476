"""More documents of a kind on file than are shown one by one: all can be chosen, by form and by ask, without script."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.documents import field
from portal_core.documents.models import Document, DocumentState
from portal_core.documents.vault import offers
from portal_core.service_requests import uploading
from tests.documents.papers import Papers
from tests.documents.test_vault import add, page
from tests.service_requests.papers_portal import House, a_pdf

SHOWN = 4


@pytest.fixture
def few_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (field, uploading):
        monkeypatch.setattr(module, "ONE_BY_ONE", SHOWN)


def chosen_in(text: str, name: str) -> dict[str, bool]:
    """The documents in the list of that name, with whether they are chosen."""
    found = re.search(rf'<select[^>]*name="{name}"[^>]*>(.*?)</select>', text, re.DOTALL)
    assert found is not None
    return {key: bool(mark) for key, mark in re.findall(r'<option value="d-([0-9a-f-]+)"( selected)?', found[1])}


def test_those_beyond_stand_in_a_list_and_the_oldest_can_be_chosen(few_one_by_one, papers: Papers):
    rows = [add(papers, title=f"Policy of year {number}") for number in range(SHOWN + 2)]
    oldest = [str(row.pk) for row in rows[:2]]
    form = page(papers, "carol", "/new/repair/")
    assert sorted(chosen_in(form, "f-policy")) == sorted(oldest)
    assert "Policy of year 0 ·" in form and form.count('value="d-') == len(rows)
    # One that comes back with an error keeps the choice.
    again = papers.client("carol").post(
        "/new/repair/", {"f-what": "", "f-policy": f"d-{oldest[0]}", "do": "send", "key": str(rows[0].pk)}
    )
    assert again.status_code == 400
    assert chosen_in(again.content.decode(), "f-policy") == {oldest[0]: True, oldest[1]: False}
    row = papers.file(**{"f-policy": f"d-{oldest[0]}"})
    assert [item["id"] for item in row.data["policy"]] == [item["id"] for item in rows[0].files]


def test_where_all_are_shown_one_by_one_there_is_no_list(few_one_by_one, papers: Papers):
    for _ in range(SHOWN):
        add(papers)
    assert "<select" not in re.sub(r'<select[^>]*name="f-(?!policy)', "", page(papers, "carol", "/new/repair/"))


def test_hundreds_are_offered_with_as_few_statements(papers: Papers, server_statements: Any):
    first = add(papers)

    def cost() -> list[str]:
        tries = []
        for _ in range(3):
            with server_statements() as sent:
                papers.client("carol").get("/new/repair/")
            tries.append(sent.without_transactions)
        return min(tries, key=len)

    few = cost()
    before = timezone.now() - timedelta(days=1)
    Document.objects.bulk_create(
        Document(
            customer_id=first.customer_id, kind_key=first.kind_key, state=DocumentState.ON_FILE, is_shared=True,
            created_at=before, changed_at=before, title=f"Old {number}", files=first.files,
        )
        for number in range(250)
    )  # fmt: skip
    assert len(cost()) == len(few)
    form = page(papers, "carol", "/new/repair/")
    assert form.count('value="d-') == 251
    assert len(chosen_in(form, "f-policy")) == 151
    # Another customer's are none of them.
    assert 'value="d-' not in page(papers, "dave", "/new/repair/")


def test_an_ask_takes_one_from_the_list_by_customer_and_by_staff(few_one_by_one, people, client_for):
    house = House(people, client_for)
    for number in range(SHOWN + 2):
        assert house.send(house.at("visit"), "paper", a_pdf(f"year-{number}.pdf")).status_code == 302
    # Each has replaced the one before it, as kinds with a last day do; here they are about different things.
    Document.objects.update(state=DocumentState.ON_FILE, replaced_by=None)
    oldest = Document.objects.earliest("id")
    for name, path in (("carol", "/requests/{}/asks/paper/"), ("bob", "/desk/requests/{}/asks/paper/")):
        row = house.at("visit")
        text = house.page(row, name)
        assert str(oldest.pk) in chosen_in(text, "u-files") and "year-0.pdf ·" in text
        sent = {
            "key": str(row.pk),
            "since": row.status_since.isoformat(),
            "u-files": f"d-{oldest.pk}",
            "note": "By post",
        }
        assert house.client_for(people[name]).post(path.format(row.number), sent).status_code == 302
        assert house.fresh(row).status_key == "work"
    oldest.refresh_from_db()
    assert oldest.used_count == 2


def test_a_form_reads_and_offers_no_more_than_anybody_can_choose_from(papers: Papers, server_statements: Any):
    first = add(papers)
    Document.objects.bulk_create(
        Document(
            customer_id=first.customer_id, kind_key=first.kind_key, state=DocumentState.ON_FILE, is_shared=True,
            created_at=first.created_at, changed_at=first.created_at, title=f"Copy {number}", files=first.files,
        )
        for number in range(600)
    )  # fmt: skip
    form = page(papers, "carol", "/new/repair/")
    assert form.count('value="d-') == 500
    assert "What is older still stands in your documents." in form
    carol = papers.people["carol"].pk
    asked = Asked(live_portal(), papers.actor("carol").role, "en", customer_id=carol, person_id=carol)
    with server_statements() as sent:
        assert len(offers(first.kind_key, asked)) == 500
        assert offers(first.kind_key, asked) is offers(first.kind_key, asked)
    assert len([text for text in sent if "portal_core_document" in text]) == 1
