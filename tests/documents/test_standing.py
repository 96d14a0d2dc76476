"""How customers' documents stand, in the desk's list of customers: what presses first, and only what the role sees."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from portal_core.config.live import live_portal
from portal_core.documents.models import Document
from portal_core.documents.standing import Standing, standings
from tests.documents.papers import Papers
from tests.factories import make_user


def _on_file(papers: Papers, kind: str, until: date | None = None, who: str = "carol", state: str = "on_file"):
    return Document.objects.create(
        customer=papers.people[who], kind_key=kind, state=state, valid_until=until, is_shared=True
    )


def _text(papers: Papers, who: str = "bob", **asked: str) -> str:
    answer = papers.client(who).get("/desk/customers/", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def _names(text: str) -> list[str]:
    return re.findall(r"data-row href=[^>]+><bdi>([^<]+)<", text)


def _standing(papers: Papers, who: str = "bob") -> Standing:
    carol = papers.people["carol"].pk
    return standings(papers.actor(who), [carol], portal=live_portal()).get(carol, Standing())


@pytest.fixture
def today():
    return timezone.localdate()


def test_what_presses_first_is_said(papers, today):
    assert _text(papers).count('<span class="faint">none</span>') == len(_names(_text(papers)))
    _on_file(papers, "certificate", today + timedelta(days=300))
    assert "1 on file" in _text(papers)
    _on_file(papers, "insurance", today + timedelta(days=20))
    assert "Insurance certificate until" in _text(papers)
    _on_file(papers, "photo", state="asked")
    assert "1 asked for" in _text(papers)
    _on_file(papers, "assessment", today - timedelta(days=1))
    assert "Assessment ran out" in _text(papers)
    assert _standing(papers) == Standing(3, 1, "assessment", "insurance", today + timedelta(days=20))


def test_a_newer_paper_of_the_kind_makes_up_for_one_that_ran_out(papers, today):
    _on_file(papers, "insurance", today - timedelta(days=5))
    assert _names(_text(papers, documents="ending")) == ["Carol Customer"]
    _on_file(papers, "insurance", today + timedelta(days=200))
    assert _standing(papers) == Standing(on_file=2)
    assert _names(_text(papers, documents="ending")) == []


def test_the_list_is_narrowed_by_how_documents_stand(papers, today):
    _on_file(papers, "photo", state="sent_back")
    _on_file(papers, "insurance", today + timedelta(days=3), who="dave")
    _on_file(papers, "insurance", state="replaced")
    assert _names(_text(papers, documents="wanted")) == ["Carol Customer"]
    assert _names(_text(papers, documents="ending")) == ["Dave Colleague"]
    assert {"Carol Customer", "Dave Colleague"} - set(_names(_text(papers, documents="none"))) == {"Dave Colleague"}


def test_a_role_learns_nothing_of_kinds_that_it_does_not_see(papers, today):
    _on_file(papers, "photo")
    _on_file(papers, "photo", state="asked")
    assert _standing(papers, "erin") == Standing()
    assert _standing(papers, "bob").wanted == 1
    assert _names(_text(papers, "erin", documents="wanted")) == []
    assert "Carol Customer" in _names(_text(papers, "erin", documents="none"))


def test_the_columns_cost_the_same_however_many_customers_there_are(papers, server_statements):
    def cost() -> int:
        _text(papers)
        with server_statements() as sent:
            _text(papers)
        return len(sent.without_transactions)

    few = cost()
    for n in range(30):
        papers.people["more"] = make_user(f"more{n}@example.com", f"More {n}")
        _on_file(papers, "insurance", who="more")
    assert cost() == few


def test_a_customers_page_says_what_runs_out_when_and_only_what_the_role_sees(papers, today, server_statements):
    for days in (-3, 300, 12):
        _on_file(papers, "insurance", today + timedelta(days=days))
    _on_file(papers, "photo", today + timedelta(days=40))
    _on_file(papers, "insurance", today + timedelta(days=1), state="replaced")
    _on_file(papers, "insurance", today + timedelta(days=2), who="dave")
    page = f"/desk/customers/{papers.people['carol'].pk}/"
    shown = papers.client("bob").get(page).context["dated"]
    assert [(item.kind_key, (item.valid_until - today).days) for item in shown] == [
        ("insurance", -3), ("insurance", 12), ("photo", 40), ("insurance", 300)]  # fmt: skip
    text = papers.client("bob").get(page).content.decode()
    assert "12 days left" in text and text.count('class="usage"') == 3
    papers.file()  # so that she may know the customer
    erin = papers.client("erin").get(page)
    assert erin.status_code == 404 or "photo" not in {item.kind_key for item in erin.context["dated"]}
    with server_statements() as few:
        papers.client("bob").get(page)
    for days in range(50, 70):
        _on_file(papers, "insurance", today + timedelta(days=days))
    with server_statements() as many:
        answer = papers.client("bob").get(page)
    assert len(answer.context["dated"]) == 5 and len(many.without_transactions) == len(few.without_transactions)
