"""A press on a row of a status answers a script with that part alone, and the picture follows by itself."""

from __future__ import annotations

import re
from typing import Any

from tests.desk.setup.test_sheets import read

WAY = "/desk/setup/flows/way/"
NEW = f"{WAY}statuses/new/"
HTMX = {"HX-Request": "true"}


def said(answer: Any) -> str:
    assert answer.status_code == 200
    assert len(answer.content) < 10_000
    assert b"<html" not in answer.content
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_what_is_asked_is_taken_out_in_place(alice):
    for kind in ("fill", "read"):
        alice.post(f"{NEW}asks/", {"do": "add", "kind": kind})
    answer = alice.post(f"{NEW}asks/", {"do": "remove", "key": "fill"}, headers=HTMX)
    words = said(answer)
    assert answer.headers["HX-Trigger"] == "draft-changed"
    assert [ask["key"] for ask in read("flows", "way", "statuses", "new", "asks")] == ["read"]
    assert "Take out Read and confirm" in words and "Fill something in" not in words
    # Somebody else was quicker: the list as it is.
    assert "Take out Read and confirm" in said(alice.post(f"{NEW}asks/", {"do": "remove", "key": "fill"}, headers=HTMX))


def test_ways_come_and_go_in_place_and_a_refusal_is_said_there(alice):
    words = said(alice.post(f"{WAY}statuses/known/ways/", {"to": "new", "by": ["agent"]}, headers=HTMX))
    assert "Take out the way to New" in words
    assert "Choose where the way leads, and who may go it." in said(
        alice.post(f"{WAY}statuses/known/ways/", {"to": "", "by": "agent"}, headers=HTMX)
    )
    stale = alice.post(f"{WAY}ways/3/remove/", {"mark": "stale", "status": "known"}, headers=HTMX)
    assert "The ways were changed meanwhile." in said(stale)
    assert len(read("flows", "way", "transitions")) == 4
    # It was said there, and not once more on the next page.
    assert "changed meanwhile" not in alice.get(NEW).content.decode()
    (line,) = [line for line in alice.get(f"{WAY}statuses/known/").context["picked"].moves if line.to == "new"]
    answer = alice.post(f"{WAY}ways/3/remove/", {"mark": line.mark, "status": "known"}, headers=HTMX)
    assert "Take out the way to New" not in said(answer)
    assert len(read("flows", "way", "transitions")) == 3


def test_without_script_a_press_leads_back(alice):
    alice.post(f"{NEW}asks/", {"do": "add", "kind": "fill"})
    answer = alice.post(f"{NEW}asks/", {"do": "remove", "key": "fill"})
    assert answer.headers["Location"] == f"{NEW}#asks"


def test_the_picture_follows_what_was_saved(alice):
    page = alice.get(NEW).content.decode()
    assert f'hx-get="{WAY}drawing/?status=new" hx-trigger="draft-changed from:body delay:300ms"' in page
    before = alice.get(f"{WAY}drawing/", {"status": "new"}).content.decode()
    assert before.count("<g>") == 3
    alice.post(f"{WAY}add/", {"name": "On hold", "turn": "us"})
    after = alice.get(f"{WAY}drawing/", {"status": "new"}).content.decode()
    assert after.count("<g>") == 4 and "On hold" in after
    assert "<html" not in after


def test_only_who_may_configure_gets_a_part(shop, people, client_for):
    for who, status in (("bob", 403), ("carol", 404)):
        assert client_for(people[who]).get(f"{WAY}drawing/").status_code == status
