"""What customers are told because time has passed: reminders, and that a request was closed for want of an answer."""

from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_flow import CompiledStatus
from portal_core.config.conditions import holds
from portal_core.config.document.flows import Reminder
from portal_core.notifications import parts
from portal_core.notifications.choices import ALWAYS
from portal_core.notifications.compose import Arrival, Words, arrival_mail, customer_mail
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.markdown import escape_value
from portal_core.notifications.models import Way
from portal_core.notifications.rules import rule_values
from portal_core.service_requests.clock import pending
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.promises import day_words
from portal_core.service_requests.reopening import reopen_until
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest


def reminder_mail(arrival: Arrival, *, after_days: int) -> ComposedMail | None:
    """The reminder in the configured words, else in ours, with what is asked and when the request would be closed."""
    request, portal = arrival.request, arrival.portal
    flow = portal.type_or_unknown(request.type_key).flow
    if not parts.is_told(request) or not flow.has_status(request.status_key):
        return None
    viewer = parts.reader(request.customer, portal)
    view = parts.seen_since(request, arrival.now, viewer, portal)
    rule = _rule(flow.status(request.status_key), after_days, request, portal)
    words = _reminding(view, viewer)
    if rule is not None and rule.message is not None:
        words = Words.of(portal, rule.message, view, viewer, "")
    closes = next((due for due in pending(arrival.now, portal) if due.what == "close"), None)
    if closes is not None:
        with override(viewer.language):
            said = _("Without an answer until %(day)s we close this. You can open it again afterwards.")
            words = replace(words, body=f"{words.body}\n\n{said % {'day': day_words(closes.at, viewer=viewer)}}")
    return customer_mail(request, view, viewer, words, ALWAYS)


def _rule(status: CompiledStatus, days: int, request: ServiceRequest, portal: CompiledPortal) -> Reminder | None:
    values = rule_values(request, portal)
    rules = (rule for rule in status.remind if rule.after_days == days)
    return next((rule for rule in rules if holds(rule.when, values, status.key, portal.time_zone)), None)


def _reminding(view: VisibleRequest, viewer: Viewer) -> Words:
    with override(viewer.language):
        hello = _("Hello %(name)s,") % {"name": escape_value(view.customer.first_name)}
        subject = _("We wait for you: %(title)s") % {"title": view.title}
        body = _("this is still open, and it goes on as soon as we hear from you.")
        next_step = f"{escape_value(view.status.next_step.rstrip('.'))}." if view.status.next_step else ""
        button = _("See what to do")
    said = "\n\n".join(part for part in (hello, body, next_step) if part)
    return Words(subject=subject, headline=view.status.name, body=said, button=button)


def closed_mail(arrival: Arrival) -> ComposedMail | None:
    """The mail of a request that the clock has closed: why, and that one click opens it again.

    In the words of the status where it has some; a customer whose request is closed is told in any case.
    """
    request, portal = arrival.request, arrival.portal
    if not parts.is_told(request) or request.closed_at is None:
        return None
    viewer = parts.reader(request.customer, portal)
    view = parts.seen_since(request, arrival.now, viewer, portal)
    mail = arrival_mail(arrival) or customer_mail(request, view, viewer, _closing(view, viewer), "status")
    with override(viewer.language):
        why = _(
            "We did not hear from you, so we have closed this request. Nothing is lost: until %(day)s you open it"
            " again with one click, and it goes on where it stood."
        ) % {"day": day_words(reopen_until(request.closed_at), viewer=viewer)}
        button = _("Open it again")
    return replace(
        mail,
        body_markdown=f"{mail.body_markdown}\n\n{why}",
        button_label=button,
        button_url=f"{mail.button_url}#reopen",
        way=Way.NOW,
        kind=ALWAYS,
    )


def _closing(view: VisibleRequest, viewer: Viewer) -> Words:
    with override(viewer.language):
        hello = _("Hello %(name)s,") % {"name": escape_value(view.customer.first_name)}
        subject = _("Closed for now: %(title)s") % {"title": view.title}
    return Words(subject=subject, headline=subject, body=hello, button="")
