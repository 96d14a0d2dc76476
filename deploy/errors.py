"""What is shown when a request cannot be answered, on tenants' hosts and on the platform's.

Named by `handler400` … `handler500` of both URL configurations and by CSRF_FAILURE_VIEW.
"""

import secrets
from http import HTTPStatus

import structlog
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from tenants.typed import typed_fields

_TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
log = structlog.get_logger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 for more than we take at once."""
    too_much = isinstance(exception, _TOO_MUCH)
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_much else HTTPStatus.BAD_REQUEST
    context = {"too_much": too_much, "code": int(status)}
    return _not_kept(render(request, "errors/400.html", context, status=status))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _not_kept(render(request, "errors/403.html", status=HTTPStatus.FORBIDDEN))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404. Says the same for what does not exist and for what belongs to somebody else."""
    return _not_kept(render(request, "errors/404.html", status=HTTPStatus.NOT_FOUND))


def server_error(request: HttpRequest) -> HttpResponse:
    """500, without the database and without context processors, either of which may be what failed."""
    sign = secrets.token_hex(3).upper()
    log.error("server_error_shown", sign=sign, path=request.path)
    tenant = getattr(request, "tenant", None)
    context = {"sign": sign, "name": getattr(tenant, "name", ""), "path": _safe_path(request)}
    try:
        page: str = render_to_string("errors/500.html", context)
    except Exception:
        log.exception("error_page_failed", sign=sign)
        page = f"<!doctype html><title>500</title><p>That went wrong on our side. Sign: {sign}</p>"
    return _not_kept(HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without a good token, with what was typed kept for a second try.

    SECURITY: the second try is offered only when the browser itself says that the form was ours; otherwise a foreign
    page could have its own form confirmed here by a click.
    """
    kept = typed_fields(request) if _is_our_own_form(request) else []
    context = {
        "again": bool(kept),
        "kept": kept,
        "action": request.get_full_path(),
        "back_href": _safe_path(request) or request.path,
    }
    return _not_kept(render(request, "errors/csrf.html", context, status=HTTPStatus.FORBIDDEN))


def _is_our_own_form(request: HttpRequest) -> bool:
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return False
    origin = request.headers.get("Origin", "")
    return origin == f"{request.scheme}://{request.get_host()}"


def _safe_path(request: HttpRequest) -> str:
    """The address to try again, when asking again changes nothing."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else ""


def _not_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
