"""Patterns that businesses write for answers. SECURITY: matched by RE2, in linear time, and never by `re`."""

from functools import lru_cache
from typing import Final, Protocol

import re2

# A pattern of 200 characters can ask for a machine of a million states; RE2 refuses what needs more than this.
_MEMORY_BYTES: Final = 256 * 1024


class Matcher(Protocol):
    """A compiled pattern."""

    def fullmatch(self, text: str) -> object:
        """Something true when the whole text fits."""


class PatternRefused(ValueError):
    """RE2 does not take the pattern; the message says why."""


def fits(pattern: str, text: str) -> bool:
    """Whether the whole text fits. A pattern that RE2 does not take fits everything: publishing refuses such ones."""
    try:
        return bool(compiled(pattern).fullmatch(text))
    except PatternRefused:
        return True


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Matcher:
    """The pattern made ready. Raises `PatternRefused`."""
    options = re2.Options()
    options.max_mem = _MEMORY_BYTES
    options.log_errors = False
    try:
        machine: Matcher = re2.compile(pattern, options)
    except re2.error as error:
        raise PatternRefused(_reason(error)) from error
    return machine


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
