"""Listening to what happened to requests. Each handler is idempotent: one mail per event and address."""

import logging
import uuid
from collections.abc import Iterable

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_flow import CompiledStatus
from portal_core.config.live import live_portal, portal_version
from portal_core.history.models import HistoryEntry
from portal_core.notifications.compose import Edited, edited, message_mail, status_mail
from portal_core.notifications.compose_staff import staff_mail
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.handed_over import on_handed_over
from portal_core.notifications.queueing import queue, queue_sample
from portal_core.notifications.rules import STAFF_READERS, readers_of, rule_values, staff_for
from portal_core.service_requests.guest_links import ensure_link
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.models import Event
from tenants.outbox.subscribers import subscribe

logger = logging.getLogger(__name__)


class _Happening:
    """An event with its request, entry and configuration loaded."""

    def __init__(self, event: Event, request: ServiceRequest) -> None:
        self.event = event
        self.payload = event.payload
        self.request = request
        version = self.payload.get("version")
        self.portal: CompiledPortal = portal_version(int(version)) if version else live_portal()
        self.entry = HistoryEntry.objects.select_related("actor").filter(pk=self.payload.get("entry_id")).first()

    @property
    def actor_id(self) -> uuid.UUID | None:
        """Who did it."""
        return self.entry.actor_id if self.entry is not None else None

    def status(self, key: str) -> CompiledStatus | None:
        """The status with its words, or None (logged) when the version of the event does not have it for this request.

        The request may be of another type by now. Telling nobody is right: the words for this never existed, and an
        event that fails comes back for ever.
        """
        flow = self.portal.type_or_unknown(self.request.type_key).flow
        if flow.has_status(key):
            return flow.status(key)
        kind, where = self.event.kind, f"{self.request.type_key}.{key}"
        logger.warning("notifications: %s %s tells nobody: there is no status %s", kind, self.event.id, where)
        return None

    def tell_customer(self, mail: ComposedMail | None) -> None:
        """Queues `mail` for the customer, or for the owner when the customer is made up."""
        if mail is None:
            return
        if self.request.customer.is_sample:
            queue_sample(mail, self.event)
        else:
            queue(mail, self.event)

    def tell_staff(self, what: str, readers: Iterable[str]) -> None:
        """Queues a mail for each colleague behind `readers`."""
        for user in staff_for(readers, self.request, except_id=self.actor_id):
            if user.is_sample:
                continue
            mail = staff_mail(what, self.request, user, portal=self.portal, entry=self.entry)
            if mail is not None:
                queue(mail, self.event)

    def staff_readers(self, what: str) -> list[str]:
        """The kinds of staff that the configuration tells of `what`."""
        return sorted(readers_of(what, self.portal, self.request) & set(STAFF_READERS))


def _load(event: Event) -> _Happening | None:
    requests = ServiceRequest.objects.select_related("customer", "assignee")
    request = requests.filter(pk=event.payload.get("request_id")).first()
    if request is None:
        logger.info("notifications: the request of event %s is gone", event.id)
        return None
    # What is sent now carries the guest's link: one that is over begins again, unless it was stopped.
    ensure_link(request)
    return _Happening(event, request)


def on_submitted(event: Event) -> None:
    """Tells the customer that the request has arrived, and the team that there is a new one."""
    happening = _load(event)
    if happening is None:
        return
    request, portal = happening.request, happening.portal
    start = portal.type_or_unknown(request.type_key).start
    if happening.status(start) is None:
        return
    happening.tell_customer(status_mail(request, status_key=start, portal=portal, at=request.created_at))
    happening.tell_staff("created", happening.staff_readers("created"))


def on_moved(event: Event) -> None:
    """Tells the customer in the words of the status (or of staff), and the staff that the status names."""
    happening = _load(event)
    if happening is None:
        return
    request, portal, payload = happening.request, happening.portal, happening.payload
    status_key = str(payload["to"])
    status = happening.status(status_key)
    if status is None:
        return
    moved_himself = happening.actor_id == request.customer_id
    if payload.get("tell_customer") and not moved_himself:
        at = happening.entry.at if happening.entry is not None else event.created_at
        reason = str(payload.get("reason") or "")
        mail = status_mail(request, status_key=status_key, portal=portal, reason=reason, at=at)
        if mail is not None:
            mail = edited(mail, Edited(payload.get("subject"), payload.get("body")))
        happening.tell_customer(mail)
    values = rule_values(request, portal)
    readers = [who for who in STAFF_READERS if status.notice_for(who, values) is not None]
    happening.tell_staff("moved", readers)


def on_replied(event: Event) -> None:
    """Tells the other side that somebody wrote."""
    happening = _load(event)
    if happening is None or happening.entry is None:
        return
    if happening.payload.get("side") == "staff":
        if "customer" in readers_of("replied", happening.portal, happening.request):
            happening.tell_customer(message_mail(happening.request, happening.entry, portal=happening.portal))
        return
    happening.tell_staff("replied", happening.staff_readers("replied"))


def on_assigned(event: Event) -> None:
    """Tells the colleague who was given the request, unless they took it themselves or it has gone on since."""
    happening = _load(event)
    if happening is None or str(happening.request.assignee_id or "") != str(event.payload.get("assignee_id") or ""):
        return
    if happening.request.assignee_id is not None:
        happening.tell_staff("assigned", happening.staff_readers("assigned"))


def on_noted(event: Event) -> None:
    """Tells staff of a note where the document asks for it."""
    happening = _load(event)
    if happening is not None:
        happening.tell_staff("noted", happening.staff_readers("noted"))


def on_changed(event: Event) -> None:
    """Tells staff of changed answers where the document asks for it."""
    happening = _load(event)
    if happening is not None:
        happening.tell_staff("changed", happening.staff_readers("changed"))


def connect() -> None:
    """Registers the handlers; called once, by the composition root."""
    subscribe("request.submitted")(on_submitted)
    subscribe("request.moved")(on_moved)
    subscribe("request.replied")(on_replied)
    subscribe("request.assigned")(on_assigned)
    subscribe("request.noted")(on_noted)
    subscribe("request.changed")(on_changed)
    subscribe("requests.handed_over")(on_handed_over)
