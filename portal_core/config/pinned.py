"""One live version for the length of a web request.

A page, its frame, its language and its actions all ask which version is live. Within a request they get one answer,
read once: otherwise a version published meanwhile would mix two configurations in one page.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tenants.context import current_schema

_numbers: ContextVar[dict[str, int] | None] = ContextVar("live_version_of_request", default=None)


@contextmanager
def one_version() -> Iterator[None]:
    """Within, the live number of a schema is read once."""
    token = _numbers.set({})
    try:
        yield
    finally:
        _numbers.reset(token)


def pinned(read: Callable[[], int]) -> int:
    """The live number of the tenant at hand: remembered inside `one_version`, read anew outside of it."""
    numbers = _numbers.get()
    if numbers is None:
        return read()
    schema = current_schema()
    if schema not in numbers:
        numbers[schema] = read()
    return numbers[schema]


def unpin() -> None:
    """Forgets what was read, for the one who has just published."""
    numbers = _numbers.get()
    if numbers is not None:
        numbers.pop(current_schema(), None)


class OneVersionMiddleware:
    """Holds one live version through each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with one_version():
            return self.get_response(request)
