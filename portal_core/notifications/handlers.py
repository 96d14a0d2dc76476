"""Listening to what happened to requests. Each handler is idempotent: one notice and one mail an event and person."""

import logging
import uuid
from collections.abc import Mapping

from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_flow import CompiledStatus
from portal_core.config.live import live_portal, portal_version
from portal_core.history.models import HistoryEntry
from portal_core.history.record import JsonValue
from portal_core.notifications.choices import way_for
from portal_core.notifications.compose import as_if_in
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.deliver import deliver
from portal_core.notifications.digest import on_digest
from portal_core.notifications.handed_over import on_handed_over
from portal_core.notifications.models import Notice, Way
from portal_core.notifications.notices import Told
from portal_core.notifications.remake import mail_of
from portal_core.notifications.rules import STAFF_READERS, rule_values, sooner_of, staff_for, ways_of
from portal_core.service_requests.guest_links import ensure_link
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.standing import as_it_stood, standing
from tenants.outbox.models import Event
from tenants.outbox.subscribers import subscribe

logger = logging.getLogger(__name__)

# What of an event its mail needs; kept with the notice, since the daily mail is written after the event is done.
_KEPT = ("version", "stood", "reason", "subject", "body", "after_days")


class Happening:
    """An event with its request (as it is now, and as it stood), entry and configuration loaded."""

    def __init__(self, event: Event, row: ServiceRequest) -> None:
        self.event = event
        self.payload = event.payload
        self.row = row
        version = self.payload.get("version")
        self.portal: CompiledPortal = portal_version(int(version)) if version else live_portal()
        self.request = as_it_stood(row, self.payload.get("stood"))
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

    def ways_in(self, status: CompiledStatus) -> Mapping[str, Way]:
        """Which colleagues a status names, and how they are told when a request enters it."""
        values = rule_values(self.request, self.portal)
        rules = {who: status.notice_for(who, values) for who in STAFF_READERS}
        return {who: Way(rule.when) for who, rule in rules.items() if rule is not None}

    def stands_in(self, key: str) -> None:
        """Sees to it that mails say this status, for an event that was written by code that did not say so yet."""
        if self.payload.get("stood") is None:
            at = self.entry.at if self.entry is not None else self.event.created_at
            self.request = as_if_in(self.row, key, self.portal, at)
            self.payload = {**self.payload, "stood": standing(self.request)}

    def tell_customer(self, what: str, *, asked: Way | None = None) -> None:
        """Tells the customer; how, `asked` says, or for a status its own rule."""
        customer = self.row.customer
        mail = self._mail(customer, what)
        if mail is not None:
            self._tell(customer, what, mail, mail.way if asked is None else way_for(customer, mail.kind, asked))

    def tell_staff(self, what: str, ways: Mapping[str, Way]) -> None:
        """Tells each colleague behind `ways`."""
        for user, asked in staff_for(ways, self.row, except_id=self.actor_id).items():
            mail = None if user.is_sample else self._mail(user, what)
            if mail is not None:
                self._tell(user, what, mail, way_for(user, mail.kind, asked))

    def _mail(self, user: User, what: str) -> ComposedMail | None:
        return mail_of(Notice(user=user, request=self.row, entry=self.entry, what=what, data=self._data()))

    def _data(self) -> dict[str, JsonValue]:
        return {key: self.payload[key] for key in _KEPT if self.payload.get(key) is not None}

    def _tell(self, user: User, what: str, mail: ComposedMail, way: Way) -> None:
        told = Told(self.event, user, what, mail.kind, way, self.row, self.entry, self._data())
        deliver(told, mail, request_id=self.row.pk)


def load(event: Event) -> Happening | None:
    """The event with its request; None (logged) when that is gone."""
    requests = ServiceRequest.objects.select_related("customer", "assignee")
    request = requests.filter(pk=event.payload.get("request_id")).first()
    if request is None:
        logger.info("notifications: the request of event %s is gone", event.id)
        return None
    # What is sent now carries the guest's link: one that is over begins again, unless it was stopped.
    ensure_link(request)
    return Happening(event, request)


