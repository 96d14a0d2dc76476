"""Identifiers: time-ordered keys for rows, random names for schemas."""

import secrets
import string
import time
import uuid

_SCHEMA_ALPHABET = string.ascii_lowercase + string.digits
_SCHEMA_PREFIX = "t_"
_SCHEMA_RANDOM_LENGTH = 16


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits.

    Used for keys of our own tables: rows written together lie together in the index.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76
    value |= secrets.randbits(12) << 64
    value |= 0b10 << 62
    value |= secrets.randbits(62)
    return uuid.UUID(int=value)


def parse_uuid(text: str) -> uuid.UUID | None:
    """The key that an address or a form names; None when it names none or a spoilt one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def random_schema_name() -> str:
    """A schema name that says nothing of its tenant and is never used again (82 random bits)."""
    tail = "".join(secrets.choice(_SCHEMA_ALPHABET) for _ in range(_SCHEMA_RANDOM_LENGTH))
    return f"{_SCHEMA_PREFIX}{tail}"
