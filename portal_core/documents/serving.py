"""Sending a file: never active, never cached by others, whole or in part.

SECURITY: what people sent is never a page of ours. It comes as a download, with its checked type, and where a browser
shows it after all (pictures that we wrote ourselves) it stands in a sandbox without script.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import http_date

from portal_core.documents import storage
from portal_core.documents.models import StoredFile

# Only what this product has drawn anew (checking/images.py) may be looked at in a page.
_SHOWN: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
_RANGE: Final = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")
POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"


@dataclass(frozen=True)
class Span:
    """The bytes that were asked for, both ends included."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """How many."""
        return self.end - self.start + 1


class Unsatisfiable(Exception):
    """A range that lies behind the end of the file; answered 416."""


def send(request: HttpRequest, row: StoredFile, *, show: bool = False) -> HttpResponseBase:
    """The answer to a fetch that was allowed. `show`: in the page where that is safe. Raises storage.NoSuchFile."""
    try:
        span = _span(request, row)
    except Unsatisfiable:
        answer: HttpResponseBase = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{row.size_bytes}"
        return _with_headers(answer, row, show=False)
    if span is None and request.headers.get("If-None-Match", "") == etag(row):
        return _with_headers(HttpResponse(status=304), row, show=show)
    return _with_headers(_answer(request, row, span), row, show=show)


def etag(row: StoredFile) -> str:
    """A strong one: the content of a file never changes."""
    return f'"{row.sha256[:32]}"'


def disposition(row: StoredFile, *, show: bool) -> str:
    """`Content-Disposition` with the name for old readers and in UTF-8 (RFC 6266)."""
    kind = "inline" if show and row.mime in _SHOWN else "attachment"
    plain = "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\%' else "_" for sign in row.name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(row.name, safe='')}"


def _span(request: HttpRequest, row: StoredFile) -> Span | None:
    """The one range that was asked for; None for all of it (no range, several, or for an older copy)."""
    found = _RANGE.match(request.headers.get("Range", "").strip())
    if found is None or request.method not in ("GET", "HEAD") or not _same_copy(request, row):
        return None
    first, last = found[1], found[2]
    if not first and not last:
        return None
    size = row.size_bytes
    if not first:
        if int(last) == 0:
            raise Unsatisfiable
        return Span(max(0, size - int(last)), size - 1)
    if int(first) >= size:
        raise Unsatisfiable
    end = min(int(last), size - 1) if last else size - 1
    return Span(int(first), end) if end >= int(first) else None


def _same_copy(request: HttpRequest, row: StoredFile) -> bool:
    """Whether the part that the reader has (`If-Range`) is of the file as it is."""
    condition = request.headers.get("If-Range", "").strip()
    if not condition:
        return True
    if condition.startswith(('"', "W/")):
        return condition == etag(row)
    try:
        moment = parsedate_to_datetime(condition)
    except (TypeError, ValueError):
        return False
    return int(moment.timestamp()) == int(row.created_at.timestamp()) if moment.tzinfo else False


def _answer(request: HttpRequest, row: StoredFile, span: Span | None) -> HttpResponseBase:
    if settings.FILES_ACCEL_PREFIX:
        # The proxy reads the file itself, ranges and all.
        answer: HttpResponseBase = HttpResponse()
        answer["X-Accel-Redirect"] = f"{settings.FILES_ACCEL_PREFIX}{quote(row.key)}"
        return answer
    length = row.size_bytes if span is None else span.length
    status = 200 if span is None else 206
    if request.method == "HEAD":
        answer = HttpResponse(status=status)
    else:
        answer = StreamingHttpResponse(_content(row, span), status=status)
    answer["Content-Length"] = str(length)
    if span is not None:
        answer["Content-Range"] = f"bytes {span.start}-{span.end}/{row.size_bytes}"
    return answer


def _content(row: StoredFile, span: Span | None) -> Iterator[bytes]:
    return storage.read(row.key) if span is None else storage.read(row.key, span.start, span.end)


def _with_headers(answer: HttpResponseBase, row: StoredFile, *, show: bool) -> HttpResponseBase:
    answer["Content-Type"] = row.mime
    answer["Content-Disposition"] = disposition(row, show=show)
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = etag(row)
    answer["Last-Modified"] = http_date(row.created_at.timestamp())
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = POLICY
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer
