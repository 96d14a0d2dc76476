"""How a business tells people where they have not chosen, for the choices on their account page."""

from collections.abc import Mapping
from typing import Final

from portal_core.config.compiled import CompiledPortal
from portal_core.notifications.choices import CUSTOMER_KINDS, STAFF_KINDS
from portal_core.notifications.models import Way
from portal_core.notifications.rules import STAFF_READERS, usual_way

_EVENT_OF: Final = {"new": "created", "assigned": "assigned", "replied": "replied", "noted": "noted", "late": "late"}
_SOONEST: Final = (Way.NOW, Way.DAILY, Way.NEVER)


def usual_ways(portal: CompiledPortal, *, is_staff: bool) -> Mapping[str, Way]:
    """By kind: the soonest way in which the document tells anybody of it; what the default is, where it is silent."""
    kinds = STAFF_KINDS if is_staff else CUSTOMER_KINDS
    return {kind.key: _usual(portal, kind.key, is_staff=is_staff) or kind.usual for kind in kinds}


def _usual(portal: CompiledPortal, kind: str, *, is_staff: bool) -> Way | None:
    if kind == "status":
        return _soonest(_of_statuses(portal, STAFF_READERS if is_staff else ("customer",), is_staff=is_staff))
    if kind == "documents":
        return None
    if not is_staff:
        return usual_way(portal, "replied", "customer")
    return _soonest({way for who in STAFF_READERS if (way := usual_way(portal, _EVENT_OF[kind], who)) is not None})


def _of_statuses(portal: CompiledPortal, readers: tuple[str, ...], *, is_staff: bool) -> set[Way]:
    """What the statuses say; those in the customer's turn always go to the customer at once and say nothing here."""
    return {
        Way(rule.when)
        for flow in portal.flows.values()
        for status in flow.statuses
        if is_staff or status.turn != "customer"
        for rule in status.notify
        if rule.who in readers
    }


def _soonest(ways: set[Way]) -> Way | None:
    return next((way for way in _SOONEST if way in ways), None)
