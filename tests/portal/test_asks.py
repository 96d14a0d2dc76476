"""What is asked, done in the pages: on home, on the page of the request, without a script, once."""

from __future__ import annotations

import copy
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.actions import change_fields
from tenants.outbox.drain import drain
from tests.contracts.rows import Rows
from tests.service_requests.asking_portal import Desk, document


@pytest.fixture
def desk(people) -> Desk:
    return Desk(people)


@pytest.fixture
def carol(desk, client_for) -> Any:
    return client_for(desk.people["carol"])


def form_of(page: str, ask: str) -> dict[str, str]:
    """The hidden fields of an ask's (first) form, as a browser without scripts would send them."""
    form = re.search(rf'<form[^>]*asks/{ask}/".*?</form>', page, re.DOTALL)
    assert form is not None, f"no form for {ask}"
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))


def text_of(answer: Any) -> str:
    return answer.content.decode()


def test_home_shows_what_is_asked_and_a_small_form_is_done_there(desk, carol):
    row = desk.at("visit")
    page = text_of(carol.get("/"))
    assert "One thing needs you." in page
    assert "Choose a day" in page
    assert "If you like" in page
    sent = {**form_of(page, "day"), "f-slot": "tue"}
    answer = carol.post(f"/requests/{row.number}/asks/day/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert desk.fresh(row).status_key == "work"
    assert "Done: Choose a day." in text_of(carol.get("/"))


def test_what_is_to_be_approved_is_read_on_its_own_page(desk, carol):
    row = desk.at("quote")
    home = text_of(carol.get("/"))
    assert "Read and approve" in home
    assert f'href="/requests/{row.number}/#ask-quote"' in home
    assert "It is £480." in home
    page = text_of(carol.get(f"/requests/{row.number}/"))
    assert "Approve for £480" in page
    assert "Secret cost" not in page
    path, form = f"/requests/{row.number}/asks/quote/", form_of(page, "quote")
    # Without the tick nothing is approved, and the page says what to do.
    untick = carol.post(path, {**form, "answer": "yes"})
    assert untick.status_code == 400
    assert "Tick the box first" in text_of(untick)
    assert carol.post(path, {**form, "answer": "yes", "consent": "on"}).status_code == 302
    assert desk.fresh(row).status_key == "work"
    page = text_of(carol.get(f"/requests/{row.number}/"))
    assert "You approved: Approve the price" in page


def test_a_form_sent_twice_is_answered_like_the_first(desk, carol):
    row = desk.at("visit")
    sent = {**form_of(text_of(carol.get("/")), "day"), "f-slot": "tue"}
    for _ in range(2):
        assert carol.post(f"/requests/{row.number}/asks/day/", sent).status_code == 302
    assert HistoryEntry.objects.filter(request=row, kind=Kind.ANSWERED).count() == 1


def test_an_answer_that_comes_too_late_is_told_how_it_stands(desk, carol):
    row = desk.at("visit")
    sent = {**form_of(text_of(carol.get("/")), "day"), "f-slot": "tue"}
    desk.answer(row, "day", by="bob", answers={"slot": "wed"}, note="Called")
    desk.answer(row, "house", by="bob", note="Called")
    rows = Rows()
    before = rows.now()
    answer = carol.post(f"/requests/{row.number}/asks/day/", {**sent, "key": str(uuid.uuid4())})
    assert answer.status_code == 409
    assert rows.now() == before


def test_a_changed_price_is_shown_again_and_not_approved(desk, carol):
    row = desk.at("quote")
    path = f"/requests/{row.number}/"
    form = {**form_of(text_of(carol.get(path)), "quote"), "answer": "yes", "consent": "on"}
    change_fields(actor=desk.actor("bob"), request_id=row.pk, answers={"price": "990"}, seen={"price": "480"})
    answer = carol.post(f"{path}asks/quote/", form)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "This has changed since you opened the page. Nothing was approved" in page
    assert "Approve for £990" in page
    assert desk.fresh(row).status_key == "quote"
    again = {**form_of(page, "quote"), "answer": "yes", "consent": "on"}
    assert carol.post(f"{path}asks/quote/", again).status_code == 302


def test_declining_asks_why_and_keeps_what_was_typed(desk, carol):
    row = desk.at("quote")
    path = f"/requests/{row.number}/"
    form = {**form_of(text_of(carol.get(path)), "quote"), "answer": "no"}
    refused = carol.post(f"{path}asks/quote/", {**form, "note": " "})
    assert refused.status_code == 400
    assert "Say why, in a few words" in text_of(refused)
    assert carol.post(f"{path}asks/quote/", {**form, "note": "Too dear"}).status_code == 302
    assert desk.fresh(row).status_key == "stopped"
    page = text_of(carol.get(path))
    assert "Too dear" in page and "You declined: Approve the price" in page and "Done: Approve" not in page


def test_an_empty_form_keeps_its_place_and_says_so(desk, carol):
    row = desk.at("visit")
    sent = form_of(text_of(carol.get("/")), "day")
    answer = carol.post(f"/requests/{row.number}/asks/day/", sent)
    assert answer.status_code == 400
    assert "Choose one of the answers" in text_of(answer)
    assert 'id="ask-day" tabindex="-1" data-focus' in text_of(answer)


def test_a_form_may_name_a_question_before_the_one_that_decides_about_it(desk, carol):
    """It could never be filled in: the later answer was not known when the earlier one was looked at, and dropped."""
    wanted = copy.deepcopy(document())
    box = next(field for field in wanted["types"][0]["fields"] if field["key"] == "key-box")
    box["when"] = {"field": "slot", "is": "tue"}
    visit = next(status for status in wanted["flows"][0]["statuses"] if status["key"] == "visit")
    visit["asks"] = [{"key": "day", "do": "fill", "label": "Your day", "fields": ["key-box", "slot"]}]
    desk.publish(wanted)
    row = desk.at("visit")
    page = text_of(carol.get(f"/requests/{row.number}/"))
    assert "When shall we come?" in page and "Where is the key?" not in page
    path, form = f"/requests/{row.number}/asks/day/", form_of(page, "day")
    refused = text_of(carol.post(path, {**form, "f-slot": "tue"}))
    assert refused.index('name="f-slot"') < refused.index('name="f-key-box"')
    assert carol.post(path, {**form, "f-slot": "tue", "f-key-box": "Below the mat"}).status_code == 302
    row = desk.fresh(row)
    assert (row.status_key, row.data["slot"], row.data["key-box"]) == ("work", "tue", "Below the mat")


def test_others_requests_are_not_there(desk, client_for):
    row = desk.at("visit")
    dave = client_for(desk.people["dave"])
    rows = Rows()
    before = rows.now()
    for path in ("asks/day/", "reopen/"):
        assert dave.post(f"/requests/{row.number}/{path}", {"f-slot": "tue"}).status_code == 404
    assert rows.now() == before


def test_what_was_closed_is_opened_again_with_one_press(desk, people, tenant, client_for):
    with time_machine.travel("2026-11-23 09:00 +0000", tick=False) as clock:
        row = desk.at("quote")
        clock.shift(timedelta(days=14))
        drain(tenant.schema_name)
        carol = client_for(people["carol"])
        page = text_of(carol.get(f"/requests/{row.number}/"))
        assert 'id="reopen"' in page
        assert "We closed this because we did not hear from you" in page
        for _ in range(2):
            assert carol.post(f"/requests/{row.number}/reopen/").status_code == 302
        assert desk.fresh(row).status_key == "quote"
        clock.shift(timedelta(days=14))
        drain(tenant.schema_name)
        clock.shift(timedelta(days=31))
        late = client_for(people["carol"])
        assert 'id="reopen"' not in text_of(late.get(f"/requests/{row.number}/"))
        assert late.post(f"/requests/{row.number}/reopen/").status_code == 409


# ---- at the desk


def test_staff_see_what_was_asked_and_write_down_an_answer(desk, client_for):
    row = desk.at("visit")
    bob = client_for(desk.people["bob"])
    path = f"/desk/requests/{row.number}/"
    page = text_of(bob.get(path))
    assert "Asked of Carol" in page
    assert "0 of 2 done" in page
    assert "Choose a day" in text_of(bob.get("/desk/?view=with-customers"))
    form = {**form_of(page, "day"), "f-slot": "tue"}
    refused = bob.post(f"{path}asks/day/", form)
    assert refused.status_code == 400
    assert "Say how the answer came" in text_of(refused)
    assert bob.post(f"{path}asks/day/", {**form, "note": "On the phone at ten"}).status_code == 302
    assert desk.fresh(row).status_key == "work"
    assert "You wrote this down for the customer: Choose a day" in text_of(bob.get(path))


def test_a_move_may_need_an_answer_before_the_one_that_decides_about_it(desk, client_for):
    wanted = copy.deepcopy(document())
    cost = next(field for field in wanted["types"][0]["fields"] if field["key"] == "cost")
    cost["when"] = {"field": "price", "filled": True}
    way = next(way for way in wanted["flows"][0]["transitions"] if way["to"] == "work")
    way["must_fill"] = ["cost", "price"]
    desk.publish(wanted)
    row = desk.at("new")
    bob = client_for(desk.people["bob"])
    form = {"to": "work", "shown_to": "work", "status": "new", "tell": "no", "f-cost": "100", "f-price": "480"}
    assert bob.post(f"/desk/requests/{row.number}/move/", form).status_code == 302
    row = desk.fresh(row)
    assert (row.status_key, row.data["price"], row.data["cost"]) == ("work", "480", "100")


def test_staff_plan_a_request_and_its_customer_reads_the_day(desk, carol, client_for):
    with time_machine.travel("2026-11-23 09:00 +0000", tick=False):
        row = desk.at("new")
        bob, carol = client_for(desk.people["bob"]), client_for(desk.people["carol"])
        path = f"/desk/requests/{row.number}/plan/"
        assert bob.post(path, {"day": "2026-12-01", "seen": "", "tell": "no"}).status_code == 302
        for page in ("/", "/requests/", f"/requests/{row.number}/"):
            assert "Planned for Tuesday 1 December" in text_of(carol.get(page))
        for wrong, words in (("2026-11-01", "Choose a day from today on."), ("soon", "Write the day as in")):
            refused = bob.post(path, {"day": wrong, "seen": "2026-12-01"})
            assert refused.status_code == 400
            assert words in text_of(refused)
        assert bob.post(path, {"day": "2026-12-03", "seen": ""}).status_code == 409
        assert bob.post(path, {"clear": "1", "seen": "2026-12-01", "tell": "no"}).status_code == 302
        assert desk.fresh(row).planned_for is None


def test_a_late_request_says_at_the_desk_what_to_do(desk, client_for):
    with time_machine.travel("2026-11-23 09:00 +0000", tick=False) as clock:
        row = desk.at("new")
        clock.shift(timedelta(days=5))
        bob = client_for(desk.people["bob"])
        assert "Post an update before Carol has to ask" in text_of(bob.get(f"/desk/requests/{row.number}/"))
        assert "Past due" in text_of(bob.get("/desk/"))
