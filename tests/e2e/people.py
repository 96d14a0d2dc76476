"""People who are signed in already, by the one-time links that the seed made."""

from __future__ import annotations

import base64
import hmac
import time
from typing import Any

from tests.e2e.product import Product

# A link works once, but modules come and go with their browsers.
_states: dict[tuple[int, str, str], Any] = {}


class People:
    """Signs somebody in on first use and remembers the cookies."""

    def __init__(self, browser: Any, product: Product) -> None:
        self._browser, self._product = browser, product

    def numbers(self, slug: str) -> dict[str, int]:
        """The numbers of the seeded requests, by the seed's names for them."""
        numbers: dict[str, int] = self._product.seeded[slug]["numbers"]
        return numbers

    def state(self, slug: str, name: str) -> Any:
        """The cookies of somebody signed in, for a new browser context."""
        key = (self._product.port, slug, name)
        if key not in _states:
            context = self._browser.new_context()
            page = context.new_page()
            page.goto(self._product.seeded[slug]["links"][name])
            page.click("main form button.btn-primary")
            page.wait_for_url(lambda url: "/link/" not in url)
            if name == "operator":
                _enrol(page)
            _states[key] = context.storage_state()
            context.close()
        return _states[key]


def _enrol(page: Any) -> None:
    """The second factor, as an authenticator app would."""
    seed = page.text_content("form .mono")
    page.fill("[name=code]", one_time_code(seed, time.time()))
    page.click("main form button.btn-primary")
    # The recovery codes are shown once, in between.
    page.goto(page.url.split("/console/")[0] + "/console/")


def one_time_code(seed: str, now: float) -> str:
    """RFC 6238 with its defaults."""
    key = base64.b32decode(seed.replace(" ", ""), casefold=True)
    digest = hmac.digest(key, int(now // 30).to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"
