"""Order by buttons, by keyboard and by dragging: all three say where one item goes."""

from collections.abc import Sequence


def counted(marks: Sequence[str]) -> list[str]:
    """Marks of things without keys, by which equal ones are told apart: a, b, a-2."""
    return [
        mark if number == 1 else f"{mark}-{number}"
        for mark, number in ((mark, marks[: at + 1].count(mark)) for at, mark in enumerate(marks))
    ]


def moved(keys: Sequence[str], key: str, to: str) -> tuple[str, ...]:
    """The order after `key` went "up", "down", "first", "last", or before the key that `to` names."""
    if key not in keys:
        return tuple(keys)
    others = [other for other in keys if other != key]
    place = keys.index(key)
    match to:
        case "up":
            place = max(0, place - 1)
        case "down":
            place = min(len(others), place + 1)
        case "first":
            place = 0
        case "last":
            place = len(others)
        case _ if to.startswith("before:") and to.removeprefix("before:") in others:
            place = others.index(to.removeprefix("before:"))
    return (*others[:place], key, *others[place:])
