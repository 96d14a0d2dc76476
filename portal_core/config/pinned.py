"""One live version (and what is known beside it) for the length of a web request.

A page, its frame, its language and its actions all ask which version is live. Within a request they get one answer,
read once: otherwise a version published meanwhile would mix two configurations in one page.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tenants.context import current_schema


@dataclass(frozen=True, slots=True)
class Live:
    """What is live: the key of the version, and how long requests usually stand (hours by type and status)."""

    version_id: UUID
    usual_hours: Mapping[str, Mapping[str, int]]


_versions: ContextVar[dict[str, Live] | None] = ContextVar("live_version_of_request", default=None)


@contextmanager
def one_version() -> Iterator[None]:
    """Within, a schema's live version is looked up once."""
    token = _versions.set({})
    try:
        yield
    finally:
        _versions.reset(token)


def pinned(read: Callable[[], Live]) -> Live:
    """What is live in the tenant at hand: remembered inside `one_version`, read anew outside of it."""
    versions = _versions.get()
    if versions is None:
        return read()
    schema = current_schema()
    if schema not in versions:
        versions[schema] = read()
    return versions[schema]


def repin(version_id: UUID) -> None:
    """Remembers a version that was read under a lock instead of the one read before."""
    versions = _versions.get()
    if versions is not None:
        before = versions.get(current_schema())
        versions[current_schema()] = Live(version_id, before.usual_hours if before else {})


def pin(live: Live) -> None:
    """Remembers what was read with something else, unless something is remembered already."""
    versions = _versions.get()
    if versions is not None:
        versions.setdefault(current_schema(), live)


def unpin() -> None:
    """Forgets what was read, for the one who has just published."""
    versions = _versions.get()
    if versions is not None:
        versions.pop(current_schema(), None)


class OneVersionMiddleware:
    """Holds one live version through each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with one_version():
            return self.get_response(request)
