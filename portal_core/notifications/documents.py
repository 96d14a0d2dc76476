"""What customers are told of their documents: asked for, sent back, shared; and of a file that was harmful."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy, override

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.accounts.roles import CUSTOMER
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.config.localise import date_in
from portal_core.documents.models import Document, StoredFile
from portal_core.documents.visible import VisibleDocument, visible_document
from portal_core.documents.words import reason_for
from portal_core.notifications import parts
from portal_core.notifications.choices import ALWAYS
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.counting import count_notice
from portal_core.notifications.markdown import escape_value
from portal_core.notifications.queueing import queue, queue_sample
from portal_core.service_requests.attaching import tell_infected
from tenants.outbox.models import Event
from tenants.outbox.subscribers import subscribe


@dataclass(frozen=True)
class _Saying:
    """The words of one mail. `Any`: lazy translations, read in the language of whoever gets it."""

    subject: Any
    button: Any
    reason: Any


_YOURS = gettext_lazy("You get this because the document is about you.")
# Filled in with the document's name.
_SAYINGS = {
    "document.asked": _Saying(gettext_lazy("We need from you: %(document)s"), gettext_lazy("Add the document"), _YOURS),
    "document.sent_back": _Saying(
        gettext_lazy("We need another copy: %(document)s"), gettext_lazy("Add another copy"), _YOURS
    ),
    "document.shared": _Saying(gettext_lazy("New in your documents: %(document)s"), gettext_lazy("See it"), _YOURS),
}


def on_document(event: Event) -> None:
    """Tells the customer of a document that is asked for, was sent back or is shared, if they see it still."""
    row = Document.objects.select_related("customer", "request").filter(pk=event.payload["document_id"]).first()
    if row is None or not row.customer.is_active:
        return
    portal = live_portal()
    document = visible_document(row, parts.reader(row.customer, portal), portal)
    if document is None or (event.kind != "document.shared" and not document.is_wanted):
        return
    _send(_mail(event.kind, document, row.customer, portal), row.customer, event)


def on_infected(event: Event) -> None:
    """Says in the history of every request that uses the file what became of it, and tells who sent it."""
    row = StoredFile.objects.filter(pk=event.payload["file_id"]).first()
    if row is None:
        return
    tell_infected(row)
    sender = User.objects.filter(pk=row.owner_id, is_active=True).first()
    if sender is None:
        return
    with override(parts.reader(sender, live_portal()).language):
        text = reason_for(row.name, "infected")
    said = _Saying(
        gettext_lazy("A file that you sent was not kept: %(document)s"),
        gettext_lazy("Open the portal"),
        gettext_lazy("You get this because you sent the file."),
    )
    path = "/desk/" if actor_for(sender).is_staff else "/"
    _send(_compose(said, sender, _Matter(row.pk, row.name, escape_value(text), path)), sender, event)


def on_added(event: Event) -> None:
    """A customer's own document: staff find it among those to check; nobody is written to."""


def connect() -> None:
    """Registers the handlers; called once, by the composition root."""
    for kind in _SAYINGS:
        subscribe(kind)(on_document)
    subscribe("document.added")(on_added)
    subscribe("file.infected")(on_infected)


@dataclass(frozen=True)
class _Matter:
    """What a mail is about: `body` is Markdown with every value escaped."""

    id: uuid.UUID
    name: str
    body: str
    path: str
    reference: str = ""


def _mail(kind: str, document: VisibleDocument, customer: User, portal: CompiledPortal) -> ComposedMail:
    language = parts.reader(customer, portal).language
    lines = [escape_value(document.note)] if document.note and document.is_wanted else []
    with override(language):
        if document.is_wanted and document.due_on is not None:
            until = gettext_lazy("Until %(day)s.") % {"day": date_in(document.due_on, language)}
            lines.append(escape_value(str(until)))
        if kind == "document.shared":
            lines.append(escape_value(", ".join(file.name for file in document.files)))
    path = document.answer_path if document.is_wanted else "/documents/"
    matter = _Matter(document.id, document.name, "\n\n".join(lines), path, document.reference)
    return _compose(_SAYINGS[kind], customer, matter)


def _compose(said: _Saying, reader: User, matter: _Matter) -> ComposedMail:
    language = parts.reader(reader, live_portal()).language
    with override(language):
        subject = str(said.subject) % {"document": matter.name}
        return ComposedMail(
            template="status",
            to=reader.email,
            to_name=reader.name,
            recipient_id=reader.pk,
            language=language,
            subject=subject,
            headline=subject,
            body_markdown=matter.body,
            button_label=str(said.button),
            button_url=parts.address_of(matter.path),
            reason=str(said.reason),
            request_id=matter.id,
            reference=matter.reference,
            kind=ALWAYS,
        )


def _send(mail: ComposedMail, reader: User, event: Event) -> None:
    if reader.is_sample:
        queue_sample(mail, event)
    else:
        queued = queue(mail, event)
        if reader.role == CUSTOMER:
            count_notice(queued)
