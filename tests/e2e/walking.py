"""A person in a browser: counts what they press and type, and notices what should not happen on a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from tests.e2e.product import Product

_LOOKS: Final = 40
_BETWEEN_LOOKS_MS: Final = 100


def ways(names: Iterable[str], *, heavy: set[str]) -> list[Any]:
    """The ways of a walk, for `parametrize`; those that differ least from the others are gone with `--heavy` alone."""
    assert heavy < set(names)
    return [pytest.param(name, marks=pytest.mark.heavy) if name in heavy else name for name in names]


class Watched:
    """What went wrong on a page while nobody asked: console errors, CSP, other hosts, scripts that were planted."""

    def __init__(self, page: Any, port: int) -> None:
        self.troubles: list[str] = []
        self._port = port
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("request", self._requested)
        page.on("dialog", self._asked)

    def _said(self, message: Any) -> None:
        # A refused form is answered with 400, which the browser reports like a missing file.
        is_answer = message.text.startswith("Failed to load resource: the server responded with a status of 4")
        if message.type == "error" and not is_answer:
            self.troubles.append(f"{message.location.get('url', '')}: {message.text}")

    def _requested(self, request: Any) -> None:
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        is_ours = parts.port == self._port and (host == "localhost" or host.endswith(".localhost"))
        if parts.scheme not in {"data", "blob", "about"} and not is_ours:
            self.troubles.append(f"asked another host: {request.url}")

    def _asked(self, dialog: Any) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()


class Walk:
    """One person's way; `clicks` and `typed` count every press of the mouse and every field typed into."""

    def __init__(self, page: Any, product: Product, slug: str) -> None:
        self.page, self.product, self.slug = page, product, slug
        self.watched = Watched(page, product.port)
        self.clicks = 0
        self.typed = 0
        page.set_default_timeout(15_000)

    def open(self, path: str = "/") -> Any:
        """Goes to an address of the portal; gives the answer."""
        return self.page.goto(self.product.url(self.slug, path))

    def click(self, selector: str, **options: Any) -> None:
        """One click."""
        self.clicks += 1
        self.page.click(selector, **options)

    def fill(self, selector: str, text: str) -> None:
        """Types into one field."""
        self.typed += 1
        self.page.fill(selector, text)

    def check(self, selector: str) -> None:
        """Chooses a radio or ticks a box: one click."""
        self.clicks += 1
        self.page.check(selector)

    def choose(self, selector: str, value: str) -> None:
        """Chooses from a list: one click to open it, one on the value."""
        self.clicks += 2
        self.page.select_option(selector, value)

    @property
    def text(self) -> str:
        """What the page says, without what is hidden."""
        return str(self.page.inner_text("body"))

    @property
    def path(self) -> str:
        """Path and query of the page."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def sees(self, *words: str) -> None:
        """Fails unless the page says all of this; one that is just coming is looked at again."""
        for _ in range(_LOOKS):
            shown = " ".join(self.text.split())
            missing = [word for word in words if word not in shown]
            if not missing:
                return
            self.page.wait_for_timeout(_BETWEEN_LOOKS_MS)
        raise AssertionError(f"{self.path} does not say {missing}:\n{shown[:3000]}")

    def waits(self, condition: str, arg: Any = None) -> None:
        """Fails unless a condition in JavaScript (a function, when it takes `arg`) comes true.

        Asked from here each time: what `wait_for_function` asks again from within the page, the page's policy refuses.
        """
        for _ in range(_LOOKS):
            if self.page.evaluate(condition, arg):
                return
            self.page.wait_for_timeout(_BETWEEN_LOOKS_MS)
        raise AssertionError(f"{self.path}: {condition} is never true")

    def misses(self, *words: str) -> None:
        """Fails if the page says any of this, seen or unseen."""
        shown = self.page.content()
        there = [word for word in words if word in shown]
        assert not there, f"{self.path} says {there}"

    def sign_in(self, email: str, *, known_codes: int = 0) -> None:
        """By the e-mailed code."""
        self.open("/signin/")
        self.fill("[name=email]", email)
        self.click("main form button.btn-primary")
        self.page.wait_for_url("**/signin/code/")
        self.fill("[name=code]", self.product.code(email, known=known_codes))
        self.click("main form button.btn-primary")
        self.page.wait_for_url(lambda url: "/signin/" not in url)

    def sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(
            self.page.evaluate(
                "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - window.innerWidth"
            )
        )
