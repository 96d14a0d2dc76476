"""Pictures of every page, for people: sheets "mock | ours", and on request the one of the README."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings

from tests.e2e.conftest import PICTURES
from tests.e2e.contact_sheet import HEIGHT, WIDTHS, Pair, write_sheet
from tests.e2e.pages import DESK, ERRORS, PLATFORM, PORTAL
from tests.e2e.visiting import MAIL

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

README_PICTURE = Path(settings.BASE_DIR) / "deploy" / "pictures" / "portal-and-desk.png"
IS_LONG = bool(os.environ.get("LONG_SHEETS"))
SHEETS = {"portal": PORTAL, "desk": DESK, "platform": PLATFORM, "errors": ERRORS}


@pytest.mark.heavy
@pytest.mark.pictures
def test_the_sheets_are_written(visits):
    """One sheet for each part; without the mocks' folder of ours alone. Comes first: it has a browser of its own.

    LONG_SHEETS=1 asks for each sheet as one long picture, too: quicker to look through, and a minute's work.
    """
    assert set(visits) == {page.name for pages in SHEETS.values() for page in pages}
    for name, pages in SHEETS.items():
        pairs = [Pair(page.name, page.mock, str(PICTURES / f"{page.name}-{{width}}.png")) for page in pages]
        if name == "portal":
            pairs.append(Pair(MAIL, "email-status.html", str(PICTURES / f"{MAIL}-{{width}}.png")))
        for file in write_sheet(pairs, PICTURES / f"sheet-{name}", is_long=IS_LONG):
            assert file.stat().st_size > 10_000
        pictures = [PICTURES / f"{page.name}-{width}.png" for page in pages for width in WIDTHS]
        assert [picture.name for picture in pictures if not picture.is_file()] == []


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
