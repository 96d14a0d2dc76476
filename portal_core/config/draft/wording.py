"""The texts of the draft: which are missing in a language, and all of them said anew for another first language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from portal_core.config.checks.texts import NOT_TEXTS, TEXT_KEYS, all_texts, missing_in
from portal_core.config.document.base import TextValue
from portal_core.config.draft.operations import Operation, Put
from portal_core.config.draft.parts import KEYED
from portal_core.config.draft.paths import Path, path_from, read
from portal_core.config.draft.reading import Draft


@dataclass(frozen=True, slots=True)
class Wording:
    """One text of the draft, and in which of the portal's languages it is missing."""

    path: Path
    value: TextValue
    missing: tuple[str, ...]


def incomplete(draft: Draft, languages: Sequence[str]) -> Iterator[Wording]:
    """The texts that are missing in any of these languages, the portal's own first; what is retired needs none."""
    document = draft.as_json()
    for words, key, value in all_texts(document):
        missing = missing_in(key, value, languages[0], languages)
        path = path_from(words)
        if missing and not _is_retired(document, path):
            yield Wording(path, value, tuple(missing))


def every(draft: Draft) -> Iterator[Wording]:
    """All texts of the draft, wherever they stand."""
    for words, _key, value in all_texts(draft.as_json()):
        yield Wording(path_from(words), value, ())


def how_many(draft: Draft, languages: Sequence[str]) -> tuple[int, dict[str, int]]:
    """How many texts the draft has, and how many are missing in each of these languages."""
    missing = dict.fromkeys(languages, 0)
    for wording in incomplete(draft, languages):
        for language in wording.missing:
            missing[language] += 1
    return sum(1 for _ in all_texts(draft.as_json())), missing


def _is_retired(document: JsonValue, path: Path) -> bool:
    """Whether the text stands in something that is not used any more."""
    for length in range(2, len(path), 2):
        found = read(document, path[:length])
        if isinstance(found, dict) and found.get("retired"):
            return True
    return False


def said_for(draft: Draft, language: str) -> list[Operation]:
    """The edits that make `language` the portal's first: plain words, which were in the old one, are named as such."""
    portal = draft.part("portal")
    before = str(portal["language"]) if isinstance(portal, dict) else language
    draft.preload(*draft.changed)
    operations: list[Operation] = []
    for name in dict.fromkeys((*draft.live.names, *draft.changed)):
        value = draft.part(name)
        if name in KEYED or not isinstance(value, dict | list):
            continue
        said = _said(value, before, language, name)
        if name == "portal" and isinstance(said, dict):
            said = {**said, "language": language}
        if said != value:
            operations.append(Put(name, said))
    # The portal says in which language plain words are: it comes first.
    return sorted(operations, key=lambda operation: not (isinstance(operation, Put) and operation.name == "portal"))


def _said(value: JsonValue, before: str, now: str, at: str = "") -> JsonValue:
    if isinstance(value, list):
        return [_said(item, before, now) if isinstance(item, dict) else item for item in value]
    if not isinstance(value, Mapping):
        return value
    return {key: _said_at(key, item, (before, now), f"{at}.{key}") for key, item in value.items()}


def _said_at(key: str, item: JsonValue, languages: tuple[str, str], here: str) -> JsonValue:
    before, now = languages
    if key in NOT_TEXTS or key.startswith("x-") or here == "portal.name":
        return item
    if key not in TEXT_KEYS:
        return _said(item, before, now)
    if isinstance(item, dict):
        return item[now] if list(item) == [now] else item
    # What is the same in every language stays plain.
    is_plain = isinstance(item, str) and missing_in(key, item, before, (before, "")) != []
    return {before: item} if is_plain else item
