"""The queue: what needs us, in the order in which it is due."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.desk.people import Colleague, colleagues
from portal_core.desk.request import due_of, waiting_on
from portal_core.service_requests import queue
from portal_core.service_requests.models import Priority, ServiceRequest
from portal_core.service_requests.queue import Cursor, Filters, QueuePage
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible

_WEEK_DAYS = 7
TITLES = {
    "needs-us": "Needs us",
    "new": "New",
    "mine": "Mine",
    "with-customers": "With customers",
    "all": "All open",
}


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


@dataclass(frozen=True)
class Group:
    """Lines of the queue that are due alike."""

    title: str
    rows: list[QueueRow]


@dataclass(frozen=True)
class Option:
    """One value of a filter, with the address that sets it."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True)
class FilterMenu:
    """One filter: its name, what it is set to, its values, and the address without it (empty when it is not set)."""

    name: str
    value: str
    options: list[Option]
    remove_href: str


@dataclass(frozen=True)
class Column:
    """A column head that sorts."""

    label: str
    href: str
    order: str
    classes: str = ""


@require_safe
@staff_page()
def index(request: PersonRequest) -> HttpResponse:
    """`/desk/`: the queue; everything that narrows or orders it stands in the address."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    filters = _filters(request)
    cursor = Cursor.parse(request.GET.get("at", ""))
    page = queue.page(request.actor, filters, cursor, zone=viewer.time_zone)
    rows = [_row(row, viewer, portal) for row in page.rows]
    context = {
        "portal": portal,
        "title": "Closed" if filters.state == "closed" else TITLES[filters.view],
        "filters": filters,
        "menus": list(_menus(filters, portal, colleagues())),
        "summary": _summary(filters, len(rows)),
        "groups": _groups(rows, filters, viewer.time_zone),
        "pager": _pager(filters, page),
        "due_column": _column(filters, "due", "Due"),
        "age_column": _column(filters, "age", "Sent", classes="r p3"),
        "back": _href(filters, at=str(cursor)) if cursor else _href(filters),
        "is_filtered": filters != Filters(view=filters.view, sort=filters.sort),
        "unfiltered_href": _href(Filters(view=filters.view)),
        "may_create": request.actor.may("create_for_customer"),
    }
    return render(request, "desk/queue.html", context)


def _summary(filters: Filters, shown: int) -> str:
    order = "by due time" if filters.sort == "due" and filters.state == "open" else "by age"
    return f"{shown} on this page · {order}"


def _pager(filters: Filters, page: QueuePage) -> dict[str, str]:
    return {
        "newer_href": _href(filters, at=str(page.newer)) if page.newer else "",
        "older_href": _href(filters, at=str(page.older)) if page.older else "",
        "newer_label": "Back",
        "older_label": "More",
    }


def _column(filters: Filters, sort: str, label: str, classes: str = "") -> Column:
    order = "ascending" if filters.sort == sort and filters.state == "open" else ""
    return Column(label, _href(replace(filters, sort=sort)), order, classes)


def _filters(request: PersonRequest) -> Filters:
    asked = request.GET
    view = asked.get("view", "")
    sort = asked.get("sort", "")
    return Filters(
        view=view if view in TITLES else "needs-us",
        type_key=_clean(asked.get("type", "")),
        status_key=_clean(asked.get("status", "")),
        who=_clean(asked.get("who", "")),
        team=_clean(asked.get("team", "")),
        due=asked.get("due", "") if asked.get("due") in ("over", "today", "week") else "",
        state="closed" if asked.get("state") == "closed" else "open",
        sort=sort if sort in queue.SORTS else "due",
    )


def _clean(text: str) -> str:
    return text.replace("\x00", "")[:64]


def _row(row: ServiceRequest, viewer: Viewer, portal: CompiledPortal) -> QueueRow:
    return QueueRow(
        request=visible(row, viewer, portal=portal, brief=True),
        due_at=due_of(row),
        is_unread=row.is_new or row.unanswered_since is not None,
        customer_wrote=row.unanswered_since is not None,
        waiting_on=waiting_on(row),
        is_pressing=row.priority > Priority.NORMAL,
        priority_name=str(Priority(row.priority).label),
    )


def _groups(rows: list[QueueRow], filters: Filters, zone: ZoneInfo) -> list[Group]:
    """By how due they are, when sorted by that; otherwise one group without a title."""
    if filters.sort != "due" or filters.state == "closed" or filters.view == "with-customers":
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


def _menus(filters: Filters, portal: CompiledPortal, people: list[Colleague]) -> Iterator[FilterMenu]:
    text, language = portal.text, portal.language
    types = [(item.key, text(item.name, language)) for item in portal.types]
    teams = [(key, text(name, language)) for key, name in portal.teams.items()]
    who = [("me", "me"), ("nobody", "nobody yet"), *((person.id, person.name) for person in people)]
    due = [("over", "past due"), ("today", "today"), ("week", "this week")]
    yield _menu(filters, "type_key", "Type", types)
    yield _menu(filters, "who", "With", who)
    if teams:
        yield _menu(filters, "team", "Team", teams)
    yield _menu(filters, "due", "Due", due)
    yield _menu(filters, "state", "State", [("closed", "closed")], unset="open")


def _menu(filters: Filters, name: str, label: str, values: list[tuple[str, str]], unset: str = "") -> FilterMenu:
    chosen = getattr(filters, name)
    options = [Option(words, _href(replace(filters, **{name: value})), value == chosen) for value, words in values]
    current = next((words for value, words in values if value == chosen), "")
    remove = _href(replace(filters, **{name: unset})) if current else ""
    return FilterMenu(label, current or unset or "any", options, remove)


def _href(filters: Filters, **more: str) -> str:
    """The address of a queue page; what is as usual is left out."""
    names = {"view": "view", "type_key": "type", "status_key": "status", "who": "who", "team": "team", "due": "due"}
    asked = {names[name]: getattr(filters, name) for name in names if getattr(filters, name)}
    if filters.state == "closed":
        asked["state"] = "closed"
    if filters.sort != "due":
        asked["sort"] = filters.sort
    return "/desk/?" + urlencode({**asked, **more})
