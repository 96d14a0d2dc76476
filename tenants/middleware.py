"""From the Host header to the tenant in force."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

import structlog
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import FileResponse, HttpResponseBase
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from tenants import catalog, hosts, registry
from tenants.context import public_context, tenant_context
from tenants.migrating import is_ready
from tenants.snapshot import TenantSnapshot, platform_url

HEALTH_PATH = "/healthz"
_RETRY_SECONDS = {"paused": "3600"}
_RETRY_SOON = "5"

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = structlog.get_logger(__name__)


class TenantMiddleware:
    """Decides by the host alone which schema serves a request; refuses rather than guesses."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == HEALTH_PATH:
            return HttpResponse("ok\n", content_type="text/plain")
        host = hosts.normalise(request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", ""))
        if host is None:
            return no_portal(request)
        request.META["HTTP_HOST"] = str(host)  # one form for what compares origins later
        if hosts.is_platform(host):
            return self._serve_platform(request)
        try:
            tenant = catalog.by_host(host.name)
            refusal = _refusal(request, tenant)
        except OperationalError as error:
            log.warning("database_unreachable", error=str(error))
            return _unavailable(request, "unreachable")
        if tenant is None or refusal is not None:
            return refusal or no_portal(request)
        return self._serve_tenant(request, tenant)

    def _serve_platform(self, request: HttpRequest) -> HttpResponseBase:
        request.tenant = None  # type: ignore[attr-defined]  # ours
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
        with public_context():
            return _with_fresh_locale(self.get_response, request)

    def _serve_tenant(self, request: HttpRequest, tenant: TenantSnapshot) -> HttpResponseBase:
        request.tenant = tenant  # type: ignore[attr-defined]  # ours
        with tenant_context(tenant):
            response = _with_fresh_locale(self.get_response, request)
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            # The server reads the stream when this request's schema is long gone.
            if response.is_async:
                raise TypeError("Tenants' responses are streamed by synchronous iterators.")
            response.streaming_content = _in_tenant(tenant, cast("Iterable[bytes]", response.streaming_content))
        return response


def _with_fresh_locale(get_response: GetResponse, request: HttpRequest) -> HttpResponseBase:
    """Language and time zone are the thread's: nobody inherits those of the last reader."""
    translation.deactivate()
    timezone.deactivate()
    try:
        return get_response(request)
    finally:
        translation.deactivate()
        timezone.deactivate()


def _in_tenant(tenant: TenantSnapshot, chunks: Iterable[bytes]) -> Iterator[bytes]:
    iterator = iter(chunks)
    while True:
        with tenant_context(tenant):
            chunk = next(iterator, None)
        if chunk is None:
            return
        yield chunk


def _refusal(request: HttpRequest, tenant: TenantSnapshot | None) -> HttpResponse | None:
    if tenant is None:
        return no_portal(request)
    if not tenant.is_active:
        return _unavailable(request, "paused", tenant)
    if not is_ready(tenant):
        return _unavailable(request, "updating")
    return None


def no_portal(request: HttpRequest) -> HttpResponse:
    """A 404 that names no tenant, the same for every host we do not serve."""
    try:
        return _bare_page(request, "errors/no_portal.html", {"find_href": platform_url("/find/")}, status=404)
    except TemplateDoesNotExist:
        return HttpResponse("There is no portal at this address.\n", status=404, content_type="text/plain")


def _unavailable(request: HttpRequest, kind: str, tenant: TenantSnapshot | None = None) -> HttpResponse:
    """A 503 for this tenant alone; `kind` is updating, paused or unreachable. Needs no database but for the `tenant`
    whose business is to be named.
    """
    context = {"kind": kind, "reach": None if tenant is None else _reach(request, tenant)}
    response = _bare_page(request, "errors/503.html", context, status=503)
    response["Retry-After"] = _RETRY_SECONDS.get(kind, _RETRY_SOON)
    response["Cache-Control"] = "no-store"
    return response


def _reach(request: HttpRequest, tenant: TenantSnapshot) -> registry.Reach | None:
    """How the business is reached while its portal is closed; None where its schema is not what this code needs."""
    if not is_ready(tenant):
        return None
    with tenant_context(tenant):
        return registry.reach(translation.get_language_from_request(request))


def _bare_page(request: HttpRequest, template: str, context: Mapping[str, object], *, status: int) -> HttpResponse:
    """In the language of the reader's browser."""
    with translation.override(translation.get_language_from_request(request)):
        response = HttpResponse(render_to_string(template, dict(context)), status=status)
    patch_vary_headers(response, ["Accept-Language"])
    return response
