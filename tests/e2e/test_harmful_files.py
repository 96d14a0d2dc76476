"""A harmful file in the browser, on a phone and at the desk: it is being checked, then asked for anew, and both hear of
it. With a product of its own, whose scanner is a small double; so it is among the long tests."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.documents.samples import pdf
from tests.documents.test_scanning import HARM, Clamd
from tests.e2e import product as products
from tests.e2e.hands import Pressed
from tests.e2e.people import People
from tests.e2e.product import wait_for
from tests.e2e.walking import Walk

pytestmark = [pytest.mark.browser, pytest.mark.heavy, pytest.mark.xdist_group("e2e")]

HARMFUL = pdf(b"% " + HARM)
# A scan that was missed comes again after half a minute.
SECONDS = 100
CHECKED = "is being checked"
REASON = "contains harmful software and was not kept"


class Scanner(Clamd):
    """Answers once `server.may_answer` is set."""

    def handle(self) -> None:
        self.server.may_answer.wait(60)
        super().handle()


@pytest.fixture
def scanner() -> Iterator[Any]:
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Scanner)
    server.answer, server.daemon_threads, server.may_answer = None, True, threading.Event()
    server.may_answer.set()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.may_answer.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def scanned(chromium: str, scanner: Any, tmp_path: Any, django_db_blocker: Any) -> Iterator[products.Product]:
    more = {"SCANNER_URL": f"tcp://127.0.0.1:{scanner.server_address[1]}"}
    with django_db_blocker.unblock(), products.running(tmp_path, name="scanned", more=more) as running:
        yield running


def until(walk: Walk, path: str, words: str) -> None:
    """Opens the page until it says so: what the scanner finds comes a moment later."""

    def look() -> bool:
        walk.open(path)
        return words in walk.text

    assert wait_for(look, SECONDS), f"{path} does not say {words}:\n{walk.text[:3000]}"
    assert walk.sideways() <= 0, path


def test_a_harmful_document_is_checked_refused_and_asked_for_anew(browser, scanned, scanner):
    people = People(browser, scanned)
    phone = browser.new_context(viewport={"width": 390, "height": 844}, storage_state=people.state("nordwarm", "maren"))
    desk = browser.new_context(viewport={"width": 1280, "height": 900}, storage_state=people.state("nordwarm", "owner"))
    maren, ruth = Walk(phone.new_page(), scanned, "nordwarm"), Walk(desk.new_page(), scanned, "nordwarm")
    scanner.may_answer.clear()
    maren.open("/documents/add/?kind=care-plan")
    Pressed(maren).attach("main form [type=file]", "cover.pdf", HARMFUL)
    maren.click("main form button.btn-primary:has-text('Send')")
    maren.page.wait_for_url("**/documents/")
    maren.sees("cover.pdf", CHECKED)
    key = maren.page.locator("li:has-text('cover.pdf')").first.get_attribute("id")
    maren.misses("Download Care plan agreement (cover.pdf")
    ruth.open("/desk/documents/")
    ruth.sees("cover.pdf", CHECKED, "Approve it once it has been checked")

    scanner.may_answer.set()
    until(maren, "/documents/", REASON)
    maren.sees("We cannot use the one that you sent", "cover.pdf", "Send another")
    until(maren, "/updates/", REASON)
    maren.open("/")
    maren.sees("Care plan agreement", REASON, "Send another")
    until(ruth, "/desk/updates/", REASON)
    ruth.click("main a:has-text('Care plan agreement'), main button:has-text('Care plan agreement')")
    ruth.page.wait_for_url("**/documents/**")
    ruth.sees("cover.pdf", "Harmful software was found in it; it was not kept.", "Sent back")
    assert ruth.page.url.endswith(f"#{key}")
    scanned.mail("maren.holt@example.com", "We need another copy", "cover.pdf")
    scanned.mail("ruth.nord@example.com", "Harmful file")

    maren.open("/documents/")
    maren.click("a:has-text('Send another') >> nth=0")
    Pressed(maren).attach("main form [type=file]", "clean.pdf", pdf(b"% clean"))
    maren.click("main form button.btn-primary:has-text('Send')")
    maren.page.wait_for_url("**/documents/")
    until(maren, "/documents/", "clean.pdf")
    maren.misses(REASON)
    for context in (phone, desk):
        context.close()
    assert not [*maren.watched.troubles, *ruth.watched.troubles]
