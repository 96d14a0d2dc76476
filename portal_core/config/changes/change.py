"""One change: a sentence in pieces, who notices it, and where it lies in the document."""

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from portal_core.config.draft.paths import Path

# A name of the owner's own, what stood there, what stands there now; "" for our own words.
Mark: TypeAlias = Literal["", "name", "old", "new"]
Group: TypeAlias = Literal["customers", "staff", "wording"]
# The sign before the sentence: something new, gone, other, seen by more, seen by fewer.
Sign: TypeAlias = Literal["new", "gone", "changed", "shown", "hidden"]
_COLOUR: Final = re.compile("#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of a sentence. SECURITY: all but "" is the business's own text; templates escape every one."""

    words: str
    mark: Mark = ""

    @property
    def colour(self) -> str:
        """The colour that these words are; "" for any others."""
        return self.words if self.mark in ("old", "new") and _COLOUR.fullmatch(self.words) else ""


Sentence: TypeAlias = tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `kind` is stable (`field.required`); `path` is its place, the first of `paths`.

    `paths` are what has to become as before for the change to be gone, each in the words of problems:
    `types.repair.fields.gauge.label`.
    """

    kind: str
    group: Group
    sign: Sign
    sentence: Sentence
    places: tuple[Path, ...]
    lines: tuple[Sentence, ...] = ()

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.places[0]

    @property
    def paths(self) -> tuple[str, ...]:
        """Its places in words."""
        return tuple(".".join(place) for place in self.places)

    @property
    def text(self) -> str:
        """The sentence without its marks, for mails and lists."""
        return plain(self.sentence)


def plain(sentence: Sentence) -> str:
    """A sentence as bare words; names stand in quotes."""
    return "".join(f"“{part.words}”" if part.mark == "name" else part.words for part in sentence)
