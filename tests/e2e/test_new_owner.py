"""From sign-up to a first answered request with a file asked for, sent back, replaced and approved.

The owner sits at a desk; her customer has a phone, or no JavaScript, or no mouse.
"""

from __future__ import annotations

import re

import pytest

from tests.documents.samples import pdf
from tests.e2e.hands import Keyed, Pressed
from tests.e2e.walking import ways

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

# Width, with JavaScript, with what the customer works, and whether the request asks again for what was sent back (or
# the customer's documents do, while the request is with us).
WAYS = {
    "phone": (390, True, Pressed, False),
    "wide": (1280, True, Pressed, True),
    "plain": (390, False, Pressed, True),
    "keys": (390, True, Keyed, True),
}
REASON = "The second page is cut off. A photo of the whole page is enough."


@pytest.mark.parametrize("way", ways(WAYS, heavy={"wide", "plain", "keys"}))
def test_a_new_owner_asks_for_a_file_sends_it_back_and_approves_it(walk, product, way):
    width, scripted, hands, asks_again = WAYS[way]
    owner = walk(width=1280)
    _open_a_portal(owner, product, way)
    email = f"sam.{way}@example.com"
    _invite(owner, email)

    sam = walk(owner.slug, width=width, scripted=scripted)
    hand = hands(sam)
    _come_in(sam, hand, product, email)
    number = _send_papers(sam, hand)
    _ask_for_another(owner, number)
    told = product.mail(email, product.url(owner.slug, f"/requests/{number}/"), "The statement of July is missing.")
    assert "Send the missing paper" in told.text
    _send_what_is_missing(sam, hand, number)

    _send_back(owner, number)
    # The mail leads to where another one is sent, not only to the request.
    told = product.mail(email, REASON)
    assert "/documents/" in told.text
    if asks_again:
        _move_back(owner, number)
        _replace_on_the_request(sam, hand, number)
    else:
        _replace_in_the_vault(sam, hand)
    _approve(owner, number)
    _answer_and_file(owner, number)
    assert "All of it is readable." in product.mail(email, "All of it is readable.").text
    _see_the_end(sam, hand, number)
    assert hands is Pressed or sam.clicks == 0, "the keyboard alone"


def _open_a_portal(owner, product, way):
    email = f"ines.{way}@example.com"
    owner.open("/signup/")
    owner.fill("[name=name]", f"Ledger {way}")
    owner.fill("[name=email]", email)
    owner.check("[name=starter][value=documents]")
    owner.click("#signup button.btn-primary")
    owner.page.wait_for_url("**/signup/code/")
    owner.fill("[name=code]", product.code(email))
    owner.click("main form button.btn-primary")
    owner.page.wait_for_url("**/signin/link/**")
    owner.click("main form button.btn-primary")
    owner.page.wait_for_url("**/desk/first-steps/")
    owner.slug = f"ledger-{way}"
    owner.sees("Be your own customer once", "Let customers in")


def _invite(owner, email):
    owner.click("a:has-text('Or invite by e-mail')")
    owner.page.wait_for_url("**/desk/customers/invite/")
    owner.fill("[name=lines]", email)
    owner.click("button:has-text('Send invitations')")
    owner.page.wait_for_selector("text=1 invitation on the way.")


def _come_in(sam, hand, product, email):
    start = product.url(sam.slug, "/join/")
    sam.page.goto(re.findall(rf"{start}\S+", product.mail(email, start).text)[0])
    sam.sees("Welcome", email)
    hand.write("[name=name]", "Sam Porter")
    hand.press("main form button.btn-primary")
    sam.page.wait_for_url(product.url(sam.slug, "/"))
    sam.sees("Nothing needs you.", "Start something")
    assert sam.sideways() <= 0


def _send_papers(sam, hand) -> int:
    hand.press("a.choice[href='/new/send-papers/']")
    sam.page.wait_for_url("**/new/send-papers/")
    hand.choose("[name=f-what]", 0)
    hand.attach("[name=f-papers_new]", "june.pdf", pdf())
    assert sam.sideways() <= 0
    hand.press("button[value=send]")
    sam.page.wait_for_url("**/requests/1001/?sent=1**")
    sam.sees("We have your papers", "june.pdf")
    assert sam.sideways() <= 0
    return 1001


def _ask_for_another(owner, number):
    owner.open("/desk/")
    owner.click(f"a[data-row][href*='/desk/requests/{number}/'] >> nth=0")
    owner.page.wait_for_url(f"**/desk/requests/{number}/**")
    owner.sees("june.pdf", "Sam Porter")
    owner.page.select_option("#to", "papers-missing")
    # It may stand there already, and the panel comes anew with what was chosen.
    owner.page.wait_for_load_state("networkidle")
    owner.page.wait_for_selector("#reason")
    owner.fill("#reason", "The statement of July is missing.")
    # What is sent is what was read: the reason stands in the mail first.
    owner.page.wait_for_selector("#move-mail:has-text('The statement of July is missing.')")
    owner.click("#move button.btn-primary")
    owner.page.wait_for_selector("text=Asked of Sam")
    owner.sees("0 of 1 done", "Send the missing paper")


