"""Somebody who has never seen it makes a bicycle workshop's portal out of `support-tickets`.

Three types, a status of her own, a field for staff alone, one that depends on another, words of her own; looked at as a
customer, published, one request taken through, a status taken out while a request stands in it, and all of it taken
back. By mouse with script everything saves by itself; without script by its buttons; and by keyboard alone, where the
order of the questions, what customers see in each status, and a mistake are gone through as well.
"""

from __future__ import annotations

import pytest

from tests.e2e.hands import Keyed, Pressed
from tests.e2e.walking import ways

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

# Whether there is script, and what the owner works with.
WAYS = {"scripted": (True, Pressed), "plain": (False, Pressed), "keys": (True, Keyed)}
PROBLEM = "/desk/setup/types/problem/"
FLOW = "/desk/setup/flows/help/"
# The whole walk by keys, from signing up to going back; who counts them knows when a page made the way longer.
MOST_KEYS = 1_300


class Owner:
    """Olive at her pages: by one way of working them, from page to page by the links that stand there."""

    def __init__(self, walk, way):
        self.walk, self.page, self.way = walk, walk.page, way
        self.hand = WAYS[way][1](walk)
        self.open, self.sees, self.go = walk.open, walk.sees, self.hand.follow

    def setup(self, place):
        """By the rail of the editor."""
        self.go(f".rail a[href='/desk/setup/{place}']")

    def save(self):
        """By the button; what a page saves by itself it has saved then, too."""
        self.hand.press("form[data-draft] button.btn:has-text('Save in the draft')")
        self.page.wait_for_selector("text=Saved in the draft.")


@pytest.mark.parametrize("way", ways(WAYS, heavy={"plain", "keys"}))
def test_an_owner_shapes_a_workshop_publishes_maps_and_goes_back(walk, product, way):
    olive = Owner(walk(width=1280, scripted=WAYS[way][0]), way)
    _sign_up(olive, product)
    _shape_types(olive)
    _add_fields(olive)
    if way.startswith("keys"):
        _without_a_mouse(olive)
    _add_a_status(olive)
    _choose_a_colour(olive)
    _see_as_customer(olive)
    _publish(olive, "First shape of the workshop", 2)

    carl = walk(olive.walk.slug, width=390, scripted=WAYS[way][0])
    number = _ask_for_a_repair(olive, carl, product)
    _take_into_the_stand(olive, number)
    carl.open(f"/requests/{number}/")
    carl.sees("On the stand", "Squeaks like a mouse")
    carl.misses("Frame number")

    _take_the_status_out(olive, number)
    carl.open(f"/requests/{number}/")
    # The status stands in what has happened, as it was.
    assert "working on it" in carl.page.inner_text("main h2 >> nth=0")
    _go_back(olive)
    olive.open(FLOW)
    olive.sees("On the stand")
    if way.startswith("keys"):
        assert olive.walk.clicks == 0, "the keyboard alone"
        assert olive.hand.keys.pressed < MOST_KEYS, olive.hand.keys.pressed


def _sign_up(olive, product):
    email = f"olive.{olive.way}@example.com"
    olive.open("/signup/")
    olive.hand.write("[name=name]", f"Spokes {olive.way}")
    olive.hand.write("[name=email]", email)
    olive.hand.take("[name=starter][value=support-tickets]")
    olive.hand.press("#signup button.btn-primary")
    olive.page.wait_for_url("**/signup/code/**")
    olive.hand.write("[name=code]", product.code(email))
    olive.hand.press("main form button.btn-primary")
    olive.page.wait_for_url("**/signin/link/**")
    olive.hand.press("main form button.btn-primary")
    olive.page.wait_for_url("**/desk/first-steps/**")
    olive.walk.slug = f"spokes-{olive.way}"


