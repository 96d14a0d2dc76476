"""The objects of a PDF that lie packed in streams (/ObjStm): unpacked within hard bounds and looked through.

SECURITY: neither lengths nor filters are taken from a stream's dictionary, which may lie: every place that may be meant
is tried, and what is found there must look like objects. What cannot be unpacked is refused, not passed: a reader might
be able to. In a document that is locked without a password, what lies there counts, and what each key makes of it.
"""

import base64
import re
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final, Protocol, TypeAlias

from portal_core.documents.checking.pdf_locks import MARK, Locks
from portal_core.documents.checking.refused import Refused

_Bytes: TypeAlias = "bytes | memoryview"
# Of all streams together; a document of thousands of pages has a few megabytes of objects.
_MOST_BYTES: Final = 32 * 1024 * 1024
_MOST_STREAMS: Final = 50_000
_MOST_WORDS: Final = 300_000
_MOST_LAYERS: Final = 4
_PIECE_BYTES: Final = 64 * 1024
_TEXT_BYTES: Final = 2 * 1024 * 1024
_DICTIONARY_BYTES: Final = 8 * 1024
_BEGIN: Final = re.compile(rb"stream[ \t]*(?:\r\n|\n|\r)")
_END: Final = re.compile(rb"endstream")
# Pairs of numbers stand before the objects; nothing else begins so.
_OBJECTS: Final = re.compile(rb"\s{0,99}\d{1,10}[\s\0]{1,99}\d")
_HEX: Final = re.compile(rb"[\s\0]*[0-9A-Fa-f][0-9A-Fa-f\s\0]*>?[\s\0]*\Z")
_BASE_85: Final = re.compile(rb"[\s\0]*(?:<~)?[!-uz\s\0]*(?:~>)?[\s\0]*\Z")
_SPACE: Final = re.compile(rb"[\s\0]+")
# Of all streams that are opened with a key, over and over: only who wants to keep us busy has more.
_MOST_OPENED: Final = 96 * 1024 * 1024
_PROBE_BYTES: Final = 1024
_NUMBERS: Final = re.compile(rb"(\d{1,10})[\s\0]+(\d{1,5})[\s\0]+\Z")
_NUMBERS_BYTES: Final = 40
_MOST_BACK: Final = 8
# Ways of packing that hardly anybody uses for objects, and that look like plain ones.
_ODD: Final = re.compile(rb"/(?:LZWDecode|RunLengthDecode)\b")


class Match(Protocol):
    """One place that a pattern has found."""

    def end(self) -> int:
        """Where it ends."""

    def __getitem__(self, group: int, /) -> bytes:
        """What was found."""


class Finder(Protocol):
    """A compiled pattern of RE2, which brings no types."""

    def search(self, text: bytes, /) -> Match | None:
        """The first match."""

    def finditer(self, text: bytes, /) -> Iterator[Match]:
        """All matches, from the left."""


def look_inside(whole: bytes, locks: Locks, sign: Finder, active: Finder) -> None:
    """Unpacks every stream that is said to hold objects (by a `sign` in its dictionary) and looks for what is `active`.

    Raises:
        Refused: for a program, for streams that cannot be unpacked, and for those that unpack to far too much.
    """
    begins, ends = _positions(_BEGIN, whole), _positions(_END, whole)
    opening = _Opening(locks)
    left, done = _MOST_BYTES, set[int]()
    for number, found in enumerate(sign.finditer(whole)):
        if number > _MOST_STREAMS:
            raise Refused("bomb")
        for place in _places(whole, found, begins, ends):
            if place in done:
                continue
            done.add(place)
            readings = list(_readings(whole, place, ends, opening, left))
            if not readings:
                raise Refused("locked" if MARK.search(whole) else "spoilt_pdf")
            for objects in readings:
                if active.search(objects):
                    raise Refused("active_pdf")
                # What was looked at twice counts twice.
                left -= len(objects)


def _positions(word: re.Pattern[bytes], whole: bytes) -> list[int]:
    """Where a word ends, each time; so many that it can only be meant to keep us busy is refused."""
    found: list[int] = []
    for match in word.finditer(whole):
        found.append(match.end())
        if len(found) > _MOST_WORDS:
            raise Refused("bomb")
    return found


