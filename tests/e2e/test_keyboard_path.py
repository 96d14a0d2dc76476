"""What is left of a customer's part by keyboard only: draft, list, e-mail change, password, sessions."""

from __future__ import annotations

import pytest

from tests.e2e.keyboard import Keys

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

EMAIL, NEW = "lou@example.com", "lou.new@example.com"


def test_a_customer_keeps_a_draft_finds_a_request_and_moves_house_by_keyboard_alone(walk, people, product):
    lou = walk("walks")
    lou.sign_in(EMAIL)
    lou.clicks = 0
    keys = Keys(lou.page)
    _begin_and_leave(lou, keys)
    number = _come_back_and_send(lou, keys)
    _find_it_in_the_list(lou, keys, number)
    _keep_details(lou, keys)
    _end_the_other_session(lou, keys, walk)
    _change_the_address(lou, keys, product)
    assert lou.clicks == 0


def _go(lou, keys, selector, where):
    keys.to(selector)
    keys.press("Enter")
    lou.page.wait_for_url(where)


def _begin_and_leave(lou, keys):
    lou.open("/new/something-else/")
    keys.type("[name=f-subject]", "A draught at the window")
    keys.to("button[value=later]")
    keys.press("Space")
    lou.page.wait_for_url(lou.product.url(lou.slug))
    lou.sees("It waits for you under")


def _come_back_and_send(lou, keys):
    _go(lou, keys, "a.choice[href='/new/something-else/']", "**/new/something-else/")
    lou.sees("You began this before")
    assert lou.page.input_value("[name=f-subject]") == "A draught at the window"
    keys.type("[name=f-question]", "Is it the frame?")
    keys.to("button[value=send]")
    keys.press("Enter")
    lou.page.wait_for_url("**/requests/*/?sent=1**")
    return int(lou.path.split("/")[2])


def _find_it_in_the_list(lou, keys, number):
    _go(lou, keys, "nav a[href='/requests/']", "**/requests/")
    _go(lou, keys, "nav.tabs a:has-text('Done')", "**show=closed**")
    lou.sees("Nothing is done yet")
    _go(lou, keys, "nav.tabs a:has-text('Open')", lambda url: "closed" not in url)
    _go(lou, keys, ".reqlist h3 a", f"**/requests/{number}/**")


def _keep_details(lou, keys):
    _go(lou, keys, "nav a[href='/saved/']", "**/saved/")
    _go(lou, keys, "nav a[href='/account/']", "**/account/")
    keys.type("form[action='/account/about/'] [name=name]", "Lou Marsh")
    keys.pick("[name=time_zone]", "Dublin", "Europe/Dublin")
    keys.to("form[action='/account/about/'] button")
    keys.press("Enter")
    lou.page.wait_for_selector("text=Your details are kept.")
    assert lou.page.input_value("[name=time_zone]") == "Europe/Dublin"


def _end_the_other_session(lou, keys, walk):
    elsewhere = walk("walks")
    elsewhere.sign_in(EMAIL, known_codes=1)
    lou.open("/account/")
    keys.to("form[action*='/account/sessions/'] button")
    keys.press("Enter")
    lou.page.wait_for_selector("text=That browser is signed out.")
    elsewhere.open("/")
    assert "/signin/" in elsewhere.path


def _change_the_address(lou, keys, product):
    keys.type("form[action='/account/email/'] [name=email]", NEW)
    keys.press("Enter")
    lou.page.wait_for_selector("[name=old_code]")
    keys.type("[name=code]", product.code(NEW))
    keys.type("[name=old_code]", product.code(EMAIL, known=2))
    keys.press("Enter")
    lou.page.wait_for_selector(f"text=From now on you sign in with {NEW}")
