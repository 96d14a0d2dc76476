"""Who may try a page: the view decorators. The only place, besides `access.get_for`, where permission is decided."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, overload
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django_htmx.middleware import HtmxDetails

from portal_core.accounts.actor import Actor, actor_for
from portal_core.accounts.landing import DESK
from portal_core.accounts.models import User
from portal_core.accounts.portal_facts import portal_facts
from portal_core.accounts.session_over import session_over
from portal_core.accounts.sessions import SessionStore
from tenants.ui.addresses import packed

P = ParamSpec("P")
SIGN_IN = "/signin/"

OPEN = "open"
CUSTOMER = "customer"
GUEST = "guest"
VISITOR = "visitor"
SIGNED_IN = "signed_in"
STAFF = "staff"


class PortalRequest(HttpRequest):
    """A request behind one of these decorators (for annotations; requests are never made of this class)."""

    actor: Actor
    session: SessionStore
    htmx: HtmxDetails


class PersonRequest(PortalRequest):
    """A request of somebody who is signed in."""

    user: User


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
OpenView = Callable[Concatenate[PortalRequest, P], HttpResponseBase]
PersonView = Callable[Concatenate[PersonRequest, P], HttpResponseBase]
Gate = Callable[[HttpRequest, Actor], HttpResponse | None]


def _guarded(view: Callable[..., HttpResponseBase], audience: str, gate: Gate) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        actor = actor_for(request.user)
        if actor.is_operator:
            raise Http404
        request.actor = actor  # type: ignore[attr-defined]  # see PortalRequest
        refusal = gate(request, actor)
        return refusal if refusal is not None else view(request, *args, **kwargs)

    page = never_cache(guarded)
    page.audience = audience  # type: ignore[attr-defined]  # read by the contract test of all addresses
    return page


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Sends the signed-out to the sign-in page and, for a page they may ask for again, back afterwards.

    Whoever sent a form gets what they typed back first.
    """
    if request.method == "POST" and (page := session_over(request, SIGN_IN)) is not None:
        return page
    if request.headers.get("HX-Request") == "true":
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = SIGN_IN
        return answer
    if request.method not in ("GET", "HEAD") or request.path == "/":
        return HttpResponseRedirect(SIGN_IN)
    return HttpResponseRedirect(f"{SIGN_IN}?{urlencode({'next': packed(request.get_full_path())})}")


def forbidden(request: HttpRequest) -> HttpResponse:
    """The page for somebody who knows that this exists but may not."""
    return render(request, "errors/403.html", status=403)


def open_page(view: OpenView[P]) -> View[P]:
    """Anyone, signed in or not."""
    return _guarded(view, OPEN, lambda request, actor: None)


def signed_in_page(view: PersonView[P]) -> View[P]:
    """Anyone who is signed in: customer or staff."""

    def gate(request: HttpRequest, actor: Actor) -> HttpResponse | None:
        return None if actor.is_signed_in else to_sign_in(request)

    return _guarded(view, SIGNED_IN, gate)


def visitor_page(view: OpenView[P]) -> View[P]:
    """Anyone who is signed in and, where the portal takes guests, whoever is not."""

    def gate(request: HttpRequest, actor: Actor) -> HttpResponse | None:
        return None if actor.is_signed_in or portal_facts().guests else to_sign_in(request)

    return _guarded(view, VISITOR, gate)


@overload
def guest_page(view: OpenView[P]) -> View[P]: ...


@overload
def guest_page(*, turned_away: Callable[[PortalRequest], HttpResponse]) -> Callable[[OpenView[P]], View[P]]: ...


def guest_page(
    view: Callable[..., HttpResponseBase] | None = None,
    *,
    turned_away: Callable[[PortalRequest], HttpResponse] | None = None,
) -> object:
    """Customers, and where the portal takes guests, whoever is signed out. Staff are sent to the desk.

    `turned_away` answers who came as a guest where none are taken, instead of the sign-in page.
    """

    def gate(request: HttpRequest, actor: Actor) -> HttpResponse | None:
        if not actor.is_signed_in:
            away: Callable[..., HttpResponse] = turned_away or to_sign_in
            return None if portal_facts().guests else away(request)
        if actor.is_staff:
            return HttpResponseRedirect(DESK)
        return None if actor.is_customer else forbidden(request)

    def decorate(inner: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        return _guarded(inner, GUEST, gate)

    return decorate if view is None else decorate(view)


@overload
def customer_page(view: PersonView[P]) -> View[P]: ...


@overload
def customer_page(*, allow_staff: bool) -> Callable[[PersonView[P]], View[P]]: ...


def customer_page(view: Callable[..., HttpResponseBase] | None = None, *, allow_staff: bool = False) -> object:
    """Customers. Staff are sent to the desk, unless allowed. Usable with and without brackets."""

    def gate(request: HttpRequest, actor: Actor) -> HttpResponse | None:
        if not actor.is_signed_in:
            return to_sign_in(request)
        if actor.is_staff:
            return None if allow_staff else HttpResponseRedirect(DESK)
        return None if actor.is_customer else forbidden(request)

    def decorate(inner: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        return _guarded(inner, CUSTOMER, gate)

    return decorate if view is None else decorate(view)


def staff_page(permission: str = "see") -> Callable[[PersonView[P]], View[P]]:
    """Staff with a permission. For customers the desk does not exist (404); colleagues without it get a 403."""

    def gate(request: HttpRequest, actor: Actor) -> HttpResponse | None:
        if not actor.is_signed_in:
            return to_sign_in(request)
        if not actor.is_staff:
            raise Http404
        return None if actor.may(permission) else forbidden(request)

    def decorate(view: PersonView[P]) -> View[P]:
        page = _guarded(view, STAFF, gate)
        page.permission = permission  # type: ignore[attr-defined]  # likewise
        return page

    return decorate
