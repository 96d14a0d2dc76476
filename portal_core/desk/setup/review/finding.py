"""One thing that stops publishing, and what can be chosen to mend it: the tools of `mends_statuses.py` and its like."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

from pydantic import JsonValue

from portal_core.config.changes.names import ROLES, Names
from portal_core.config.document import PortalDocument
from portal_core.config.draft.operations import Operation, Remove, Set
from portal_core.config.draft.paths import Path, path_from, read
from portal_core.config.placeholders import names_in_text
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem

TAKE_OUT: Final = "Take it out"
_SPACES: Final = re.compile(r"[ \t]{2,}")


class Loss(Enum):
    """What leaving a missing name out costs more than the name, in the words for one and for many.

    It is a thing of the owner's that goes with the name, or (`_ALWAYS`) one that stays without its condition.
    """

    RULE = ("rule", "rules")
    NOTICE = ("notice", "notices")
    REMINDER = ("reminder", "reminders")
    QUESTION = ("question", "questions")
    COLUMN = ("column", "columns")
    NEXT_STEP = ("next step", "next steps")
    WAY = ("way between statuses", "ways between statuses")
    CLOSING = ("closing by itself", "closings by themselves")
    PROMISE = ("promise", "promises")
    QUESTION_ALWAYS = ("question is asked always", "questions are asked always")
    NEXT_STEP_ALWAYS = ("next step is asked always", "next steps are asked always")

    @property
    def stays(self) -> bool:
        """Whether the thing stays, without its condition."""
        return self in (Loss.QUESTION_ALWAYS, Loss.NEXT_STEP_ALWAYS)

    def counted(self, count: int) -> str:
        """So many of them."""
        return f"{count} {self.value[count != 1]}"


@dataclass(frozen=True)
class Option:
    """One way to mend it: what it says, and the edits of the draft that it is.

    `puts` is the key of what it names instead of what is missing; `drops` tells that it names nothing any more there.
    `loses` is what that costs more than the name, by its place; `is_costly` that the label tells of such things.
    """

    label: str
    operations: tuple[Operation, ...]
    puts: str = ""
    drops: bool = False
    loses: tuple[Loss, Path] | None = None
    is_costly: bool = False


@dataclass(frozen=True)
class Control:
    """What the form of a finding asks: one of `options`, or words to write at `text_path`."""

    label: str
    options: tuple[Option, ...] = ()
    text_path: Path = ()
    suggested: str = ""


@dataclass(frozen=True)
class Finding:
    """A problem with the document that it is about. Its sentence is not among what a mend may go by.

    `about` are the things that it names, `words` what else: see `Problem.names` and `Problem.words`.
    """

    names: Names
    document: PortalDocument
    path: Path
    kind: ProblemKind
    about: tuple[Path, ...]
    words: tuple[str, ...]

    @classmethod
    def of(cls, problem: Problem, names: Names, document: PortalDocument) -> "Finding":
        """The finding that a problem of this document is."""
        return cls(names, document, path_from(problem.path), problem.kind, problem.names, problem.words)

    @property
    def missing(self) -> Path:
        """The thing that is named and is not there; () for every other kind of problem."""
        return self.about[0] if self.kind is ProblemKind.MISSING and self.about else ()

    @property
    def mail(self) -> Path:
        """The mail that a status sends, where what does not fit is in its words; () for everything else."""
        match self.path:
            case ("flows", _, "statuses", _, "notify" | "remind", _, "message"):
                key = self.read(*self.path)
                return ("messages", key) if isinstance(key, str) and self.read("messages", key) is not None else ()
        return ()

    def key_of(self, collection: str) -> str:
        """The key of the thing of this list ("fields", "roles") that it names; "" for none."""
        return next((path[-1] for path in self.about if len(path) > 1 and path[-2] == collection), "")

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
        found.append(option if number == 1 else replace(option, label=f"{option.label} ({number})"))
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
    return tuple(replace(setting(words.format(name), path, key), puts=key) for key, name in choices)


def dropping(option: Option, loss: Loss | None = None, path: Path = ()) -> Option:
    """The same, as what takes the name of something that is not there out of its place; it costs what is at `path`."""
    return replace(option, drops=True, loses=None if loss is None else (loss, path))


def taking_out(finding: Finding) -> Control:
    """What stands in the wrong place, or says nothing any more, goes."""
    return Control("What is right", (dropping(setting(TAKE_OUT, finding.path, None)),))


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


def with_word(finding: Finding, path: Path, old: str, new: str) -> Set:
    """A list of keys with one of them in the place of another; it stands there once."""
    found = finding.read(*path)
    words: list[JsonValue] = [new if word == old else word for word in (found if isinstance(found, list) else [])]
    return Set(path, list(dict.fromkeys(map(str, words))))


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
        if name in names:
            words = words.replace(f"{{{name}}}", "")
    return _SPACES.sub(" ", words).strip()
