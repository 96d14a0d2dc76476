"""From sign-up to an answered first request, with every click and every typed field counted."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

MOST_CLICKS = 12
MOST_TYPED_FIELDS = 6


@pytest.mark.parametrize("width", [1280, 390])
def test_from_sign_up_to_an_answered_request(walk, product, width):
    email, name = f"ella{width}@example.com", f"Brass and Bloom {width}"
    ella = walk(width=width)
    ella.open("/signup/")
    ella.fill("[name=name]", name)
    ella.fill("[name=email]", email)
    ella.click("#signup button.btn-primary")
    ella.page.wait_for_url("**/signup/code/")
    ella.fill("[name=code]", product.code(email))
    ella.click("main form button.btn-primary")
    ella.page.wait_for_url("**/signin/link/**")
    ella.click("main form button.btn-primary")
    ella.page.wait_for_url("**/desk/first-steps/")
    ella.slug = f"brass-and-bloom-{width}"
    ella.sees("Be your own customer once")
    assert ella.page.url.startswith(product.url(ella.slug, "/desk/"))

    # As Alex, the made-up customer, in the portal; then back at the desk as herself, in the same browser.
    ella.click("button:has-text('Be Alex')")
    ella.page.wait_for_url(product.url(ella.slug, "/"))
    ella.sees("You are playing Alex Carter")
    ella.click("a.choice >> nth=0")
    ella.page.wait_for_load_state()
    ella.fill("[name=f-what]", "Two brass vases")
    ella.click("button[value=send]")
    ella.page.wait_for_url("**/requests/1001/?sent=1")
    ella.click("text=Back to the desk")
    ella.page.wait_for_url("**/desk/first-steps/")
    ella.click("text=Open at the desk")
    ella.page.wait_for_url("**/desk/requests/1001/")
    ella.sees("Two brass vases")

    ella.fill("#write textarea", "They are ready on Friday.")
    ella.click("#write button.btn-ink")
    ella.page.wait_for_load_state()
    ella.sees("They are ready on Friday.")
    answered = ella.page.url

    # Alex is made up: what he is told comes to the owner.
    assert "Two brass vases" in product.mail(email, "They are ready on Friday.").text
    assert ella.clicks <= MOST_CLICKS, f"{ella.clicks} clicks"
    assert ella.typed <= MOST_TYPED_FIELDS, f"{ella.typed} typed fields"
    print(f"\n{width} px: {ella.clicks} clicks, {ella.typed} typed fields")

    ella.open("/desk/first-steps/")
    ella.sees("4 of 7 done", "Your portal works")
    ella.check("input[name=asked] >> nth=1")
    ella.click("text=Keep this as the start")
    ella.sees("Kept as your starting point")
    assert answered.startswith(product.url(ella.slug))
