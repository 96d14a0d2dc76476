"""A sheet "mock | ours": each page beside the mock it was built from, at phone and desktop width.

    python -m tests.e2e.contact_sheet --out sheet portal-home.html=http://…/ desk-queue.html=queue-{width}.png

A pair is MOCK=OURS: a file of the mocks' folder, and an address or a saved picture. The mocks live outside the project;
without their folder the sheet holds ours alone. Writes OUT.html, and with --long OUT-390.png and OUT-1280.png as well:
all rows in one picture, which takes its time.
"""

from __future__ import annotations

import argparse
import base64
import html
import io
from collections.abc import Iterable, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import sync_playwright

from deploy.local.checks import browser_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDTHS = (390, 1280)
HEIGHT = 900
_MOCKS = Path("shared", "design", "mocks")
# Beside the project, however deep its checkout lies.
MOCKS = next((top / _MOCKS for top in Path(__file__).resolve().parents if (top / _MOCKS).is_dir()), _MOCKS)


@dataclass(frozen=True)
class Pair:
    """One row of the sheet. `ours` is an address, or a picture by width (`{width}` in its path is replaced)."""

    title: str
    mock: str = ""
    ours: str = ""
    cookies: tuple[dict[str, str], ...] = field(default=())


def write_sheet(
    pairs: Sequence[Pair], out: Path, *, mocks: Path = MOCKS, chromium: str = "", is_long: bool = False
) -> list[Path]:
    """Takes the pictures and writes the sheet, if `is_long` as one long picture too; gives the files written."""
    out.parent.mkdir(parents=True, exist_ok=True)
    is_to_take = any(_is_address(pair.ours) or _mock(pair, mocks) for pair in pairs)
    with _browser(chromium) if is_to_take else nullcontext() as browser:
        rows = {width: [_row(browser, pair, width, mocks) for pair in pairs] for width in WIDTHS}
    page = out.with_suffix(".html")
    page.write_text(_page([row for width in WIDTHS for row in rows[width]]), encoding="utf-8")
    written = [page]
    for width in WIDTHS if is_long else ():
        picture = out.with_name(f"{out.stem}-{width}.png")
        _picture_of(rows[width]).save(picture, compress_level=1)
        written.append(picture)
    return written


@dataclass(frozen=True)
class Row:
    """Two pictures of one page at one width; either may be missing."""

    title: str
    width: int
    mock: bytes | None
    ours: bytes | None


@contextmanager
def _browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium or browser_path(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def _is_address(ours: str) -> bool:
    return ours.startswith(("http://", "https://", "file://"))


def _mock(pair: Pair, mocks: Path) -> Path | None:
    mock = mocks / pair.mock
    return mock if pair.mock and mock.is_file() else None


def _row(browser: Browser | None, pair: Pair, width: int, mocks: Path) -> Row:
    mock = _mock(pair, mocks)
    shown = _shot(browser, mock.as_uri(), width) if browser and mock else None
    return Row(pair.title, width, shown, _ours(browser, pair, width))


def _ours(browser: Browser | None, pair: Pair, width: int) -> bytes | None:
    if browser and _is_address(pair.ours):
        return _shot(browser, pair.ours, width, pair.cookies)
    path = Path(pair.ours.replace("{width}", str(width)))
    return path.read_bytes() if pair.ours and path.is_file() else None


def _shot(browser: Browser, address: str, width: int, cookies: Iterable[dict[str, str]] = ()) -> bytes:
    context = browser.new_context(viewport={"width": width, "height": HEIGHT}, reduced_motion="reduce")
    try:
        return _shot_in(context, address, cookies)
    finally:
        context.close()


def _shot_in(context: BrowserContext, address: str, cookies: Iterable[dict[str, str]]) -> bytes:
    for cookie in cookies:
        context.add_cookies([{**cookie, "url": address}])
    page = context.new_page()
    page.goto(address, wait_until="load", timeout=20_000)
    return page.screenshot(full_page=True)


def _picture_of(rows: Sequence[Row]) -> Image.Image:
    """All rows below each other. A browser takes a quarter of a minute for so high a picture."""
    blocks = [_block(row) for row in rows]
    sheet = Image.new("RGB", (max(block.width for block in blocks), sum(block.height for block in blocks)), _GREY)
    top = 0
    for block in blocks:
        sheet.paste(block, (0, top))
        top += block.height
    return sheet


def _block(row: Row) -> Image.Image:
    """The title of a row and its pictures side by side; a missing one is said."""
    halves = [_shown(picture, row.width) for picture in _halves(row).values()]
    size = (sum(half.width + _GAP for half in halves) + _GAP, max(half.height for half in halves) + _TITLE + _GAP)
    block = Image.new("RGB", size, _GREY)
    names = " | ".join(name if picture else f"{name}: missing" for name, picture in _halves(row).items())
    font = ImageFont.load_default(size=18)
    ImageDraw.Draw(block).text((_GAP, _GAP), f"{row.title} {row.width}: {names}", fill="white", font=font)
    left = _GAP
    for half in halves:
        block.paste(half, (left, _TITLE))
        left += half.width + _GAP
    return block


def _halves(row: Row) -> dict[str, bytes | None]:
    return {"mock": row.mock, "ours": row.ours} if row.mock is not None else {"ours": row.ours}


def _shown(picture: bytes | None, width: int) -> Image.Image:
    if picture is None:
        return Image.new("RGB", (_shown_width(width), _TITLE), _GREY)
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    shown = _shown_width(width)
    size = (shown, round(image.height * shown / image.width))
    return image if image.size == size else image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2)


def _shown_width(width: int) -> int:
    return min(width, 800)


_GREY, _GAP, _TITLE = "#777777", 16, 48


def _page(rows: Sequence[Row]) -> str:
    body = "".join(_section(row) for row in rows)
    return f"<!doctype html><meta charset=utf-8><title>mock | ours</title><style>{_LOOK}</style>{body}"


def _section(row: Row) -> str:
    figures = "".join(_figure(name, picture, row.width) for name, picture in _halves(row).items())
    return f"<section><h2>{html.escape(row.title)} · {row.width}</h2><div>{figures}</div></section>"


def _figure(name: str, picture: bytes | None, width: int) -> str:
    if picture is None:
        return f"<figure><figcaption>{name}: missing</figcaption></figure>"
    data = base64.b64encode(picture).decode("ascii")
    source = f"data:image/png;base64,{data}"
    return f'<figure><figcaption>{name}</figcaption><img alt="" width="{_shown_width(width)}" src="{source}"></figure>'


_LOOK = (
    "body{font:14px sans-serif;margin:20px;background:#777;color:#fff}section{margin-bottom:32px}"
    "div{display:flex;gap:16px;align-items:flex-start}figure{margin:0}figcaption{padding:4px 0}"
    "img{display:block;background:#fff}"
)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="+", metavar="MOCK=OURS")
    parser.add_argument("--out", type=Path, default=Path("contact-sheet"))
    parser.add_argument("--mocks", type=Path, default=MOCKS)
    parser.add_argument("--chromium", default="", help="the browser; otherwise the first on the PATH")
    parser.add_argument("--long", action="store_true", help="all rows in one picture for each width, too")
    given = parser.parse_args(arguments)
    pairs = [
        Pair(title=text.partition("=")[0], mock=text.partition("=")[0], ours=text.partition("=")[2])
        for text in given.pairs
    ]
    for path in write_sheet(pairs, given.out, mocks=given.mocks, chromium=given.chromium, is_long=given.long):
        print(path)


if __name__ == "__main__":
    main()
