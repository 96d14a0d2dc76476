"""The desk: queue, request, move with the very mail, notes that stay inside, stale saves, a new colleague."""

from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]
# What is not on a phone as on a desk is walked there; the others' walks are on a wide screen anyhow.
WIDTHS = [390, pytest.param(1280, marks=pytest.mark.heavy)]


@pytest.fixture
def jonas(walk, people):
    return walk("walks", state=people.state("walks", "jonas"))


@pytest.fixture
def filed(walk, product):
    """A new request of a customer who registered just now: its number, and the customer's browser."""
    counts = iter(range(100))

    def file(name: str):
        email = f"{name.lower()}.{next(counts)}@example.com"
        customer = walk("walks")
        customer.sign_in(email)
        customer.open("/new/something-else/")
        customer.fill("[name=f-subject]", f"Question of {name}")
        customer.fill("[name=f-question]", "When do you open?")
        customer.fill("[name=f-phone]", "0131 496 0142")
        customer.click("button[value=send]")
        customer.page.wait_for_url("**/requests/*/?sent=1")
        return int(customer.path.split("/")[2]), customer, email

    return file


@pytest.mark.parametrize("width", WIDTHS)
def test_the_queue_keeps_its_filters_on_the_way_back(walk, people, filed, width):
    number, _customer, _email = filed(f"Quentin{width}")
    jonas = walk("walks", width=width, state=people.state("walks", "jonas"))
    for view, title in (("new", "New"), ("mine", "Mine"), ("with-customers", "With customers"), ("all", "All open")):
        jonas.open("/desk/")
        jonas.click(f".rail a[href*='view={view}']")
        jonas.page.wait_for_selector(f"h1:has-text('{title}')")
    jonas.click("summary:has-text('Type:')")
    jonas.click("details.menu[open] a:has-text('Something else')")
    jonas.page.wait_for_url("**type=something-else**")
    jonas.click("summary:has-text('Order:')")
    jonas.click("details.menu[open] a:has-text('by age')")
    jonas.page.wait_for_url("**sort=age**")
    queue = jonas.path
    jonas.click(f"a[data-row][href^='/desk/requests/{number}/']")
    jonas.page.wait_for_url(f"**/desk/requests/{number}/**")
    jonas.click("button:has-text('Take it')")
    jonas.page.wait_for_url("**#who")
    jonas.click("a[aria-label='Back to the list']")
    jonas.page.wait_for_load_state()
    assert sorted(re.split("[?&]", jonas.path)) == sorted(re.split("[?&]", queue))
    jonas.open("/desk/?view=mine")
    jonas.sees(f"NW-{number}")


def test_a_reply_goes_out_and_a_note_stays(jonas, filed, product):
    number, customer, email = filed("Rita")
    jonas.open(f"/desk/requests/{number}/")
    jonas.sees(f"gets an e-mail at {email}", "Send to")
    jonas.check("#kind-note")
    jonas.sees("Only staff read this.", "Keep note")
    jonas.fill("#write textarea", "She is a friend of the house, be kind.")
    jonas.click("#write button.btn-ink")
    jonas.page.wait_for_url("**#e-*")
    jonas.sees("Note, staff only", "She is a friend of the house, be kind.")
    jonas.fill("#write textarea", "From eight to five, every day.")
    jonas.click("#write button.btn-ink")
    jonas.page.wait_for_url("**#e-*")
    mail = product.mail(email, "From eight to five, every day.")
    assert "friend of the house" not in mail.text + mail.html + mail.subject
    customer.open(f"/requests/{number}/")
    customer.sees("From eight to five, every day.")
    customer.misses("friend of the house")
    jonas.click("a:has-text('What ')")
    jonas.sees("You are looking at the customer’s side.", "From eight to five, every day.")
    jonas.misses("friend of the house")


def test_the_mail_of_a_move_is_the_one_that_was_shown(jonas, filed, product):
    number, customer, email = filed("Mona")
    jonas.open(f"/desk/requests/{number}/")
    jonas.choose("#to", "details-asked")
    jonas.page.wait_for_selector("#move input[name=shown_to][value=details-asked]", state="attached")
    with jonas.page.expect_response("**/preview/"):
        jonas.fill("#move [name=reason]", "Which boiler is it?")
    jonas.page.wait_for_selector("#move blockquote:has-text('Which boiler is it?')")
    to, subject = jonas.page.locator("#move .env b").all_inner_texts()
    shown = jonas.page.inner_text("#move blockquote.quote")
    jonas.sees("Then it is with")
    assert to == email
    assert jonas.page.get_attribute("#move .between .baton", "data-with") == "them"
    jonas.click("#move button.btn-primary")
    jonas.page.wait_for_url("**#end")
    mail = product.mail(email, subject)
    assert mail.subject == subject
    body, button = shown.rsplit("Button:", 1)
    sent = " ".join(mail.text.split())
    for paragraph in filter(None, map(str.strip, body.splitlines())):
        assert " ".join(paragraph.split()) in sent, paragraph
    assert button.strip() in " ".join(mail.html.split())
    customer.open(f"/requests/{number}/")
    customer.sees("It is your turn.")


