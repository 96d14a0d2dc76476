"""The desk, all day, in a browser: many at once, by keyboard and without script; who else is here; news; paper."""

from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]
# What is not on a phone as on a desk is walked there; the others' walks are on a wide screen anyhow.
WIDTHS = [390, pytest.param(1280, marks=pytest.mark.heavy)]


@pytest.fixture
def filed(walk, product):
    """New requests of customers who registered just now: their numbers."""
    counts = iter(range(100))

    def file(name: str) -> int:
        customer = walk("walks")
        customer.sign_in(f"{name.lower()}.{next(counts)}@example.com")
        customer.open("/new/something-else/")
        customer.fill("[name=f-subject]", f"Question of {name}")
        customer.fill("[name=f-question]", "When do you open?")
        customer.fill("[name=f-phone]", "0131 496 0142")
        customer.click("button[value=send]")
        customer.page.wait_for_url("**/requests/*/?sent=1")
        return int(customer.path.split("/")[2])

    return file


def _at(walk, people, width: int = 1280, who: str = "jonas", **options):
    return walk("walks", width=width, state=people.state("walks", who), **options)


@pytest.mark.parametrize("width", WIDTHS)
def test_two_are_ticked_and_taken_by_keyboard(walk, people, filed, width):
    numbers = [filed(f"Keys{width}a"), filed(f"Keys{width}b")]
    jonas = _at(walk, people, width)
    jonas.open("/desk/?view=new&sort=age")
    for number in numbers:
        jonas.page.focus(f"a[data-row][href^='/desk/requests/{number}/']")
        jonas.page.keyboard.press("x")
    jonas.page.wait_for_selector("[data-bulk-count]:has-text('2 selected')")
    jonas.page.keyboard.press("t")
    jonas.page.wait_for_selector("h1:has-text('2 given')")
    assert jonas.sideways() <= 0
    jonas.open("/desk/?view=mine")
    jonas.sees(*(f"NW-{number}" for number in numbers))


def test_one_is_taken_opened_moved_and_left_without_losing_the_place(walk, people, filed):
    """A line is taken by a key, opened, moved with Tab before the slow answer is there, and left for the same line."""
    number = filed("Loop")
    jonas = _at(walk, people)
    press = jonas.page.keyboard.press
    line = f"#row-{number}:focus"
    jonas.open("/desk/?view=needs-us")
    jonas.page.focus(f"#row-{number}")
    press("t")
    jonas.page.wait_for_selector(f"text=NW-{number} is given to you.")
    jonas.page.wait_for_selector(line)
    press("o")
    jonas.page.wait_for_url(f"**/desk/requests/{number}/**")
    jonas.page.route("**/preview/**", lambda route: (jonas.page.wait_for_timeout(400), route.continue_()))
    press("m")
    jonas.page.wait_for_selector("#to:focus")
    with jonas.page.expect_response("**/preview/**"):
        press("ArrowDown")
        press("Tab")
        assert jonas.page.evaluate("document.activeElement.closest('#move') !== null")
    jonas.waits("document.querySelector('#move [name=shown_to]')?.value === document.querySelector('#to')?.value")
    assert jonas.page.evaluate("document.activeElement.closest('#move') !== null"), "the focus went with the old panel"
    jonas.page.unroute("**/preview/**")
    jonas.page.evaluate("document.activeElement.blur()")
    press("u")
    jonas.page.wait_for_url("**view=needs-us#row-*")
    jonas.page.wait_for_selector(line)


def test_keys_rest_in_fields_and_can_be_switched_off(walk, people, filed):
    number = filed("Quiet")
    jonas = _at(walk, people)
    jonas.open("/desk/?view=all")
    jonas.page.keyboard.press("/")
    jonas.page.keyboard.type("jx?question")
    assert jonas.page.input_value("#q") == "jx?question"
    # What was typed first, then the field: the single keys work again.
    jonas.page.keyboard.press("Escape")
    jonas.page.keyboard.press("Escape")
    jonas.page.keyboard.press("?")
    jonas.page.wait_for_selector("dialog[open] >> text=Everywhere")
    jonas.page.keyboard.press("Escape")
    jonas.page.keyboard.press("g")
    jonas.page.keyboard.press("n")
    jonas.page.wait_for_url("**view=new**")
    jonas.open(f"/desk/requests/{number}/")
    jonas.page.keyboard.press("n")
    jonas.page.keyboard.type("Only for us")
    assert jonas.page.is_checked("#kind-note")
    assert jonas.page.input_value("#write textarea") == "Only for us"
    jonas.page.keyboard.press("Escape")
    assert jonas.page.input_value("#write textarea") == "Only for us"
    jonas.page.keyboard.press("d")
    assert jonas.page.evaluate("document.activeElement.id") == "plan-day"
    jonas.page.keyboard.press("Escape")
    jonas.page.keyboard.press("p")
    assert jonas.page.evaluate("document.activeElement.name") == "priority"
    jonas.page.keyboard.press("Escape")
    jonas.open("/desk/updates/")
    jonas.page.keyboard.press("/")
    jonas.page.wait_for_url("**/desk/search/")
    jonas.page.wait_for_selector("#q:focus")
    jonas.page.keyboard.press("Escape")
    jonas.open(f"/desk/requests/{number}/")
    jonas.click("[data-keys-off]")
    jonas.page.evaluate("document.activeElement.blur()")
    jonas.page.keyboard.press("/")
    jonas.page.keyboard.press("?")
    assert not jonas.page.query_selector("dialog[open]")
    jonas.click("[data-keys-off]")


