"""Takes values out of a row as the mapping says: where they stand, and what they mean here."""

import fnmatch
from collections.abc import Mapping
from functools import lru_cache

from portal_core.importing.errors import Unusable
from portal_core.importing.mapping import Pick
from portal_core.importing.rows import HINT_ENCODING, Cell, TypedCell, has_broken_bytes

# As a meaning in a map: what stands there stays as it is.
SAME = "*"
_SHOWN = 60
_LISTED = 12


def cell_at(cells: Mapping[str, Cell], place: str) -> Cell:
    """The cell of that name, or what the dotted path leads to; None where there is nothing."""
    if place in cells:
        return cells[place]
    found: Cell = cells
    for step in place.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def picked(cells: Mapping[str, Cell], pick: Pick, place: str) -> str:
    """The value as text, mapped; "" for none. Raises `Unusable`."""
    if pick.value is not None:
        return pick.value
    parts = [_as_text(cell_at(cells, name), place) for name in pick.from_]
    filled = [part for part in parts if part]
    # Joining would make plain text of it.
    words = filled[0] if len(filled) == 1 else pick.join.join(filled)
    if has_broken_bytes(words):
        raise Unusable(place, f"{shown(words)} holds bytes that are not of the file’s encoding. {HINT_ENCODING}")
    if not words:
        return pick.default or ""
    return words if pick.map_ is None else _mapped(words, pick, place)


def _as_text(cell: Cell, place: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, TypedCell):
        return cell
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, list):
        return ", ".join(_as_text(item, place) for item in cell)
    raise Unusable(place, "There stands an object, not a value. Name what is in it: “address.street”.")


def _mapped(words: str, pick: Pick, place: str) -> str:
    entries = pick.map_ or {}
    key = words.casefold()
    for known, meaning in entries.items():
        if known.casefold() == key:
            return words if meaning == SAME else meaning
    for known, meaning in entries.items():
        if "*" in known and fnmatch.fnmatchcase(key, _pattern(known)):
            return words if meaning == SAME else meaning
    if pick.otherwise is not None:
        return pick.otherwise
    raise Unusable(place, f"{shown(words)} is none of {listed(entries)}. Add it to the map, or an “otherwise”.")


@lru_cache(maxsize=512)
def _pattern(known: str) -> str:
    """Only `*` has a meaning of its own."""
    return known.casefold().replace("[", "[[]").replace("?", "[?]")


def flat(words: str) -> str:
    """A value in a sentence: short, on one line, printable."""
    line = "".join(letter if letter.isprintable() else "�" for letter in " ".join(words[: 4 * _SHOWN].split()))
    return f"{line[:_SHOWN]}…" if len(line) > _SHOWN else line


def shown(words: str) -> str:
    """The same in quotation marks."""
    return f"“{flat(words)}”"


def listed(names: Mapping[str, object] | list[str]) -> str:
    """A few of what is possible."""
    known = list(names)
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    return ", ".join(known[:_LISTED]) + more or "nothing"
