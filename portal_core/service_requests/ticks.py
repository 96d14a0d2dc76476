"""The clock's work: what is due for one request is done, once, and the next moment is planned.

`request.tick` is heeded only when it is the moment that the request waits for (`tick_at`); every other one is out of
date. All that a tick does is one transaction with the event's own mark, so that a worker that dies does nothing.
"""

import uuid
from datetime import datetime

from django.utils import timezone

from portal_core.accounts.actor import SYSTEM
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_flow import CompiledStatus
from portal_core.config.conditions import holds
from portal_core.config.live import hold_live_portal
from portal_core.history.models import Audience, Kind
from portal_core.history.record import JsonValue, Line, add_line
from portal_core.service_requests import stays
from portal_core.service_requests.arriving import Arrival, arrive
from portal_core.service_requests.clock import Due, pending, plan_tick
from portal_core.service_requests.errors import NotSeen
from portal_core.service_requests.locks import lock_request
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.standing import standing
from tenants.outbox.events import emit
from tenants.outbox.models import Event


def on_tick(event: Event) -> None:
    """Does what is due for the request of this event, if this is the moment that it waits for."""
    portal = hold_live_portal()
    try:
        request = lock_request(uuid.UUID(event.payload["request_id"]))
    except NotSeen:
        return
    if request.tick_at is None or request.tick_at != datetime.fromisoformat(event.payload["at"]):
        return
    _Tick(request, portal, timezone.now()).run()


class _Tick:
    """One look at a locked request."""

    def __init__(self, request: ServiceRequest, portal: CompiledPortal, now: datetime) -> None:
        self.request = request
        self.portal = portal
        self.now = now
        self.status: CompiledStatus = portal.type_or_unknown(request.type_key).flow.status_or_unknown(
            request.status_key
        )

    def run(self) -> None:
        request = self.request
        due = [item for item in pending(request, self.portal) if item.at <= self.now]
        closing = next((item for item in due if item.what == "close"), None)
        reminders = [item for item in due if item.what == "remind"]
        if closing is not None and not self._must_remind_first(reminders):
            self._close(closing)
            return
        # A clock that stood still says one thing, not everything that it missed.
        stays.mark_told(request, [item.key for item in due if item.what != "close"])
        self._late([item for item in due if item.what == "late"])
        for item in due:
            if item.what == "lapse":
                self._lapse(item)
        if reminders:
            self._remind(reminders[-1])
        request.tick_at = None
        plan_tick(request, portal=self.portal)
        request.save(update_fields=["stay", "tick_at"])

    def _must_remind_first(self, reminders: list[Due]) -> bool:
        """Nobody is closed out who was to be reminded and was not."""
        return bool(reminders) and stays.reminded_at(self.request) is None

    def _holds(self, rules: tuple[object, ...], item: Due) -> bool:
        return any(
            getattr(rule, "after_days", None) == item.after_days
            and getattr(rule, "tell", "") in ("", item.about)
            and holds(getattr(rule, "when", None), self.request.data, self.status.key, self.portal.time_zone)
            for rule in rules
        )

    def _late(self, due: list[Due]) -> None:
        """One event, whoever is to be told: a person whom several rules mean gets one mail."""
        told = [item.about for item in due if not item.about or self._holds(self.status.if_late, item)]
        if told:
            # Workers of the code before, while an update runs, read `tell` alone: they tell the first.
            first, *others = dict.fromkeys(told)
            emit("request.late", {**self._payload(), "tell": first, "also": [*others]})

    def _lapse(self, item: Due) -> None:
        data = {"status": self.status.key, "ask": item.about}
        line = Line(Kind.LAPSED, Audience.CUSTOMER, self.now, data={**data})
        entry = add_line(actor=SYSTEM, request_id=self.request.pk, line=line)
        emit("request.lapsed", {**self._payload(), "entry_id": str(entry.pk)})

    def _payload(self) -> dict[str, JsonValue]:
        """What a listener needs to see whether it still stands as the clock saw it."""
        return {
            "request_id": str(self.request.pk),
            "version": self.portal.number,
            "stood": standing(self.request),
        }

    def _remind(self, item: Due) -> None:
        if not self._holds(self.status.remind, item):
            return
        stays.mark_reminded(self.request, self.now)
        line = Line(Kind.REMINDED, Audience.STAFF, self.now, data={"status": self.status.key})
        entry = add_line(actor=SYSTEM, request_id=self.request.pk, line=line)
        emit(
            "request.reminded",
            {
                "request_id": str(self.request.pk),
                "entry_id": str(entry.pk),
                "status": self.status.key,
                "after_days": item.after_days,
                "version": self.portal.number,
            },
        )

    def _close(self, item: Due) -> None:
        arrival = Arrival(item.about, stay=stays.stay_of_closed(self.request), by_itself="close")
        self.request.tick_at = None
        arrive(SYSTEM, self.request, arrival, portal=self.portal, now=self.now)