def _send_what_is_missing(sam, hand, number):
    sam.open("/")
    sam.sees("One thing needs you.", "Send the missing paper")
    hand.press(f"a[href^='/requests/{number}/']")
    sam.page.wait_for_url(f"**/requests/{number}/**")
    sam.sees("The statement of July is missing.")
    # Without a file: it is said, and nothing moves.
    hand.press("#ask-missing button.btn-primary")
    sam.page.wait_for_selector("[role=alert], .errors")
    hand.attach("#ask-missing [name=u-files_new]", "july.pdf", pdf(b"%1"))
    hand.press("#ask-missing button.btn-primary")
    sam.page.wait_for_selector("text=Nothing for you to do right now.")
    sam.sees("july.pdf", "Done: Send the missing paper.")
    assert sam.sideways() <= 0


def _send_back(owner, number):
    owner.open("/desk/")
    owner.click("nav a:has-text('Papers to check')")
    owner.page.wait_for_url("**/desk/documents/")
    paper = "li.deskdoc:has-text('july.pdf')"
    owner.click(f"{paper} summary:has-text('Send back…')")
    # Without a reason it stays: the customer would not know what to do.
    owner.click(f"{paper} button:has-text('Send back and tell the customer')")
    owner.page.wait_for_selector("[role=alert]:has-text('Say what is wrong with it')")
    owner.fill(f"{paper} textarea", REASON)
    owner.click(f"{paper} button:has-text('Send back and tell the customer')")
    owner.page.wait_for_load_state()
    owner.open(f"/desk/requests/{number}/")
    owner.sees(REASON)


def _move_back(owner, number):
    """The request asks for it itself again; what it is for was said when it was sent back."""
    owner.page.select_option("#to", "papers-missing")
    # It may stand there already, and the panel comes anew with what was chosen.
    owner.page.wait_for_load_state("networkidle")
    owner.page.wait_for_selector("#reason")
    owner.fill("#reason", REASON)
    owner.page.wait_for_selector(f"#move-mail:has-text('{REASON}')")
    owner.click("#move button.btn-primary")
    owner.page.wait_for_selector("text=Asked of Sam")
    owner.sees("0 of 1 done", "Sent back:")


def _replace_on_the_request(sam, hand, number):
    sam.open("/")
    sam.sees("One thing needs you.", "Send the missing paper")
    hand.press(f"a[href^='/requests/{number}/']")
    sam.page.wait_for_url(f"**/requests/{number}/**")
    sam.sees("We cannot use the one that you sent:", REASON)
    hand.attach("#ask-missing [name=u-files_new]", "july-whole.pdf", pdf(b"%2"))
    assert sam.sideways() <= 0
    hand.press("#ask-missing button.btn-primary")
    sam.page.wait_for_selector("text=Nothing for you to do right now.")
    sam.open("/documents/")
    sam.sees("july-whole.pdf")
    sam.misses("We cannot use the one that you sent:")


def _replace_in_the_vault(sam, hand):
    sam.open("/")
    sam.sees("One thing needs you.")
    sam.sees("We cannot use the one that you sent:", REASON)
    assert sam.sideways() <= 0
    hand.press("a.btn:has-text('Send another')")
    sam.page.wait_for_url("**/documents/add/**")
    sam.sees(REASON)
    hand.attach("[name=files_new]", "july-whole.pdf", pdf(b"%2"))
    assert sam.sideways() <= 0
    hand.press("main form button.btn-primary")
    sam.page.wait_for_url("**/documents/")
    sam.misses("We cannot use the one that you sent:")


def _approve(owner, number):
    owner.open(f"/desk/requests/{number}/")
    paper = "li.deskdoc:has-text('july-whole.pdf')"
    owner.click(f"{paper} button:has-text('Approve')")
    owner.page.wait_for_selector(f"{paper} >> text=Approved")


def _answer_and_file(owner, number):
    owner.fill("#write textarea", "All of it is readable.")
    owner.click("#write button.btn-ink")
    owner.page.wait_for_selector(".tl >> text=All of it is readable.")
    owner.page.select_option("#to", "on-file")
    owner.page.wait_for_selector("#move:has-text('Then it is closed.')")
    owner.click("#move button.btn-primary")
    owner.page.wait_for_selector("text=it is closed")


def _see_the_end(sam, hand, number):
    sam.open(f"/requests/{number}/")
    sam.sees("Everything is complete", "All of it is readable.", "july-whole.pdf")
    # Nobody asked the owner for her name: the answer is the business's.
    assert sam.page.inner_text(".msg header b").startswith("Ledger ")
    assert sam.sideways() <= 0
    sam.open("/documents/")
    sam.sees("Papers", "june.pdf", "july-whole.pdf")
    sam.open("/")
    sam.sees("Nothing needs you.")
