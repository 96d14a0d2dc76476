"""From sign-up to an answered first request, with every click and every typed field counted."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

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
    ella.sees("Answer your first request")
    assert ella.page.url.startswith(product.url(ella.slug, "/desk/"))

    ella.click("text=Write it down")
    ella.page.wait_for_url("**/desk/new/?customer=**")
    ella.click("a.choice >> nth=0")
    ella.page.wait_for_load_state()
    ella.fill("[name=f-what]", "Two brass vases")
    ella.click("button:has-text('File the request')")
    ella.page.wait_for_url("**/desk/requests/*/")
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
    ella.sees("3 of 5 done", "Your portal works")
    ella.check("input[name=asked] >> nth=1")
    ella.click("text=Keep this as the start")
    ella.sees("Kept as your starting point")
    assert answered.startswith(product.url(ella.slug))
