"""When: the words for what a reader may expect, from the due time and whose turn it is.

Only what is measured or stored is promised: a date comes from the status's contract, never from a guess.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.viewer import Viewer

# Stands for "no limit" in due_at, which is never NULL so that one index orders every queue.
NO_LIMIT = datetime(9999, 1, 1, tzinfo=ZoneInfo("UTC"))


def has_limit(due_at: datetime) -> bool:
    """Whether `due_at` is a time that was promised."""
    return due_at < NO_LIMIT


def day_words(moment: datetime, *, viewer: Viewer, now: datetime) -> str:
    """A day in a sentence, in the reader's language and zone: "today, 17:00", "tomorrow, 12:00", "Friday 27 November"."""
    local = moment.astimezone(viewer.time_zone)
    days = (local.date() - now.astimezone(viewer.time_zone).date()).days
    clock = format_time(local, "short", locale=viewer.language)
    with override(viewer.language):
        if days == 0:
            return _("today, %(time)s") % {"time": clock}
        if days == 1:
            return _("tomorrow, %(time)s") % {"time": clock}
    return str(format_skeleton("EEEEdMMMM", local, locale=viewer.language)).replace(",", "")


def expected_words(request: ServiceRequest, *, viewer: Viewer, now: datetime) -> str:
    """What the reader may expect and when, as one sentence without a full stop."""
    with override(viewer.language):
        if request.turn == Turn.NOBODY:
            closed = day_words(request.closed_at or request.status_since, viewer=viewer, now=now)
            return _("Closed %(day)s") % {"day": closed}
        if request.turn == Turn.CUSTOMER:
            return _("As soon as we hear from you") if not viewer.is_staff else _("When the customer answers")
        if not has_limit(request.due_at):
            return _("No fixed date yet")
        day = day_words(request.due_at, viewer=viewer, now=now)
        if request.due_at < now - timedelta(minutes=1):
            return _("We meant to be back by %(day)s and are late") % {"day": day}
        return _("You hear from us by %(day)s") % {"day": day}