def _shape_types(olive):
    olive.open("/desk/setup/")
    olive.sees("Request types", "Something does not work", "Nothing is changed.")
    for key, name in (("problem", "Repair my bicycle"), ("how-to", "Yearly check"), ("change", "Build me a wheel")):
        olive.setup(f"types/{key}/")
        olive.go("main nav a:has-text('Wording')")
        olive.hand.write("[name=name]", name)
        olive.save()
    olive.setup("")
    olive.go("tr[data-key=access] button:has-text('Take out')")
    olive.page.wait_for_selector("#gone")
    olive.sees("Repair my bicycle", "Yearly check", "Build me a wheel", "Not offered any more")


def _add_field(olive, label, kind):
    olive.setup("types/problem/")
    olive.go("main a:has-text('Add field')")
    olive.hand.write("[name=label]", label)
    olive.hand.take(f"[name=kind][value={kind}]")
    olive.go("button:has-text('Add the field')")
    olive.page.wait_for_url("**/types/problem/fields/**")
    olive.sees(label)


def _add_fields(olive):
    _add_field(olive, "Frame number", "text")
    olive.setup("types/problem/")
    olive.hand.press("#vis-frame-number-customer")
    olive.page.wait_for_selector("#vis-frame-number-customer.vis-none")
    _add_field(olive, "Where does it squeak?", "text")
    olive.hand.pick("[name=when]", "when all of this holds")
    olive.hand.pick("[name=when-0]", "What does not work? is filled in")
    olive.save()
    olive.setup("types/problem/")
    olive.sees("Shown when What does not work? is filled in")


def _without_a_mouse(olive):
    """What a pointer does in one move: the order, the matrix of statuses, and finding a mistake."""
    keys, page = olive.hand.keys, olive.page
    _order_by_arrows(olive, keys)
    keys.to("#at-what-received")
    before = page.inner_text("#at-what-received")
    for _ in range(3):
        was = page.inner_text("#at-what-received")
        keys.press("Enter")
        olive.walk.waits("was => document.querySelector('#at-what-received')?.innerText !== was", was)
        assert keys.has("#at-what-received"), "the focus stays in the cell that was pressed"
    assert page.inner_text("#at-what-received") == before
    keys.to("#rq-frame-number")
    keys.press("Space")
    page.wait_for_selector("#rq-frame-number[aria-checked=true]")
    keys.stands()
    keys.press("Space")
    page.wait_for_selector("#rq-frame-number[aria-checked=false]")
    _mend_a_mistake(olive, keys)
    _undo_the_last(olive, keys)


def _order_by_arrows(olive, keys):
    page, place = (
        olive.page,
        "[...document.querySelectorAll('tr[data-key]')].findIndex(r => r.id === 'row-frame-number')",
    )
    keys.to("#row-frame-number [data-grip]")
    start = page.evaluate(place)
    for _ in range(2):
        with page.expect_response("**/fields/_order/"):
            keys.press("ArrowUp")
        assert keys.has("#row-frame-number [data-grip]"), "the handle that moves keeps the focus"
    assert page.evaluate(place) == start - 2
    assert page.inner_text("[data-said]").startswith(f"Frame number: {start - 1} of ")
    page.reload()
    assert page.evaluate(place) == start - 2, "the order is kept"
    keys.to("#row-frame-number [data-grip]")
    with page.expect_response("**/fields/_order/"):
        keys.press("End")
    keys.press("ArrowDown")
    assert "is the last already" in page.inner_text("[data-said]")


def _mend_a_mistake(olive, keys):
    olive.go("main nav a:has-text('Wording')")
    page = olive.page
    page.eval_on_selector("form[data-draft]", "form => { form.noValidate = true; }")
    keys.type("#id_name", " ")
    olive.go("form[data-draft] button.btn:has-text('Save in the draft')")
    page.wait_for_selector(".errors")
    assert keys.has(".errors"), "what is wrong is read first"
    keys.to(".errors a")
    keys.press("Enter")
    assert keys.has("#id_name"), "and leads to the answer"
    keys.type("#id_name", "Repair my bicycle")
    olive.save()


