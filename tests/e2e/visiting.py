"""One visit to every page at both widths: what test_quality asserts and what the contact sheets show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.e2e.contact_sheet import WIDTHS
from tests.e2e.pages import PAGES, PORTAL, Page, open_page
from tests.e2e.people import People
from tests.e2e.product import Product
from tests.e2e.walking import Walk

NARROWEST = 320
MAIL = "email-status"
# Beyond this a page is no longer a page; keeps the window that takes the picture in bounds.
TALLEST = 12_000


@dataclass
class Visit:
    """What was found on one page."""

    axe: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    sideways: int = 0
    harmed: bool = False
    failed: str = ""


def visit_all(browser: Any, product: Product, folder: Path) -> dict[str, Visit]:
    """Visits by the page's name; pictures land in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    people = People(browser, product)
    visits = {page.name: Visit() for page in PAGES}
    for width in WIDTHS:
        contexts: dict[tuple[str, str], Any] = {}
        for page in PAGES:
            with _in_tab(browser, people, contexts, page, width) as tab:
                _visit(Walk(tab, product, page.slug), page, width, visits[page.name], folder)
        _picture_of_the_mail(browser, product, width, folder)
        for context in contexts.values():
            context.close()
    return visits


@contextmanager
def _in_tab(browser: Any, people: People, contexts: dict[Any, Any], page: Page, width: int) -> Iterator[Any]:
    """A tab of somebody's browser; whoever presses something first gets a browser of their own."""
    key = (page.slug, page.who if page.then is None else page.name)
    if key not in contexts:
        state = people.state(page.slug, page.who) if page.who else None
        contexts[key] = browser.new_context(
            viewport={"width": width, "height": 900}, storage_state=state, reduced_motion="reduce", locale="en-GB"
        )
    tab = contexts[key].new_page()
    try:
        yield tab
    finally:
        tab.close()


def _visit(walk: Walk, page: Page, width: int, visit: Visit, folder: Path) -> None:
    try:
        open_page(page, walk)
    except Exception as error:
        visit.failed = f"{width}: {error}"
        return
    height = int(walk.page.evaluate("document.documentElement.scrollHeight"))
    walk.page.set_viewport_size({"width": width, "height": max(900, min(height, TALLEST))})
    walk.page.screenshot(path=folder / f"{page.name}-{width}.png", full_page=height <= TALLEST)
    walk.page.set_viewport_size({"width": width, "height": 900})
    if width == _axe_width(page):
        visit.axe += axe(walk.page)
    if width == min(WIDTHS):
        walk.page.set_viewport_size({"width": NARROWEST, "height": 640})
        visit.sideways = walk.sideways()
    visit.harmed |= bool(walk.page.evaluate("Boolean(window.harmed)"))
    visit.troubles += [f"{width}: {words}" for words in walk.watched.troubles]


def _axe_width(page: Page) -> int:
    """Where most people meet the page: the portal on a phone, the rest at a desk. axe takes a second a page."""
    return min(WIDTHS) if page in PORTAL else max(WIDTHS)


def _picture_of_the_mail(browser: Any, product: Product, width: int, folder: Path) -> None:
    """The status mail as a mail program would show it: alone in the window."""
    number = product.seeded["nordwarm"]["numbers"]["price"]
    mail = product.mail("maren.holt@example.com", product.url("nordwarm", f"/requests/{number}/"))
    reader = browser.new_page(viewport={"width": width, "height": 900})
    reader.set_content(mail.html)
    reader.screenshot(path=folder / f"{MAIL}-{width}.png", full_page=True)
    reader.close()


def axe(page: Any) -> list[str]:
    """Serious and critical findings, each with the elements."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:4]]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]
