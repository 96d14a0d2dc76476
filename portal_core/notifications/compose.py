"""What customers are told. The desk shows these mails before they go; the handlers queue exactly the same."""

import copy
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.accounts.roles import Role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.history.models import HistoryEntry
from portal_core.notifications import parts
from portal_core.notifications.choices import ALWAYS, way_for
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.markdown import escape_value, plain_to_markdown
from portal_core.notifications.rendering import render
from portal_core.notifications.rules import rule_values
from portal_core.service_requests.changes import enter_status
from portal_core.service_requests.entries import line_for
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest

__all__ = ["ComposedMail", "Edited", "Words", "customer_mail", "message_mail", "render", "status_mail"]

QUOTE_LENGTH = 10_000


@dataclass(frozen=True)
class Edited:
    """What staff wrote instead of the configured words."""

    subject: str | None = None
    body: str | None = None


@dataclass(frozen=True)
class Arrival:
    """A request that has come (or would come) to a status: as it stands there, and as it stands now."""

    request: ServiceRequest
    now: ServiceRequest
    portal: CompiledPortal
    reason: str = ""
    shown_to: Role | None = None


def status_mail(
    request: ServiceRequest,
    *,
    status_key: str,
    portal: CompiledPortal,
    reason: str = "",
    at: datetime | None = None,
    shown_to: Role | None = None,
) -> ComposedMail | None:
    """The mail to the customer when `request` arrives in `status_key`; None when the configuration tells nobody.

    The request need not stand there yet (the desk asks before moving); it is not changed. `at` is the moment of
    arrival, now when left out. `reason` is what the mover gave as the reason, in plain words. `shown_to` is the role of
    the colleague on whose screen it is previewed: what is hidden from it leaves a neutral word there (and only there).
    How it will go (at once, with the daily mail, not at all) is the mail's `way`.
    """
    arrived = as_if_in(request, status_key, portal, at or timezone.now())
    return arrival_mail(Arrival(arrived, arrived, portal, reason, shown_to))


def arrival_mail(arrival: Arrival) -> ComposedMail | None:
    """The mail about a status that was reached; None when the configuration tells the customer nothing about it."""
    request, portal = arrival.request, arrival.portal
    status = portal.type(request.type_key).flow.status(request.status_key)
    rule = status.notice_for("customer", rule_values(request, portal))
    if rule is None or not parts.is_told(request):
        return None
    viewer = replace(parts.reader(request.customer, portal), shown_to=arrival.shown_to)
    view = parts.seen_since(request, arrival.now, viewer, portal)
    words = Words.of(portal, rule.message, view, viewer, arrival.reason)
    kind = ALWAYS if status.turn == "customer" else "status"
    mail = customer_mail(request, view, viewer, words, kind)
    return replace(mail, way=way_for(request.customer, kind, rule.when))


def edited(mail: ComposedMail, changes: Edited) -> ComposedMail:
    """`mail` with what staff wrote instead, taken as plain text: nothing in it is a placeholder or Markdown."""
    subject = " ".join(changes.subject.split()) if changes.subject else mail.subject
    return replace(
        mail,
        subject=subject,
        headline=subject,
        body_markdown=mail.body_markdown if changes.body is None else plain_to_markdown(changes.body),
    )


def message_mail(
    request: ServiceRequest, entry: HistoryEntry, *, portal: CompiledPortal, now: ServiceRequest | None = None
) -> ComposedMail | None:
    """The mail to the customer when staff answered; None when there is nobody to tell.

    `now` is the request as it stands now, where `request` is as it stood when they answered.
    """
    if not parts.is_told(request):
        return None
    viewer = parts.reader(request.customer, portal)
    view = parts.seen_since(request, now or request, viewer, portal)
    who = entry.actor.name if entry.actor is not None and entry.actor.name else view.business
    with override(viewer.language):
        words = Words(
            subject=_("%(name)s answered: %(title)s") % {"name": who, "title": view.title},
            headline=_("%(name)s answered you") % {"name": who},
            body="",
            button=_("Read and answer"),
        )
        lead = _("%(name)s writes:") % {"name": who}
    mail = customer_mail(request, view, viewer, words, "replies")
    return replace(mail, template="message", quote=entry.body[:QUOTE_LENGTH], quote_lead=lead)


