"""One thing that stops publishing, and what can be chosen to mend it: the tools of `mends_flows.py` and its like."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pydantic import JsonValue

from portal_core.config.changes.names import ROLES, Names
from portal_core.config.document import PortalDocument
from portal_core.config.draft.operations import Operation, Remove, Set
from portal_core.config.draft.paths import Path, read
from portal_core.config.placeholders import names_in_text

TAKE_OUT: Final = "Take it out"
_QUOTED: Final = re.compile(r"“([^”]*)”")
_SPACES: Final = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True)
class Option:
    """One way to mend it: what it says, and the edits of the draft that it is."""

    label: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True)
class Control:
    """What the form of a finding asks: one of `options`, or words to write at `text_path`."""

    label: str
    options: tuple[Option, ...] = ()
    text_path: Path = ()
    suggested: str = ""


@dataclass(frozen=True)
class Finding:
    """A finding with the document that it is about."""

    names: Names
    document: PortalDocument
    path: Path
    said: str

    def read(self, *path: str) -> JsonValue:
        """What stands in the draft."""
        return read(dict(self.names.wanted), path)

    def items(self, *path: str) -> list[Mapping[str, JsonValue]]:
        """The items of a list of the draft that are in use."""
        found = self.read(*path)
        return [
            item
            for item in (found if isinstance(found, list) else [])
            if isinstance(item, dict) and not item.get("retired")
        ]

    def named(self, *path: str) -> Iterator[tuple[str, str]]:
        """Key and name of those items."""
        for item in self.items(*path):
            key = str(item.get("key"))
            yield key, self.names.named(*path, key)

    @property
    def quoted(self) -> list[str]:
        """What stands between quotation marks in what is said, the keys that it is about among it."""
        return _QUOTED.findall(self.said)

    def role(self, key: str) -> str:
        """A role as the subject of a sentence."""
        return self.names.role(key)

    @property
    def roles(self) -> Iterator[tuple[str, str]]:
        """Every role that people can have."""
        yield from ROLES.items()
        yield from ((key, f"“{name}”") for key, name in self.named("roles"))


Mender: TypeAlias = Callable[[Finding], Control | None]
# Where a finding lies ("*" is any name, a last "**" any number of them), and who knows its mend.
Menders: TypeAlias = Sequence[tuple[str, Mender]]


def told_apart(options: Iterable[Option]) -> tuple[Option, ...]:
    """The options, each under a label of its own: what is chosen is sent by its label."""
    seen: dict[str, int] = {}
    found = []
    for option in options:
        seen[option.label] = number = seen.get(option.label, 0) + 1
        found.append(option if number == 1 else Option(f"{option.label} ({number})", option.operations))
    return tuple(found)


def mender_for(path: Path, menders: Menders) -> Mender | None:
    """The first that knows the place."""
    return next((mender for pattern, mender in menders if _fits(path, pattern.split("."))), None)


def _fits(path: Path, pattern: Sequence[str]) -> bool:
    if pattern[-1] == "**":
        pattern = pattern[:-1]
        path = path[: len(pattern)] if len(path) > len(pattern) else ()
    return len(path) == len(pattern) and all(want in ("*", name) for name, want in zip(path, pattern, strict=True))


def setting(label: str, path: Path, value: JsonValue) -> Option:
    """Another value at a place; None leaves it out."""
    return Option(label, (Set(path, value),))


def picking(path: Path, choices: Iterable[tuple[str, str]], words: str = "{}") -> tuple[Option, ...]:
    """One of these (key, name) at a place."""
    return tuple(setting(words.format(name), path, key) for key, name in choices)


def removing(label: str, path: Path) -> Option:
    """An item with a key goes out of its list."""
    return Option(label, (Remove(path),))


def without_rule(finding: Finding, label: str, path: Path, *, keep_empty: bool = False) -> Option:
    """The item of this number goes out of a list without keys, which is left out when nothing is left of it.

    SECURITY: with `keep_empty` it stays and says "none": for what a role may, left out means everything.
    """
    rules = finding.read(*path[:-1])
    rest = [rule for number, rule in enumerate(rules if isinstance(rules, list) else []) if str(number) != path[-1]]
    return setting(label, path[:-1], rest if rest or keep_empty else None)


def without_words(finding: Finding, path: Path, words: Iterable[str]) -> Set | None:
    """A list of keys or words without some of them; None when that changes nothing."""
    found, gone = finding.read(*path), set(words)
    old = found if isinstance(found, list) else []
    rest = [word for word in old if word not in gone]
    return None if len(rest) == len(old) else Set(path, rest or None)


def without_placeholders(finding: Finding, path: Path, names: Iterable[str]) -> Set | None:
    """A text, in all its languages, without these placeholders; None when that changes nothing."""
    value, gone = finding.read(*path), set(names)
    by_language = value if isinstance(value, dict) else {"": value}
    texts = {language: _without(str(words), gone) for language, words in by_language.items() if words is not None}
    if all(texts[language] == by_language[language] for language in texts):
        return None
    kept: dict[str, JsonValue] = {language: words for language, words in texts.items() if words}
    return Set(path, (kept or None) if isinstance(value, dict) else kept.get(""))


def _without(words: str, names: set[str]) -> str:
    for name in names_in_text(words):
        if name in names or any(len(each) == 60 and name.startswith(each) for each in names):
            words = words.replace(f"{{{name}}}", "")
    return _SPACES.sub(" ", words).strip()
