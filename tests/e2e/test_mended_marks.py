"""A form that was sent and not taken: what is mended loses its mark at once, and the summary follows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.product import wait_for
from tests.e2e.walking import Walk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]


def test_a_mended_answer_loses_its_mark_and_the_summary_follows(browser: Any, people: Any, product: Any) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, storage_state=people.state("nordwarm", "owen"), locale="en-GB"
    )
    walk = Walk(context.new_page(), product, "nordwarm")
    page = walk.page
    heading = "[data-errors] h2"

    def marked() -> list[str]:
        return page.eval_on_selector_all("#questions [aria-invalid=true]", "all => all.map((one) => one.name)")

    walk.open("/new/something-else/")
    assert marked() == []
    page.click("main form button.btn-primary")
    page.wait_for_selector(heading)
    assert marked() == ["f-subject", "f-question"]
    assert page.inner_text(heading) == "2 answers need another look"
    page.fill("[name=f-subject]", "Opening hours")
    page.keyboard.press("Tab")
    # What is typed while the server looks at it stays, and so does the place.
    page.keyboard.type("When")
    assert wait_for(lambda: marked() == ["f-question"], 15)
    assert page.evaluate("document.activeElement.name") == "f-question"
    assert page.input_value("[name=f-question]") == "When" and page.input_value("[name=f-subject]") == "Opening hours"
    assert page.inner_text(heading) == "One answer needs another look"
    page.keyboard.type(" are you open?")
    page.keyboard.press("Tab")
    assert wait_for(lambda: marked() == [], 15)
    assert page.inner_text(heading) == "Everything that was marked is right now"
    assert page.locator("[data-errors] a").count() == 0
    # It goes on being a form that was sent: what becomes wrong again is said again.
    assert page.locator("[name=tried]").count() == 1
    context.close()
    assert not walk.watched.troubles


def test_a_guests_name_and_address_lose_their_marks_too_when_they_are_right(browser: Any, product: Any) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    walk = Walk(context.new_page(), product, "nordwarm")
    page = walk.page
    heading = "[data-errors] h2"
    walk.open("/new/something-else/")
    page.fill("[name=f-subject]", "Opening hours")
    page.fill("[name=f-question]", "When are you open?")
    page.click("main form button.btn-primary")
    page.wait_for_selector(heading)
    assert page.inner_text(heading) == "2 answers need another look"
    page.fill("main [name=name]", "Gina")
    page.keyboard.press("Tab")
    assert wait_for(lambda: page.inner_text(heading) == "One answer needs another look", 15)
    assert page.locator("[name=name][aria-invalid], .field-error [name=name]").count() == 0
    page.fill("main [name=email]", "gina")
    page.keyboard.press("Tab")
    assert page.locator("[name=email][aria-invalid=true]").count() == 1
    page.fill("main [name=email]", "gina@example.net")
    page.keyboard.press("Tab")
    assert wait_for(lambda: page.inner_text(heading) == "Everything that was marked is right now", 15)
    assert page.locator(".error-text").count() == 0
    context.close()
    assert not walk.watched.troubles
