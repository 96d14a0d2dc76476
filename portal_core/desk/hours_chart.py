"""Hours by week as stacked bars, drawn by the template with the measures that stand here. Beside it is a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

# In units of the picture. Left of the bars stand the hours, below them the dates.
_WIDTH: Final = 760
_HEIGHT: Final = 250
_LEFT: Final = 40
_TOP: Final = 24
_FLOOR: Final = 214
_LINES: Final = 4


@dataclass(frozen=True)
class Part:
    """One colour of a bar; `tone` is its number from 1."""

    y: str
    height: str
    tone: int


@dataclass(frozen=True)
class Bar:
    """One week. Without `label` there is no room for its date; `total` stands over the highest and the first."""

    x: str
    middle: str
    y: str
    parts: tuple[Part, ...]
    label: date | None
    total: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class Rule:
    """A line across, with the hours it stands for."""

    y: str
    text_y: str
    hours: str


@dataclass(frozen=True)
class Chart:
    """All of it, and the measures that its parts share."""

    bars: tuple[Bar, ...]
    rules: tuple[Rule, ...]
    bar_width: str

    width: ClassVar[int] = _WIDTH
    height: ClassVar[int] = _HEIGHT
    # Where the lines across begin, where the hours beside them end, and on which line the dates stand.
    left: ClassVar[int] = _LEFT
    hours_end: ClassVar[int] = _LEFT - 8
    dates_y: ClassVar[int] = _FLOOR + 18


def hours_chart(weeks: Sequence[tuple[date, Sequence[float]]]) -> Chart:
    """The chart; the last week is not over yet."""
    totals = [sum(hours) for _, hours in weeks]
    top = _round_up(max(totals, default=0))
    step = (_WIDTH - _LEFT) / max(1, len(weeks))
    width = step * 0.64
    every = max(1, -(-len(weeks) // 12))
    bars = []
    for place, (monday, hours) in enumerate(weeks):
        x = _LEFT + place * step + (step - width) / 2
        parts, floor = [], float(_FLOOR)
        for number, amount in enumerate(hours, 1):
            height = amount / top * (_FLOOR - _TOP)
            floor -= height
            if height > 0:
                parts.append(Part(f"{floor:.1f}", f"{height:.1f}", number))
        says = totals[place] > 0 and totals[place] == max(totals)
        bars.append(
            Bar(
                x=f"{x:.1f}",
                middle=f"{x + width / 2:.1f}",
                y=f"{floor - 7:.1f}",
                parts=tuple(parts),
                label=monday if place % every == (len(weeks) - 1) % every else None,
                total=f"{totals[place]:,.1f} h" if says else "",
                is_open=place == len(weeks) - 1,
            )
        )
    return Chart(tuple(bars), tuple(_rules(top)), f"{width:.1f}")


def _rules(top: float) -> list[Rule]:
    rules = []
    for number in range(_LINES + 1):
        y = _FLOOR - (_FLOOR - _TOP) * number / _LINES
        rules.append(Rule(f"{y:.1f}", f"{y + 4:.1f}", f"{top * number / _LINES:g}"))
    return rules


def _round_up(hours: float) -> float:
    """A number of hours that four lines divide well, at least as much as the highest bar."""
    unit = 0.4
    while True:
        for factor in (1, 1.5, 2, 3, 4, 5, 7.5):
            if hours <= unit * factor:
                return unit * factor
        unit *= 10
