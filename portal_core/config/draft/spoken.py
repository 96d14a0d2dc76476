"""A language that the portal speaks from now on, or not any more: the words of its starter come and go with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from portal_core.config.checks.texts import missing_in
from portal_core.config.draft.operations import Operation, Set
from portal_core.config.draft.paths import Path
from portal_core.config.draft.reading import Draft
from portal_core.config.draft.wording import every, incomplete
from portal_core.config.localise import text_in
from portal_core.config.starters import STARTER_KEY
from portal_core.config.starters.words import are_words_for, words_for


@dataclass(frozen=True, slots=True)
class Coming:
    """What a new language brings: the edits, and how many texts it lacks after them."""

    operations: Sequence[Operation]
    missing: int


def coming(draft: Draft, own: str, language: str) -> Coming:
    """What comes with `language`: the starter's words for every text that is still the starter's."""
    known = dict(_known(draft, own, language))
    lacking = (wording.path for wording in incomplete(draft, (own, language)) if language in wording.missing)
    missing = sum(path not in known for path in lacking)
    return Coming([Set(path, text) for path, text in known.items()], missing)


def _known(draft: Draft, own: str, language: str) -> Iterator[tuple[Path, JsonValue]]:
    opened_from = str(draft.part(STARTER_KEY) or "")
    for wording in every(draft):
        value, path = wording.value, wording.path
        if isinstance(value, dict) and (language in value or own not in value):
            continue
        text = text_in(value, own, own)
        words = words_for(text, ".".join(path), own=own, language=language, opened_from=opened_from)
        if words and missing_in(path[-1], value, own, (language,)):
            texts = value if isinstance(value, dict) else {own: text}
            yield path, dict(sorted({**texts, language: words}.items()))


def going(draft: Draft, own: str, language: str) -> list[Operation]:
    """What goes with `language`: the starter's words, which would come again. What the business wrote is kept."""
    operations: list[Operation] = []
    for wording in every(draft):
        value = wording.value
        if not isinstance(value, dict) or not {own, language} <= value.keys():
            continue
        if are_words_for(value[language], value[own], own=own, language=language):
            left: dict[str, JsonValue] = {code: words for code, words in value.items() if code != language}
            operations.append(Set(wording.path, left[own] if list(left) == [own] else left))
    return operations
