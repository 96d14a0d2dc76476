"""The way through a list at the desk: from which queue or search one came to a request, and which comes after it."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tenants.ui.addresses import packed, unpacked

SEARCH: Final = "/desk/search/?"
_LISTS: Final = ("/desk/?", SEARCH)
# Where the list went on while the request still stood in it: the last parameter of the way. Addresses are written by
# anybody: whether it stands in the list is for the page to ask.
_THEN: Final = re.compile(r"[?&]then=(\d{1,9})$", re.ASCII)


@dataclass(frozen=True)
class Way:
    """From where one came: `back`, an address of a list with its filters, and `then`, the number of the request that
    came next in it while this one stood there (a request that was moved on has left its place, or the list)."""

    back: str
    then: int | None = None

    @property
    def address(self) -> str:
        """What the forms of a page carry: `back` with `then` behind it."""
        if self.then is None:
            return self.back
        return f"{self.back}{'&' if '?' in self.back else '?'}then={self.then}"

    @property
    def query(self) -> str:
        """The query that takes it along to a request's page; empty for the queue itself."""
        return f"?back={quote(packed(self.address), safe='')}" if self.address != "/desk/" else ""


def way_of(request: HttpRequest) -> Way:
    """The queue or search from which one came, filters and all; only ever an address of one of them."""
    given = unpacked(request.GET.get("back", "") or request.POST.get("back", ""))
    if not given.startswith(_LISTS):
        return Way("/desk/")
    found = _THEN.search(given)
    return Way(given[: found.start()], int(found[1])) if found else Way(given)


def back_of(request: HttpRequest) -> str:
    """The address of the list from which one came."""
    return way_of(request).back


def back_to(request: HttpRequest, number: int, place: str) -> HttpResponse:
    """Leads to a `place` on the request's page; the way through the list goes along."""
    return redirect(f"/desk/requests/{number}/{way_of(request).query}#{place}")
