"""A form that is still being filled in complains of nothing; once sent, it says what is wrong until it is right."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.documents.papers import Papers
from tests.documents.samples import sent
from tests.saved_records.house import House

NEW = "/new/repair/"


def wrongs(answer: Any) -> list[str]:
    """What the page says is wrong, by the ids of the fields."""
    return re.findall(r'id="id_(f-[a-z-]+)-error"', answer.content.decode())


def test_what_is_not_answered_yet_is_not_complained_of_before_the_form_is_sent(people, client_for):
    House(people)
    carol = client_for(people["carol"])
    typed = {"f-what": "", "f-appliance": "new", "f-appliance_new-maker": "", "key": str(uuid.uuid4())}
    for do, more in (("update", {}), ("update", {"headers": {"HX-Request": "true"}})):
        answer = carol.post(NEW, {**typed, "do": do}, **more)
        assert answer.status_code == 200 and wrongs(answer) == [], do
        assert "field-error" not in answer.content.decode()
    # Kept for later and opened again: nobody has sent it.
    assert carol.post(NEW, {**typed, "do": "later"}).status_code == 302
    again = carol.get(NEW)
    assert "You began this before" in again.content.decode() and wrongs(again) == []
    assert "Error:" not in again.content.decode()
    tried = carol.post(NEW, {**typed, "do": "send"})
    assert tried.status_code == 400 and {"f-what", "f-appliance"} <= set(wrongs(tried))
    assert '<input type="hidden" name="tried" value="1">' in tried.content.decode()
    # What was said stays said while the answers are mended one by one.
    more = carol.post(NEW, {**typed, "do": "update", "tried": "1"}, headers={"HX-Request": "true"})
    assert {"f-what", "f-appliance"} <= set(wrongs(more))


def test_at_the_desk_neither(people, client_for):
    House(people)
    bob = client_for(people["bob"])
    for button in ({"do": "update"}, {"rows": "find f-nothing"}):
        answer = bob.post("/desk/new/repair/", {"f-what": "", "email": "", "key": str(uuid.uuid4()), **button})
        assert answer.status_code == 200 and "error-text" not in answer.content.decode()
    answer = bob.post("/desk/new/repair/", {"f-what": "", "email": "", "key": str(uuid.uuid4()), "do": "send"})
    assert answer.status_code == 400 and "error-text" in answer.content.decode()


@pytest.mark.parametrize("button", [{"do": "update"}, {"rows": "find f-policy"}])
def test_a_file_that_is_not_taken_is_told_at_once_for_it_is_gone(papers: Papers, file_store, button: dict[str, str]):
    page = {"f-what": "", "key": str(uuid.uuid4()), "f-policy_new": sent("page.html", b"<script>1</script>"), **button}
    answer = papers.client("carol").post(NEW, page)
    assert answer.status_code == 200 and wrongs(answer) == ["f-policy"]
    assert "page.html" in answer.content.decode()
