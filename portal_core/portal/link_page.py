"""The door of the pages behind a guest's link."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.http.response import HttpResponseBase

from portal_core.accounts.pages import PortalRequest, View, open_page
from portal_core.portal.guest_gone import gone
from portal_core.service_requests.guest_links import OpenedLink, open_link

P = ParamSpec("P")
LinkView = Callable[Concatenate[PortalRequest, OpenedLink, P], HttpResponseBase]


def link_page(view: LinkView[P]) -> View[Concatenate[str, P]]:
    """Anyone with the link: the view gets it opened in the place of its token; one that opens nothing answers 410."""

    def opened_view(request: PortalRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        opened = open_link(token)
        return gone(request, token) if opened is None else view(request, opened, *args, **kwargs)

    # What the view says of itself (its name, the files that it takes) is the page's.
    update_wrapper(opened_view, view)
    return open_page(opened_view)  # type: ignore[arg-type]  # Django gives the token by its name
