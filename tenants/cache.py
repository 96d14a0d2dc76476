"""The cache: keys that carry the schema, and one client for all that is asked of a server."""

from functools import cache
from typing import Any

from django.core.cache.backends.redis import RedisCache as StockCache
from django.core.cache.backends.redis import RedisCacheClient

from tenants.context import current_schema


def make_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: the schema is part of every key, so that no tenant reads, throttles or locks another.

    To share a value between tenants, enter public_context() on purpose.
    """
    return f"{current_schema()}:{key_prefix}:{version}:{key}"


class _Client(RedisCacheClient):
    """Django makes a client of redis-py for each get and set, which takes as long as asking the server does.

    It holds nothing but the pool of connections, which is Django's own and made for several threads and for forks.
    """

    _client: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Django's own signature
        super().__init__(*args, **kwargs)
        self._client = cache(self._client)


class RedisCache(StockCache):
    """Django's cache in Redis, with clients that are kept."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client
