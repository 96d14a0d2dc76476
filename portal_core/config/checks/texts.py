"""Texts in all languages, and staff words kept out of what customers read. Warnings only."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from portal_core.config.checks.index import Index, active_statuses
from portal_core.config.document.base import TextValue
from portal_core.config.document.loading import item_name
from portal_core.config.localise import language_name, text_in
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

TEXT_KEYS: Final = frozenset(
    {
        "name",
        "customer_name",
        "meaning",
        "next_step",
        "label",
        "noun",
        "pattern_error",
        "help",
        "placeholder",
        "unit",
        "text",
        "description",
        "group",
        "title",
        "before",
        "after",
        "subject",
        "body",
        "button",
        "consent",
        "welcome",
        "emergency",
        "imprint",
    }
)
# Not translated, or not texts at all, although their keys look like it.
NOT_TEXTS: Final = frozenset({"show", "at", "brand"})
_WORDLESS: Final = re.compile(r"(\{[^{}]*\}|[^\w]|\d)*")


def check_texts(index: Index) -> Iterator[Problem]:
    """Missing languages and repeated staff names."""
    yield from _languages(index)
    yield from _staff_words(index)


def all_texts(document: Mapping[str, JsonValue], path: str = "") -> Iterator[tuple[str, str, TextValue]]:
    """Every text of a document in canonical form: path, key, value."""
    for key, value in document.items():
        here = f"{path}.{key}" if path else key
        if key in NOT_TEXTS or key.startswith("x-") or here == "portal.name":
            continue
        if key in TEXT_KEYS and isinstance(value, str):
            yield here, key, value
        elif key in TEXT_KEYS and isinstance(value, dict):
            yield here, key, {language: str(words) for language, words in value.items()}
        elif isinstance(value, dict):
            yield from all_texts(value, here)
        elif isinstance(value, list):
            for position, item in enumerate(value):
                if isinstance(item, dict):
                    yield from all_texts(item, f"{here}.{item_name(item, position)}")


def _languages(index: Index) -> Iterator[Problem]:
    portal = index.document.portal
    needed = list(dict.fromkeys((portal.language, *portal.languages)))
    for path, key, value in all_texts(index.plain):
        missing = missing_in(key, value, portal.language, needed)
        if missing:
            text = f"There is no text in: {', '.join(missing)}."
            fallback = "Until then readers see another language."
            words = tuple(missing)
            yield Problem(path, text, f"Add it. {fallback}", "warning", kind=ProblemKind.MISSING_LANGUAGE, words=words)


def missing_in(key: str, value: TextValue, own: str, needed: Sequence[str]) -> list[str]:
    """The languages in which a text is missing; `own` is the portal's, in which plain words are."""
    if isinstance(value, str):
        missing = [language for language in needed if language != own]
        # A unit, or a text of placeholders alone, is the same in every language; one that begins with a letter is not.
        is_same = missing and (key == "unit" or (not value[:1].isalpha() and _WORDLESS.fullmatch(value) is not None))
        return [] if is_same else missing
    return [language for language in needed if language not in value]


def _staff_words(index: Index) -> Iterator[Problem]:
    """A customer who reads the staff's word for a status reads the inside of the business."""
    portal = index.document.portal
    for flow in index.active_flows():
        for status in active_statuses(flow):
            languages = dict.fromkeys((portal.language, *portal.languages))
            for language in languages:
                staff = text_in(status.name, language, portal.language)
                for part in ("customer_name", "meaning", "next_step"):
                    words = text_in(getattr(status, part), language, portal.language)
                    if repeats(words, staff):
                        path = f"flows.{flow.key}.statuses.{status.key}.{part}"
                        where = f", in {language_name(language)}" if len(languages) > 1 else ""
                        text = f"Customers read the staff’s name of the status, “{staff}”{where}."
                        yield Problem(
                            path,
                            text,
                            "Say it as a sentence about their request.",
                            "warning",
                            kind=ProblemKind.STAFF_WORDS,
                        )


def repeats(words: str, staff_name: str) -> bool:
    """Whether a text holds the staff's name as whole words, in any case."""
    name, said = staff_name.casefold(), words.casefold()
    # Mostly it is not there at all: a pattern for each name of each status took longer than the other checks of texts.
    return name in said and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said) is not None
