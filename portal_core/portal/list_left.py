"""The way back from a request to the list as its reader left it: with what was sought, and the page of it.

By the browser's own word (`Referer`), of which nothing but known parts of our own address is taken. Who sends a form of
the request comes back to it from itself; so the list is kept in a cookie, for this one request and until the browser is
closed, and counts only there.
"""

from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portal_core.accounts.cookies import host_cookie

LIST: Final = "/requests/"
_COOKIE: Final = "list-left"
# What the address of the list says.
_PARTS: Final = frozenset({"q", "type", "show", "at"})
# Of the 4,096 that a cookie holds; what is sought is 200 signs at most, which an address writes as twelve each.
_LONGEST: Final = 3_000


def list_left(request: HttpRequest, number: int) -> str:
    """Where the way back from the page of request `number` leads."""
    path, query = _came_from(request)
    if path.startswith(f"{LIST}{number}/"):
        kept, _, query = request.COOKIES.get(host_cookie(_COOKIE), "")[:_LONGEST].partition("?")
        query = query if kept == str(number) else ""
    elif path != LIST:
        query = ""
    return _href(query)


def keep_list_left(request: HttpRequest, response: HttpResponse, number: int, href: str) -> None:
    """Keeps it for the forms of this page; what was kept for an earlier look at it is forgotten."""
    path, _query = _came_from(request)
    if path == LIST and href != LIST:
        response.set_cookie(
            host_cookie(_COOKIE),
            f"{number}?{href.partition('?')[2]}",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    elif host_cookie(_COOKIE) in request.COOKIES and not path.startswith(f"{LIST}{number}/"):
        response.delete_cookie(host_cookie(_COOKIE))


def _came_from(request: HttpRequest) -> tuple[str, str]:
    """Path and query of the page of this host from which the reader came; two times nothing for any other."""
    try:
        left = urlsplit(request.headers.get("Referer", "")[:_LONGEST])
    except ValueError:
        return "", ""
    return (left.path, left.query) if left.netloc == request.get_host() else ("", "")


def _href(query: str) -> str:
    try:
        parts = parse_qsl(query, max_num_fields=20)
    except ValueError:
        return LIST
    known = [(name, value) for name, value in parts if name in _PARTS]
    return f"{LIST}?{urlencode(known)}" if known else LIST
