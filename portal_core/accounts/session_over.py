"""A form that was sent after its session had ended: nothing is done, and nothing that was typed is lost."""

from typing import Final
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal_core.accounts.signin_links import local_path
from tenants.typed import LOOKED_BY, typed_fields

# What our own forms send along for themselves; nobody typed it.
_OURS: Final = frozenset(
    {"back", "do", "edit", "key", "kind", "next", "seen", "seen_team", "seen_who", "shown_subject", "shown_to"}
    | {"status", "tell", "to", "who"}
    | {"answer", "consent", "since", "shown_body", "shown_reason", "version"}
    | {"again", "opened", "rows", "tried"}
)
_ANSWER: Final = "f-"
# As much as Django reads of a form: whoever was signed in may have written long.
_MOST_FIELDS: Final = 2_000
_MOST_CHARACTERS: Final = 3_000_000


def session_over(request: HttpRequest, sign_in: str) -> HttpResponse | None:
    """The page that shows what was typed, so that it can be copied; None when nothing was."""
    fields = typed_fields(request, most_fields=_MOST_FIELDS, most_characters=_MOST_CHARACTERS)
    kept = [
        (_label(name), value)
        for name, value in fields
        if name not in _OURS and not name.endswith(LOOKED_BY) and value.strip()
    ]
    if not kept:
        return None
    back = _came_from(request)
    query = f"?{urlencode({'next': back})}" if back else ""
    context = {"kept": kept, "sign_in_href": sign_in + query}
    return render(request, "errors/signed_out.html", context, status=403)


def _label(name: str) -> str:
    """The name of a field in readable form; the form itself is not at hand for somebody signed out."""
    words = name.removeprefix(_ANSWER).replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _came_from(request: HttpRequest) -> str:
    """The page of the form, when the browser says that it is ours: where the form goes may answer no GET."""
    page = urlsplit(request.headers.get("Referer", ""))
    if (page.scheme, page.netloc.lower()) != (request.scheme, request.get_host()):
        return ""
    return local_path(page.path + (f"?{page.query}" if page.query else ""))
