"""Where two values of the document differ: what the editor marks as changed, and counts."""

from collections.abc import Iterator

from pydantic import JsonValue

from portal_core.config.draft.paths import Path, index_of, keys_of


def differences(live: JsonValue, now: JsonValue, path: Path = ()) -> Iterator[Path]:
    """The places that differ, each named once: an added or lost item as a whole, an order as its list."""
    if live == now and type(live) is type(now):
        return
    if isinstance(live, dict) and isinstance(now, dict):
        for name in dict.fromkeys((*live, *now)):
            yield from differences(live.get(name), now.get(name), (*path, name))
    elif _has_keys(live) and _has_keys(now):
        yield from _in_list(_items(live), _items(now), path)
    else:
        yield path


def _in_list(live: list[JsonValue], now: list[JsonValue], path: Path) -> Iterator[Path]:
    before, after = keys_of(live), keys_of(now)
    for key in dict.fromkeys((*before, *after)):
        was, is_ = index_of(live, key), index_of(now, key)
        if was is None or is_ is None:
            yield (*path, key)
        else:
            yield from differences(live[was], now[is_], (*path, key))
    common = set(before) & set(after)
    if [key for key in before if key in common] != [key for key in after if key in common]:
        yield path


def order_differs(live: list[str], now: list[str]) -> bool:
    """Whether what both have stands in another order."""
    return [key for key in live if key in now] != [key for key in now if key in live]


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _has_keys(value: JsonValue) -> bool:
    """A list of items with keys; one that is not there is empty."""
    return value is None or (isinstance(value, list) and len(keys_of(value)) == len(value))
