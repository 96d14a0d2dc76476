"""What a person does on a page, with a pointer or with the keyboard alone; the same walk takes either."""

from __future__ import annotations

from typing import Any, Protocol

from tests.e2e.keyboard import Keys
from tests.e2e.walking import Walk


class Hand(Protocol):
    """One way of working a page."""

    def press(self, selector: str) -> None:
        """A link, a button."""

    def follow(self, selector: str) -> None:
        """A link or a button that leads to another page; waits for that."""

    def write(self, selector: str, text: str) -> None:
        """Into a field."""

    def choose(self, selector: str, index: int) -> None:
        """One of a group of radios, from 0."""

    def take(self, selector: str) -> None:
        """That one of a group of radios."""

    def pick(self, selector: str, label: str) -> None:
        """An entry of a list."""

    def attach(self, selector: str, name: str, content: bytes) -> None:
        """A file, by the browser's own dialog; waits until it is sent where script sends it."""


def _file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def _wait_for_upload(walk: Walk, name: str) -> None:
    """With script the file is sent at once and stands in the list; without it goes along with the form."""
    if walk.page.evaluate("() => Boolean(window.htmx)"):
        walk.page.wait_for_selector(f"[data-upl-list] :text('{name}')")
        walk.page.wait_for_selector("[data-upl-list] progress", state="detached")


class Pressed:
    """By finger or mouse."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    def press(self, selector: str) -> None:
        """As in Hand."""
        self._walk.click(f"{selector} >> nth=0")

    def follow(self, selector: str) -> None:
        """As in Hand."""
        with self._walk.page.expect_navigation():
            self.press(selector)

    def write(self, selector: str, text: str) -> None:
        """As in Hand."""
        self._walk.fill(selector, text)

    def choose(self, selector: str, index: int) -> None:
        """As in Hand."""
        self._walk.check(f"{selector} >> nth={index}")

    def take(self, selector: str) -> None:
        """As in Hand."""
        self._walk.check(selector)

    def pick(self, selector: str, label: str) -> None:
        """As in Hand."""
        self._walk.page.select_option(selector, label=label)

    def attach(self, selector: str, name: str, content: bytes) -> None:
        """As in Hand."""
        self._walk.page.set_input_files(f"{selector} >> nth=0", [_file(name, content)])
        _wait_for_upload(self._walk, name)


class Keyed:
    """By Tab, Enter, Space and arrows; the focus is always seen."""

    def __init__(self, walk: Walk) -> None:
        self._walk, self.keys = walk, Keys(walk.page)

    def press(self, selector: str) -> None:
        """As in Hand."""
        self.keys.to(selector)
        self.keys.press("Enter")

    def follow(self, selector: str) -> None:
        """As in Hand."""
        # Getting there may go by the link to the content, which is a navigation, too.
        self.keys.to(selector)
        with self._walk.page.expect_navigation():
            self.keys.press("Enter")

    def write(self, selector: str, text: str) -> None:
        """As in Hand."""
        self.keys.type(selector, text)

    def choose(self, selector: str, index: int) -> None:
        """As in Hand."""
        self.keys.to(selector)
        self.keys.press("Space", *["ArrowDown"] * index)

    def take(self, selector: str) -> None:
        """As in Hand."""
        self.keys.take(selector)

    def pick(self, selector: str, label: str) -> None:
        """As in Hand."""
        self.keys.step_to(selector, label)

    def attach(self, selector: str, name: str, content: bytes) -> None:
        """As in Hand."""
        # A draft that is just being kept would take the focus along with the part of the page that it replaces.
        self._walk.page.wait_for_load_state("networkidle")
        self.keys.to(selector)
        with self._walk.page.expect_file_chooser() as chooser:
            self.keys.press("Space")
        chooser.value.set_files([_file(name, content)])
        _wait_for_upload(self._walk, name)