def test_an_edited_mail_goes_out_as_edited_and_only_this_once(jonas, filed, product):
    number, _customer, email = filed("Edda")
    jonas.open(f"/desk/requests/{number}/?to=details-asked")
    with jonas.page.expect_response("**/preview/"):
        jonas.fill("#move [name=reason]", "Which colour?")
    jonas.page.wait_for_selector("#move blockquote:has-text('Which colour?')")
    jonas.click("#move summary:has-text('Edit this mail')")
    jonas.fill("#move [name=subject]", "Just one thing")
    jonas.fill("#move [name=body]", "Hello Edda,\n\nwhich colour shall it be?")
    jonas.click("#move button.btn-primary")
    jonas.page.wait_for_url("**#end")
    assert "which colour shall it be?" in product.mail(email, "Just one thing").text


def test_words_for_the_mail_of_one_status_do_not_reach_that_of_another(jonas, filed):
    number, _customer, _email = filed("Wanda")
    jonas.open(f"/desk/requests/{number}/?to=details-asked")
    jonas.click("#move summary:has-text('Edit this mail')")
    jonas.fill("#mail-body", "Which colour shall it be?")
    # The page asks for the mail anew, and there is nothing to show.
    jonas.page.route("**/preview/", lambda route: route.fulfill(status=204))
    with jonas.page.expect_response("**/preview/"):
        jonas.fill("#move [name=reason]", "Which colour?")
    jonas.page.unroute("**/preview/")
    assert jonas.page.input_value("#mail-body") == "Which colour shall it be?"
    jonas.choose("#to", "settled")
    jonas.page.wait_for_selector("#move input[name=shown_to][value=settled]", state="attached")
    assert "colour" not in jonas.page.input_value("#mail-body")


def test_a_stale_change_shows_both_values_and_writes_nothing(jonas, filed):
    number, customer, _email = filed("Stella")
    jonas.open(f"/desk/requests/{number}/?edit=phone")
    customer.open(f"/requests/{number}/?edit=phone")
    customer.fill("#edit [name=f-phone]", "0131 496 0111")
    customer.click("#edit button")
    customer.page.wait_for_selector("#edit", state="detached")
    jonas.fill("#edit [name=f-phone]", "0131 496 0222")
    jonas.click("#edit button")
    jonas.sees("Nothing was written.", "0131 496 0111", "0131 496 0222")
    customer.open(f"/requests/{number}/")
    customer.sees("0131 496 0111")
    customer.misses("0131 496 0222")
    jonas.open(f"/desk/requests/{number}/?edit=phone")
    jonas.fill("#edit [name=f-phone]", "0131 496 0333")
    jonas.click("#edit button")
    jonas.page.wait_for_selector("#edit", state="detached")
    jonas.sees("0131 496 0333")


def test_what_a_customer_says_on_the_telephone(jonas, walk, product):
    jonas.open("/desk/")
    jonas.click("text=New for a customer")
    jonas.click("a.choice:has-text('Something else')")
    jonas.fill("[name=email]", "tilda@example.com")
    jonas.fill("[name=name]", "Tilda Caller")
    jonas.fill("[name=f-subject]", "Called about the meter")
    jonas.fill("[name=f-question]", "She reads 4711.")
    jonas.click("button:has-text('File the request')")
    jonas.page.wait_for_url(lambda url: re.search(r"/desk/requests/\d+/", url))
    number = int(jonas.path.split("/")[3])
    product.mail("tilda@example.com", product.url("walks", f"/requests/{number}/"))
    tilda = walk("walks", width=390)
    tilda.sign_in("tilda@example.com")
    tilda.open(f"/requests/{number}/")
    tilda.sees("Called about the meter", "She reads 4711.")


def test_a_colleague_is_invited_and_joins(walk, people, product):
    ruth = walk("walks", state=people.state("walks", "owner"))
    ruth.open("/desk/team/")
    ruth.fill("[name=emails]", "ines@example.com")
    ruth.page.select_option("#inv-role", "agent")
    ruth.click("button:has-text('Send invitation')")
    ruth.sees("1 invitation sent.", "ines@example.com")
    mail = product.mail("ines@example.com", "/join/")
    link = re.findall(r"http://\S+/join/\S+", mail.text)[0]
    ines = walk("walks", width=390)
    ines.page.goto(link)
    ines.sees("Join the team", "You are invited as Agent.")
    ines.fill("[name=name]", "Ines Neu")
    ines.click("main form button.btn-primary")
    ines.page.wait_for_url("**/desk/**")
    ines.sees("Needs us")
    again = walk("walks")
    assert again.page.goto(link).status in {404, 410}
    ruth.open("/desk/team/")
    ruth.sees("Ines Neu")
    assert ines.open("/desk/team/").status == 403
