"""A flow as a picture of two lanes: where each status stands, and the lines between them. Pure geometry.

Statuses with the customer stand in the upper lane, those with us in the lower one, in the order of the flow; what has
ended stands at the end. Lines between the lanes run in the gap between them, lines within a lane outside of it, each on
a track of its own, so that no line crosses a status.
"""

import math
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

WIDTH, HEIGHT = 168, 46
_COLUMN_GAP: Final = 34
_EDGE: Final = 16
_HEAD: Final = 26  # the name of a lane, and how many stand in a status
_TRACK: Final = 12
_LETTERS: Final = 17  # in a line of a box
_OPEN: Final = ("customer", "us")


@dataclass(frozen=True)
class Node:
    """A status to draw."""

    key: str
    name: str
    turn: str
    outcome: str
    count: int
    progress: int = 0
    is_picked: bool = False


@dataclass(frozen=True)
class Way:
    """A line to draw. `is_automatic`: nobody has to move the request."""

    origin: str
    target: str
    is_automatic: bool = False


@dataclass
class Box:
    """A status where it stands."""

    node: Node
    column: int
    lane: str
    lines: list[str]
    x: int = 0
    y: int = 0

    @property
    def middle(self) -> int:
        """Half its height."""
        return self.y + HEIGHT // 2

    @property
    def texts(self) -> list[tuple[str, int]]:
        """The lines of its name, each with where it stands."""
        first = self.middle + (5 if len(self.lines) == 1 else -3)
        return [(line, first + 15 * number) for number, line in enumerate(self.lines)]

    @property
    def is_cut(self) -> bool:
        """Whether its name does not stand there whole."""
        return " ".join(self.lines) != self.node.name

    @property
    def text_x(self) -> int:
        """Where its name begins."""
        return self.x + 32

    @property
    def count_width(self) -> int:
        """How wide the number of requests is, on the upper edge at the end."""
        return 40 + 7 * len(str(self.node.count))

    @property
    def count_x(self) -> int:
        """Where it begins."""
        return self.right - self.count_width - 6

    @property
    def count_y(self) -> int:
        """Where it stands."""
        return self.y - 9

    @property
    def count_middle(self) -> int:
        """The middle of its words."""
        return self.count_x + self.count_width // 2

    @property
    def count_base(self) -> int:
        """Where its words stand."""
        return self.y + 4

    @property
    def width(self) -> int:
        """Of every box."""
        return WIDTH

    @property
    def height(self) -> int:
        """Of every box."""
        return HEIGHT

    @property
    def right(self) -> int:
        """Its right edge."""
        return self.x + WIDTH

    @property
    def glyph_x(self) -> int:
        """The middle of its sign."""
        return self.x + 18

    @property
    def pie(self) -> str:
        """How far a request is, as a slice of its sign."""
        angle = 2 * math.pi * min(90, max(10, self.node.progress)) / 100
        x, y = self.glyph_x + 3.9 * math.sin(angle), self.middle - 3.9 * math.cos(angle)
        is_large = int(angle > math.pi)
        top = self.middle - 3.9
        return f"M{self.glyph_x} {self.middle}V{top:.2f}A3.9 3.9 0 {is_large} 1 {x:.2f} {y:.2f}z"


@dataclass(frozen=True)
class Line:
    """A line as the path of an SVG."""

    d: str
    is_back: bool
    is_automatic: bool


@dataclass
class Drawing:
    """The picture."""

    width: int
    height: int
    boxes: list[Box]
    lines: list[Line]
    upper: tuple[int, int]  # y and height of the lane of customers
    lower: tuple[int, int]
    lanes_width: int
    ends_x: int

    @property
    def lower_label(self) -> int:
        """Where the name of the lower lane stands."""
        return self.lower[0] + self.lower[1] - 9

    @property
    def ends_label(self) -> int:
        """Where the name of the last part stands."""
        return self.ends_x + 12

    @property
    def ends_width(self) -> int:
        """How wide the part is in which requests have ended."""
        return self.width - self.ends_x


