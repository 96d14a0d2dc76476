"""Somebody who has no mouse: goes on by Tab, and must see where they are."""

from __future__ import annotations

from typing import Any

MOST_TABS = 90
MOST_TRIES = 5
FORGOTTEN_AFTER_MS = 1_500
# An outline or shadow on the element or on what frames it (a radio's label, a composer).
_SEEN = """() => {
  let element = document.activeElement;
  for (let up = 0; element && up < 3; up += 1, element = element.parentElement) {
    const look = getComputedStyle(element);
    if (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2) return true;
    if (look.boxShadow !== "none") return true;
  }
  return false;
}"""


class Keys:
    """The keyboard of one page."""

    def __init__(self, page: Any) -> None:
        self._page = page

    def has(self, selector: str) -> bool:
        """Whether an element that fits has the focus."""
        return any(
            element.evaluate("e => e === document.activeElement") for element in self._page.query_selector_all(selector)
        )

    def to(self, selector: str) -> None:
        """Tabs until an element that fits has the focus, and checks that this is seen."""
        for _ in range(MOST_TABS):
            if self.has(selector):
                break
            self._page.keyboard.press("Tab")
        else:
            raise AssertionError(f"{selector} is not reached by {MOST_TABS} tabs on {self._page.url}")
        assert self._page.evaluate(_SEEN), f"the focus on {selector} is not seen on {self._page.url}"

    def type(self, selector: str, text: str) -> None:
        """Goes to a field and types, instead of what stands there."""
        self.to(selector)
        self._page.keyboard.press("Control+a")
        self._page.keyboard.type(text)

    def pick(self, selector: str, text: str, value: str) -> None:
        """Goes to a list and types the beginning of an entry; from the start again where letters came too slowly.

        A browser takes letters for one word that follow each other within a second, which a busy machine may not keep.
        """
        self.to(selector)
        for _ in range(MOST_TRIES):
            self._page.keyboard.type(text)
            if self._page.input_value(selector) == value:
                return
            self._page.wait_for_timeout(FORGOTTEN_AFTER_MS)
        raise AssertionError(f"{value} is not picked by typing {text}: {self._page.input_value(selector)}")

    def press(self, *keys: str) -> None:
        """Presses keys where the focus is."""
        for key in keys:
            self._page.keyboard.press(key)
