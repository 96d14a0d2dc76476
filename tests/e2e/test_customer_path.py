"""A customer from the first sign-in to signing out: with and without JavaScript, at both widths, and by keyboard."""

from __future__ import annotations

import pytest

from tests.e2e.keyboard import Keys
from tests.e2e.walking import ways

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

WAYS = {"wide": (1280, True), "narrow": (390, True), "no-script": (1280, False)}
WRONG, RIGHT = "one and a half", "0.4"


@pytest.mark.parametrize("way", ways(WAYS, heavy={"wide"}))
def test_a_customer_walks_through_everything(walk, people, product, way):
    width, scripted = WAYS[way]
    email = f"mia.{way}@example.com"
    mia = walk("walks", width=width, scripted=scripted)
    mia.sign_in(email)
    mia.sees("Nothing needs you.", "Start something", "What you will see here", "Example")

    _fill_in_with_a_slip(mia, scripted=scripted)
    _leave_and_come_back(mia)
    number = _send(mia)
    _write_to_the_business(mia, number)
    _find_it_in_the_list(mia, number)
    _ask_at_the_desk(walk, people, number)
    product.mail(email, product.url("walks", f"/requests/{number}/"), "one question")
    _answer_and_go_on(mia)
    _change_an_answer(mia)
    _keep_the_account(mia, walk, product, email)
    assert mia.sideways() <= 0
    mia.click("form[action='/signout/'] button")
    mia.page.wait_for_url("**/signin/**")
    mia.open("/")
    assert "/signin/" in mia.path


def _fill_in_with_a_slip(mia, *, scripted):
    """The gauge is only asked after the server was told of the pressure; a slip keeps everything typed."""
    mia.click("main a[href='/new/report-fault/']")
    mia.page.wait_for_url("**/new/report-fault/")
    assert not mia.page.query_selector("[name=f-gauge]")
    mia.check("[name=f-what-is-wrong][value=pressure]")
    if not scripted:
        mia.click("button[value=update]")
    mia.page.wait_for_selector("[name=f-gauge]")
    assert mia.page.is_checked("[name=f-what-is-wrong][value=pressure]")
    mia.fill("[name=f-gauge]", WRONG)
    mia.fill("[name=f-more]", "Since <Sunday> & it drips")
    mia.fill("[name=f-address_new-street]", "14 Alder Court")
    mia.click("button[value=send]")
    mia.page.wait_for_selector(".errors")
    mia.sees("answers need another look")
    assert mia.page.title().startswith("Error:")
    assert _typed(mia) == (WRONG, "Since <Sunday> & it drips", "14 Alder Court")


def _typed(mia):
    return tuple(mia.page.input_value(f"[name=f-{name}]") for name in ("gauge", "more", "address_new-street"))


def _leave_and_come_back(mia):
    mia.click("button[value=later]")
    mia.page.wait_for_url(mia.product.url(mia.slug))
    mia.sees("It waits for you under")
    mia.click("main a[href='/new/report-fault/']")
    mia.sees("You began this before")
    # Enter in a field sends; it must not press “Start afresh”, which stands above.
    mia.page.press("[name=f-gauge]", "Enter")
    mia.page.wait_for_selector(".errors")
    assert _typed(mia) == (WRONG, "Since <Sunday> & it drips", "14 Alder Court")


def _send(mia) -> int:
    mia.check("[name=f-appliance_new-appliance] >> nth=0")
    mia.fill("[name=f-appliance_new-maker]", "Ventra")
    mia.fill("[name=f-address_new-town]", "Edinburgh EH6 5AB")
    mia.fill("[name=f-gauge]", RIGHT)
    mia.fill("[name=f-phone]", "0131 496 0142")
    mia.click("button[value=send]")
    mia.page.wait_for_url("**/requests/*/?sent=1")
    mia.sees(
        "Sent. Your number is NW-", "It keeps losing pressure", "Who has it", "What happens next", "When", "0.4 bar"
    )
    return int(mia.path.split("/")[2])


def _write_to_the_business(mia, number):
    mia.fill("#reply textarea", "It is worse in the evening.")
    mia.click("#reply button")
    mia.page.wait_for_url(f"**/requests/{number}/#e-*")
    mia.sees("It is worse in the evening.")


def _find_it_in_the_list(mia, number):
    mia.open("/")
    mia.sees("Nothing needs you. Everything is with us.", f"NW-{number}")
    mia.click("nav a[href='/requests/']:visible")
    mia.sees("One is with us.", f"NW-{number}")
    mia.click("nav.tabs a:has-text('Done')")
    mia.sees("Nothing is done yet")
    mia.click("nav.tabs a:has-text('Open')")
    mia.click(".reqlist h3 a")
    mia.page.wait_for_url(f"**/requests/{number}/")


def _ask_at_the_desk(walk, people, number):
    """An agent moves it to where the customer's move lies."""
    jonas = walk("walks", state=people.state("walks", "jonas"))
    jonas.open(f"/desk/requests/{number}/?to=details-asked")
    with jonas.page.expect_response("**/preview/"):
        jonas.fill("#move [name=reason]", "Which boiler is it?")
    jonas.page.wait_for_selector("#move blockquote:has-text('Which boiler is it?')")
    jonas.click("#move button.btn-primary")
    jonas.page.wait_for_url("**#end")