@dataclass
class _Routes:
    """Lines by where they run: in the gap between the lanes, above the upper one, below the lower one."""

    spans: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    tracks: dict[str, list[list[tuple[int, int]]]] = field(default_factory=lambda: defaultdict(list))

    def take(self, channel: str, start: int, end: int) -> int:
        """The first track of a channel that is free from one place to another."""
        low, high = sorted((start, end))
        for number, taken in enumerate(self.tracks[channel]):
            if all(high + 6 < a or b + 6 < low for a, b in taken):
                taken.append((low, high))
                return number
        self.tracks[channel].append([(low, high)])
        return len(self.tracks[channel]) - 1

    def size(self, channel: str) -> int:
        """How high a channel is."""
        count = len(self.tracks[channel])
        return _TRACK * (count + 1) if count else 0


def draw(nodes: Sequence[Node], ways: Sequence[Way]) -> Drawing:
    """The picture of a flow."""
    boxes = _placed(nodes)
    by_key = {box.node.key: box for box in boxes}
    shown = [way for way in dict.fromkeys(_shown(ways, by_key)) if way.origin != way.target]
    for box in boxes:
        box.x = _left(box.column)
    plan = [_Plan(way, by_key[way.origin], by_key[way.target]) for way in shown]
    _ports(plan)
    routes = _Routes()
    for one in sorted(plan, key=lambda item: abs(item.start - item.end)):
        if one.channel:
            one.track = routes.take(one.channel, one.start, one.end)
    return _finished(boxes, plan, routes)


