"""The way by which a made-up request has come to where it stands."""

from collections import deque
from collections.abc import Iterable, Mapping
from itertools import pairwise

from portal_core.config.checks.reach import ways_of
from portal_core.config.document.flows import FillAsk, Flow


def filled_in_on_the_way(flow: Flow, start: str, here: str) -> set[str]:
    """The keys of what is asked of customers, or demanded of staff, before a request stands `here`."""
    way = _way(flow, start, here)
    passed, steps = set(way[:-1]), set(pairwise(way))
    asks = [ask for status in flow.statuses if status.key in passed for ask in status.asks]
    moves = [move for move in flow.transitions if any((origin, move.to) in steps for origin in move.from_)]
    return {key for ask in asks if isinstance(ask, FillAsk) for key in ask.fields} | {
        key for move in moves for key in move.must_fill
    }


def _way(flow: Flow, start: str, here: str) -> tuple[str, ...]:
    """The statuses that it has stood in, the last one `here`: onward in their order, else by the shortest way.

    Onward the longest, which passes nothing over that such a request usually goes through. No way at all is empty.
    """
    ways = ways_of(flow)[0]
    ends = {status.key for status in flow.statuses if status.outcome is not None}
    onward = _onward([status.key for status in flow.statuses], ways, ends, start)
    return onward.get(here) or _shortest(ways, start, here)


def _onward(
    order: Iterable[str], ways: Mapping[str, Iterable[str]], ends: Iterable[str], start: str
) -> dict[str, tuple[str, ...]]:
    """The longest way from `start` to each status that stands behind the one before it; none leads through an end."""
    found: dict[str, tuple[str, ...]] = {start: (start,)}
    passed: set[str] = set()
    for key in order:
        passed.add(key)
        if key not in found or key in ends:
            continue
        for target in set(ways.get(key, ())) - passed:
            longer = (*found[key], target)
            found[target] = max(found.get(target, ()), longer, key=len)
    return found


def _shortest(ways: Mapping[str, Iterable[str]], start: str, here: str) -> tuple[str, ...]:
    waiting: deque[tuple[str, ...]] = deque([(start,)])
    seen = {start}
    while waiting:
        way = waiting.popleft()
        if way[-1] == here:
            return way
        for target in sorted(set(ways.get(way[-1], ())) - seen):
            seen.add(target)
            waiting.append((*way, target))
    return ()
