"""Texts that change because the portal's languages do are told with these, not one by one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pydantic import JsonValue

from portal_core.config.changes.change import Change, Phrase, Sentence
from portal_core.config.changes.rules_texts import TEXTS
from portal_core.config.changes.telling import Told
from portal_core.config.changes.walk import Object, same
from portal_core.config.checks.texts import TEXT_KEYS

_FIRST: Final = ("portal", "language")
_SPOKEN: Final = ("portal", "languages")
_FIRST_KIND: Final = "portal.language"
_SPOKEN_KIND: Final = "portal.languages"
# One value with several texts in it.
_WITH_TEXTS: Final = (("flow", "transitions"), ("portal", "links"))


@dataclass
class Aside:
    """What is told one by one, and what with the languages of the portal."""

    told: list[Told] = field(default_factory=list)
    # The same words in the same language, written otherwise because the portal's languages change.
    spelled: list[Told] = field(default_factory=list)
    # Words that came or went with a language.
    spoken: list[Told] = field(default_factory=list)

    def given_to(self, change: Change, said: Callable[[Told], Sentence]) -> Change:
        """The change, with the texts that are told with it; `said` says one."""
        if change.kind not in (_FIRST_KIND, _SPOKEN_KIND):
            return change
        places = (*change.places, *(told.difference.path for told in self._gone_with(change.kind)))
        change = replace(change, places=tuple(dict.fromkeys(places)))
        if self.spoken and change.kind == self._speaks:
            change = replace(
                change,
                sentence=(*change.sentence, Phrase(f" {self._how_many}")),
                lines=tuple(said(each) for each in self.spoken),
            )
        return change

    def _gone_with(self, kind: str) -> Iterator[Told]:
        """What has to become as before with a change of the languages.

        Their order alone and which there are can be taken back apart, unless the first one would not be spoken then:
        its words would be read as those of another language.
        """
        first = [told for told in self.told if _place(told) == _FIRST]
        listed = [told for told in self.told if _place(told) == _SPOKEN]
        names = (first or listed)[0].names
        live, wanted = _languages(names.live), _languages(names.wanted)
        is_left_out = wanted[0] not in live if kind == _SPOKEN_KIND else live[0] not in wanted
        if is_left_out:
            yield from (*first, *listed)
        if is_left_out or kind == self._spells:
            yield from self.spelled
        if is_left_out or kind == self._speaks:
            yield from self.spoken

    @property
    def _spells(self) -> str:
        """The kind of change with which the same words are written otherwise."""
        return _FIRST_KIND if any(_place(each) == _FIRST for each in self.told) else _SPOKEN_KIND

    @property
    def _speaks(self) -> str:
        """The kind of change that the texts are told with."""
        return _SPOKEN_KIND if any(_place(each) == _SPOKEN for each in self.told) else _FIRST_KIND

    @property
    def _how_many(self) -> str:
        """So many texts come, or go, with it."""
        count = sum(_count(each.before, each.after) for each in self.spoken)
        names = self.spoken[0].names
        live, wanted = set(_languages(names.live)), set(_languages(names.wanted))
        does = "come" if live < wanted else "go" if wanted < live else "change"
        return f"1 text {does}s with it." if count == 1 else f"{count} texts {does} with it."


def set_aside(told: Iterable[Told]) -> Aside:
    """Which differences are told with the languages."""
    every = list(told)
    is_other = any(_place(each) in (_FIRST, _SPOKEN) for each in every)
    aside = Aside()
    for each in every:
        if not is_other or not (_place(each) in TEXTS or _place(each) in _WITH_TEXTS):
            aside.told.append(each)
            continue
        live, wanted = each.names.live, each.names.wanted
        if same(_said(each, each.before, live), _said(each, each.after, wanted)):
            aside.spelled.append(each)
        elif same(_said(each, each.before, live, but_in=wanted), _said(each, each.after, wanted, but_in=live)):
            aside.spoken.append(each)
        else:
            aside.told.append(each)
    return aside


def _said(told: Told, value: JsonValue, document: Object, but_in: Object | None = None) -> JsonValue:
    """What is said in the languages of a document; with `but_in`, in those that the other one speaks as well."""
    own = _languages(document)[0]
    others = None if but_in is None else _languages(but_in)
    return _texts(value, told.difference.name, own, others)


def _texts(value: JsonValue, key: str, own: str, languages: Sequence[str] | None) -> JsonValue:
    """The value with each text by language, in `languages` alone where these are given."""
    if key in TEXT_KEYS and isinstance(value, str | dict):
        words = value if isinstance(value, dict) else {own: value}
        return {code: said for code, said in words.items() if languages is None or code in languages}
    if isinstance(value, list):
        return [_texts(item, "", own, languages) for item in value]
    if isinstance(value, dict):
        return {name: _texts(item, name, own, languages) for name, item in value.items()}
    return {} if value is None and key in TEXT_KEYS else value


def _languages(document: Object) -> tuple[str, ...]:
    portal = document.get("portal")
    portal = portal if isinstance(portal, dict) else {}
    listed = portal.get("languages")
    others = listed if isinstance(listed, list) else []
    return tuple(str(code) for code in (portal.get("language"), *others))


def _place(told: Told) -> tuple[str, str]:
    difference = told.difference
    return (difference.shape, difference.name) if difference.what == "value" else ("", "")


def _count(before: JsonValue, after: JsonValue) -> int:
    """How many texts differ in a value: it is one, or a list of things with one each."""
    if isinstance(before, list) and isinstance(after, list):
        return sum(old != new for old, new in zip(before, after, strict=True))
    return 1