def on_submitted(event: Event) -> None:
    """Tells the customer that the request has arrived, and the team that there is a new one."""
    happening = load(event)
    if happening is None:
        return
    status = happening.status(happening.portal.type_or_unknown(happening.request.type_key).start)
    if status is None:
        return
    happening.stands_in(status.key)
    happening.tell_customer("reached")
    # It enters its first status, too: whom that names is told, in the same mail as of any new request.
    ways = ways_of("created", happening.portal, happening.request)
    happening.tell_staff("created", sooner_of(ways, happening.ways_in(status)))


def on_moved(event: Event) -> None:
    """Tells the customer in the words of the status (or of staff), and the staff that the status names."""
    happening = load(event)
    if happening is None:
        return
    status = happening.status(str(happening.payload["to"]))
    if status is None:
        return
    happening.stands_in(status.key)
    what = "closed" if happening.payload.get("by_itself") == "close" else "reached"
    if happening.payload.get("tell_customer") and happening.actor_id != happening.row.customer_id:
        happening.tell_customer(what)
    happening.tell_staff("moved", happening.ways_in(status))


def on_replied(event: Event) -> None:
    """Tells the other side that somebody wrote."""
    happening = load(event)
    if happening is None or happening.entry is None:
        return
    ways = ways_of("replied", happening.portal, happening.request)
    if happening.payload.get("side") != "staff":
        happening.tell_staff("replied", ways)
    elif "customer" in ways:
        happening.tell_customer("answered", asked=ways["customer"])


def on_merged(event: Event) -> None:
    """Tells the customer, once, where the request goes on; not when it was taken apart again meanwhile."""
    happening = load(event)
    if happening is not None and happening.row.merged_into_number == event.payload.get("into"):
        happening.tell_customer("merged")


def on_assigned(event: Event) -> None:
    """Tells the colleague who was given the request, unless they took it themselves or it has gone on since."""
    happening = load(event)
    if happening is None or str(happening.row.assignee_id or "") != str(event.payload.get("assignee_id") or ""):
        return
    if happening.row.assignee_id is not None:
        happening.tell_staff("assigned", ways_of("assigned", happening.portal, happening.request))


def on_noted(event: Event) -> None:
    """Tells staff of a note."""
    happening = load(event)
    if happening is not None:
        happening.tell_staff("noted", ways_of("noted", happening.portal, happening.request))


def on_changed(event: Event) -> None:
    """Tells staff of changed answers, and the customer where the document asks for it and staff changed them."""
    happening = load(event)
    if happening is None:
        return
    ways = ways_of("changed", happening.portal, happening.request)
    happening.tell_staff("changed", ways)
    if "customer" in ways and happening.payload.get("side") == "staff":
        happening.tell_customer("changed_yours", asked=ways["customer"])


def on_planned(event: Event) -> None:
    """Tells the customer for which day it is planned now, and staff; nobody of a day that does not hold any more."""
    happening = load(event)
    if happening is None or happening.row.planned_for != happening.request.planned_for or happening.row.closed_at:
        return
    ways = ways_of("planned", happening.portal, happening.request)
    happening.tell_staff("planned", ways)
    if "customer" in ways and happening.payload.get("tell_customer"):
        happening.tell_customer("planned_yours", asked=ways["customer"])


def connect() -> None:
    """Registers the handlers; called once, by the composition root."""
    subscribe("request.submitted")(on_submitted)
    subscribe("request.moved")(on_moved)
    subscribe("request.replied")(on_replied)
    subscribe("request.merged")(on_merged)
    subscribe("request.assigned")(on_assigned)
    subscribe("request.noted")(on_noted)
    subscribe("request.changed")(on_changed)
    subscribe("request.planned")(on_planned)
    subscribe("requests.handed_over")(on_handed_over)
    subscribe("person.digest")(on_digest)
