"""Somebody who has never seen it makes a bicycle workshop's portal out of `support-tickets`.

Three types, a status of her own, a field for staff alone, one that depends on another, words of her own; looked at as a
customer, published, one request taken through, a status taken out while a request stands in it, and all of it taken
back. With script everything saves by itself; without, by its buttons.
"""

from __future__ import annotations

import pytest

from tests.e2e.hands import Pressed

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

SCRIPT = {"scripted": True, "plain": False}
PROBLEM = "/desk/setup/types/problem/"


@pytest.mark.parametrize("way", SCRIPT)
def test_an_owner_shapes_a_workshop_publishes_maps_and_goes_back(walk, product, way):
    olive = walk(width=1280, scripted=SCRIPT[way])
    _sign_up(olive, product, way)
    _shape_types(olive)
    _add_fields(olive)
    _add_a_status(olive)
    _choose_a_colour(olive)
    _see_as_customer(olive)
    _publish(olive, "First shape of the workshop", 2)

    carl = walk(olive.slug, width=390, scripted=SCRIPT[way])
    number = _ask_for_a_repair(olive, carl, product, way)
    _take_into_the_stand(olive, number)
    carl.open(f"/requests/{number}/")
    carl.sees("On the stand", "Squeaks like a mouse")
    carl.misses("Frame number")

    _take_the_status_out(olive, number)
    carl.open(f"/requests/{number}/")
    # The status stands in what has happened, as it was.
    assert "working on it" in carl.page.inner_text("main h2 >> nth=0")
    _go_back(olive)
    olive.open("/desk/setup/flows/help/")
    olive.sees("On the stand")


def _sign_up(olive, product, way):
    email = f"olive.{way}@example.com"
    olive.open("/signup/")
    olive.fill("[name=name]", f"Spokes {way}")
    olive.fill("[name=email]", email)
    olive.check("[name=starter][value=support-tickets]")
    olive.click("#signup button.btn-primary")
    olive.page.wait_for_url("**/signup/code/")
    olive.fill("[name=code]", product.code(email))
    olive.click("main form button.btn-primary")
    olive.page.wait_for_url("**/signin/link/**")
    olive.click("main form button.btn-primary")
    olive.page.wait_for_url("**/desk/first-steps/")
    olive.slug = f"spokes-{way}"


def _save(olive):
    """By the button; what a page saves by itself it has saved then, too."""
    olive.click("form[data-draft] button:has-text('Save in the draft')")
    olive.page.wait_for_selector("text=Saved in the draft.")


def _shape_types(olive):
    olive.open("/desk/setup/")
    olive.sees("Request types", "Something does not work", "Nothing is changed.")
    for key, name in (("problem", "Repair my bicycle"), ("how-to", "Yearly check"), ("change", "Build me a wheel")):
        olive.open(f"/desk/setup/types/{key}/words/")
        olive.fill("[name=name]", name)
        _save(olive)
    olive.open("/desk/setup/")
    olive.click("tr[data-key=access] button:has-text('Take out')")
    olive.page.wait_for_selector("#gone")
    olive.sees("Repair my bicycle", "Yearly check", "Build me a wheel", "Not offered any more")


def _add_field(olive, label, kind):
    olive.open(f"{PROBLEM}fields/add/")
    olive.fill("[name=label]", label)
    olive.check(f"[name=kind][value={kind}]")
    olive.click("button:has-text('Add the field')")
    olive.page.wait_for_url("**/types/problem/fields/**")
    olive.sees(label)


def _add_fields(olive):
    _add_field(olive, "Frame number", "text")
    olive.open(PROBLEM)
    olive.click("#vis-frame-number-customer")
    olive.page.wait_for_selector("#vis-frame-number-customer.vis-none")
    _add_field(olive, "Where does it squeak?", "text")
    olive.choose("[name=when]", "all")
    olive.page.select_option("[name=when-0]", label="What does not work? is filled in")
    _save(olive)
    olive.open(PROBLEM)
    olive.sees("Shown when What does not work? is filled in")


