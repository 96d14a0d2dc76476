"""Single values of a PDF as they are written: enough to read how a document is locked."""

import re
from typing import Final, TypeAlias

# Names are str, strings are bytes; a reference or anything else unknown is None.
Value: TypeAlias = "bytes | str | int | bool | dict[bytes, Value] | None"
_LONGEST: Final = 8 * 1024
_DEEPEST: Final = 6
_TOKEN: Final = re.compile(
    rb"(?:[\s\0]|%[^\r\n]*)*(?:(<<)|(>>)|/([^\s\0()<>\[\]{}/%]*)|<([0-9A-Fa-f\s\0]*)>|(\()|"
    rb"\d{1,10}[\s\0]+\d{1,5}[\s\0]+(R)\b|([+-]?\d{1,12})|(true|false)\b|([^\s\0()<>/]+|.))",
    re.DOTALL,
)
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_PART: Final = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|\r|\n)|(.))|(\r\n|\r)|([()])|([^\\()\r]+)", re.DOTALL)
_SIGNS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def value_at(whole: bytes, place: int) -> Value:
    """The value that begins here, None for none that we read."""
    return _Reader(whole[place : place + _LONGEST]).value(0)


class _Reader:
    """Goes through a piece of a document from value to value."""

    def __init__(self, text: bytes) -> None:
        self.text, self.at = text, 0

    def value(self, depth: int) -> Value:
        token = self._next()
        if token is None:
            return None
        if token[1]:
            return self._dictionary(depth + 1) if depth < _DEEPEST else None
        if token[3] is not None:
            return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), token[3]).decode("latin-1")
        if token[4] is not None:
            digits = re.sub(rb"[\s\0]", b"", token[4])
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        if token[5]:
            return self._string()
        if token[7]:
            return int(token[7])
        return token[8] == b"true" if token[8] else None

    def _next(self) -> "re.Match[bytes] | None":
        token = _TOKEN.match(self.text, self.at)
        if token is not None:
            self.at = token.end()
        return token

    def _dictionary(self, depth: int) -> dict[bytes, Value]:
        found: dict[bytes, Value] = {}
        while (token := self._next()) is not None and not token[2]:
            if token[3] is not None:
                name = _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), token[3])
                found[name] = self.value(depth)
        return found

    def _string(self) -> bytes:
        """A string in brackets, with its escapes."""
        found, open_ones = bytearray(), 1
        while (part := _PART.match(self.text, self.at)) is not None:
            self.at = part.end()
            if part[5]:
                open_ones += 1 if part[5] == b"(" else -1
                if not open_ones:
                    break
            found += _plain(part)
        return bytes(found)


def _plain(part: "re.Match[bytes]") -> bytes:
    if part[1]:
        return bytes([int(part[1], 8) & 0xFF])
    if part[2]:
        return b""
    if part[3]:
        return _SIGNS.get(part[3], part[3])
    return b"\n" if part[4] else part[5] or part[6]
