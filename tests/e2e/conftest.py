"""Fixtures of the browser tests: two groups (the mark xdist_group), each in one worker with a product of its own.

In "pages" every page is looked at and owners open and shape their portals, in "e2e" people walk through those that are
there: half of the work each. Which groups begin first is decided in tests/conftest.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from deploy.local.checks import browser_path
from tests.e2e import product as products
from tests.e2e.contact_sheet import FLAGS
from tests.e2e.people import People
from tests.e2e.visiting import Visit, visit_all
from tests.e2e.walking import Walk

# Outside git: the data directory of the tests.
PICTURES = Path(settings.DATA_DIR) / "contact-sheets"
MOST_SHOWN = 6_000


def find_chromium() -> str:
    """The browser's path; without one the test is skipped, or fails where CI is set."""
    found = browser_path()
    if not found:
        words = "No Chromium on the PATH (apt-get install chromium)."
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    return found


@pytest.fixture(scope="session")
def chromium() -> str:
    return find_chromium()


@pytest.fixture(scope="session")
def product(
    chromium: str, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[products.Product]:
    """The running product; the portals in it are described in seed.py."""
    with django_db_blocker.unblock(), products.running(tmp_path_factory.mktemp("e2e")) as running:
        yield running


@pytest.fixture(scope="session")
def visits(request: pytest.FixtureRequest, chromium: str, product: products.Product) -> dict[str, Visit]:
    """Every page, visited once at both widths; the pictures lie in PICTURES, where a test of theirs is run."""
    is_drawn = any(item.get_closest_marker("pictures") for item in request.session.items)
    with _chromium(chromium) as browser:
        return visit_all(browser, product, PICTURES if is_drawn else None)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """One browser for a module. Not for the session: Playwright's event loop would forbid the ORM to later tests."""
    with _chromium(chromium) as browser:
        yield browser


@contextmanager
def _chromium(path: str) -> Iterator[Any]:
    with sync_playwright() as playwright:
        flags = [*FLAGS, "--host-resolver-rules=MAP *.localhost 127.0.0.1"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def people(browser: Any, product: products.Product) -> People:
    """Those who are signed in already: people.page("nordwarm", "maren")."""
    return People(browser, product)


_WALKS: pytest.StashKey[list[Walk]] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Where a walk failed, its report shows what stood on the pages."""
    report = yield
    if report.when == "call" and report.failed:
        for walk in item.stash.get(_WALKS, []):
            with suppress(Exception):
                report.sections.append((f"What {walk.page.url} says", walk.text[:MOST_SHOWN]))
    return report


@pytest.fixture
def walk(request: pytest.FixtureRequest, browser: Any, product: products.Product) -> Iterator[Callable[..., Walk]]:
    """`walk(slug, width=390, scripted=False)`: somebody who comes for the first time; watched until the test ends."""
    walks = request.node.stash[_WALKS] = []

    def start(slug: str = "", *, width: int = 1280, scripted: bool = True, state: Any = None) -> Walk:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripted, storage_state=state,
            reduced_motion="reduce", locale="en-GB", has_touch=False,
        )  # fmt: skip
        walks.append(Walk(context.new_page(), product, slug))
        return walks[-1]

    yield start
    for walk in walks:
        walk.page.context.close()
    assert not [trouble for walk in walks for trouble in walk.watched.troubles]
