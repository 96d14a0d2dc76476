"""Pictures of every page, for people: sheets "mock | ours", and on request the one of the README."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings

from tests.e2e.contact_sheet import HEIGHT, WIDTHS, Pair, write_sheet
from tests.e2e.pages import DESK, ERRORS, PAGES, PLATFORM, PORTAL, open_page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

FOLDER = Path(settings.DATA_DIR) / "contact-sheets"
README_PICTURE = Path(settings.BASE_DIR) / "docs" / "portal-home.png"
SHEETS = {"portal": PORTAL, "desk": DESK, "platform": PLATFORM, "errors": ERRORS}
MAIL = "email-status"


def test_every_page_has_its_pictures(walk, people, product):
    FOLDER.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        for page in PAGES:
            walked = walk(page.slug, width=width, state=people.state(page.slug, page.who) if page.who else None)
            open_page(page, walked)
            walked.page.screenshot(path=_picture(page.name, width), full_page=True)
            walked.page.context.close()
        _mail_picture(walk, product, width)
    assert all(_picture(page.name, width).stat().st_size > 2000 for page in PAGES for width in WIDTHS)


def _mail_picture(walk, product, width):
    """The status mail as a mail program would show it: alone in the window."""
    mail = product.mail("maren.holt@example.com", product.url("nordwarm", "/requests/1002/"))
    reader = walk(width=width)
    reader.page.set_content(mail.html)
    reader.page.screenshot(path=_picture(MAIL, width), full_page=True)
    reader.page.context.close()


def _picture(name: str, width: int) -> Path:
    return FOLDER / f"{name}-{width}.png"


@pytest.mark.skipif(not os.environ.get("CONTACT_SHEETS"), reason="the sheets beside the mocks: set CONTACT_SHEETS=1")
def test_the_sheets_beside_the_mocks():
    for name, pages in SHEETS.items():
        pairs = [Pair(page.name, page.mock, str(FOLDER / f"{page.name}-{{width}}.png")) for page in pages]
        if name == "portal":
            pairs.append(Pair(MAIL, "email-status.html", str(FOLDER / f"{MAIL}-{{width}}.png")))
        for file in write_sheet(pairs, FOLDER / name):
            assert file.stat().st_size > 10_000


@pytest.mark.skipif(not os.environ.get("README_PICTURE"), reason="the picture of the README: set README_PICTURE=1")
def test_the_picture_of_the_readme(walk, people, browser):
    """Customer's home and desk side by side, small."""
    numbers = people.numbers("nordwarm")
    shots = []
    for who, path in (("maren", "/"), ("jonas", f"/desk/requests/{numbers['repair']}/")):
        walked = walk("nordwarm", width=1280, state=people.state("nordwarm", who))
        walked.open(path)
        shots.append(walked.page.screenshot())
    README_PICTURE.parent.mkdir(exist_ok=True)
    README_PICTURE.write_bytes(_side_by_side(browser, shots))
    assert README_PICTURE.stat().st_size < 200_000


def _side_by_side(browser, shots) -> bytes:
    import base64

    images = "".join(
        f'<img width="640" src="data:image/png;base64,{base64.b64encode(shot).decode()}">' for shot in shots
    )
    page = browser.new_page(viewport={"width": 1320, "height": HEIGHT // 2 + 20})
    page.set_content(f"<style>body{{margin:10px;display:flex;gap:20px;background:#d9d9d4}}</style>{images}")
    try:
        return page.screenshot()
    finally:
        page.close()
