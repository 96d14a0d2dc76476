"""The request that a view of the portal gets while somebody only looks: the same address, another reader, no session.

SECURITY: it carries nothing of the person who looks but what a form needs to be sent (the token against forgery) and
the nonce of the page. Its session and messages live as long as the page is made, and are never written.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest, QueryDict
from django.urls import ResolverMatch
from django.utils.datastructures import MultiValueDict
from django_htmx.middleware import HtmxDetails

from portal_core.accounts.models import User
from portal_core.accounts.sessions import SessionStore

# What Django's protection against forgery notes on the request on which a token is asked for.
_TOKEN: Final = ("CSRF_COOKIE", "CSRF_COOKIE_NEEDS_UPDATE")
# Who looks is signed in by these; the customer's pages never see them.
_NOT_TAKEN_ALONG: Final = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_REFERER", "HTTP_ORIGIN")


class _Said(BaseStorage):
    """Messages that are shown on the next page of the same try, and gone with it."""

    def _get(self, *_args: Any, **_kwargs: Any) -> tuple[list[Any], bool]:  # Django's own signature
        return [], True

    def _store(self, messages: Any, _response: Any, *_args: Any, **_kwargs: Any) -> list[Any]:
        return []


@dataclass
class Browser:
    """What the customer's browser would keep from page to page, for the length of one try."""

    outer: HttpRequest
    user: User | None
    session: SessionStore = field(default_factory=SessionStore)
    messages: _Said | None = None

    def __post_init__(self) -> None:
        # Not loaded from anywhere.
        self.session._session_cache = {}

    def request(self, path: str, match: ResolverMatch, query: str, data: QueryDict | None) -> HttpRequest:
        """A request of this browser's for one page; `data` is the form that it sends."""
        made = HttpRequest()
        method = self.outer.method if data is None else "POST"
        made.method = "HEAD" if method == "HEAD" and data is None else "GET" if data is None else "POST"
        made.META = {name: value for name, value in self.outer.META.items() if name not in _NOT_TAKEN_ALONG}
        made.META |= {"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": made.method}
        made.path = made.path_info = path
        made.GET = QueryDict(query)
        made.POST = QueryDict() if data is None else data  # type: ignore[assignment]  # immutable, as it came in
        made.FILES = MultiValueDict()
        made.resolver_match = match
        self._furnish(made)
        return made

    def _furnish(self, made: HttpRequest) -> None:
        """What the middleware would add; most of it no request of Django's declares, hence the ignored types."""
        made.user = self.user or AnonymousUser()
        made.session = self.session
        made.tenant = getattr(self.outer, "tenant", None)  # type: ignore[attr-defined]
        made.csp_nonce = getattr(self.outer, "csp_nonce", "")  # type: ignore[attr-defined]
        made.is_playing = False  # type: ignore[attr-defined]
        made.htmx = HtmxDetails(made)  # type: ignore[attr-defined]
        self.messages = self.messages or _Said(made)
        self.messages.request = made
        made._messages = self.messages  # type: ignore[attr-defined]

    def hand_back(self, made: HttpRequest) -> None:
        """The token that the page's forms carry becomes the one of whoever looks."""
        for name in _TOKEN:
            if name in made.META:
                self.outer.META[name] = made.META[name]
