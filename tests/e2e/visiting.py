"""One visit to every page: what test_quality asserts and, where they are asked for, what the contact sheets show.

A page is loaded once, in a window as wide as most people's who meet it or in the narrowest, and turned to the other: a
change of the window's size costs as much as loading the page. For pictures, which take longer than everything else
together, it is loaded as on a phone and widened; where something has to be pressed first, that is done at both widths.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.e2e.contact_sheet import HEIGHT, WIDTHS
from tests.e2e.pages import PAGES, PORTAL, Page, open_page
from tests.e2e.people import People
from tests.e2e.product import Product
from tests.e2e.walking import Walk

NARROWEST, NARROWEST_HEIGHT = 320, 640
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


def visit_all(browser: Any, product: Product, folder: Path | None) -> dict[str, Visit]:
    """Visits by the page's name; pictures land in `folder`, without one none are taken."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        # Nothing of an earlier run may pass for something of this one.
        for old in folder.iterdir():
            old.unlink()
    visits = {page.name: Visit() for page in PAGES}
    tabs = _Tabs(browser, People(browser, product), product)
    for page in PAGES:
        try:
            _visit(tabs, page, visits[page.name], folder)
        except Exception as error:
            visits[page.name].failed = str(error)
    tabs.close()
    for width in WIDTHS if folder is not None else ():
        _picture_of_the_mail(browser, product, width, folder)
    return visits


class _Tabs:
    """A tab for each person; whoever presses something first gets a browser of their own."""

    def __init__(self, browser: Any, people: People, product: Product) -> None:
        self._browser, self._people, self._product = browser, people, product
        self._walks: dict[tuple[str, str], Walk] = {}

    def opened(self, page: Page, width: int, *, as_left: bool = False) -> Walk:
        """The tab in which this page was opened; what went wrong on the page before is forgotten.

        `as_left`: its window stays as the page before left it.
        """
        key = (page.slug, page.who)
        walk = self._walks.get(key) if page.then is None else None
        if walk is None:
            walk, as_left = self._new(page), False
            if page.then is None:
                self._walks[key] = walk
        walk.watched.troubles.clear()
        if not as_left:
            _resize(walk, width)
        open_page(page, walk)
        return walk

    def _new(self, page: Page) -> Walk:
        state = self._people.state(page.slug, page.who) if page.who else None
        context = self._browser.new_context(storage_state=state, reduced_motion="reduce", locale="en-GB")
        return Walk(context.new_page(), self._product, page.slug)

    def leave(self, page: Page, walk: Walk) -> None:
        """Closes what was opened for this page alone."""
        if page.then is not None:
            walk.page.context.close()

    def close(self) -> None:
        """Closes the others."""
        for walk in self._walks.values():
            walk.page.context.close()


def _visit(tabs: _Tabs, page: Page, visit: Visit, folder: Path | None) -> None:
    if folder is None:
        _visit_once(tabs, page, visit)
        return
    walk = tabs.opened(page, WIDTHS[0])
    for width in WIDTHS:
        if width != WIDTHS[0] and page.then is not None:
            tabs.leave(page, walk)
            walk = tabs.opened(page, width)
        _look(walk, page, width, visit, folder)
    tabs.leave(page, walk)


def _visit_once(tabs: _Tabs, page: Page, visit: Visit) -> None:
    """Without pictures; the window is left as the last look needed it, which is the first of the next page."""
    width = _axe_width(page)
    walk = tabs.opened(page, width, as_left=True)
    looks = [lambda: _look_closely(walk, width, visit), lambda: _look_narrowly(walk, visit)]
    if walk.page.viewport_size["width"] == NARROWEST:
        looks.reverse()
    for look in looks:
        look()
        _note(walk, width, visit)
    tabs.leave(page, walk)


def _look_closely(walk: Walk, width: int, visit: Visit) -> None:
    _resize(walk, width)
    visit.axe += axe(walk.page)


def _look_narrowly(walk: Walk, visit: Visit) -> None:
    _resize(walk, NARROWEST, NARROWEST_HEIGHT)
    visit.sideways = walk.sideways()


def _note(walk: Walk, width: int, visit: Visit) -> None:
    visit.harmed |= bool(walk.page.evaluate("Boolean(window.harmed)"))
    visit.troubles += [f"{width}: {words}" for words in walk.watched.troubles]


def _look(walk: Walk, page: Page, width: int, visit: Visit, folder: Path) -> None:
    """The picture comes after what needs a window of the usual height: each change of size is a new layout."""
    _resize(walk, width)
    if width == _axe_width(page):
        visit.axe += axe(walk.page)
    _take_picture(walk, width, folder / f"{page.name}-{width}.png")
    if width == min(WIDTHS):
        _look_narrowly(walk, visit)
    _note(walk, width, visit)


def _resize(walk: Walk, width: int, height: int = HEIGHT) -> None:
    """Where it is another size: even the same one would be a new layout."""
    size = {"width": width, "height": height}
    if walk.page.viewport_size != size:
        walk.page.set_viewport_size(size)


def _take_picture(walk: Walk, width: int, file: Path) -> None:
    """Of the whole page, in a window as high as the page; the window stays so."""
    height = int(walk.page.evaluate("document.documentElement.scrollHeight"))
    _resize(walk, width, max(HEIGHT, min(height, TALLEST)))
    walk.page.screenshot(path=file, full_page=height <= TALLEST)


def _axe_width(page: Page) -> int:
    """Where most people meet the page: the portal on a phone, the rest at a desk. axe takes a second a page."""
    return min(WIDTHS) if page in PORTAL else max(WIDTHS)


def _picture_of_the_mail(browser: Any, product: Product, width: int, folder: Path) -> None:
    """The status mail as a mail program would show it: alone in the window."""
    number = product.seeded["nordwarm"]["numbers"]["price"]
    mail = product.mail("maren.holt@example.com", product.url("nordwarm", f"/requests/{number}/"))
    reader = browser.new_page(viewport={"width": width, "height": HEIGHT})
    reader.set_content(mail.html)
    reader.screenshot(path=folder / f"{MAIL}-{width}.png", full_page=True)
    reader.close()


# Rules whose findings are never serious are not tried. Without `preload` nothing is fetched again for rules about sound
# and turned screens, which do not count here.
_AXE = """() => {
    const others = axe._audit.rules.filter((rule) => ["minor", "moderate"].includes(rule.impact));
    const rules = Object.fromEntries(others.map((rule) => [rule.id, { enabled: false }]));
    const options = { rules, resultTypes: ["violations"], preload: false };
    return axe.run(document, options).then((found) => found.violations);
}"""


def axe(page: Any) -> list[str]:
    """Serious and critical findings, each with the elements."""
    page.evaluate(Axe().axe_script)
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes'][:4]]}"
        for each in page.evaluate(_AXE)
        if each["impact"] in {"serious", "critical"}
    ]
