"""When: the words for what a reader may expect, from the due time and whose turn it is.

Only what is measured or stored is promised: a date comes from the status's contract, never from a guess.
"""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from portal_core.config.document.flows import Expected
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.viewer import Viewer
from tenants.ui import dates

# Stands for "no limit" in due_at, which is never NULL so that one index orders every queue.
NO_LIMIT = datetime(9999, 1, 1, tzinfo=ZoneInfo("UTC"))


# Up to here a measured time is said in hours, above in days.
_HOURS_AS_HOURS: Final = 20


def has_limit(due_at: datetime) -> bool:
    """Whether `due_at` is a time that was promised."""
    return due_at < NO_LIMIT


def day_words(moment: datetime, *, viewer: Viewer) -> str:
    """A day in a sentence, in the reader's language and zone: "today, 17:00", "Friday 27 November"."""
    with override(viewer.speech), timezone.override(viewer.time_zone):
        return dates.in_words(moment)


def usual_words(expected: Expected | None, *, language: str) -> str:
    """How long a status usually takes, as a part of a sentence: "within 2 working days"; "soon" without a promise."""
    with override(language):
        if expected is None or expected.no_limit:
            return _("soon")
        if expected.hours is not None:
            if expected.working:
                words = ngettext("within %(n)d working hour", "within %(n)d working hours", expected.hours)
            else:
                words = ngettext("within %(n)d hour", "within %(n)d hours", expected.hours)
            return words % {"n": expected.hours}
        days = expected.days or 1
        if expected.working:
            words = ngettext("within %(n)d working day", "within %(n)d working days", days)
        else:
            words = ngettext("within %(n)d day", "within %(n)d days", days)
        return words % {"n": days}


def usually_words(hours: int | None, *, language: str) -> str:
    """What was measured in this portal: "Usually moves within 2 days"; "" where there are too few cases."""
    if hours is None:
        return ""
    with override(language):
        if hours <= _HOURS_AS_HOURS:
            words = ngettext("Usually moves within %(n)d hour", "Usually moves within %(n)d hours", hours)
            return words % {"n": hours}
        days = -(-hours // 24)
        words = ngettext("Usually moves within %(n)d day", "Usually moves within %(n)d days", days)
        return words % {"n": days}


def plan_words(day: date, *, viewer: Viewer) -> str:
    """The day of a plan as a mail says it, which may be read on another day: never "tomorrow"."""
    with override(viewer.speech), timezone.override(viewer.time_zone):
        return dates.long_date(day)


def _planned_words(day: date, *, viewer: Viewer, now: datetime) -> str:
    """In the reader's language; a plan is a day, whatever their zone."""
    with timezone.override(viewer.time_zone):
        words = dates.in_words(day)
    if day < now.astimezone(viewer.time_zone).date():
        return _("We had planned this for %(day)s and are late") % {"day": words}
    return _("Planned for %(day)s") % {"day": words}


def expected_words(
    request: ServiceRequest, *, viewer: Viewer, now: datetime, usually: str = "", agreed: str = ""
) -> str:
    """What the reader may expect and when, as one sentence without a full stop.

    `agreed` (the day that the next step names, where the status itself promises nothing) is said while it lies before
    us and staff have planned no day; `usually` (see `usually_words`) where there is no such day either.
    """
    with override(viewer.speech):
        if request.turn == Turn.NOBODY:
            closed = day_words(request.closed_at or request.status_since, viewer=viewer)
            return _("Closed %(day)s") % {"day": closed}
        if request.turn == Turn.CUSTOMER:
            return _("As soon as we hear from you") if not viewer.is_staff else _("When the customer answers")
        if request.planned_for is not None:
            return _planned_words(request.planned_for, viewer=viewer, now=now)
        if agreed and request.due_at >= now - timedelta(minutes=1):
            return _("On %(day)s") % {"day": agreed}
        if not has_limit(request.due_at):
            return usually or _("No fixed date yet")
        day = day_words(request.due_at, viewer=viewer)
        if request.due_at < now - timedelta(minutes=1):
            return _("We meant to be back by %(day)s and are late") % {"day": day}
        return _("You hear from us by %(day)s") % {"day": day}
