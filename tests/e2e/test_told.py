"""What we tell you: choosing on the account page, the list of updates, and the way out of a mail, in a browser."""

from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

WAYS = {"wide": (1280, True), "narrow": (390, False)}


def _file(customer) -> None:
    customer.open("/new/something-else/")
    customer.fill("[name=f-subject]", "Invoice for March")
    customer.fill("[name=f-question]", "Could you send it again?")
    customer.click("button[value=send]")
    customer.page.wait_for_url("**/requests/**")


@pytest.mark.parametrize("way", WAYS)
def test_a_customer_chooses_what_is_mailed(walk, way):
    width, scripted = WAYS[way]
    ida = walk("walks", width=width, scripted=scripted)
    ida.sign_in(f"ida.{way}@example.com")
    ida.open("/account/")
    ida.sees("What we tell you", "It is your turn", "always")
    assert ida.sideways() <= 0
    ida.check("[name=told-status][value=daily]")
    ida.check("[name=told-replies][value=never]")
    ida.click("form[action='/account/told/'] button")
    ida.page.wait_for_load_state()
    ida.sees("Your choice of e-mails is kept.")
    assert ida.page.is_checked("[name=told-status][value=daily]")
    assert ida.page.is_checked("[name=told-replies][value=never]")
    ida.open("/updates/")
    ida.sees("Nothing new yet.")
    assert ida.sideways() <= 0


@pytest.mark.parametrize("way", WAYS)
def test_one_press_switches_a_kind_of_mails_off_and_on_again_without_signing_in(walk, product, way):
    width, scripted = WAYS[way]
    email = f"otto.{way}@example.com"
    otto = walk("walks", width=width, scripted=scripted)
    otto.sign_in(email)
    _file(otto)
    start = product.url("walks", "/u/")
    mail = product.mail(email, start)
    out = walk("walks", width=width, scripted=scripted)
    out.page.goto(re.findall(rf"{start}\S+", mail.text)[0])
    out.sees("No more of these mails?", "Status changes", "o•••@example.com")
    assert email not in out.page.content()
    out.click("main form button")
    out.page.wait_for_load_state()
    out.sees("Switched off", "always come")
    otto.open("/account/")
    assert otto.page.is_checked("[name=told-status][value=never]")
    out.click("main form button")
    out.page.wait_for_load_state()
    out.sees("On again")
    assert out.sideways() <= 0
    otto.open("/account/")
    assert otto.page.is_checked("[name=told-status][value=now]")
    out.open("/")
    assert "/signin/" in out.path


def test_the_bell_leads_to_what_is_new_and_a_line_to_its_place(walk, people, product):
    vera = walk("walks")
    vera.sign_in("vera@example.com")
    _file(vera)
    number = int(vera.path.split("/")[2])
    jonas = walk("walks", state=people.state("walks", "jonas"))
    jonas.open(f"/desk/requests/{number}/")
    jonas.fill("#write textarea", "It is on its way to you.")
    jonas.click("#write button")
    product.mail("vera@example.com", "It is on its way to you.")
    vera.open("/")
    vera.click(".bell")
    vera.page.wait_for_url("**/updates/")
    vera.sees("1 thing is new.", "Jonas Beck answered you", "It is on its way to you.")
    vera.click(".updates button")
    vera.page.wait_for_url(f"**/requests/{number}/**")
    vera.open("/updates/")
    vera.sees("You have seen everything.")
