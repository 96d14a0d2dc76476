"""What a value can be on a page besides words. Mails and titles take the words alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Link:
    """Something to follow. `note` stands beside it (a size, a date); `is_outside` leads to somebody else's site.

    `remark` says, in its `tone`, what is to be known before following it (a file that was sent back). What `is_gone` is
    only named.
    """

    text: str
    href: str
    note: str = ""
    is_outside: bool = False
    remark: str = ""
    tone: str = ""
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; every row has a cell for every head."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Shown, ...], ...]

    @property
    def headed_rows(self) -> tuple[tuple[tuple[str, Shown], ...], ...]:
        """Each cell with its head, for narrow pages that write it beside."""
        return tuple(tuple(zip(self.heads, row, strict=True)) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Shown:
    """One value in the reader's words. `text` says all of it, in lines; the rest says it better where it is there."""

    text: str = ""
    # The same in one line, where its lines are an enumeration; empty where they are one text.
    one_line: str = ""
    links: tuple[Link, ...] = ()
    table: Table | None = None
    stars: str = ""

    @property
    def in_a_sentence(self) -> str:
        """The value for titles, subjects and placeholders."""
        return self.one_line or self.text

    def __bool__(self) -> bool:
        """Whether there is an answer."""
        return bool(self.text or self.links or self.table)


NOTHING: Final = Shown()
