"""A business calls its things what it likes: no address of ours stands where the address of a key would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from django.urls import URLPattern, URLResolver, get_resolver

from portal_core.config.document.base import KEY_PATTERN

_CONVERTER = re.compile(r"<(?:\w+:)?\w+>")
_BY_KEY = re.compile(r"<slug:\w+>")


def routes(resolver: URLResolver, start: str = "") -> Iterator[tuple[str, ...]]:
    for one in resolver.url_patterns:
        here = f"{start}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from routes(one, here)
        elif isinstance(one, URLPattern):
            yield tuple(here.strip("/").split("/"))


def meets(word: str, key: str) -> bool:
    """Whether a word of ours could be a key."""
    return _BY_KEY.fullmatch(key) is not None and re.fullmatch(KEY_PATTERN, word) is not None


def stand_in_the_way(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether some key makes an address that is of both."""
    if len(one) != len(other) or one == other:
        return False
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    free = [(a, b) for a, b in pairs if not (_CONVERTER.search(a) and _CONVERTER.search(b))]
    return bool(free) and all(meets(a, b) or meets(b, a) for a, b in free)


def test_no_word_of_ours_stands_where_a_key_would() -> None:
    every = sorted(set(routes(get_resolver("deploy.urls_tenant"))))
    assert len(every) > 200
    found = [("/".join(one), "/".join(other)) for one, other in combinations(every, 2) if stand_in_the_way(one, other)]
    assert found == []
