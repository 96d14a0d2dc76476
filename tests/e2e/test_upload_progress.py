"""A slow line: while a file is sent its bar moves, says how much is there, can be stopped, and ends; the form waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.documents.samples import pdf
from tests.e2e.product import wait_for
from tests.e2e.walking import Walk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

BYTES_A_SECOND = 150_000
# Some seconds: long enough to be looked at on a busy machine, too.
SIZE = 600_000
LIST = "[data-upl-list]"
# Whatever the bar shows and the words beside it, as often as the page is drawn.
WATCH = """() => {
  window.barWas = [];
  const look = () => {
    const bar = document.querySelector("[data-upl-list] progress");
    if (bar) window.barWas.push([bar.value, bar.parentElement.querySelector("small").textContent, bar.offsetWidth]);
    requestAnimationFrame(look);
  };
  look();
}"""


@pytest.fixture
def maren(browser: Any, people: Any, product: Any) -> Iterator[Walk]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, storage_state=people.state("nordwarm", "maren"), locale="en-GB"
    )
    walk = Walk(context.new_page(), product, "nordwarm")
    line = context.new_cdp_session(walk.page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": BYTES_A_SECOND}
    walk.open("/documents/add/?kind=care-plan")
    line.send("Network.emulateNetworkConditions", slow)
    walk.page.evaluate(WATCH)
    yield walk
    context.close()
    assert not walk.watched.troubles


def send(walk: Walk, name: str) -> None:
    content = pdf(b"% " + b"x" * SIZE)
    walk.page.set_input_files("main form [type=file]", {"name": name, "mimeType": "application/pdf", "buffer": content})


def test_the_bar_moves_while_a_file_is_sent_and_ends_with_it(maren):
    send(maren, "slow.pdf")
    maren.page.wait_for_selector(f"{LIST} [data-upl]")
    seen = maren.page.evaluate("window.barWas")
    values = [value for value, _words, _width in seen]
    assert values == sorted(values)
    assert len({value for value in values if 0 < value < 100}) >= 3, values[-20:]
    assert all(width > 0 for _value, _words, width in seen)
    assert any(words.endswith("/ 0.6 MB") and not words.startswith("0.6") for _value, words, _width in seen)
    assert maren.page.locator(f"{LIST} progress").count() == 0
    assert "uploaded" in maren.page.inner_text(f"{LIST} [data-upl]")
    assert "“slow.pdf” is uploaded." in maren.page.inner_text("[data-upl-says]")
    assert maren.page.locator(f"{LIST} [type=checkbox]").is_checked()


def test_what_is_stopped_on_its_way_is_gone(maren):
    send(maren, "stopped.pdf")
    # The page forbids what Playwright's own waiting is made of.
    assert wait_for(lambda: maren.page.evaluate("() => window.barWas.some(([value]) => value > 0)"), 15)
    maren.click(f"{LIST} [aria-label='Stop uploading stopped.pdf']")
    assert maren.page.locator(f"{LIST} > *").count() == 0
    # Stopped on the line, too: nothing of it is on its way that could still arrive.
    assert maren.page.evaluate("dispatchEvent(new Event('beforeunload', {cancelable: true}))")
    maren.open("/documents/add/?kind=care-plan")
    maren.misses("stopped.pdf")


def test_a_form_that_is_sent_too_early_waits_for_its_files(maren):
    send(maren, "early.pdf")
    assert wait_for(lambda: maren.page.evaluate("() => window.barWas.some(([value]) => value > 0)"), 15)
    maren.page.evaluate("document.querySelector('button[data-busy]').click()")
    assert maren.page.inner_text("button[data-busy]") == "Sending…"
    # Beside the button, as the files may stand far above it.
    said = "[data-upl-waiting]"
    assert (
        maren.page.inner_text(said).strip()
        == "“early.pdf” is still on its way. The rest is sent as soon as it is there."
    )
    assert wait_for(lambda: maren.page.eval_on_selector(f"{said} progress", "bar => bar.value > 0"), 15)
    # The impatient press again; it is still sent once.
    maren.page.evaluate("document.querySelector('button[data-busy]').click()")
    maren.page.wait_for_url("**/documents/", timeout=60_000)
    assert maren.page.locator("main .vault li", has_text="early").count() == 1


def test_a_mail_a_call_and_a_download_are_one_press_while_a_file_is_sent(maren):
    send(maren, "stays.pdf")
    maren.page.wait_for_selector(f"{LIST} progress")
    # Which presses reach the page, and whether the browser would have asked; where the link leads is not tried.
    pressed = maren.page.evaluate("""() => {
      const main = document.querySelector("main");
      const seen = [];
      main.addEventListener("click", (event) => {
        const asks = !dispatchEvent(new Event("beforeunload", {cancelable: true}));
        seen.push([event.defaultPrevented, asks, event.target.hasAttribute("download")]);
        event.preventDefault();
      });
      for (const href of ["mailto:a@example.com", "tel:+441314960142", "/files/x/", "/files/x/?show=1"]) {
        main.insertAdjacentHTML("beforeend", "<a>x</a>");
        main.lastElementChild.href = href;
        main.lastElementChild.click();
      }
      return seen;
    }""")
    # A file is fetched even where the answer is a page (that it is no longer kept). A picture to look at takes the
    # place of this page, and is held back.
    assert pressed == [[False, False, False], [False, False, False], [False, False, True]]
    assert not maren.page.locator("main a[download]").count(), "later presses show what the server says"
    assert maren.page.locator("[data-upl-leaving]").count() == 1


def test_a_link_pressed_while_a_file_is_sent_says_so_first_and_leaves_at_the_second_press(maren):
    send(maren, "left.pdf")
    assert wait_for(lambda: maren.page.evaluate("() => window.barWas.some(([value]) => value > 0)"), 15)
    home = "document.querySelector('a[href=\"/requests/\"]').click()"
    maren.page.evaluate(home)
    assert "“left.pdf” is still on its way. Press once more to leave without it." in maren.page.inner_text(LIST)
    assert "/documents/add/" in maren.page.url
    # The browser itself asks when anything else would leave the page; not after the second press.
    asked = "!dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    fresh = maren.page.evaluate(asked)
    maren.page.evaluate(home)
    maren.page.wait_for_url("**/requests/", timeout=30_000)
    assert fresh is False


def test_the_browser_asks_before_a_page_with_a_file_on_its_way_is_closed(maren):
    asked = "() => !dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    assert maren.page.evaluate(asked) is False
    send(maren, "closed.pdf")
    assert maren.page.evaluate(asked) is True
    maren.page.wait_for_selector(f"{LIST} [data-upl]")
    assert maren.page.evaluate(asked) is False


def test_a_file_that_fails_on_its_way_is_said_before_the_form_is_sent(maren):
    held: list[Any] = []
    maren.page.route("**/files/", lambda route: held.append(route))
    send(maren, "broken.pdf")
    assert wait_for(lambda: maren.page.locator(f"{LIST} progress").count() == 1 and held, 15)
    maren.page.evaluate("document.querySelector('button[data-busy]').click()")
    assert maren.page.inner_text("button[data-busy]") == "Sending…"
    held[0].abort()
    assert wait_for(lambda: maren.page.locator(f"{LIST} [role=alert]").count() == 1, 15)
    assert wait_for(lambda: maren.page.inner_text("button[data-busy]").startswith("Send to"), 5)
    assert "/documents/add/" in maren.page.url
    assert maren.page.evaluate("document.activeElement.hasAttribute('data-upl-stop')")
    # That the line broke is what was tried.
    maren.watched.troubles.clear()
