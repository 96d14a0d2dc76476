"""Rate limits, counted before any costly work. Keys carry the schema (tenants.cache); no Redis, no less safe.

Fixed windows: a counter per bucket and window, so that the moment at which it works again is known exactly.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from tenants.context import current_schema
from tenants.errors import TenancyError
from tenants.rehearsal import is_rehearsal

logger = logging.getLogger(__name__)
_IPV6_PREFIX_BITS: Final = 64
_LOCAL_SIZE: Final = 50_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many in so many seconds for one key; keys are hashed, so that they may be anything."""

    name: str
    key: str
    limit: int
    window_seconds: int


class TooMany(TenancyError):
    """A bucket is full; `again_at` is when its next window begins."""

    code = "too_many"

    def __init__(self, again_at: datetime) -> None:
        super().__init__(f"again at {again_at:%H:%M:%S}")
        self.again_at = again_at

    @property
    def wait_seconds(self) -> int:
        """Seconds until it works again, at least one."""
        return max(1, int(self.again_at.timestamp() - time.time()) + 1)


class _InProcess:
    """What counts while Redis is away: this process alone, bounded."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def increment(self, key: str, ends_at: float) -> int:
        """Counts one up and returns the sum of this window."""
        with self._lock:
            if len(self._counts) >= _LOCAL_SIZE:
                self._drop_past()
            count = self._counts.get(key, (ends_at, 0))[1] + 1
            self._counts[key] = (ends_at, count)
            return count

    def _drop_past(self) -> None:
        now = time.time()
        self._counts = {key: value for key, value in self._counts.items() if value[0] > now}
        if len(self._counts) >= _LOCAL_SIZE:  # flooded within one window: forget the oldest half
            for key in list(self._counts)[: _LOCAL_SIZE // 2]:
                del self._counts[key]

    def clear(self) -> None:
        """Forgets everything (tests)."""
        with self._lock:
            self._counts.clear()


in_process = _InProcess()


def consume(buckets: Iterable[Bucket]) -> None:
    """Counts one in each bucket, in order, up to the first that is full. Raises TooMany there.

    SECURITY: sources come first. A try that is refused for where it comes from must not count against the address
    that it names, or one stranger could lock anybody out. What is only tried out counts nowhere.
    """
    if is_rehearsal():
        return
    for bucket in buckets:
        full_until = _count(bucket)
        if full_until is not None:
            raise TooMany(datetime.fromtimestamp(full_until, UTC))


def _count(bucket: Bucket) -> float | None:
    """The end of the window when the bucket is over its limit, else None."""
    now = time.time()
    window = int(now // bucket.window_seconds)
    ends_at = float((window + 1) * bucket.window_seconds)
    digest = hashlib.sha256(bucket.key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    key = f"limit:{bucket.name}:{digest}:{window}"
    return ends_at if _increment(key, ends_at, bucket.window_seconds) > bucket.limit else None


def _increment(key: str, ends_at: float, timeout: int) -> int:
    try:
        cache.add(key, 0, timeout)
        return int(cache.incr(key))
    except (RedisError, OSError, ValueError):
        # ValueError: the key vanished between the two calls (Redis was flushed).
        logger.warning("limit counted in this process alone: the cache does not answer")
        return in_process.increment(f"{current_schema()}:{key}", ends_at)


def is_first(name: str, key: str, seconds: int) -> bool:
    """Whether this is asked for the first time within `seconds`; of many at once one is. For what may be used once."""
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    once = f"once:{name}:{digest}"
    try:
        return bool(cache.add(once, 1, seconds))
    except (RedisError, OSError):
        logger.warning("counted in this process alone: the cache does not answer")
        return in_process.increment(f"{current_schema()}:{once}", time.time() + seconds) == 1


def client_source(request: HttpRequest) -> str:
    """Where a request comes from: the address behind the trusted proxies; for IPv6 its /64 network."""
    address = request.META.get("REMOTE_ADDR", "")
    trusted = settings.TRUSTED_PROXY_COUNT
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if trusted and len(forwarded) >= trusted:
        address = forwarded[-trusted]
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(int(parsed) >> (128 - _IPV6_PREFIX_BITS))
    return str(parsed)