def change_mail(
    request: ServiceRequest, entry: HistoryEntry, *, portal: CompiledPortal, now: ServiceRequest
) -> ComposedMail | None:
    """The mail to the customer when staff changed answers; None when they may see none of those."""
    viewer = parts.reader(request.customer, portal)
    line = line_for(entry, now, viewer, portal=live_portal())
    if not parts.is_told(request) or line is None or not line.changes:
        return None
    view = parts.seen_since(request, now, viewer, portal)
    with override(viewer.language):
        subject = _("%(what)s: %(title)s") % {"what": line.title, "title": view.title}
        words = Words(
            subject=subject, headline=line.title, body=parts.changes_markdown(line), button=_("See your request")
        )
    return customer_mail(request, view, viewer, words, "status")


def merged_mail(
    request: ServiceRequest,
    *,
    portal: CompiledPortal,
    into_number: int,
    now: ServiceRequest | None = None,
    shown_to: Role | None = None,
) -> ComposedMail | None:
    """The mail to the customer whose request goes on in another one of theirs; None when there is nobody to tell.

    `shown_to` is the role of a colleague who looks at it before it goes: what is hidden from them is left out.
    """
    if not parts.is_told(request):
        return None
    viewer = replace(parts.reader(request.customer, portal), shown_to=shown_to)
    view = parts.seen_since(request, now or request, viewer, portal)
    with override(viewer.language):
        said = {"here": view.reference, "there": portal.reference(into_number), "title": view.title}
        about = _("“%(title)s” is about the same matter as %(there)s.") % said
        now_there = _("What you wrote stands there too, and everything is answered there. Nothing for you to do.")
        words = Words(
            subject=_("%(here)s goes on in %(there)s") % said,
            headline=_("Your request goes on in %(there)s") % said,
            body=escape_value(f"{about} {now_there}"),
            button=_("See %(there)s") % said,
        )
    mail = customer_mail(request, view, viewer, words, "status")
    if request.customer.is_guest:
        return mail
    return replace(
        mail, button_url=parts.address_of(f"/requests/{into_number}/"), closing="", steps=(), step_line="", facts=()
    )


@dataclass(frozen=True)
class Words:
    """The words of one mail, values put in."""

    subject: str
    headline: str
    body: str
    button: str

    @classmethod
    def of(
        cls, portal: CompiledPortal, message_key: str | None, view: VisibleRequest, viewer: Viewer, reason: str
    ) -> "Words":
        language = viewer.language
        with override(language):
            button = _("See your request")
        if message_key is None:
            subject, body = view.status.name, escape_value(view.status.meaning)
        else:
            message = portal.message(message_key)
            subject = parts.fill_line(portal.text(message.subject, language), view.words, language)
            body = parts.fill_markdown(portal.text(message.body, language), view.words, language)
            if message.button is not None:
                button = parts.fill_line(portal.text(message.button, language), view.words, language)
        if reason.strip():
            body = f"{body}\n\n{escape_value(reason)}"
        return cls(subject=subject, headline=subject, body=body, button=button)


def as_if_in(request: ServiceRequest, status_key: str, portal: CompiledPortal, at: datetime) -> ServiceRequest:
    """A copy of `request` as it stands (or would stand) in a status that it reached `at`."""
    arrived = copy.copy(request)
    enter_status(arrived, status_key, portal=portal, now=at)
    return arrived


def customer_mail(
    request: ServiceRequest, view: VisibleRequest, viewer: Viewer, words: Words, kind: str
) -> ComposedMail:
    """The mail to the customer with these words, and below them what every mail about a request says."""
    customer = request.customer
    with override(viewer.language):
        closing = _("Questions? Answer in your portal, on the page of this request.") if view.may_message else ""
        reason = (
            _("You get this because it is your turn. Mails that wait for you always come.")
            if kind == ALWAYS
            else _("You get this because the request is yours.")
        )
    return ComposedMail(
        template="status",
        to=customer.email,
        to_name=customer.name,
        recipient_id=customer.pk,
        language=viewer.language,
        subject=words.subject,
        headline=words.headline,
        body_markdown=words.body,
        button_label=words.button,
        button_url=view.words["link"],
        reason=reason,
        about_id=request.pk,
        reference=view.reference,
        title=view.title,
        closing=closing,
        step_line=parts.course_line(view, viewer.language),
        steps=parts.course(view),
        facts=parts.customer_facts(view, viewer.language),
        asks=parts.asked(view, viewer),
        kind=kind,
        has_account=not customer.is_guest,
    )
