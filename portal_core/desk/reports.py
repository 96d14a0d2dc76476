"""`/desk/reports/`: what work the portal has removed, with the sums; every figure leads to the requests behind it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.desk.hours_chart import hours_chart
from portal_core.reporting import removed
from portal_core.reporting.beginning import beginning
from portal_core.reporting.models import AskedPerDay
from portal_core.reporting.savings import NAMES, SHORT_NAMES, Period, savings
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible
from tenants.ui import spreadsheet
from tenants.ui.addresses import outside, understands
from tenants.ui.paging import page_number, pager_by_number

_PERIODS: Final = {4: "Last 4 weeks", 12: "Last 12 weeks", 52: "Last 52 weeks"}
_PAGE_SIZE: Final = 50
_ASKED: Final = {
    AskedPerDay.HARDLY: "hardly ever",
    AskedPerDay.FEW: "1 to 5 times a day",
    AskedPerDay.SOME: "6 to 15 times a day",
    AskedPerDay.MANY: "more than 15 times a day",
}


@dataclass(frozen=True)
class Evidence:
    """One line behind a figure; `request` is None where none stands behind it, or none that this reader sees."""

    day: date
    count: int
    is_of_a_request: bool
    request: VisibleRequest | None


@require_safe
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """The report; `?weeks=` says how far back, `?as=csv` gives the counts as a table."""
    portal = live_portal()
    weeks = _weeks(request.GET)
    period = _period(portal, weeks)
    if request.GET.get("as") == "csv":
        return _table(period)
    start = beginning()
    found = savings(period, portal, start, request.actor.language or portal.language)
    context = {
        "savings": found,
        "claim": _time_words(found.hours),
        "a_week": _time_words(found.hours_a_week) if found.hours_a_week else "",
        "chart": hours_chart([(week.monday, week.hours) for week in found.weeks]),
        "names": tuple(NAMES.values()),
        "short_names": SHORT_NAMES,
        "most_hours": max((line.hours for line in found.types), default=0),
        "start": start,
        "asked_before": _ASKED.get(AskedPerDay(start.asked_per_day), "") if start.asked_per_day else "",
        "weeks": weeks,
        "periods": _PERIODS.items(),
    }
    return render(request, "desk/reports.html", context)


@require_safe
@staff_page("manage_setup")
@understands("page", "weeks", but=lambda asked: outside(asked, {"weeks": [str(number) for number in _PERIODS]}))
def evidence(request: PersonRequest, what: str) -> HttpResponse:
    """The days and requests that one figure is added up from."""
    if what not in NAMES:
        raise Http404
    portal, page, weeks = live_portal(), page_number(request.GET), _weeks(request.GET)
    period = _period(portal, weeks)
    start = (page - 1) * _PAGE_SIZE
    found = list(removed.evidence(what, period.first, period.last)[start : start + _PAGE_SIZE + 1])
    lines = found[:_PAGE_SIZE]
    shown = _shown(request, portal, [key for _, key, _ in lines if key])
    context = {
        "name": NAMES[what],
        "lines": [Evidence(day, count, key is not None, shown.get(key)) for day, key, count in lines],
        "period": _PERIODS[weeks],
        "weeks": weeks,
        "pager": pager_by_number(request.GET, page, has_more=len(found) > _PAGE_SIZE),
    }
    return render(request, "desk/report_evidence.html", context)


def _weeks(asked: QueryDict) -> int:
    weeks = asked.get("weeks", "")
    return next((number for number in _PERIODS if str(number) == weeks), 4)


def _period(portal: CompiledPortal, weeks: int) -> Period:
    """By the days of the portal, wherever its reader is."""
    return Period.until(timezone.now().astimezone(portal.time_zone).date(), weeks)


def _shown(
    request: PersonRequest, portal: CompiledPortal, keys: Sequence[uuid.UUID]
) -> dict[uuid.UUID | None, VisibleRequest]:
    """SECURITY: of a request that this reader does not see, nothing is said but that there was one."""
    viewer = Viewer.of(request.actor, portal)
    rows = visible_to(request.actor).filter(pk__in=keys).select_related("customer", "assignee")
    return {row.pk: visible(row, viewer, portal=portal, brief=True, asks=False) for row in rows}


def _time_words(hours: float) -> str:
    """ "55 hours", "1 hour", "40 minutes"."""
    if hours >= 1:
        number, unit = round(hours), "hour"
    else:
        number, unit = round(hours * 60), "minute"
    return f"{number:,} {unit}{'' if number == 1 else 's'}"


def _table(period: Period) -> HttpResponse:
    """Counts by day."""
    counts = sorted(removed.by_day(period.first, period.last).items())
    rows = [(day.isoformat(), removed.WHATS.get(what, what), count) for (day, what), count in counts]
    table = spreadsheet.BOM + spreadsheet.lines([("day", "what", "count"), *rows])
    response = HttpResponse(spreadsheet.encoded(table), content_type=spreadsheet.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="work-removed-{period.first}-{period.last}.csv"'
    return response
