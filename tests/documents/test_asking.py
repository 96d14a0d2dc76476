"""Asking a customer for a document: what is missing is said on top, with the way to it, and what was typed stays."""

from __future__ import annotations

import pytest

from portal_core.documents.models import Document
from tests.contracts.rows import Rows


def ask(papers, **typed):
    carol = papers.people["carol"].pk
    sent = {"ask-kind": "insurance", "ask-note": "", "ask-due_on": "2031-05-06", **typed}
    return papers.client("bob").post(f"/desk/customers/{carol}/documents/ask/", sent)


@pytest.mark.parametrize(
    ("typed", "field"), [({}, "ask-note"), ({"ask-note": "For the visit", "ask-due_on": "soon"}, "ask-due_on")]
)
def test_what_is_missing_is_said_before_everything_with_the_way_to_it(papers, typed, field):
    before = Rows().now()
    answer = ask(papers, **typed)
    page = answer.content.decode()
    assert answer.status_code == 400 and Rows().now() == before
    summary = page[page.index('class="errors"') :]
    assert page.index('class="errors"') < page.index('id="current"') < page.index('id="ask"')
    assert "data-focus" in summary[:200] and f'href="#ask-{field}"' in summary[:900]
    assert f'id="ask-{field}"' in page and 'aria-invalid="true"' in page
    # What was typed is still there.
    assert f'value="{typed.get("ask-due_on", "2031-05-06")}"' in page and typed.get("ask-note", "") in page
    assert not Document.objects.exists()


def test_adding_without_a_file_is_said_in_the_same_way(papers):
    carol = papers.people["carol"].pk
    sent = {"add-kind": "insurance", "add-title": "House", "add-share": "on"}
    answer = papers.client("bob").post(f"/desk/customers/{carol}/documents/add/", sent)
    page = answer.content.decode()
    assert answer.status_code == 400 and page.index('class="errors"') < page.index('id="current"')
    assert 'value="House"' in page and not Document.objects.exists()
