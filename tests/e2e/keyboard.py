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


# Whether what is looked for stands before the focus, and whether the focus is nowhere while that stands in the page.
_WAY = """(found) => {
  const here = document.activeElement;
  if (found.includes(here)) return "there";
  const fits = found.filter((one) => one.getClientRects().length > 0);
  if (!fits.length) return "on";
  if (!here || here === document.body) return fits[0].closest("main") ? "skip" : "on";
  const isBehind = (one) => here.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING;
  return fits.some((one) => one === here || isBehind(one)) ? "on" : "back";
}"""


class Keys:
    """The keyboard of one page. `pressed` counts the keys that were pressed to get about."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self.pressed = 0

    def has(self, selector: str) -> bool:
        """Whether an element that fits has the focus."""
        return self._way(selector) == "there"

    def _way(self, selector: str) -> str:
        return str(self._page.evaluate(_WAY, self._page.query_selector_all(selector)))

    def to(self, selector: str) -> None:
        """Tabs until an element that fits has the focus, and checks that this is seen.

        As people do it: past the navigation by the link that skips it, backwards to what lies before.
        """
        for _ in range(MOST_TABS):
            match self._way(selector):
                case "there":
                    break
                case "skip" if not self._skipped():
                    continue
                case "back":
                    self.press("Shift+Tab")
                case _:
                    self.press("Tab")
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

    def _skipped(self) -> bool:
        """One key further, and by the link that leads to the content, if that came; False where it did not."""
        self.press("Tab")
        if not self.has(".skip"):
            return False
        self.press("Enter")
        # A browser takes the focus to the content with its next frame, which a busy machine draws after many keys.
        self._page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return True

    def take(self, selector: str) -> None:
        """Goes to a group of radios and on by the arrows to the one that fits."""
        name = self._page.get_attribute(selector, "name")
        self.to(f"[name='{name}']")
        if self._page.query_selector(f"[name='{name}']:checked") is None:
            self.press("Space")
        for _ in range(MOST_TABS):
            if self._page.is_checked(selector):
                return
            self.press("ArrowDown")
        raise AssertionError(f"{selector} is not reached by the arrows on {self._page.url}")

    def step_to(self, selector: str, label: str) -> None:
        """Goes to a list and on by the arrows to the entry that reads so."""
        self.to(selector)
        labels = self._page.eval_on_selector(selector, "list => [...list.options].map(one => one.text.trim())")
        shown = "list => list.selectedIndex"
        wanted = labels.index(label)
        for _ in range(len(labels)):
            now = self._page.eval_on_selector(selector, shown)
            if now == wanted:
                return
            self.press("ArrowDown" if now < wanted else "ArrowUp")
        raise AssertionError(f"“{label}” is not reached by the arrows on {self._page.url}: {labels}")

    def stands(self) -> None:
        """Fails where the focus was lost: the next key would begin at the top of the page again."""
        lost = "!document.activeElement || document.activeElement === document.body"
        assert not self._page.evaluate(lost), f"the focus is lost on {self._page.url}"

    def press(self, *keys: str) -> None:
        """Presses keys where the focus is."""
        for key in keys:
            self.pressed += 1
            self._page.keyboard.press(key)
