"""A file of any length in which one row of a hundred (or of `every`) is damaged, in ten ways in turn."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

COLUMNS = (
    *("id", "kind", "state", "made", "closed", "email", "name", "where", "ward", "lane", "barrier", "words"),
    *("note", "note_at"),
)
MAPPING: dict[str, Any] = {
    "source": "ten-thousand",
    "time_zone": "America/Chicago",
    "date_format": "%m/%d/%Y %I:%M:%S %p",
    "id": "id",
    "type": {"from": "kind", "map": {"hole": "pothole", "sunken": "sunken-street"}},
    "status": {"from": "state", "map": {"open": "received", "seen": "looked-at", "closed": "done"}},
    "created": "made",
    "closed": "closed",
    "customer": {"email": "email", "name": "name"},
    "answers": {"where": "where", "ward": "ward", "lane": "lane", "more": "words"},
    "answers_by_type": {"sunken-street": {"barrier": "barrier"}},
    "history": [{"at": "note_at", "text": "note", "kind": {"value": "note"}}],
}
# Where the reason of each of the ten must point to.
WAYS = (
    *("created: “2026-13-45”", "status: “lost”", "answers.lane: “in the air”", "answers.where: “Where", "id: The row"),
    *("answers.more: “xxxx", "answers.where: “Corner�", "The row has", "holds bytes", "customer.email: “nobody at"),
)
_BEGIN = datetime(2024, 1, 1, 8)


def rows(count: int, every: int = 100) -> Iterator[bytes]:
    """The file, line by line, with its header."""
    yield _line(COLUMNS)
    dice = random.Random(311)
    for number in range(1, count + 1):
        cells = _sound(number, dice)
        if number % every == every // 2:
            yield _damaged(cells, (number // every) % len(WAYS))
        else:
            yield _line(cells.values())


def sound_rows(count: int) -> Iterator[list[str]]:
    """As many cells of rows that are right."""
    dice = random.Random(311)
    for number in range(1, count + 1):
        yield list(_sound(number, dice).values())


def write(path: Path, count: int, every: int = 100) -> Path:
    """Writes such a file."""
    with path.open("wb") as file:
        file.writelines(rows(count, every))
    return path


def _sound(number: int, dice: random.Random) -> dict[str, str]:
    made = _BEGIN + timedelta(minutes=97 * number)
    state = dice.choice(("open", "seen", "closed", "closed", "closed"))
    person = dice.randrange(2_000)
    return {
        "id": f"R-{number:06}",
        "kind": dice.choice(("hole", "sunken")),
        "state": state,
        "made": _moment(made),
        "closed": _moment(made + timedelta(days=3)) if state == "closed" else "",
        "email": f"person{person}@example.com",
        "name": f"Person Number {person}",
        "where": f"{dice.randrange(1, 9999)} W {dice.randrange(1, 130)}th St",
        "ward": str(dice.randrange(1, 51)),
        "lane": dice.choice(("traffic", "At the curb", "")),
        "barrier": dice.choice(("Y", "N", "")),
        "words": "Two lines,\nwith “quotes” and a, comma." if number % 7 == 0 else "It grows.",
        "note": f"Crew {dice.randrange(1, 40)} knows" if number % 3 else "",
        "note_at": _moment(made + timedelta(hours=5)) if number % 3 else "",
    }


def _damaged(cells: dict[str, str], way: int) -> bytes:
    if way == 7:
        return _line([*cells.values(), "one too many"])
    if way == 8:
        return _line({**cells, "where": "Caf@"}.values()).replace(b"Caf@", b"Caf\xe9 corner")
    column, value = {
        0: ("made", "2026-13-45"),
        1: ("state", "lost"),
        2: ("lane", "in the air"),
        3: ("where", ""),
        4: ("id", "R-000001"),
        5: ("words", "x" * 1_000_000),
        6: ("where", "Corner\0Street"),
        9: ("email", "nobody at all"),
    }[way]
    return _line({**cells, column: value}.values())


def _moment(at: datetime) -> str:
    return at.strftime("%m/%d/%Y %I:%M:%S %p")


def _line(cells: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(list(cells))
    return text.getvalue().encode()
