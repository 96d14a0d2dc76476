"""The queue: what needs us, in the order in which it is due."""

import hashlib
import time
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.desk.answers import answer_menus
from portal_core.desk.columns import USUAL, Column, chosen_text, fixed_choices, shown_columns
from portal_core.desk.filters import QUEUE, TITLES, ColumnHead, column, menus, read_filters
from portal_core.desk.people import colleagues
from portal_core.desk.reach import reach_words
from portal_core.desk.request import due_of, waiting_on
from portal_core.desk.selection import tick_value
from portal_core.history.record import latest_key
from portal_core.service_requests import bounded_look, queue
from portal_core.service_requests.latest_news import LastNews, last_news, times_asked
from portal_core.service_requests.models import Priority, ServiceRequest
from portal_core.service_requests.queue import Filters, QueuePage
from portal_core.service_requests.queue_order import Cursor
from portal_core.service_requests.saved_views import view_named
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible_in_list
from portal_core.service_requests.visible_parts import VisibleField
from tenants.identifiers import parse_uuid

_WEEK_DAYS = 7


@dataclass(frozen=True)
class Cell:
    """What one column shows of one request; `field` is None where it has no such answer, or none for this reader."""

    key: str
    label: str
    field: VisibleField | None = None


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    request: VisibleRequest
    due_at: datetime | None
    is_unread: bool
    customer_wrote: bool
    waiting_on: str
    is_pressing: bool
    priority_name: str
    tick: str
    cells: tuple[Cell, ...] = ()
    news: LastNews | None = None
    asked_since: datetime | None = None
    times_asked: int = 0


@dataclass(frozen=True)
class Group:
    """Lines of the queue that are due alike."""

    title: str
    rows: list[QueueRow]


@require_safe
@staff_page()
def index(request: PersonRequest) -> HttpResponse:
    """`/desk/`: the queue; everything that narrows or orders it stands in the address."""
    portal = live_portal()
    is_live = request.headers.get("X-Live") == "1"
    etag = pulse(request, portal.number) if is_live else ""
    if is_live and request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    viewer = Viewer.of(request.actor, portal)
    filters = read_filters(request.GET)
    cursor = Cursor.parse(request.GET.get("at", ""))
    page = queue.page(request.actor, filters, cursor, zone=viewer.time_zone)
    columns = shown_columns(filters.columns or request.user.queue_columns, viewer, portal)
    rows = _rows(page, columns, viewer, portal)
    people = colleagues(named=filters.who)
    may_tick = request.actor.may("assign") or request.actor.may("move")
    here = QUEUE.of(filters, at=str(cursor)) if cursor else QUEUE.of(filters)
    context = {
        "portal": portal,
        "title": _title(request, filters),
        "filters": filters,
        "kept": QUEUE.hidden(filters),
        "keep_query": QUEUE.of(_with(filters, columns)).partition("?")[2],
        "menus": [*menus(filters, portal, people), *answer_menus(filters, portal, viewer)],
        "summary": _summary(filters, len(rows)),
        "groups": _groups(rows, filters, viewer.time_zone),
        "pager": _pager(filters, page, cursor),
        "heads": [_head(item, filters) for item in columns],
        "column_choices": fixed_choices(columns),
        "field_columns": [item for item in columns if item.field_key],
        "here": _here(request, filters),
        "width": len(columns) + 1 + may_tick,
        "back": here,
        "is_filtered": filters != Filters(view=filters.view, sort=filters.sort),
        "unfiltered_href": QUEUE.of(Filters(view=filters.view)),
        "nothing_fits": _nothing_fits(page, is_first=cursor is None),
        "reach": reach_words(request.actor, portal),
        "may_create": request.actor.may("create_for_customer"),
        "may_assign": request.actor.may("assign"),
        "may_move": request.actor.may("move"),
        "people": people,
        "teams": [(key, portal.text(name, viewer.language)) for key, name in portal.teams.items()],
        "all_ticked": request.GET.get("select") == "all",
        "tick_all_href": f"{here}&select=all",
    }
    answer = render(request, "desk/queue.html", context)
    if is_live:
        answer["ETag"] = etag
    return answer


def _rows(page: QueuePage, columns: tuple[Column, ...], viewer: Viewer, portal: CompiledPortal) -> list[QueueRow]:
    """The lines of a page, with what its columns need; a query for the last news, and one for a column that counts."""
    news = last_news(page.rows, viewer, portal=portal)
    asked = times_asked(page.rows) if any(column.key == "asked" for column in columns) else {}
    return [
        replace(row_of(row, viewer, portal, columns), news=news.get(row.pk), times_asked=asked.get(row.pk, 0))
        for row in page.rows
    ]


def _with(filters: Filters, columns: tuple[Column, ...]) -> Filters:
    """The filters with the columns that stand on the page, for a view that keeps both."""
    names = tuple(column.key for column in columns)
    return replace(filters, columns="" if names == USUAL else chosen_text(names))


def _here(request: PersonRequest, filters: Filters) -> str:
    """The address of this queue, first page, and the view that it is."""
    named = parse_uuid(request.GET.get("saved", ""))
    return QUEUE.of(filters, saved=str(named)) if named else QUEUE.of(filters)