def _add_a_status(olive):
    olive.open("/desk/setup/flows/help/")
    olive.fill("#new-name", "On the stand")
    olive.page.select_option("#new-copy", label="A copy of “In progress”, with the ways that lead from it")
    olive.click("button:has-text('Add status')")
    olive.page.wait_for_selector("#panel:has-text('On the stand')")
    olive.fill("[name=customer_name]", "On the stand")
    _save(olive)
    olive.open("/desk/setup/flows/help/statuses/received/")
    olive.page.select_option("#way-to", label="On the stand")
    with olive.page.expect_navigation():
        olive.click("form:has(#way-to) button")
    olive.sees("On the stand")


def _choose_a_colour(olive):
    olive.open("/desk/setup/portal/")
    olive.fill("[name=colour]", "#1f6f43")
    _save(olive)
    olive.sees("Reads well")


def _see_as_customer(olive):
    olive.open("/desk/setup/preview/")
    frame = olive.page.frame_locator("iframe >> nth=0")
    frame.locator("body").wait_for()
    olive.sees("Nothing is sent, nothing is saved" if "Nothing is sent" in olive.text else "draft")


def _publish(olive, note, number):
    olive.open("/desk/setup/publish/")
    olive.fill("#note", note)
    with olive.page.expect_navigation():
        olive.click("button.btn-primary:has-text('Publish version')")
    olive.sees(f"ersion {number}")
    olive.open("/desk/setup/")
    olive.sees("Nothing is changed.")


def _ask_for_a_repair(olive, carl, product, way):
    email = f"carl.{way}@example.com"
    olive.open("/desk/customers/invite/")
    olive.fill("[name=lines]", email)
    olive.click("button:has-text('Send invitations')")
    olive.page.wait_for_selector("text=1 invitation on the way.")
    hand = Pressed(carl)
    carl.page.goto(_join_link(carl, product, email))
    hand.write("[name=name]", "Carl Customer")
    hand.press("main form button.btn-primary")
    carl.page.wait_for_url(product.url(carl.slug, "/"))
    carl.open("/new/problem/")
    carl.sees("Repair my bicycle")
    carl.misses("Frame number")
    carl.fill("[name=f-what]", "Squeaks like a mouse")
    carl.check("[name=f-how-bad] >> nth=0")
    carl.click("button[value=send]")
    carl.page.wait_for_url("**/requests/1001/**")
    return 1001


def _join_link(carl, product, email):
    start = product.url(carl.slug, "/join/")
    text = product.mail(email, start).text
    return start + text.split(start, 1)[1].split()[0]


def _take_into_the_stand(olive, number):
    olive.open(f"/desk/requests/{number}/")
    olive.sees("Frame number")
    olive.page.select_option("#to", label="On the stand")
    show = olive.page.query_selector(".move-top button:has-text('Show the mail'):visible")
    if show is not None:
        show.click()
        olive.page.wait_for_load_state()
    # What is confirmed is what was shown.
    shown = f"#move input[name=shown_to][value='{olive.page.input_value('#to')}']"
    olive.page.wait_for_selector(shown, state="attached")
    olive.page.wait_for_selector("#move-mail")
    with olive.page.expect_navigation():
        olive.click("#move button.btn-primary")
    olive.sees("On the stand")


def _take_the_status_out(olive, number):
    olive.open("/desk/setup/flows/help/")
    olive.click("a:has-text('On the stand') >> nth=0")
    olive.page.wait_for_selector("button:has-text('Take this status out')")
    with olive.page.expect_navigation():
        olive.click("button:has-text('Take this status out')")
    olive.sees("goes away, and 1 open request stands in it")
    olive.open("/desk/setup/publish/")
    olive.page.select_option("select[name=to] >> nth=0", label="In progress")
    with olive.page.expect_navigation():
        olive.click("button:has-text('They go there')")
    olive.sees("Decided")
    _publish(olive, "No stand after all", 3)
    olive.open(f"/desk/requests/{number}/")
    olive.sees("In progress")


def _go_back(olive):
    olive.open("/desk/setup/versions/")
    olive.sees("No stand after all", "First shape of the workshop", "live now")
    olive.click("a:has-text('Go back to version 2') >> nth=0")
    olive.page.wait_for_selector("#back")
    olive.sees("Go back to version 2?")
    with olive.page.expect_navigation():
        olive.click("button:has-text('Go back to 2')")
