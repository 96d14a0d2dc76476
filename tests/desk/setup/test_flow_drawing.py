"""The picture of a flow: every status has a place of its own, no line crosses one, and it stays readable."""

from __future__ import annotations

import random
import re
from itertools import combinations, pairwise, product

import pytest

from portal_core.desk.setup.flows.drawing import HEIGHT, WIDTH, Drawing, Node, Way, draw


def node(key: str, turn: str = "us", outcome: str = "", name: str = "") -> Node:
    return Node(key, name or key.title(), turn, outcome, 0, 50)


def points(d: str) -> list[tuple[float, float]]:
    found, x, y = [], 0.0, 0.0
    for letter, values in re.findall(r"([MHV])([\d. -]+)", d):
        numbers = [float(value) for value in values.split()]
        if letter == "M":
            x, y = numbers
        elif letter == "H":
            x = numbers[0]
        else:
            y = numbers[0]
        found.append((x, y))
    return found


def crossings(picture: Drawing) -> list[str]:
    found = []
    for line in picture.lines:
        way = points(line.d)
        for (x1, y1), (x2, y2) in pairwise(way):
            for box in picture.boxes:
                inside_x = min(x1, x2) < box.x + WIDTH - 1 and max(x1, x2) > box.x + 1
                inside_y = min(y1, y2) < box.y + HEIGHT - 1 and max(y1, y2) > box.y + 1
                if inside_x and inside_y:
                    found.append(f"{line.d} through {box.node.key}")
    return found


def segments(d: str) -> list[tuple[str, float, float, float]]:
    """Each piece of a line: which way it runs, where, from and to."""
    return [
        ("across", y1, *sorted((x1, x2))) if y1 == y2 else ("down", x1, *sorted((y1, y2)))
        for (x1, y1), (x2, y2) in pairwise(points(d))
    ]


def hidden(picture: Drawing, apart: float = 1) -> list[str]:
    """Lines that lie on one another, or run less than `apart` beside each other, for however short a piece."""
    return [
        f"{one.d} on {other.d}"
        for one, other in combinations(picture.lines, 2)
        for (way, at, start, end), (way_2, at_2, start_2, end_2) in product(segments(one.d), segments(other.d))
        if way == way_2 and abs(at - at_2) < apart and start < end_2 and start_2 < end
    ]


def repairs() -> Drawing:
    nodes = [
        node("received"),
        node("asked", "customer"),
        node("looked"),
        node("part"),
        node("agree", "customer"),
        node("booked"),
        node("fixed", "nobody", "done"),
        node("cancelled", "nobody", "stopped"),
    ]
    pairs = "received-asked received-looked asked-looked looked-part looked-booked part-agree agree-booked booked-fixed"
    ways = [Way(*pair.split("-")) for pair in pairs.split()]
    return draw(nodes, [*ways, *(Way(one.key, "cancelled") for one in nodes[:6])])


def test_lanes_say_whose_turn_it_is_and_ends_stand_at_the_end():
    picture = repairs()
    boxes = {box.node.key: box for box in picture.boxes}
    assert {boxes[key].y for key in ("asked", "agree")} != {boxes[key].y for key in ("received", "looked")}
    assert len({boxes[key].y for key in ("received", "looked", "part", "booked")}) == 1
    assert all(boxes["fixed"].x > boxes[key].x for key in boxes if key not in ("fixed", "cancelled"))
    # Many ways to where requests stop would hide all others.
    assert len(picture.lines) == 8
    assert crossings(picture) == []
    assert hidden(picture, apart=7) == []


@pytest.mark.parametrize("seed", range(30))
def test_no_line_runs_through_a_status_and_everything_lies_in_the_picture(seed):
    dice = random.Random(seed)
    nodes = [node(f"s{number}", dice.choice(["us", "customer"])) for number in range(dice.randint(2, 12))]
    nodes += [node(f"e{number}", "nobody", dice.choice(["done", "stopped"])) for number in range(dice.randint(1, 3))]
    keys = [one.key for one in nodes]
    ways = [Way(*dice.sample(keys, 2)) for _ in range(25)]
    picture = draw(nodes, ways)
    assert crossings(picture) == []
    assert hidden(picture) == []
    places = {(box.x, box.y) for box in picture.boxes}
    assert len(places) == len(nodes)
    for line in picture.lines:
        for x, y in points(line.d):
            assert 0 <= x <= picture.width and 0 <= y <= picture.height, line.d
    assert all(box.x >= 0 and box.right <= picture.width for box in picture.boxes)


def test_fifteen_statuses_take_no_more_room_than_two_screens():
    turns = ["us", "customer", "us", "us", "customer", "us", "us", "customer", "us", "us", "customer", "us"]
    nodes = [node(f"s{number}", turn) for number, turn in enumerate(turns)]
    nodes += [node("e1", "nobody", "done"), node("e2", "nobody", "stopped"), node("e3", "nobody", "stopped")]
    there = [Way(a.key, b.key) for a, b in pairwise(nodes)]
    back = [Way(b.key, a.key) for a, b in pairwise(nodes[:12])]
    ends = [Way(one.key, end) for one in nodes[:12:2] for end in ("e1", "e2")]
    picture = draw(nodes, [*there, *back, *ends])
    assert picture.width < 2_100 and picture.height < 600
    assert crossings(picture) == []
    assert hidden(picture, apart=7) == [], "each line can be followed"


def test_long_names_are_cut_and_a_name_of_nothing_breaks_nothing():
    for name in (
        "Waiting for the manufacturer of the spare part",
        "Donaudampfschifffahrtsgesellschaft",
        "北京" * 20,
        " ",
    ):
        (box,) = draw([node("a", name=name)], []).boxes
        assert 1 <= len(box.lines) <= 2
        assert all(len(line) <= 17 for line in box.lines)


def test_statuses_without_ways_and_ways_to_nowhere_are_drawn_as_they_are():
    assert draw([], []).boxes == []
    picture = draw([node("a")], [Way("a", "gone"), Way("gone", "a"), Way("a", "a")])
    assert picture.lines == []
