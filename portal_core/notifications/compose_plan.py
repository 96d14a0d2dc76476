"""What customers are told of a planned day: that there is one, that it is another, that it does not hold any more."""

import copy
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.accounts.roles import Role
from portal_core.config.compiled import CompiledPortal
from portal_core.history.models import HistoryEntry
from portal_core.notifications import parts
from portal_core.notifications.choices import way_for
from portal_core.notifications.compose import Words, customer_mail
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.markdown import escape_value
from portal_core.notifications.rules import ways_of
from portal_core.service_requests.actions.plan import as_if_planned
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.promises import plan_words
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest


def plan_preview(
    request: ServiceRequest, day: date | None, *, portal: CompiledPortal, shown_to: Role
) -> ComposedMail | None:
    """The mail that would go if `request` were planned for `day`, as a colleague of this role may read it beforehand.

    None when the customer hears nothing of it. The request is not changed.
    """
    planned = copy.copy(request)
    as_if_planned(planned, day, portal)
    return plan_mail(planned, day=day, before=request.planned_for, portal=portal, shown_to=shown_to)


def plan_mail(
    request: ServiceRequest,
    *,
    day: date | None,
    before: date | None,
    portal: CompiledPortal,
    now: ServiceRequest | None = None,
    shown_to: Role | None = None,
) -> ComposedMail | None:
    """The mail to the customer whose `request` is planned for `day` (None: for no day any more)."""
    asked = ways_of("planned", portal, request).get("customer")
    if asked is None or not parts.is_told(request) or day == before:
        return None
    viewer = replace(parts.reader(request.customer, portal), shown_to=shown_to)
    view = parts.seen_since(request, now or request, viewer, portal)
    mail = customer_mail(request, view, viewer, _words(view, viewer, day, before), "status")
    return replace(mail, way=way_for(request.customer, "status", asked))


def _words(view: VisibleRequest, viewer: Viewer, day: date | None, before: date | None) -> Words:
    on = plan_words(day, viewer=viewer) if day else ""
    was = plan_words(before, viewer=viewer) if before else ""
    said = {"day": on, "before": was, "title": view.title, "name": escape_value(view.customer.first_name)}
    with override(viewer.language):
        if not day:
            subject, headline = _("No longer planned for %(before)s: %(title)s"), _("No longer planned for %(before)s")
            body = _("the day that we had planned does not hold any more. Below stands what you can expect now.")
        elif before:
            subject, headline = _("Now planned for %(day)s: %(title)s"), _("Now planned for %(day)s")
            body = _("we have planned this for %(day)s instead of %(before)s.")
        else:
            subject, headline = _("Planned for %(day)s: %(title)s"), _("Planned for %(day)s")
            body = _("we have planned this for %(day)s.")
        hello = _("Hello %(name)s,")
        return Words(
            subject=subject % said,
            headline=headline % said,
            body=f"{hello % said}\n\n{body % said}",
            button=_("See your request"),
        )


def planned_before(entry: HistoryEntry) -> date | None:
    """The day for which it was planned until then."""
    stored = entry.data.get("before")
    return date.fromisoformat(str(stored)) if stored else None
