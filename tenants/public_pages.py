"""Pages of the platform that anyone may try."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

View = Callable[[HttpRequest], HttpResponse]


def public_page(view: View) -> View:
    """Anyone may try: the audience that the contract tests read off every view."""
    page = never_cache(view)
    page.audience = "open"  # type: ignore[attr-defined]  # read by the contract test of all addresses
    return page
