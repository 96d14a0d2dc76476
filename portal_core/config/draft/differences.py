"""Where two values of the document differ: what the editor marks as changed, and counts."""

from collections.abc import Iterator

from pydantic import JsonValue

from portal_core.config.draft.paths import Path, index_of, keys_of
from portal_core.config.draft.values import items_of


def differences(live: JsonValue, now: JsonValue, path: Path = ()) -> Iterator[Path]:
    """The places that differ, each named once: an added or lost item as a whole, an order as its list."""
    if live == now and type(live) is type(now):
        return
    if isinstance(live, dict) and isinstance(now, dict):
        for name in dict.fromkeys((*live, *now)):
            yield from differences(live.get(name), now.get(name), (*path, name))
    elif _has_keys(live) and _has_keys(now):
        yield from _in_list(live, now, path)
    else:
        yield path


def _in_list(live: JsonValue, now: JsonValue, path: Path) -> Iterator[Path]:
    before, after = keys_of(live), keys_of(now)
    old, new = items_of(live), items_of(now)
    for key in dict.fromkeys((*before, *after)):
        was, is_ = index_of(old, key), index_of(new, key)
        if was is None or is_ is None:
            yield (*path, key)
        else:
            yield from differences(old[was], new[is_], (*path, key))
    common = set(before) & set(after)
    if [key for key in before if key in common] != [key for key in after if key in common]:
        yield path


def _has_keys(value: JsonValue) -> bool:
    """A list of items with keys; one that is not there is empty."""
    return value is None or (isinstance(value, list) and len(keys_of(value)) == len(value))
