"""A harmful file: whoever sent it hears of it, and those who have the request or keep the documents."""

import uuid
from typing import Any, Final

from django.utils.translation import gettext_lazy, override

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.accounts.roles import CUSTOMER
from portal_core.config.live import live_portal
from portal_core.documents.models import StoredFile
from portal_core.documents.words import reason_for
from portal_core.history.models import HistoryEntry
from portal_core.notifications import parts
from portal_core.notifications.choices import ALWAYS, way_for
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.counting import count_notice
from portal_core.notifications.deliver import deliver
from portal_core.notifications.markdown import escape_value
from portal_core.notifications.models import Notice, Way
from portal_core.notifications.notices import Told
from portal_core.notifications.queueing import queue, queue_sample
from portal_core.notifications.remake import mail_of
from portal_core.notifications.rules import managers, staff_for
from portal_core.service_requests.actions.infected import put_aside
from portal_core.service_requests.guest_links import ensure_link
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.models import Event
from tenants.outbox.subscribers import subscribe

# `Any`: lazy translations, read in the language of whoever gets it.
_NOT_KEPT: Any = gettext_lazy("A file that you sent was not kept: %(document)s")
_BUTTONS: Final[dict[bool, Any]] = {False: gettext_lazy("Open the portal"), True: gettext_lazy("Open the request")}


def on_infected(event: Event) -> None:
    """Has it said wherever the file is used, and tells its sender and staff; each person once."""
    aside = put_aside(uuid.UUID(str(event.payload["file_id"])))
    if aside is None:
        return
    entries = [*aside.lines, *([aside.sent_back] if aside.sent_back is not None else [])]
    requests = _requests_of(entries)
    sender = User.objects.filter(pk=aside.file.owner_id, is_active=True).first()
    # A customer whose document was sent back for it hears of that, with the reason and where to send another.
    is_told = aside.sent_back is not None and sender is not None and sender.role == CUSTOMER
    if sender is not None and not is_told:
        first = next((entry for entry in entries if entry.request_id is not None), None)
        request = requests[first.request_id] if first is not None and first.request_id is not None else None
        _tell_sender(Told(event, sender, "infected", ALWAYS, Way.NOW, request, first), aside.file)
    for entry in entries:
        if entry.request_id is not None:
            _tell_handlers(event, entry, requests[entry.request_id], sender)
        else:
            _tell_keepers(event, entry)


def _requests_of(entries: list[HistoryEntry]) -> dict[uuid.UUID, ServiceRequest]:
    found = ServiceRequest.objects.select_related("customer", "assignee")
    return {row.pk: row for row in found.filter(pk__in=[entry.request_id for entry in entries if entry.request_id])}


def _tell_sender(told: Told, file: StoredFile) -> None:
    """By mail in any case; a customer also in their updates, where the file was part of something."""
    sender, request = told.user, told.request
    if request is not None and sender.role == CUSTOMER and not parts.is_told(request):
        return
    mail = _mail(file, sender, request)
    if request is not None and sender.role == CUSTOMER:
        deliver(told, mail, request_id=request.pk)
    elif sender.is_sample:
        queue_sample(mail, told.event)
    else:
        queued = queue(mail, told.event)
        if sender.role == CUSTOMER:
            count_notice(queued)


def _mail(file: StoredFile, sender: User, request: ServiceRequest | None) -> ComposedMail:
    viewer = parts.reader(sender, live_portal())
    path = "/desk/" if actor_for(sender).is_staff else "/"
    if request is not None:
        ensure_link(request)
        path = parts.page_of(request, viewer)
    with override(viewer.language):
        subject = str(_NOT_KEPT) % {"document": file.name}
        return ComposedMail(
            template="status",
            to=sender.email,
            to_name=sender.name,
            recipient_id=sender.pk,
            language=viewer.language,
            subject=subject,
            headline=subject,
            body_markdown=escape_value(reason_for(file.name, "infected")),
            button_label=str(_BUTTONS[request is not None]),
            button_url=parts.address_of(path),
            reason=str(gettext_lazy("You get this because you sent the file.")),
            about_id=file.pk,
            kind=ALWAYS,
            has_account=not sender.is_guest,
        )


def _tell_handlers(event: Event, entry: HistoryEntry, request: ServiceRequest, sender: User | None) -> None:
    """Whoever has the request, or its team; not the colleague who sent the file, who has a mail of their own."""
    people = staff_for({"handler": Way.NOW}, request, except_id=sender.pk if sender is not None else None)
    for user in people:
        _tell(event, Notice(user=user, request=request, entry=entry, what="infected"))


def _tell_keepers(event: Event, entry: HistoryEntry) -> None:
    """A document that came with no request is nobody's in particular."""
    for user in managers():
        _tell(event, Notice(user=user, entry=entry, what="paper_infected"))


def _tell(event: Event, notice: Notice) -> None:
    mail = None if notice.user.is_sample else mail_of(notice)
    if mail is not None:
        way = way_for(notice.user, mail.kind, Way.NOW)
        deliver(Told(event, notice.user, notice.what, mail.kind, way, notice.request, notice.entry), mail)


def connect() -> None:
    """Registers the handler; called once, by the composition root."""
    subscribe("file.infected")(on_infected)