_SORTED_BY = {"due": "due", "sent": "age"}


def _head(shown: Column, filters: Filters) -> ColumnHead:
    """The head of a column; due time and age can be ordered by."""
    classes = f"col-{'field' if shown.field_key else shown.key}"
    if shown.key in _SORTED_BY:
        return column(filters, _SORTED_BY[shown.key], shown.label, classes=classes)
    return ColumnHead(shown.label, "", "", classes)


def pulse(request: PersonRequest, version: int) -> str:
    """Changes when something was written to any request, and with each minute (promises run out by themselves).

    One look at the end of an index: every write leaves a line in a history, and their keys grow with time.
    """
    said = [request.get_full_path(), request.actor.user_id, request.actor.role.key, version, latest_key()]
    minute = int(time.time() // 60)
    return f'"{hashlib.sha256(repr([*said, minute]).encode()).hexdigest()[:32]}"'


def _title(request: PersonRequest, filters: Filters) -> str:
    """The name of the view that the address names, while it is one that this person has."""
    named = parse_uuid(request.GET.get("saved", ""))
    if named:
        view = view_named(request.actor, named)
        if view is not None:
            return view.name
    if filters.state == "any" and filters.view == "all":
        return "Open and closed"
    return "Closed" if filters.state == "closed" else TITLES[filters.view]


def _summary(filters: Filters, shown: int) -> str:
    """How many; where a filter does not say the order, that too."""
    return f"{shown} on this page" + (" · newest first" if filters.state != "open" else "")


def _nothing_fits(page: QueuePage, *, is_first: bool) -> str:
    """What an empty page says where filters narrow the list."""
    if page.is_part:
        return none_of_part(is_first=is_first)
    return "No request fits these filters." if is_first else "No further request fits these filters."


def none_of_part(*, is_first: bool) -> str:
    """What an empty page says where it was looked no further."""
    which = "first" if is_first else "next"
    return f"None of the {which} {bounded_look.FAR:,} requests fits these filters, and there are others."


def _pager(filters: Filters, page: QueuePage, cursor: Cursor | None) -> dict[str, str]:
    backwards = cursor is not None and cursor.is_backwards
    return {
        "newer_href": QUEUE.of(filters, at=str(page.newer)) if page.newer else "",
        "older_href": QUEUE.of(filters, at=str(page.older)) if page.older else "",
        **pager_words(is_part=page.is_part, is_empty=not page.rows, backwards=backwards),
    }


def pager_words(*, is_part: bool, is_empty: bool, backwards: bool) -> dict[str, str]:
    """What stands on and beside the ways to the pages before and after; a part is gone on with where it was looked."""
    summary = f"{bounded_look.FAR:,} requests were looked at for this page" if is_part and not is_empty else ""
    further = "Look further"
    newer, older = further if is_part and backwards else "Back", further if is_part and not backwards else "More"
    return {"newer_label": newer, "older_label": older, "summary": summary}


def row_of(row: ServiceRequest, viewer: Viewer, portal: CompiledPortal, columns: tuple[Column, ...] = ()) -> QueueRow:
    """A request as a line of the queue."""
    keys = frozenset(column.field_key for column in columns if column.field_key and column.type_key == row.type_key)
    shown = visible_in_list(row, viewer, portal=portal, fields=keys)
    answers = {field.key: field for field in shown.fields}
    return QueueRow(
        request=shown,
        due_at=due_of(row),
        is_unread=row.is_new or row.unanswered_since is not None,
        customer_wrote=row.unanswered_since is not None,
        waiting_on=waiting_on(row),
        is_pressing=row.priority > Priority.NORMAL,
        priority_name=str(Priority(row.priority).label),
        tick=tick_value(row),
        asked_since=row.unanswered_since,
        cells=tuple(_cell(column, row, answers) for column in columns),
    )


def _cell(column: Column, row: ServiceRequest, answers: dict[str, VisibleField]) -> Cell:
    if not column.field_key:
        return Cell(column.key, column.label)
    return Cell("field", column.label, answers.get(column.field_key) if column.type_key == row.type_key else None)


def _groups(rows: list[QueueRow], filters: Filters, zone: ZoneInfo) -> list[Group]:
    """By how due they are, when sorted by that; otherwise one group without a title."""
    if filters.sort != "due" or filters.state != "open" or filters.view == "with-customers":
        return [Group("", rows)] if rows else []
    groups: dict[str, list[QueueRow]] = {}
    for row in rows:
        groups.setdefault(_due_words(row, zone), []).append(row)
    return [Group(title, members) for title, members in groups.items()]


def _due_words(row: QueueRow, zone: ZoneInfo) -> str:
    if row.due_at is None:
        return "No date"
    now = timezone.now()
    if row.due_at <= now:
        return "Past due"
    days = (row.due_at.astimezone(zone).date() - now.astimezone(zone).date()).days
    if days == 0:
        return "Today"
    return "This week" if days < _WEEK_DAYS else "Later"
