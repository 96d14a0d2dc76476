"""What a logo is painted in: the few colours that an owner would name, of which one can be the portal's.

Solid parts give their very colour; soft ones (photographs, gradients, the noise of JPEG) the mean of what looks alike.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import dist
from typing import Final, TypeAlias

Rgb: TypeAlias = tuple[int, int, int]
Rgba: TypeAlias = tuple[int, int, int, int]

MOST: Final = 5
# Less of a spread between the channels is a grey.
_GREY_UNTIL: Final = 48
# Nearer than this two are the same to the eye of whoever painted them.
_ALIKE: Final = 72.0
# A colour that makes up less of what is painted is an edge between two others, or noise.
_LEAST_SHARE: Final = 0.04
# From this share on the commonest of what looks alike was painted as such.
_SOLID_FROM: Final = 0.25
# What looks alike is looked for in steps of this: a picture may have as many colours as pixels.
_STEP: Final = 16


@dataclass
class _Group:
    """Colours that look alike, around the strongest of them; weights are in pixels."""

    centre: Rgb
    strength: float
    members: Counter[Rgb] = field(default_factory=Counter)

    @property
    def weight(self) -> float:
        return sum(self.members.values()) * self.strength

    @property
    def colour(self) -> str:
        common, count = self.members.most_common(1)[0]
        total = sum(self.members.values())
        if count >= _SOLID_FROM * total:
            return _written(common)
        mean = [round(sum(colour[at] * n for colour, n in self.members.items()) / total) for at in range(3)]
        return _written(mean)


def main_colours(pixels: Iterable[Rgba]) -> tuple[str, ...]:
    """As `#rrggbb`, what most of it is painted in first; greys aside, so none for black and white."""
    groups: list[_Group] = []
    for alike in sorted(_steps(pixels).values(), key=_weight, reverse=True):
        centre = alike.most_common(1)[0][0]
        group = next((group for group in groups if dist(group.centre, centre) < _ALIKE), None)
        if group is None:
            group = _Group(centre, _strength(centre))
            groups.append(group)
        group.members.update(alike)
    painted = sum(group.weight for group in groups)
    kept = [group for group in groups if group.weight >= _LEAST_SHARE * painted]
    return tuple(group.colour for group in sorted(kept, key=lambda group: (-group.weight, group.centre))[:MOST])


def _steps(pixels: Iterable[Rgba]) -> dict[Rgb, Counter[Rgb]]:
    """What is painted, in steps; what can hardly be seen, and greys, are not."""
    found: dict[Rgb, Counter[Rgb]] = {}
    for (red, green, blue, alpha), count in Counter(pixels).items():
        if alpha < 128 or max(red, green, blue) - min(red, green, blue) <= _GREY_UNTIL:
            continue
        step = (red // _STEP, green // _STEP, blue // _STEP)
        found.setdefault(step, Counter())[red, green, blue] += count
    return found


def _weight(alike: Counter[Rgb]) -> tuple[float, Rgb]:
    centre = alike.most_common(1)[0][0]
    return sum(alike.values()) * _strength(centre), centre


def _strength(colour: Rgb) -> float:
    return (max(colour) - min(colour)) / 255


def _written(colour: Sequence[int]) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in colour)
