"""Identifiers: time-ordered keys for rows, random names for schemas."""

import secrets
import string
import threading
import time
import uuid
from datetime import datetime
from typing import Final

_SCHEMA_ALPHABET = string.ascii_lowercase + string.digits
_SCHEMA_PREFIX = "t_"
_SCHEMA_RANDOM_LENGTH = 16


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, 12 that grow within one of them for a
    process (section 6.2, method 1), 62 random bits.

    Used for keys of our own tables: rows written together lie together in the index, and one after the other.
    """
    return _uuid7(*_moments.next(time.time_ns() // 1_000_000))


class _Moments:
    """The milliseconds in which keys were made, and how many in the last of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = (0, 0)

    def next(self, milliseconds: int) -> tuple[int, int]:
        """The moment of the next key, and its place there; the first has any in the lower half."""
        with self._lock:
            last, order = self._last
            if milliseconds == last and order < _MOST_IN_ONE:
                self._last = (milliseconds, order + 1)
            else:
                self._last = (milliseconds, secrets.randbits(11))
            return self._last


_MOST_IN_ONE: Final = 0xFFF
_moments: Final = _Moments()


def uuid7_at(moment: datetime, sequence: int) -> uuid.UUID:
    """As if made at `moment`, for what happened then and is written now; `sequence` orders those of one millisecond.

    Moments before 1970 count as its beginning: what is older sorts by its sequence.
    """
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return _uuid7(milliseconds + (sequence >> 12), sequence & 0xFFF)


def _uuid7(milliseconds: int, order: int) -> uuid.UUID:
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76
    value |= order << 64
    value |= 0b10 << 62
    value |= secrets.randbits(62)
    return uuid.UUID(int=value)


def parse_uuid(text: str) -> uuid.UUID | None:
    """The key that an address or a form names; None when it names none or a spoilt one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def key_beside(key: uuid.UUID, step: int) -> uuid.UUID:
    """The key one step after another in their order, or before it (-1); at the end of all keys, that one."""
    return uuid.UUID(int=min(max(key.int + step, 0), 2**128 - 1))


def random_schema_name() -> str:
    """A schema name that says nothing of its tenant and is never used again (82 random bits)."""
    tail = "".join(secrets.choice(_SCHEMA_ALPHABET) for _ in range(_SCHEMA_RANDOM_LENGTH))
    return f"{_SCHEMA_PREFIX}{tail}"
