"""Listening to what happens to documents: the customer hears of it, the way they have it."""

from typing import Final

from portal_core.documents.models import Document
from portal_core.history.models import HistoryEntry
from portal_core.notifications.choices import way_for
from portal_core.notifications.compose_documents import SAYINGS, paper_mail
from portal_core.notifications.deliver import deliver
from portal_core.notifications.models import Notice
from portal_core.notifications.notices import Told
from portal_core.service_requests.guest_links import ensure_link
from tenants.outbox.models import Event
from tenants.outbox.subscribers import subscribe

# What a notice tells, by the event.
_WHATS: Final = {
    "document.asked": "paper_asked",
    "document.sent_back": "paper_back",
    "document.withdrawn": "paper_withdrawn",
    "document.approved": "paper_approved",
    "document.shared": "paper_shared",
    "document.expiring": "paper_expiring",
}


def on_document(event: Event) -> None:
    """Tells the customer what happened to a document of theirs, if it is so still and they see it."""
    entries = HistoryEntry.objects.select_related("document__customer", "document__request__customer")
    entry = entries.filter(pk=event.payload["entry_id"]).first()
    row = entry.document if entry is not None else None
    if entry is None or row is None or not row.customer.is_active:
        return
    what, customer = _WHATS[event.kind], row.customer
    if what == "paper_withdrawn" and not _was_asked(row):
        return
    if row.request is not None:
        # What is sent now carries the guest's link: one that is over begins again, unless it was stopped.
        ensure_link(row.request)
    data = {"until": str(event.payload["until"])} if "until" in event.payload else {}
    mail = paper_mail(Notice(user=customer, request=row.request, entry=entry, what=what, data=data))
    if mail is not None:
        way = way_for(customer, mail.kind, SAYINGS[what].usual)
        told = Told(event, customer, what, mail.kind, way, row.request, entry, data)
        deliver(told, mail, request_id=row.request_id)


def _was_asked(row: Document) -> bool:
    """Whether the customer has heard that this document was wanted."""
    asked = Notice.objects.filter(user_id=row.customer_id, what__in=["paper_asked", "paper_back"])
    return asked.filter(entry__document=row).exists()


def on_added(event: Event) -> None:
    """A customer's own document: staff find it among those to check; nobody is written to."""


def connect() -> None:
    """Registers the handlers; called once, by the composition root."""
    for kind in _WHATS:
        subscribe(kind)(on_document)
    subscribe("document.added")(on_added)
