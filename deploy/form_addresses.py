"""Addresses that only take what a form sends, opened like a page: by a reload, a bookmark, Enter in the address bar.

A form that comes back with its errors stands at such an address, so that people meet them.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import is_valid_path


class FormAddressMiddleware:
    """Gives them a page with a way on, where Django's answer is empty."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method != "GET" or not isinstance(response, HttpResponseNotAllowed):
            return response
        page = render(request, "errors/405.html", {"back_href": page_above(request.path)}, status=response.status_code)
        page["Allow"], page["Cache-Control"] = response["Allow"], "no-store"
        return page


def page_above(path: str) -> str:
    """The nearest address above that there is; "/" at the latest. Whether the reader may see it, it says itself."""
    above = path.rstrip("/")
    while above:
        above = above.rpartition("/")[0]
        if is_valid_path(f"{above}/"):
            break
    return f"{above}/"