def _places(whole: bytes, sign: Match, begins: list[int], ends: list[int]) -> Iterator[int]:
    """Where the content may begin of the stream in whose dictionary `sign` stands: after each "stream" before its end.

    A sign that is also used elsewhere (/First, in outlines) counts only within one object.
    """
    at = sign.end()
    number = bisect_left(ends, at)
    stop = min(ends[number] if number < len(ends) else len(whole), at + _DICTIONARY_BYTES)
    for place in begins[bisect_left(begins, at) : bisect_left(begins, stop)]:
        if sign[0].endswith(b"First") and whole.find(b"endobj", at, place) >= 0:
            return
        yield place


class _Opening:
    """Opens streams with the keys of a document, so much in all."""

    def __init__(self, locks: Locks) -> None:
        self._keys, self._left = locks.keys, _MOST_OPENED

    def opened(self, whole: bytes, place: int, data: memoryview) -> Iterator[bytes]:
        """What each key makes of a stream, if it looks like objects at all."""
        numbers = _numbers_before(whole, place) if self._keys else None
        if numbers is None:
            return
        for key in self._keys:
            if not _may_be_objects(key.opened(data[:_PROBE_BYTES], *numbers)):
                continue
            self._left -= len(data)
            if self._left < 0:
                raise Refused("bomb")
            yield key.opened(data, *numbers)


def _numbers_before(whole: bytes, place: int) -> tuple[int, int] | None:
    """Number and generation of the object in which a stream stands."""
    first, at = max(0, place - _DICTIONARY_BYTES), place
    for _ in range(_MOST_BACK):
        at = whole.rfind(b"obj", first, at)
        if at < 0:
            return None
        found = _NUMBERS.search(whole[max(0, at - _NUMBERS_BYTES) : at])
        if found is not None:
            return int(found[1]), int(found[2])
    return None


def _may_be_objects(begin: bytes) -> bool:
    return _is_deflated(begin) or _OBJECTS.match(begin) is not None or _from_text(begin) is not None


def _readings(whole: bytes, place: int, ends: list[int], opening: _Opening, left: int) -> Iterator[bytes]:
    """The objects in one stream as it lies there, and as each key opens it."""
    number = bisect_left(ends, place)
    end = ends[number] - len("endstream") if number < len(ends) else len(whole)
    data = memoryview(whole)[place : max(place, end)]
    is_odd = _ODD.search(whole, max(0, place - _DICTIONARY_BYTES), place) is not None
    contents: list[_Bytes] = [data, *opening.opened(whole, place, data)]
    for content in contents:
        objects = _unpacked(content, left, is_odd=is_odd)
        if objects is not None:
            yield objects


def _unpacked(data: _Bytes, left: int, *, is_odd: bool) -> bytes | None:
    """The objects in one stream; None where they cannot be unpacked. Raises Refused for more than `left` bytes."""
    if is_odd and _OBJECTS.match(data):
        return None
    for _layer in range(_MOST_LAYERS):
        is_plain = len(data) == 0 or _OBJECTS.match(data) is not None
        unpacked = _inflated(data, left) if _is_deflated(data) else _from_text(data)
        if unpacked is None or (is_plain and not _is_packed(unpacked)):
            return bytes(data) if is_plain else None
        left -= len(unpacked)
        data = unpacked
    return None


def _is_packed(data: bytes) -> bool:
    """Whether what was read as text makes sense as objects: numbers alone may be either."""
    return _is_deflated(data) or _OBJECTS.match(data) is not None


def _is_deflated(data: _Bytes) -> bool:
    return len(data) > 2 and data[0] & 0x0F == 8 and (data[0] * 256 + data[1]) % 31 == 0


def _inflated(data: _Bytes, left: int) -> bytes | None:
    """What it inflates to, as far as it goes: readers make do with a damaged end."""
    packed, found, size = zlib.decompressobj(), [], 0
    try:
        for start in range(0, len(data), _PIECE_BYTES):
            piece: _Bytes = data[start : start + _PIECE_BYTES]
            while len(piece) and not packed.eof:
                found.append(packed.decompress(piece, _PIECE_BYTES))
                piece = packed.unconsumed_tail
                size += len(found[-1])
                if size > left:
                    raise Refused("bomb")
    except zlib.error:
        return b"".join(found) or None
    return b"".join(found) or None


def _from_text(data: _Bytes) -> bytes | None:
    """What is written in hexadecimal or base 85; None for anything else, and for what is too long to be meant so."""
    if len(data) > _TEXT_BYTES:
        return None
    plain = _SPACE.sub(b"", data)
    try:
        if _HEX.match(data):
            digits = plain.partition(b">")[0]
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        if _BASE_85.match(data):
            return base64.a85decode(plain.removeprefix(b"<~").partition(b"~>")[0])
    except ValueError:
        pass
    return None
