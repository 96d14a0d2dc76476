"""Names that people choose by tell things apart. Warnings only."""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from portal_core.config.checks.index import Index
from portal_core.config.document.base import TextValue
from portal_core.config.localise import text_in
from portal_core.config.problems import Problem

_LISTS: Final = (
    ("types", "request types"),
    ("flows", "sets of statuses"),
    ("teams", "teams"),
    ("roles", "roles"),
)


class Named(Protocol):
    """An item of a list at the top."""

    @property
    def key(self) -> str:
        """Its key."""

    @property
    def name(self) -> TextValue:
        """What it is called."""

    @property
    def retired(self) -> bool:
        """Whether it is out of use."""


def check_names(index: Index) -> Iterator[Problem]:
    """Two things in use of one list that are called alike."""
    for collection, nouns in _LISTS:
        yield from _alike(getattr(index.document, collection), collection, nouns, index.document.portal.language)


def _alike(items: Iterable[Named], collection: str, nouns: str, language: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for item in items:
        name = " ".join(text_in(item.name, language, language).split())
        if item.retired:
            continue
        if name.casefold() in seen:
            text = f"Several {nouns} are called “{name}”."
            yield Problem(f"{collection}.{item.key}.name", text, "Give one of them another name.", "warning")
        seen.add(name.casefold())
