"""Domain errors that a view let through become pages: what is not seen does not exist, what is refused says so."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from portal_core.accounts.errors import NotAllowed, NotThere
from portal_core.saved_records.errors import RecordForbidden, RecordNotSeen
from portal_core.service_requests.errors import Forbidden, NotSeen, TypeNotOpen


def as_http_error(exception: Exception) -> None:
    """Raises `Http404` or `PermissionDenied` for a domain error that means it; does nothing for any other."""
    if isinstance(exception, NotSeen | TypeNotOpen | NotThere | RecordNotSeen):
        raise Http404 from exception
    if isinstance(exception, Forbidden | NotAllowed | RecordForbidden):
        raise PermissionDenied from exception


class RefusalMiddleware:
    """Views answer these errors themselves where they have better words; this one makes sure that none is a 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Called with what a view raised; what this raises instead is answered by handler403 and handler404."""
        as_http_error(exception)