def test_ctrl_and_enter_send_what_is_filled_in_beside_a_request_and_press_no_other_button(walk, people, filed):
    number = filed("Beside")
    jonas = _at(walk, people)
    jonas.open(f"/desk/requests/{number}/")
    jonas.page.keyboard.press("p")
    levels = jonas.page.eval_on_selector_all("button[name=priority]", "all => all.map(one => one.value)")
    jonas.page.focus(f"button[name=priority][value='{levels[-1]}']")
    jonas.page.keyboard.press("Control+Enter")
    jonas.open(f"/desk/requests/{number}/")
    assert jonas.page.get_attribute("button[name=priority][aria-current]", "value") != levels[0]
    jonas.page.keyboard.press("d")
    jonas.page.fill("#plan-day", "2031-03-03")
    jonas.page.keyboard.press("Control+Enter")
    # Sent once: the mail that goes with it is shown first, or the day is planned.
    jonas.page.wait_for_selector("text=/read it and press once more|Planned for a day/")


def test_without_script_several_are_moved_and_the_mail_is_seen_first(walk, people, filed):
    numbers = [filed("Plain"), filed("Simple")]
    jonas = _at(walk, people, scripted=False)
    jonas.open("/desk/?view=new&sort=age")
    for number in numbers:
        jonas.check(f"tr[data-number='{number}'] input[name=row]")
    jonas.click("#bulk button:has-text('Move to')")
    jonas.sees("Move 2 requests", "2 of 2")
    jonas.click("button:has-text('Show what is sent')")
    jonas.page.wait_for_selector("button[value=move]")
    if jonas.page.query_selector("#reason"):
        jonas.fill("#reason", "Answered by phone")
        jonas.click("button:has-text('Show the mails again')")
    jonas.click("button[value=move]")
    jonas.page.wait_for_selector("h1:has-text('moved')")
    assert jonas.sideways() <= 0


def test_two_people_on_one_request_see_each_other(walk, people, filed):
    number = filed("Both")
    jonas, owner = _at(walk, people), _at(walk, people, who="owner")
    jonas.open(f"/desk/requests/{number}/")
    owner.open(f"/desk/requests/{number}/")
    # Within ten seconds where nothing else is done; tests share the machine.
    jonas.page.wait_for_selector("[data-here]:has-text('here, too')", timeout=45_000)
    owner.fill("#write textarea", "We are open from")
    jonas.page.wait_for_selector("[data-here]:has-text('writing')", timeout=45_000)


def test_news_come_without_moving_what_has_the_focus(walk, people, filed):
    first = filed("Early")
    jonas = _at(walk, people)
    jonas.open("/desk/?view=new&sort=age")
    jonas.page.focus(f"a[data-row][href^='/desk/requests/{first}/']")
    jonas.page.keyboard.press("x")
    second = filed("Later")
    jonas.page.wait_for_selector("[data-live-news]:not([hidden])", timeout=40_000)
    jonas.sees("1 new")
    assert not jonas.page.query_selector(f"tr[data-number='{second}']")
    held = jonas.page.evaluate("document.activeElement.closest('tr').dataset.number")
    assert held == str(first)
    jonas.click("[data-live-show]")
    jonas.page.wait_for_selector(f"tr[data-number='{second}']")
    assert jonas.page.is_checked(f"tr[data-number='{first}'] input[name=row]")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_view_is_kept_found_and_deleted(walk, people, width):
    jonas = _at(walk, people, width)
    jonas.open("/desk/?view=all&type=report-fault&sort=priority")
    jonas.click(".keep-view summary")
    jonas.fill("#view-name", f"Faults {width}")
    jonas.click(".keep-view button:has-text('Keep')")
    jonas.page.wait_for_selector(f"h1:has-text('Faults {width}')")
    assert jonas.sideways() <= 0
    assert "type=report-fault" in jonas.path and "sort=priority" in jonas.path
    jonas.open("/desk/views/")
    jonas.click(f"li:has-text('Faults {width}') summary")
    jonas.click("details[open] button:has-text('Delete')")
    jonas.page.wait_for_selector(f"text=“Faults {width}” is deleted.")
    jonas.open("/desk/views/")
    jonas.misses(f"Faults {width}")


def test_on_paper_nothing_of_the_desk_is_left(walk, people, filed):
    number = filed("Paper")
    jonas = _at(walk, people)
    jonas.open(f"/desk/requests/{number}/print/")
    jonas.page.emulate_media(media="print")
    text = jonas.page.inner_text("body")
    assert "Question of Paper" in text and "Back to the request" not in text
    assert not re.search(r"Print\b", text.split("\n")[0])
