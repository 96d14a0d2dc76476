"""The cache's client; whose key it is stands in test_hazards_keys.py."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from django.core.cache import cache


def test_asking_the_cache_makes_no_client_of_its_own(monkeypatch: Any) -> None:
    cache.set("one", 1)
    monkeypatch.setattr(redis.Redis, "__init__", lambda *_given, **_named: pytest.fail("a client is made"))
    cache.set("two", 2)
    assert (cache.get("one"), cache.get("two"), cache.incr("one")) == (1, 2, 2)
