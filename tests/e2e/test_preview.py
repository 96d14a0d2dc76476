"""See as customer in a browser: links stay in the frame, a form is tried and undone, with script and without."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]
PAGE = "/desk/setup/preview/"


def _frame(walk: Any, path: str) -> Any:
    """The frame, once it shows a page of the portal."""
    frame = walk.page.frame("seen")
    assert frame is not None
    frame.wait_for_url(re.compile(rf"{PAGE}live/[\w-]+/{path}$"))
    return frame


def _owner(walk, people, **options):
    return walk("nordwarm", state=people.state("nordwarm", "owner"), **options)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_words_beside_follow_where_the_frame_goes(walk, people, width):
    number = people.numbers("nordwarm")["repair"]
    owner = _owner(walk, people, width=width)
    owner.open(f"{PAGE}?as={people.numbers('nordwarm')['maren_id']}&page=requests/")
    _frame(owner, "requests/").click(f"a[href$='/requests/{number}/'] >> nth=0")
    _frame(owner, f"requests/{number}/")
    owner.page.wait_for_selector("#seen-difference >> text=Not sent to Maren")
    owner.waits("number => document.querySelector('#pg').value === `requests/${number}/`", number)
    assert f"page=requests%2F{number}%2F" in owner.page.url
    assert owner.sideways() <= 0


@pytest.mark.parametrize("scripted", [True, False])
def test_a_message_is_tried_and_undone(walk, people, scripted):
    number = people.numbers("nordwarm")["repair"]
    maren_id = people.numbers("nordwarm")["maren_id"]
    owner = _owner(walk, people, scripted=scripted)
    owner.open(f"{PAGE}?as={maren_id}&page=requests/{number}/")
    frame = _frame(owner, f"requests/{number}/")
    frame.fill("textarea[name=body]", "A word that nobody ever wrote")
    frame.click("form[action$='/reply/'] button >> nth=-1")
    frame.wait_for_selector("text=Tried on a copy.")
    assert frame.locator("text=A word that nobody ever wrote").count() >= 1
    maren = walk("nordwarm", state=people.state("nordwarm", "maren"))
    maren.open(f"/requests/{number}/")
    assert "A word that nobody ever wrote" not in maren.page.content()
    # Whoever looked is still themselves, in the same browser.
    owner.open("/desk/")
    owner.sees("Needs us")


def test_without_script_the_strip_is_sent_by_its_button(walk, people):
    owner = _owner(walk, people, scripted=False)
    owner.open(PAGE)
    owner.page.select_option("#who", "new")
    owner.page.select_option("#pg", "new/report-fault/")
    owner.click("form.seeas button:has-text('Show')")
    owner.page.wait_for_url("**as=new**")
    frame = _frame(owner, "new/report-fault/")
    assert frame.locator("h1").inner_text() == "Report a fault"
    owner.sees("as a new customer")


def test_the_list_leads_on_by_itself_and_the_keyboard_reaches_the_frame(walk, people):
    owner = _owner(walk, people)
    owner.open(f"{PAGE}?as=example&page=")
    owner.page.focus("#pg")
    owner.page.select_option("#pg", "new/report-fault/")
    owner.page.wait_for_url("**page=new**")
    frame = _frame(owner, "new/report-fault/")
    frame.check("input[value=pressure]")
    frame.wait_for_selector("[name=f-gauge]")
    owner.page.focus("form.seeas button:has-text('Show')")
    for _ in range(40):
        owner.page.keyboard.press("Tab")
        if owner.page.evaluate("document.activeElement.tagName") == "IFRAME":
            break
    assert owner.page.evaluate("document.activeElement.tagName") == "IFRAME"


def test_the_form_beside_the_fields_follows_an_edit(walk, people):
    owner = _owner(walk, people)
    owner.open("/desk/setup/types/report-fault/")
    form = owner.page.frame_locator(".live-form iframe")
    form.locator("h1", has_text="Report a fault").wait_for()
    free = form.locator("text=if you like").count()
    owner.click("button[role=switch][aria-checked=true] >> nth=0")
    # Some of the form is folded away until an answer shows it.
    form.locator("text=if you like").nth(free).wait_for(state="attached")
    owner.open("/desk/setup/history/")
    owner.click("main form[action$='/undo/'] button >> nth=0")
    owner.sees("Nothing is changed.")
    # On a narrow screen it is folded away, and not loaded before it is opened.
    phone = _owner(walk, people, width=390)
    phone.open("/desk/setup/types/report-fault/")
    assert phone.page.locator("[data-live-seen]").is_hidden()
    phone.click("[data-live-form] summary")
    phone.page.frame_locator(".live-form iframe").locator("h1", has_text="Report a fault").wait_for()
    assert phone.sideways() <= 0
