"""What requests themselves listen to: the clock's ticks, and new versions of the portal."""

from portal_core.service_requests.replanning import on_published, on_replan
from portal_core.service_requests.ticks import on_tick
from tenants.outbox.subscribers import subscribe


def connect() -> None:
    """Registers the handlers; called once, by the composition root."""
    subscribe("request.tick")(on_tick)
    subscribe("requests.replan")(on_replan)
    subscribe("portal.published")(on_published)
