"""A customer who is asked: a day chosen on the home page, a price approved, another declined; every way of using it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.keyboard import Keys
from tests.e2e.walking import ways

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

WAYS = {"scripted": (1280, True), "plain": (1280, False), "narrow": (390, True)}
DAY = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()


def _home_form(way: str, people: object, key: str) -> str:
    number = people.numbers("walks")[f"visit-{way}"]
    return f"form[action='/requests/{number}/asks/{key}/']"


@pytest.mark.parametrize("way", ways(WAYS, heavy={"scripted"}))
def test_a_customer_does_what_is_asked(walk, people, way):
    width, scripted = WAYS[way]
    ina = walk("walks", width=width, scripted=scripted, state=people.state("walks", f"ina-{way}"))
    ina.open("/")
    ina.sees("Three things need you.", "Choose a day and a time", "Approve the quote", "Read and approve")
    assert ina.sideways() <= 0

    # What is optional first: it stays where it is, and the thing that must be done is still there.
    form = _home_form(way, people, "access")
    ina.fill(f"{form} [name=f-how-we-get-in]", "Key at no. 12")
    ina.click(f"{form} button")
    ina.page.wait_for_load_state()
    ina.sees("Done: Nobody at home? Tell us how we get in.", "Three things need you.")

    form = _home_form(way, people, "day")
    ina.fill(f"{form} [name=f-visit-day]", DAY)
    ina.page.check(f"{form} [name=f-visit-time][value=early]", force=True)
    ina.click(f"{form} button")
    ina.page.wait_for_load_state()
    ina.sees("Done: Choose a day and a time.", "Two things need you.", "An engineer comes to you")

    _approve(ina, people.numbers("walks")[f"approve-{way}"])
    _decline(ina, people.numbers("walks")[f"decline-{way}"])
    ina.open("/")
    ina.sees("Nothing needs you.")


def _approve(ina, number: int) -> None:
    ina.open("/")
    ina.click(f"a[href='/requests/{number}/#ask-quote']")
    ina.page.wait_for_url(f"**/requests/{number}/**")
    ina.sees("Approve for £480", "Radiator, valves and fitting.", "I have read what the price covers")
    assert ina.sideways() <= 0
    # Without the tick: nothing is approved, and it is said where.
    ina.click("button:has-text('Approve for £480')")
    ina.page.wait_for_selector(".notice[role=alert]")
    ina.sees("Tick the box first")
    ina.check("[name=consent]")
    ina.click("button:has-text('Approve for £480')")
    ina.page.wait_for_selector("text=You approved: Approve the quote")
    ina.sees("Done: Approve the quote.")


def _decline(ina, number: int) -> None:
    ina.open(f"/requests/{number}/")
    ina.click("summary:has-text('I do not want this')")
    ina.fill("#note-quote", "Too dear for this year")
    ina.click("button:has-text('Decline')")
    ina.page.wait_for_selector("text=You declined: Approve the quote")
    ina.sees("Too dear for this year")


def test_a_customer_does_what_is_asked_by_keyboard(walk, people):
    ina = walk("walks", state=people.state("walks", "ina-keys"))
    keys = Keys(ina.page)
    numbers = people.numbers("walks")
    ina.open("/")
    form = _home_form("keys", people, "day")
    keys.to(f"{form} [name=f-visit-day]")
    # A date is typed part by part; the order is the browser's own, so it is put in and the keys go on from there.
    ina.page.fill(f"{form} [name=f-visit-day]", DAY)
    keys.to(f"{form} [name=f-visit-time]")
    keys.press("Space")
    keys.to(f"{form} button")
    keys.press("Enter")
    ina.page.wait_for_selector("text=Done: Choose a day and a time.")
    ina.open(f"/requests/{numbers['approve-keys']}/")
    keys.to("[name=consent]")
    keys.press("Space")
    keys.to("button[name=answer][value=yes]")
    keys.press("Enter")
    ina.page.wait_for_selector("text=You approved: Approve the quote")
    ina.open(f"/requests/{numbers['decline-keys']}/")
    keys.to("summary:has-text('I do not want this')")
    keys.press("Enter")
    keys.type("#note-quote", "Not this year")
    keys.to("button[name=answer][value=no]")
    keys.press("Enter")
    ina.page.wait_for_selector("text=You declined: Approve the quote")
