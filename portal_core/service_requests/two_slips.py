"""Words two slips of the hand away from a long one that was typed: walked to letter by letter.

There are a hundred thousand of them, too many to look each up. But the index that every search uses also says whether
any word begins with some letters: beginnings that no word has are not followed, and of the others few are left after
the first letters. Not followed are two slips within the first four letters, unless one of them is a swap: there are
thousands of those, and all words begin somehow.
"""

from collections.abc import Iterable, Iterator
from string import ascii_lowercase
from typing import Final, NamedTuple

# In a shorter word two slips are a quarter of it or more, and it may be any other.
SHORTEST: Final = 8
_SLIPS: Final = 2
# The letters that are taken as they can be before anything is looked up.
_FIRST: Final = 4


class _Step(NamedTuple):
    """So many letters of the typed word are dealt with, with so many slips; `swapped`: one of them was a swap, and of
    the last one a letter may still be `owed`."""

    place: int
    slips: int
    swapped: bool
    owed: str


# What words may begin with, and how far each has come with what was typed.
Beginnings = dict[str, frozenset[_Step]]


def first_beginnings(word: str) -> Beginnings:
    """What a word two slips from `word` can begin with, before anything is looked up."""
    found: Beginnings = {"": _settled(word, {_Step(0, 0, False, "")})}
    for _ in range(_FIRST):
        found = longer(word, found, needs_swap=True)
    return found


def longer(word: str, beginnings: Beginnings, *, needs_swap: bool = False) -> Beginnings:
    """The beginnings with one letter more; `needs_swap`: of two slips one was a swap."""
    found: dict[str, set[_Step]] = {}
    for start, steps in beginnings.items():
        for step in steps:
            for letter, after in _next(word, step, needs_swap=needs_swap):
                found.setdefault(start + letter, set()).add(after)
    settled = ((start, _settled(word, steps, needs_swap=needs_swap)) for start, steps in found.items())
    return {start: steps for start, steps in settled if steps}


def whole(word: str, beginnings: Beginnings) -> list[str]:
    """Those in which all that was typed is dealt with: whatever begins so may have been meant."""
    return [start for start, steps in beginnings.items() if any(_is_whole(word, step) for step in steps)]


def _next(word: str, step: _Step, *, needs_swap: bool) -> Iterator[tuple[str, _Step]]:
    """Each letter that can follow, and how far that comes."""
    place, slips, swapped, owed = step
    if owed:
        yield owed, _Step(place, slips, swapped, "")
        return
    if place == len(word):
        return
    typed = word[place]
    yield typed, _Step(place + 1, slips, swapped, "")
    if slips == _SLIPS:
        return
    after = word[place + 1 : place + 2]
    if after and after != typed:
        yield after, _Step(place + 2, slips + 1, True, typed)
    if needs_swap and slips and not swapped:
        return
    left_out, another = _Step(place, slips + 1, swapped, ""), _Step(place + 1, slips + 1, swapped, "")
    for letter in ascii_lowercase:
        yield letter, left_out
        if letter != typed:
            yield letter, another


def _settled(word: str, steps: Iterable[_Step], *, needs_swap: bool = False) -> frozenset[_Step]:
    """The steps, and those after letters that were typed too much."""
    settled = set(steps)
    for place, slips, swapped, owed in tuple(settled):
        slips_left = _SLIPS - slips - (needs_swap and not swapped)
        most = 0 if owed else min(slips_left, len(word) - place)
        settled.update(_Step(place + more, slips + more, swapped, "") for more in range(1, most + 1))
    return frozenset(settled)


def _is_whole(word: str, step: _Step) -> bool:
    return step.place == len(word) and not step.owed
