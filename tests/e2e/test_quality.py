"""What holds for every page: accessible, narrow, silent, harmless; and the first page is small."""

from __future__ import annotations

import pytest

from tests.e2e import hostile
from tests.e2e.contact_sheet import HEIGHT
from tests.e2e.pages import PAGES, open_page
from tests.e2e.visiting import NARROWEST

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

FIRST_PAGE_BYTES = 60 * 1024
HOSTILE_PAGES = (
    ("customer", "/"), ("customer", "/requests/"), ("customer", "/requests/{request}/"), ("customer", "/account/"),
    ("customer", "/requests/{request}/?edit=phone"), ("customer", "/new/order/"),
    ("agent", "/desk/"), ("agent", "/desk/requests/{request}/"), ("agent", "/desk/requests/{request}/?as=customer"),
    ("agent", "/desk/requests/{request}/?edit=details"), ("agent", "/desk/new/order/"),
    ("customer", "/updates/"), ("agent", "/desk/updates/"), ("agent", "/desk/search/?q=order"),
    ("agent", "/desk/requests/{request}/print/"), ("agent", "/desk/requests/{request}/merge/"),
    ("agent", "/desk/customers/"), ("owner", "/desk/views/"),
    ("owner", "/desk/team/"), ("owner", "/desk/first-steps/"), ("", "/signin/"), ("customer", "/nowhere/"),
)  # fmt: skip


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_the_page_is_sound(visits, name):
    visit = visits[name]
    assert not visit.failed
    assert not visit.axe, "axe"
    assert visit.sideways <= 0, f"{visit.sideways} px too wide at 320"
    assert not visit.troubles
    assert not visit.harmed


WIDTHS = (NARROWEST, 1280)


def test_no_page_of_the_portal_is_wider_than_a_phone_without_script(walk, people):
    """Controls that script puts away are there then, in the browser's own looks."""
    wide, tabs = [], {}
    for page in PAGES:
        if page.slug != "nordwarm" or page.then is not None or page.path.startswith("/desk/"):
            continue
        if page.who not in tabs:
            state = people.state(page.slug, page.who) if page.who else None
            tabs[page.who] = walk(page.slug, width=NARROWEST, scripted=False, state=state)
        open_page(page, tabs[page.who])
        if tabs[page.who].sideways() > 0:
            wide.append(f"{page.name}: {tabs[page.who].sideways()} px")
    assert tabs
    assert not wide, "scrolls sideways"


def test_with_type_of_twice_the_size_a_phone_cuts_no_name_and_no_place(walk, people):
    """As whoever has set large type in the browser sees it: the name of the business, and where one can go."""
    page = (walked := walk("nordwarm", width=390, state=people.state("nordwarm", "maren"))).page
    session = page.context.new_cdp_session(page)
    session.send("Page.enable")
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    walked.open("/")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert walked.sideways() <= 0
    assert page.eval_on_selector(".brandmark", "name => [...name.children].every(e => e.scrollWidth <= e.clientWidth)")
    lines = (
        "places => places.map(place => { const words = document.createRange(); "
        "words.selectNode(place.lastChild); return words.getClientRects().length; })"
    )
    assert set(page.eval_on_selector_all(".tabbar a", lines)) == {1}
    assert page.eval_on_selector(".step-text, .step h3", "text => text.clientWidth") > 200


def test_planted_words_do_not_run(walk, people):
    """Each page is opened once, in a narrow window that is widened then or the other way; everybody keeps their tab."""
    numbers = people.numbers("hostile")
    wide, tabs = [], {}
    for who, path in HOSTILE_PAGES:
        if who not in tabs:
            tabs[who] = walk("hostile", width=WIDTHS[0], state=people.state("hostile", who) if who else None)
        tab = tabs[who]
        assert tab.open(path.format(**numbers)).status in {200, 404}
        there = tab.page.viewport_size["width"]
        for width in sorted(WIDTHS, key=lambda width: width != there):
            if width != there:
                tab.page.set_viewport_size({"width": width, "height": HEIGHT})
            tab.page.wait_for_timeout(50)
            assert not tab.page.evaluate("Boolean(window.harmed)"), f"{who} {path}: something that was typed has run"
            if tab.sideways() > 0:
                wide.append(f"{path} at {width}: {tab.sideways()} px")
    assert not wide, "scrolls sideways"


def test_planted_words_are_shown_as_typed(walk, people):
    number = people.numbers("hostile")["request"]
    for who, path in (("customer", "/requests/{}/"), ("agent", "/desk/requests/{}/")):
        walked = walk("hostile", state=people.state("hostile", who))
        walked.open(path.format(number))
        shown = walked.page.text_content("main")
        assert not [words for words in hostile.WORDS if words not in shown]


def test_planted_words_typed_into_every_field_come_back_harmless(walk, product):
    """Sign-in, form and account as a stranger with bad intentions would fill them in."""
    eve = walk("walks")
    eve.sign_in("intruder@example.com")
    words = hostile.WORDS[0] + hostile.WORDS[1]
    eve.open("/new/something-else/")
    eve.fill("[name=f-subject]", words[:80])
    eve.fill("[name=f-question]", "\n".join(hostile.WORDS))
    eve.click("button[value=send]")
    eve.page.wait_for_url("**/requests/*/?sent=1")
    eve.open("/account/")
    eve.fill("[name=name]", words)
    eve.fill("[name=phone]", hostile.WORDS[3][:40])
    eve.click("text=Keep changes")
    eve.page.wait_for_load_state()
    eve.open("/")
    assert not eve.page.evaluate("Boolean(window.harmed)")


def test_the_first_page_is_small_and_comes_from_one_host(browser, people, product):
    for who, path in (("", "/signin/"), ("maren", "/")):
        context = browser.new_context(storage_state=people.state("nordwarm", who) if who else None)
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        sizes: list[int] = []
        devtools.on("Network.loadingFinished", lambda event, sizes=sizes: sizes.append(int(event["encodedDataLength"])))
        page.goto(product.url("nordwarm", path), wait_until="networkidle")
        context.close()
        assert len(sizes) >= 4
        print(f"{path}: {sum(sizes)} bytes in {len(sizes)} answers")
        assert sum(sizes) <= FIRST_PAGE_BYTES, f"{path}: {sizes}"
