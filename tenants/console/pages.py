"""Who may try a page of the console."""

import time
from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache

from tenants.console.gate import gate
from tenants.context import current

SECOND_FACTOR = "console_second_factor"
SIGN_IN = "/console/signin/"
_SECONDS = 12 * 3600

View = Callable[..., HttpResponse]


def console_door(view: View) -> View:
    """Anyone on the platform host: the steps of signing in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        _only_in_public()
        return view(request, *args, **kwargs)

    page = never_cache(guarded)
    page.audience = "open"  # type: ignore[attr-defined]  # read by the contract test of all addresses
    return page


def operator_page(view: View) -> View:
    """Operators who showed both factors in this session."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        _only_in_public()
        if not is_signed_in(request):
            return HttpResponseRedirect(SIGN_IN)
        return view(request, *args, **kwargs)

    page = never_cache(guarded)
    page.audience = "operator"  # type: ignore[attr-defined]  # likewise
    return page


def is_signed_in(request: HttpRequest) -> bool:
    """Whether an operator is here with both factors."""
    shown_at = request.session.get(SECOND_FACTOR)
    if not isinstance(shown_at, int | float) or time.time() - shown_at > _SECONDS:
        return False
    # Lazy: SimpleLazyObject is resolved by asking for its class.
    return gate().is_operator(_resolved(request))


def _resolved(request: HttpRequest) -> object:
    user = request.user
    return getattr(user, "_wrapped", user) if user.is_authenticated else user


def _only_in_public() -> None:
    if current() is not None:
        raise Http404
