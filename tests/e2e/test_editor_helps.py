"""What the editor's script adds for those who hear a page: buttons behind a handle, and an error at its box."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

TYPE = "/desk/setup/types/report-fault/"
LOOKS = 20
ORDER = "[...document.querySelectorAll('tr[data-key]')].map(row => row.dataset.key)"


@pytest.fixture
def owner(walk, people):
    owner = walk("walks", state=people.state("walks", "owner"))
    yield owner
    owner.open("/desk/setup/history/")
    if owner.page.locator("button:has-text('Discard all changes')").count():
        owner.click("button:has-text('Discard all changes')")
        owner.page.wait_for_load_state()


def test_a_handle_that_is_pressed_shows_two_buttons_that_say_what_they_move(owner):
    """A screen reader keeps the arrow keys for itself."""
    page = owner.page
    owner.open(TYPE)
    before = page.evaluate(ORDER)
    handle = page.locator("tr[data-key=gauge] [data-grip]")
    up = page.get_by_role("button", name="Move What does the gauge show? up", exact=True)
    assert not up.is_visible()
    handle.press("Enter")
    assert handle.get_attribute("aria-expanded") == "true"
    with page.expect_response("**/fields/_order/"):
        up.press("Enter")
    at = before.index("gauge")
    assert page.evaluate(ORDER).index("gauge") == at - 1
    assert page.inner_text("[data-said]") == f"What does the gauge show?: {at} of {len(before)}."
    assert up.evaluate("button => button === document.activeElement"), "the focus stays where one goes on"
    page.reload()
    assert page.evaluate(ORDER).index("gauge") == at - 1, "the order is kept"


def test_what_was_not_kept_by_itself_is_said_at_its_box_until_it_is_right(owner):
    page = owner.page
    owner.open("/desk/setup/portal/")
    box = page.locator("[name=prefix]")
    with page.expect_response("**/desk/setup/portal/"):
        owner.fill("[name=prefix]", "nw!")
    page.wait_for_selector("[name=prefix][aria-invalid=true]")
    said = page.locator(f"#{box.get_attribute('aria-describedby').split()[-1]}")
    assert "is not written as it must be" in said.inner_text()
    with page.expect_response("**/desk/setup/portal/"):
        owner.fill("[name=prefix]", "NX")
    page.wait_for_selector("[name=prefix]:not([aria-invalid])")
    assert not page.locator("[data-kept-error]").count()


def test_a_rule_that_was_moved_is_still_what_its_link_leads_to(owner):
    page = owner.page
    owner.open(f"{TYPE}handling/")
    rules = page.locator("tr[data-key] th a")
    words = rules.nth(0).inner_text()
    page.locator("tr[data-key] [data-grip]").nth(0).press("ArrowDown")
    page.wait_for_selector("tr[data-key]:nth-child(2).changed th a[href$='/1/']")
    assert rules.nth(1).inner_text() == words
    rules.nth(1).click()
    page.wait_for_url("**/handling/1/")
    owner.sees("Service desk", "urgent")


def test_rules_within_a_form_are_moved_by_the_keys_and_saved_with_it(owner):
    page = owner.page
    owner.open("/desk/setup/flows/repairs/statuses/received/")
    rules = page.locator("#if-late [data-key]")
    tells = [rules.nth(at).locator("select").first.input_value() for at in (0, 1)]
    with page.expect_response("**/statuses/received/"):
        rules.nth(0).locator("[data-grip]").press("ArrowDown")
    assert rules.nth(1).locator("label").first.inner_text() == "Tell, rule 2"
    assert page.evaluate("document.activeElement.closest('[data-key]').dataset.key") == "if_late-0"
    page.reload()
    assert [rules.nth(at).locator("select").first.input_value() for at in (0, 1)] == tells[::-1]


def test_what_somebody_else_changed_is_in_sight_wherever_on_the_page_one_is(owner):
    page = owner.page
    said = "<span data-changed>Somebody changed something here. <a class='link' href=''>Load it again</a></span>"
    page.route("**/desk/setup/here/**", lambda route: route.fulfill(status=200, content_type="text/html", body=said))
    owner.open("/desk/setup/portal/")
    notice = page.locator("[data-setup-here] [data-changed]")
    notice.wait_for()
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        box = page.locator("[name=currency]")
        box.focus()
        page.mouse.wheel(0, -300)
        place = notice.bounding_box()
        assert place and 0 <= place["y"] < 100, "it stays at the top while the page goes on"
        assert notice.locator("a").evaluate(
            "link => { const at = link.getBoundingClientRect();"
            " return document.elementFromPoint(at.x + 5, at.y + at.height / 2) === link; }"
        ), "nothing lies over it"
        # Going back by keyboard, nothing that has the focus lies under it.
        for _ in range(6):
            page.keyboard.press("Shift+Tab")
            top = page.evaluate("document.activeElement.getBoundingClientRect().top")
            assert top >= place["y"] + place["height"]


def test_what_was_typed_in_the_last_second_is_taken_along(owner):
    """Nobody waits for a page to save by itself: a link, another form's button, an address typed in."""
    page = owner.page
    owner.open(f"{TYPE}words/")
    owner.fill("[name=name]", "Report anything")
    owner.click(".rail a[href='/desk/setup/']")
    page.wait_for_url("**/desk/setup/")
    owner.sees("Report anything")

    owner.open("/desk/setup/flows/repairs/")
    owner.fill("aside [name=name]", "Just come in")
    owner.page.select_option("#way-to", index=1)
    owner.click("form:has(#way-to) button")
    page.wait_for_selector("main tr[data-key] a:has-text('Just come in')")

    owner.open(f"{TYPE}words/")
    owner.fill("[name=name]", "Report everything")
    for _ in range(LOOKS):
        owner.open("/desk/setup/")
        if "Report everything" in owner.text:
            break
    else:
        pytest.fail("What was typed before another address went with the page.")


def test_what_is_refused_holds_once_whoever_leaves(owner):
    page = owner.page
    owner.open("/desk/setup/portal/")
    owner.fill("[name=prefix]", "nw!")
    owner.click(".rail a[href='/desk/setup/']")
    page.wait_for_selector("[name=prefix][aria-invalid=true]:focus")
    assert owner.path == "/desk/setup/portal/"
    owner.click(".rail a[href='/desk/setup/']")
    page.wait_for_url("**/desk/setup/")


def test_what_was_written_beside_the_review_is_there_again_after_another_of_its_buttons(owner):
    page = owner.page
    owner.open(f"{TYPE}words/")
    with page.expect_response("**/words/"):
        owner.fill("[name=name]", "Report a breakdown")
    owner.open("/desk/setup/publish/")
    owner.fill("#note", "Why we call it so")
    owner.check("[name=when][value=later]")
    owner.open("/desk/setup/")
    owner.open("/desk/setup/publish/")
    assert page.input_value("#note") == "Why we call it so"
    assert page.is_checked("[name=when][value=later]")
    owner.page.fill("#note", "Another reason")
    with page.expect_navigation():
        owner.click("main form[action$='/publish/back/'] button")
    owner.sees("Taken back.")


def test_reminders_come_with_the_customers_turn(owner):
    page = owner.page
    owner.open("/desk/setup/flows/repairs/statuses/received/")
    assert not page.is_visible("#remind") and not page.is_visible("#close")
    owner.click("label:has([name=turn][value=customer])")
    assert page.is_visible("#remind") and page.is_visible("#close")
    owner.open("/desk/setup/flows/repairs/statuses/details-asked/")
    owner.click("label:has([name=turn][value=us])")
    assert page.is_visible("#remind"), "what is said there is not hidden"
