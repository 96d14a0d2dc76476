"""Names that people choose by tell things apart. Warnings only."""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from portal_core.config.checks.index import Index
from portal_core.config.document.base import TextValue
from portal_core.config.localise import text_in
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

_LISTS: Final = (
    ("types", "request types"),
    ("flows", "sets of statuses"),
    ("teams", "teams"),
    ("roles", "roles"),
    ("document_kinds", "kinds of documents"),
    ("record_kinds", "kinds of records"),
    ("ready_answers", "ready answers"),
)


# Every portal has these beside its own.
BUILT_IN_ROLES: Final = ("owner", "manager", "agent", "customer")


class Named(Protocol):
    """An item of a list."""

    @property
    def key(self) -> str:
        """Its key."""

    @property
    def name(self) -> TextValue:
        """What it is called."""


def check_names(index: Index) -> Iterator[Problem]:
    """Two things in use of one list that are called alike; statuses, within their flow."""
    language = index.document.portal.language
    for collection, nouns in _LISTS:
        taken = BUILT_IN_ROLES if collection == "roles" else ()
        yield from _alike(getattr(index.document, collection), collection, nouns, language, taken)
    for flow in index.document.flows:
        yield from _alike(flow.statuses, f"flows.{flow.key}.statuses", "statuses here", language)


def _alike(
    items: Iterable[Named], path: str, nouns: str, language: str, taken: Iterable[str] = ()
) -> Iterator[Problem]:
    seen = set(taken)
    for item in items:
        name = " ".join(text_in(item.name, language, language).split())
        # Not every list keeps what is out of use.
        if getattr(item, "retired", False):
            continue
        if name.casefold() in seen:
            text = f"Several {nouns} are called “{name}”."
            yield Problem(
                f"{path}.{item.key}.name",
                text,
                "Give one of them another name.",
                "warning",
                kind=ProblemKind.SAME_WORDS,
            )
        seen.add(name.casefold())
