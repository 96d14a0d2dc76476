"""`/desk/export/?…`: all requests of a queue as a table for a spreadsheet program.

A GET says what will be in it; a POST to the same address sends it, and stands in "Who did what" from then on.
"""

import uuid
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal, what_is_live
from portal_core.config.streaming import made_while_sent
from portal_core.desk.answers import answer_menus
from portal_core.desk.export_table import FIXED, QueueTable
from portal_core.desk.filters import QUEUE, TITLES, menus, read_filters
from portal_core.desk.people import colleagues
from portal_core.desk.way import back_of
from portal_core.service_requests.actions import Wanted, export_queue
from portal_core.service_requests.answer_filters import read_answers
from portal_core.service_requests.errors import TooManyRows
from portal_core.service_requests.queue import Filters, bounded_counts, filtered
from portal_core.service_requests.viewer import Viewer
from tenants.context import current
from tenants.identifiers import parse_uuid, uuid7
from tenants.limits import Bucket, TooMany, consume
from tenants.seats import NoSeat, Seat, Seated
from tenants.ui import spreadsheet
from tenants.ui.spreadsheet import COMMAS, POINTS, Style

# Each reads all there is.
EXPORTS_AN_HOUR: Final = 20
_HOUR_SECONDS: Final = 3600
# In the whole team; of one person one.
AT_ONCE: Final = 3
# Up to here they are counted on the page.
COUNT_LIMIT: Final = 100_000
_UNNAMED: Final = "a colleague without a name yet"
_ADDRESS: Final = replace(QUEUE, path="/desk/export/")


@dataclass(frozen=True)
class _File:
    """A kind of file: CSV in a `style`, or without one a workbook. It holds `at_most` requests, None for any number."""

    ending: str
    content_type: str
    style: Style | None = None
    at_most: int | None = None


# Its heads are a row, too.
_WORKBOOK: Final = _File("xlsx", spreadsheet.WORKBOOK_TYPE, at_most=spreadsheet.MOST_ROWS - 1)
_FILES: Final = {
    "points": _File("csv", spreadsheet.CONTENT_TYPE, POINTS),
    "commas": _File("csv", spreadsheet.CONTENT_TYPE, COMMAS),
}


@dataclass(frozen=True)
class Fact:
    """One thing about the table, for the page before it."""

    label: str
    text: str


@dataclass(frozen=True)
class _Asked:
    """Which requests, in which columns."""

    portal: CompiledPortal
    viewer: Viewer
    filters: Filters
    table: QueueTable

    @classmethod
    def of(cls, request: PersonRequest) -> "_Asked":
        portal, filters = live_portal(), read_filters(request.GET)
        table = QueueTable.of(request.actor, portal, filters, request.user.queue_columns)
        return cls(portal, Viewer.of(request.actor, portal), filters, table)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def index(request: PersonRequest) -> HttpResponseBase:
    """What the table will hold, or with a POST the table; `style` says as which kind of file."""
    asked = _Asked.of(request)
    if request.method != "POST":
        return _page(request, asked)
    press = _press_of(request, asked)
    seat = Seat("desk-export", str(request.user.pk), str(press), AT_ONCE)
    refused: dict[str, object]
    try:
        seat.take()
        consume([Bucket("desk-export", str(request.user.pk), EXPORTS_AN_HOUR, _HOUR_SECONDS)])
        answer = _download(request, asked, press, seat)
        # Last: what is refused must not end the table that is under way.
        seat.take_over()
        return answer
    except NoSeat as taken:
        refused, status = {"no_seat": taken}, 429
    except TooMany as full:
        refused, status = {"again_at": full.again_at}, 429
    except TooManyRows as more:
        refused, status = {"too_many": more}, 400
    except BaseException:
        seat.give_back()
        raise
    seat.give_back()
    return _page(request, asked, refused, status=status)