def _answer_and_go_on(mia):
    mia.open("/")
    mia.sees("One thing needs you.", "We need one answer from you")
    mia.click(".step.first .btn")
    mia.sees("It is your turn.", "Which boiler is it?")
    mia.click("button:has-text('I have answered, go on')")
    mia.sees("Nothing for you to do right now.")


def _change_an_answer(mia):
    mia.click("a:has-text('Change Phone for the visit')")
    mia.page.wait_for_selector("#edit")
    mia.fill("#edit [name=f-phone]", "0131 496 0199")
    mia.click("#edit button")
    mia.page.wait_for_selector("#edit", state="detached")
    mia.sees("0131 496 0199")


def _keep_the_account(mia, walk, product, email):
    mia.open("/account/")
    mia.fill("[name=name]", "Mia Marlow")
    mia.choose("[name=language]", "de")
    mia.choose("[name=time_zone]", "Europe/Berlin")
    mia.click("form[action='/account/about/'] button")
    mia.page.wait_for_load_state()
    assert mia.page.get_attribute("html", "lang") == "de"
    assert mia.page.input_value("[name=name]") == "Mia Marlow"
    assert mia.page.input_value("[name=time_zone]") == "Europe/Berlin"

    elsewhere = walk("walks")
    elsewhere.sign_in(email, known_codes=1)
    mia.open("/account/")
    mia.click("form[action='/account/sessions/end/'] button")
    elsewhere.open("/")
    assert "/signin/" in elsewhere.path

    new = email.replace("mia", "mia.new")
    mia.fill("form[action='/account/email/'] [name=email]", new)
    mia.click("form[action='/account/email/'] button")
    mia.fill("form[action='/account/email/code/'] [name=code]", product.code(new))
    mia.fill("form[action='/account/email/code/'] [name=old_code]", product.code(email, known=2))
    mia.click("form[action='/account/email/code/'] button")
    mia.page.wait_for_load_state()
    assert new in mia.page.text_content(".prefilled")
    assert product.mails(email), "the old address is told"


def test_a_customer_walks_by_keyboard_alone(walk, people, product):
    """Tab, Enter, Space, arrows; the focus is always seen."""
    kim = walk("walks")
    keys = Keys(kim.page)
    kim.open("/signin/")
    keys.type("[name=email]", "kim@example.com")
    keys.press("Enter")
    kim.page.wait_for_url("**/signin/code/")
    keys.type("[name=code]", product.code("kim@example.com"))
    keys.press("Enter")
    kim.page.wait_for_url(lambda url: "/signin/" not in url)

    keys.to(".skip")
    keys.press("Enter")
    keys.to("a.choice[href='/new/report-fault/']")
    keys.press("Enter")
    kim.page.wait_for_url("**/new/report-fault/")
    keys.to("[name=f-appliance_new-appliance]")
    keys.press("Space")
    keys.type("[name=f-appliance_new-maker]", "Ventra")
    keys.to("[name=f-what-is-wrong]")
    keys.press("Space", "ArrowDown", "ArrowDown")
    kim.page.wait_for_selector("[name=f-gauge]")
    keys.type("[name=f-gauge]", "low")
    keys.type("[name=f-address_new-street]", "1 High Street")
    keys.type("[name=f-address_new-town]", "Edinburgh EH1 1AA")
    keys.type("[name=f-phone]", "0131 496 0142")
    keys.to("button[value=send]")
    keys.press("Enter")
    kim.page.wait_for_selector(".errors")
    # The summary has the focus, and keeps it beyond the first frame.
    kim.page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    kim.waits("document.activeElement.classList.contains('errors')")
    keys.to(".errors a")
    keys.press("Enter")
    assert keys.has("[name=f-gauge]"), "the summary leads to the field"
    kim.page.keyboard.press("Control+a")
    kim.page.keyboard.type(RIGHT)
    keys.press("Enter")
    kim.page.wait_for_url("**/requests/*/?sent=1**")
    number = int(kim.path.split("/")[2])

    keys.type("#reply textarea", "Please ring first.")
    keys.to("#reply button")
    keys.press("Enter")
    kim.page.wait_for_url("**#e-*")
    kim.sees("Please ring first.")
    _ask_at_the_desk(walk, people, number)
    kim.open(f"/requests/{number}/")
    keys.to("button:has-text('I have answered, go on')")
    keys.press("Space")
    kim.page.wait_for_selector("text=Nothing for you to do right now.")
    keys.to("a[href*='edit=phone']")
    keys.press("Enter")
    kim.page.wait_for_selector("#edit")
    keys.type("#edit [name=f-phone]", "0131 496 0100")
    keys.press("Enter")
    kim.page.wait_for_selector("#edit", state="detached")
    kim.sees("0131 496 0100")
    keys.to("nav a[href='/saved/']")
    keys.press("Enter")
    kim.page.wait_for_url("**/saved/")
    keys.to("nav a[href='/account/']")
    keys.press("Enter")
    kim.page.wait_for_url("**/account/")
    keys.to("form[action='/signout/'] button")
    keys.press("Enter")
    kim.page.wait_for_url("**/signin/**")
    assert kim.clicks == 0
