"""Listening to the clock: customers are reminded, staff hear of what is late or has run out."""

from portal_core.notifications.handlers import Happening, load
from portal_core.notifications.models import Way
from portal_core.notifications.rules import ways_of
from portal_core.service_requests.models import Turn
from tenants.outbox.models import Event
from tenants.outbox.subscribers import subscribe


def on_reminded(event: Event) -> None:
    """Mails the reminder, unless the customer has acted or written since the clock looked."""
    happening = load(event)
    if happening is None:
        return
    row = happening.row
    if row.status_key == event.payload["status"] and row.turn == Turn.CUSTOMER and row.waiting_since is not None:
        happening.tell_customer("reminded", asked=Way.NOW)


def on_late(event: Event) -> None:
    """Tells those whom the status's rules name (or the document, where it has none), while it is late there."""
    happening = load(event)
    if happening is None or not _stands_as_then(happening) or happening.row.due_at != happening.request.due_at:
        # It was closed, went on, was answered or planned for another day between the clock and this.
        return
    portal = happening.portal
    usual = ways_of("late", portal, happening.request)
    tell = [str(event.payload["tell"]), *event.payload.get("also", [])]
    if not tell[0]:
        happening.tell_staff("late", usual)
    elif not any(rule.event == "late" and rule.who == "nobody" for rule in portal.notifications):
        happening.tell_staff("late", {who: usual.get(who, Way.NOW) for who in tell})


def on_lapsed(event: Event) -> None:
    """Tells whoever has the request that its customer can no longer approve, while it waits for that."""
    happening = load(event)
    if happening is not None and _stands_as_then(happening):
        happening.tell_staff("lapsed", {"handler": Way.NOW})


def _stands_as_then(happening: Happening) -> bool:
    """Whether the request is open and in the same stay in its status as when the clock looked."""
    row, then = happening.row, happening.request
    return row.closed_at is None and (row.status_key, row.status_since) == (then.status_key, then.status_since)


def connect() -> None:
    """Registers the handlers; called once, by the composition root."""
    subscribe("request.reminded")(on_reminded)
    subscribe("request.late")(on_late)
    subscribe("request.lapsed")(on_lapsed)
