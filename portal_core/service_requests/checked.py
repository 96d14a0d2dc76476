"""A form that was looked at by another version of the portal than the one that takes it is looked at anew."""

from collections.abc import Callable
from typing import TypeVar

from portal_core.config.compiled import CompiledPortal
from portal_core.service_requests.errors import FormOutdated

_Result = TypeVar("_Result")
_Page = TypeVar("_Page")


def while_publishing(page: _Page, look: Callable[[_Page], _Result], anew: Callable[[], _Page]) -> _Result:
    """What `look` makes of the page; of the page opened `anew` each time another version goes live in between."""
    while True:
        try:
            return look(page)
        except FormOutdated:
            page = anew()


def require_checked(portal: CompiledPortal, checked_under: int | None) -> None:
    """Raises `FormOutdated` where a form was looked at by another version than the one that is held now."""
    if checked_under is not None and portal.number != checked_under:
        raise FormOutdated
