"""How a sentence is put together: a template of ours with the owner's words in its gaps."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from typing import Final, TypeAlias

from pydantic import JsonValue

from portal_core.config.changes.change import Group, Phrase, Sentence, Sign
from portal_core.config.changes.names import Names, as_text
from portal_core.config.changes.subjects import subject
from portal_core.config.changes.walk import Difference
from portal_core.config.changes.words import Says
from portal_core.config.draft.paths import Path
from portal_core.config.localise import language_name

_GAP: Final = re.compile(r"\{(\w+)\}")
# Beyond this the words between two edits are left out.
_CONTEXT_WORDS: Final = 12
_MAX_COMPARED: Final = 2_000
_RULES_THAT_STAY: Final = 3


@dataclass(frozen=True)
class Told:
    """One difference with all that its sentence may speak of."""

    difference: Difference
    names: Names

    @property
    def before(self) -> JsonValue:
        """What stands in the live document."""
        return self.difference.before

    @property
    def after(self) -> JsonValue:
        """What stands in the wanted document."""
        return self.difference.after

    @property
    def item(self) -> Path:
        """The path of the thing that the difference is about."""
        path = self.difference.path
        match self.difference.what:
            case "new" | "gone" | "sort":
                return path
            case "order":
                return path[:-1]
        depth = {"show": 2, "papers_show": 2, "at": 3}.get(self.difference.shape, 1)
        return path[:-depth]

    @property
    def owner(self) -> Path:
        """The type, kind of record or flow in which it lies."""
        return self.difference.path[:2]

    @cached_property
    def says(self) -> Says:
        """Rules and conditions of the owner in words."""
        return Says(self.names, self.owner if self.owner[0] in ("types", "flows", "record_kinds") else ())

    @cached_property
    def it(self) -> Sentence:
        """What the difference is about."""
        return subject(self.names, self.item)


Value: TypeAlias = Callable[[Told, JsonValue], str]
Said: TypeAlias = tuple[Sentence, tuple[Sentence, ...]]


@dataclass(frozen=True)
class Rule:
    """How one kind of difference is said. `group` None: whoever sees the thing notices."""

    changed: str
    group: Group | None = "customers"
    cleared: str = ""
    sign: Sign = "changed"
    value: Value = field(default=lambda _told, value: str(value))

    def sentence(self, told: Told) -> Sentence:
        """The sentence for one difference."""
        old = "" if told.before is None else self.value(told, told.before)
        new = "" if told.after is None else self.value(told, told.after)
        template = self.cleared if told.after is None and self.cleared else self.changed
        gaps = {"it": told.it, "old": _marked(old, "old"), "new": _marked(new, "new")}
        return fill(template, {**gaps, "change": swap(old, new)})


def fill(template: str, gaps: Mapping[str, Sentence]) -> Sentence:
    """The template with its gaps filled; spaces around an empty gap close up."""
    found: list[Phrase] = []
    position = 0
    for gap in _GAP.finditer(template):
        found.append(Phrase(template[position : gap.start()]))
        found += gaps[gap[1]]
        position = gap.end()
    found.append(Phrase(template[position:]))
    return tuple(_capital(_joined(found)))


def _joined(parts: Iterable[Phrase]) -> list[Phrase]:
    return [part for part in parts if part.words]


def _capital(parts: list[Phrase]) -> list[Phrase]:
    if parts and not parts[0].mark:
        parts[0] = Phrase(parts[0].words[:1].upper() + parts[0].words[1:])
    return parts


def said(template: str, **gaps: str | Sentence) -> Sentence:
    """A sentence; gaps that are plain words are names."""
    return fill(template, {name: (Phrase(gap, "name"),) if isinstance(gap, str) else gap for name, gap in gaps.items()})


def words(text: str) -> Sentence:
    """Words of ours as they are."""
    return (Phrase(text),)


def swap(old: str, new: str) -> Sentence:
    """What stood there struck, what stands there now underlined."""
    if old and new:
        return (Phrase(old, "old"), Phrase(" "), Phrase(new, "new"))
    return _marked(old, "old") or _marked(new, "new")


def _marked(text: str, mark: str) -> Sentence:
    return (Phrase(text, "old" if mark == "old" else "new"),) if text else ()


def text_change(names: Names, before: JsonValue, after: JsonValue, owner: Path = ()) -> Sentence:
    """Two texts word by word, language by language; the portal's own language bears no name."""
    old, new = _languages(names, before), _languages(names, after)
    found: list[Phrase] = []
    for language in dict.fromkeys((names.language, *old, *new)):
        was, is_ = old.get(language, ""), new.get(language, "")
        if was == is_:
            continue
        if found:
            found.append(Phrase(" · "))
        if language != names.language:
            found.append(Phrase(f"{language_name(language)}: "))
        found += word_change(names.without_braces(was, owner), names.without_braces(is_, owner))
    return tuple(found) or words("said for each language by itself, in the same words")


def _languages(names: Names, value: JsonValue) -> dict[str, str]:
    text = as_text(value)
    if isinstance(text, str):
        return {names.language: text} if text else {}
    return text


def word_change(old: str, new: str) -> Sentence:
    """Two texts, word by word where they have much in common."""
    before, after = _words(old), _words(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if max(len(before), len(after)) > _MAX_COMPARED or matcher.real_quick_ratio() < 0.3 or matcher.ratio() < 0.4:
        return swap(old.strip(), new.strip())
    found: list[Phrase] = []
    steps = matcher.get_opcodes()
    for index, (what, i1, i2, j1, j2) in enumerate(steps):
        if what == "equal":
            found.append(Phrase(_clipped(before[i1:i2], is_first=index == 0, is_last=index == len(steps) - 1)))
            continue
        found += _marked("".join(before[i1:i2]).strip(), "old")
        if i2 > i1 and j2 > j1:
            found.append(Phrase(" "))
        found += _marked("".join(after[j1:j2]).strip(), "new")
        if index < len(steps) - 1:
            found.append(Phrase(" "))
    return tuple(_joined(found))


def _words(text: str) -> list[str]:
    return re.findall(r"\S+\s*", text)


def _clipped(tokens: Sequence[str], *, is_first: bool, is_last: bool) -> str:
    if len(tokens) <= 2 * _CONTEXT_WORDS:
        return "".join(tokens)
    head = "" if is_first else "".join(tokens[:_CONTEXT_WORDS])
    tail = "" if is_last else "".join(tokens[-_CONTEXT_WORDS:])
    return f"{head}… {tail}"


def rules_change(before: Sequence[str], after: Sequence[str]) -> Sentence:
    """Two lists of rules, rule by rule; what stays is left out where it is more than a few."""
    steps = list(_rule_steps(before, after))
    if sum(1 for phrase in steps if not phrase.mark) > _RULES_THAT_STAY:
        steps = [phrase for phrase in steps if phrase.mark]
    found: list[Phrase] = []
    for phrase in steps:
        if found:
            found.append(Phrase("; "))
        found.append(phrase)
    return tuple(found)


def _rule_steps(before: Sequence[str], after: Sequence[str]) -> Iterator[Phrase]:
    for what, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            yield from (Phrase(rule) for rule in before[i1:i2])
        else:
            yield from (Phrase(rule, "old") for rule in before[i1:i2])
            yield from (Phrase(rule, "new") for rule in after[j1:j2])