def _placed(nodes: Sequence[Node]) -> list[Box]:
    """Columns: a status stands under the one before it where the lanes differ; ends stand two by two behind all."""
    boxes: list[Box] = []
    column, filled = 0, set[str]()
    for node in nodes:
        if node.turn not in _OPEN:
            continue
        if filled and (node.turn in filled or len(filled) > 1):
            column, filled = column + 1, set()
        filled.add(node.turn)
        boxes.append(Box(node, column, node.turn, _wrapped(node.name)))
    column += bool(filled)
    ends = sorted((node for node in nodes if node.turn not in _OPEN), key=lambda node: node.outcome != "done")
    for number, node in enumerate(ends):
        lane = "us" if number % 2 == 0 else "customer"
        boxes.append(Box(node, column + number // 2, f"end-{lane}", _wrapped(node.name)))
    return boxes


def _shown(ways: Sequence[Way], boxes: Mapping[str, Box]) -> list[Way]:
    """Where many ways lead to an end that stops requests, the lines would hide all others: words say it instead."""
    many = defaultdict(set)
    for way in ways:
        many[way.target].add(way.origin)
    return [
        way
        for way in ways
        if way.origin in boxes
        and way.target in boxes
        and not (boxes[way.target].node.outcome == "stopped" and len(many[way.target]) > 2)
    ]


@dataclass
class _Plan:
    """A line on its way: from where to where it runs, and on which track."""

    way: Way
    origin: Box
    target: Box
    start: int = 0
    end: int = 0
    track: int = 0

    @property
    def is_back(self) -> bool:
        """Whether it leads to an earlier place."""
        return self.target.column < self.origin.column

    @property
    def is_level(self) -> bool:
        """Whether it leads straight to the box beside, as the lines between lanes do to the one above or below."""
        return not self.channel and self.origin.column != self.target.column

    @property
    def channel(self) -> str:
        """Where it runs; "" for a straight line."""
        origin, target = self.origin, self.target
        lane = target.lane.removeprefix("end-")
        if origin.lane.startswith("end"):
            return "middle"
        if lane == origin.lane and target.column == origin.column + 1:
            return ""
        if target.lane.startswith("end"):
            return "middle"
        if lane != origin.lane:
            return "" if origin.column == target.column else "middle"
        return f"beside-{origin.lane}"


def _ports(plan: Sequence[_Plan]) -> None:
    """Where each line leaves and enters: side by side along an edge, in the order of what they lead to.

    Towards the other lane, both boxes of a column share the places: the lines of the two meet in the gap.
    """
    edges: dict[tuple[int, str], list[tuple[int, _Plan, Sequence[str]]]] = defaultdict(list)
    for one in plan:
        origin, target = one.origin, one.target
        if one.is_level:
            one.start, one.end = origin.right, target.x
        elif not one.channel:
            edges[origin.column, ""].append((target.column, one, ("start", "end")))
        else:
            # Outside of the lanes there is one box in each column.
            side = one.channel if one.channel != "middle" else ""
            edges[origin.column, side].append((target.column, one, ("start",)))
            edges[target.column, side].append((origin.column, one, ("end",)))
    for (column, _side), found in edges.items():
        found.sort(key=lambda item: item[0])
        for number, (_, one, ends) in enumerate(found, 1):
            for end in ends:
                setattr(one, end, _left(column) + WIDTH * number // (len(found) + 1))


def _left(column: int) -> int:
    return _EDGE + column * (WIDTH + _COLUMN_GAP)


def _finished(boxes: list[Box], plan: Sequence[_Plan], routes: _Routes) -> Drawing:
    upper_height = _HEAD + routes.size("beside-customer") + 14 + HEIGHT + _EDGE
    gap = max(4, routes.size("middle") - 20)
    lower_height = _HEAD + HEIGHT + max(_HEAD, routes.size("beside-us") + _HEAD)
    upper_y = _HEAD + routes.size("beside-customer") + 14
    lower_top = upper_height + gap
    lower_y = lower_top + _HEAD
    for box in boxes:
        box.y = upper_y if box.lane.endswith("customer") else lower_y
    last = max((box.column for box in boxes if not box.lane.startswith("end")), default=-1)
    ends = max((box.column for box in boxes), default=0)
    ends_x = _EDGE + (last + 1) * (WIDTH + _COLUMN_GAP) - _COLUMN_GAP // 2
    tops = {"middle": upper_y + HEIGHT + 8, "beside-customer": upper_y - 14, "beside-us": lower_y + HEIGHT + 4}
    lines = [Line(_path(one, tops), one.is_back, one.way.is_automatic) for one in plan]
    height = lower_top + lower_height
    width = _EDGE + (ends + 1) * (WIDTH + _COLUMN_GAP)
    return Drawing(width, height, boxes, lines, (0, upper_height), (lower_top, lower_height), ends_x - 4, ends_x)


def _path(one: _Plan, tops: Mapping[str, int]) -> str:
    origin, target = one.origin, one.target
    if one.is_level:
        return f"M{one.start} {origin.middle}H{one.end - 3}"
    down = origin.lane.endswith("customer")
    if not one.channel:
        return (
            f"M{one.start} {origin.y + HEIGHT if down else origin.y}V{target.y - 3 if down else target.y + HEIGHT + 3}"
        )
    outside = one.channel.startswith("beside")
    step = -1 if one.channel == "beside-customer" else 1
    track = tops[one.channel] + step * _TRACK * (one.track + (1 if outside else 0))
    leaves = origin.y + (HEIGHT if down != outside else 0)
    start = f"M{one.start} {leaves}V{track}H{one.end}"
    into_top = target.lane.endswith("customer") == outside
    return f"{start}V{target.y - 3 if into_top else target.y + HEIGHT + 3}"


def _wrapped(name: str) -> list[str]:
    """A name on at most two lines; what is longer ends in an ellipsis."""
    lines: list[str] = []
    rest = name.split()
    while rest and len(lines) < 2:
        line = _cut(rest.pop(0)) if _length(rest[0]) > _LETTERS else rest.pop(0)
        while rest and _length(f"{line} {rest[0]}") <= _LETTERS:
            line = f"{line} {rest.pop(0)}"
        lines.append(line)
    if rest and lines:
        lines[-1] = _cut(f"{lines[-1]} {rest[0]}")
    return lines or ["–"]


def _length(text: str) -> int:
    """How wide a text is; letters of East Asia take two places, marks above letters none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cut(text: str) -> str:
    while text and _length(text) >= _LETTERS:
        text = text[:-1]
    return f"{text.rstrip()}…"