def _undo_the_last(olive, keys):
    olive.go("#bar-undo")
    edits = olive.page.inner_text("tbody tr >> nth=0")
    assert "Repair my bicycle" in edits
    olive.go("tbody tr:first-child button")
    olive.sees("Taken back: ")
    keys.stands()
    olive.go("tbody tr:first-child button:has-text('Do it again')")
    keys.stands()


def _add_a_status(olive):
    olive.setup("flows/")
    olive.go("main a[href='/desk/setup/flows/help/']")
    olive.hand.write("#new-name", "On the stand")
    olive.hand.pick("#new-copy", "A copy of “In progress”, with the ways that lead from it")
    olive.hand.press("button:has-text('Add status')")
    olive.page.wait_for_selector("#panel:has-text('On the stand')")
    olive.hand.write("[name=customer_name]", "On the stand")
    olive.save()
    olive.go("main tr[data-key=received] th a")
    olive.hand.pick("#way-to", "On the stand")
    olive.hand.press("form:has(#way-to) button")
    olive.page.wait_for_selector("section[aria-labelledby=ways] th:has-text('On the stand')")
    if olive.way.startswith("keys"):
        olive.hand.keys.stands()


def _choose_a_colour(olive):
    olive.setup("portal/")
    olive.hand.write("[name=colour]", "#1f6f43")
    olive.save()
    olive.sees("Reads well")


def _see_as_customer(olive):
    olive.setup("preview/")
    frame = olive.page.frame_locator("iframe >> nth=0")
    frame.locator("body").wait_for()
    olive.sees("Nothing is sent, nothing is saved" if "Nothing is sent" in olive.walk.text else "draft")


def _publish(olive, note, number):
    olive.open("/desk/setup/publish/")
    olive.hand.write("#note", note)
    olive.go("button.btn-primary:has-text('Publish version')")
    olive.sees(f"ersion {number}")
    olive.open("/desk/setup/")
    olive.sees("Nothing is changed.")


def _ask_for_a_repair(olive, carl, product):
    email = f"carl.{olive.way}@example.com"
    olive.open("/desk/customers/invite/")
    olive.hand.write("[name=lines]", email)
    olive.hand.press("button:has-text('Send invitations')")
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
    olive.hand.pick("#to", "On the stand")
    show = olive.page.query_selector(".move-top button:has-text('Show the mail'):visible")
    if show is not None:
        olive.hand.press(".move-top button:has-text('Show the mail')")
        olive.page.wait_for_load_state()
    # What is confirmed is what was shown.
    shown = f"#move input[name=shown_to][value='{olive.page.input_value('#to')}']"
    olive.page.wait_for_selector(shown, state="attached")
    olive.page.wait_for_selector("#move-mail")
    olive.go("#move button.btn-primary")
    olive.sees("On the stand")


def _take_the_status_out(olive, number):
    olive.open(FLOW)
    olive.go("tr th a:has-text('On the stand')")
    olive.page.wait_for_selector("button:has-text('Take this status out')")
    olive.go("button:has-text('Take this status out')")
    olive.sees("goes away, and 1 open request stands in it")
    olive.go("#bar-review")
    olive.hand.pick("select[name=to]", "In progress")
    olive.go("button:has-text('They go there')")
    olive.sees("Decided")
    if olive.way.startswith("keys"):
        olive.hand.keys.stands()
    _publish(olive, "No stand after all", 3)
    olive.open(f"/desk/requests/{number}/")
    olive.sees("In progress")


def _go_back(olive):
    olive.open("/desk/setup/versions/")
    olive.sees("No stand after all", "First shape of the workshop", "live now")
    olive.go("a:has-text('Go back to version 2') >> visible=true")
    olive.page.wait_for_selector("#back")
    olive.sees("Go back to version 2?")
    olive.go("button:has-text('Go back to 2')")
