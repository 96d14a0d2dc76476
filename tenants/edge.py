"""The first middleware: what no page could answer is refused before anything reads it."""

import codecs
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from tenants import catalog, hosts
from tenants.middleware import HEALTH_PATH, no_portal
from tenants.uploads import SpoolFiles, limits_of

# All of a request, above what Django takes of its fields (DATA_UPLOAD_MAX_MEMORY_SIZE).
MOST_BYTES: Final = 4 * 1024 * 1024


class EdgeMiddleware:
    """Refuses foreign encodings, strange hosts that would be redirected, and bodies that are too large."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        charset = (request.content_params or {}).get("charset")
        if charset is not None:
            if not _is_utf8(charset):
                return _plain_refusal()
            request.encoding = "utf-8"
        if _would_be_redirected(request) and not _is_known(request):
            return no_portal(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_args: object) -> None:
        """Before any other reads the body, and where the page of refusal has the portal's look."""
        limits = limits_of(view)
        most = MOST_BYTES if limits is None else limits.total_bytes
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length[:20]) > most:
            raise RequestDataTooBig(f"a request of more than {most} bytes")
        if limits is not None:
            request.upload_handlers = [SpoolFiles(request, limits)]


def _is_utf8(charset: str) -> bool:
    """Python knows encodings that are none of text (hex), and some that can say halves of characters."""
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        return False


def _plain_refusal() -> HttpResponse:
    return HttpResponse("Send UTF-8 text.\n", status=400, content_type="text/plain; charset=utf-8")


def _would_be_redirected(request: HttpRequest) -> bool:
    return bool(settings.SECURE_SSL_REDIRECT) and not request.is_secure() and request.path != HEALTH_PATH


def _is_known(request: HttpRequest) -> bool:
    """SECURITY: the redirect to HTTPS repeats the host it was asked for, so it must be one of ours."""
    host = hosts.normalise(request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", ""))
    if host is None:
        return False
    if hosts.is_platform(host):
        return True
    try:
        return catalog.by_host(host.name) is not None
    except OperationalError:
        return False