def _press_of(request: PersonRequest, asked: _Asked) -> uuid.UUID:
    """The form with what was chosen in it: sent twice, it asks once. Each form without a key is another."""
    form_key = parse_uuid(request.POST.get("key", "")) or uuid7()
    chosen = [_ADDRESS.of(asked.filters), request.POST.get("style", ""), *asked.table.answer_heads]
    return uuid.uuid5(form_key, "\n".join(chosen))


def _download(request: PersonRequest, asked: _Asked, press: uuid.UUID, seat: Seat) -> StreamingHttpResponse:
    """Written down first, then made while it is sent."""
    kind = _FILES.get(request.POST.get("style", ""), _WORKBOOK)
    wanted = Wanted(" · ".join(_narrowed_by(asked, for_record=True)), press, kind.at_most)
    whole = export_queue(actor=request.actor, filters=asked.filters, zone=asked.viewer.time_zone, wanted=wanted)
    pieces = asked.table.as_csv(whole, kind.style) if kind.style else asked.table.as_workbook(whole)
    sent = Seated(made_while_sent(pieces, asked.table.viewer, what_is_live()), seat)
    answer = StreamingHttpResponse(sent, content_type=kind.content_type)
    tenant, day = current(), timezone.localdate(timezone=asked.portal.time_zone)
    name = f"{tenant.slug if tenant is not None else 'portal'}-requests-{day.isoformat()}.{kind.ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _page(
    request: PersonRequest, asked: _Asked, more: dict[str, object] | None = None, *, status: int = 200
) -> HttpResponse:
    found = filtered(request.actor, asked.filters, zone=asked.viewer.time_zone)
    count = bounded_counts([found], COUNT_LIMIT + 1)[0]
    context = {
        "count": count,
        "facts": _facts(asked, count),
        "style": request.POST.get("style", ""),
        "key": uuid7(),
        "action": _ADDRESS.of(asked.filters),
        "back": back_of(request),
        **(more or {}),
    }
    return render(request, "desk/export.html", context, status=status)


def _facts(asked: _Asked, count: int) -> list[Fact]:
    number = f"{count:,}" if count <= COUNT_LIMIT else f"More than {COUNT_LIMIT:,}"
    answers = " · ".join(asked.table.answer_heads)
    if not answers and not asked.filters.type_key:
        answers = "None. Filter for one type to have all of its answers here, or choose some as columns of the queue."
    return [
        Fact("Requests", f"{number}, each once, in the order of the queue" if count else "None"),
        Fact("Which", " · ".join(_narrowed_by(asked))),
        Fact("Of each", " · ".join(FIXED)),
        Fact("Answers", answers),
        Fact("Times", f"By the clock of {asked.portal.time_zone.key.replace('_', ' ')}"),
    ]


def _narrowed_by(asked: _Asked, *, for_record: bool = False) -> list[str]:
    """The view and the filters in plain words, as the queue names them.

    `for_record`: whoever reads who did what need not know the address by which the queue calls a colleague without a
    name, nor see every question: of answers it is told how many decide.
    """
    filters = asked.filters
    people = colleagues(named=filters.who)
    if for_record:
        listed = (replace(one, name=_UNNAMED) if "@" in one.name else one for one in people.listed)
        people = replace(people, listed=tuple(listed))
    answers = () if for_record else answer_menus(filters, asked.portal, asked.viewer)
    shown = chain(menus(filters, asked.portal, people), answers)
    set_ones = [f"{menu.name}: {menu.value}" for menu in shown if menu.remove_href]
    number = len(read_answers(filters.answers)) if for_record else 0
    counted = [f"by {number} answer{'s' if number > 1 else ''}"] if number else []
    return [*_view_words(filters), *set_ones, *counted]


def _view_words(filters: Filters) -> list[str]:
    """Of closed requests the view says only whose they are; "all open" is none that are closed, too."""
    if filters.state == "open" or filters.view == "mine" or (filters.state == "any" and filters.view != "all"):
        return [TITLES[filters.view]]
    return []
