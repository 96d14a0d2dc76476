"""The customer's list of requests: whose turn it is, what is done, and finding one again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from portal_core.accounts.pages import PersonRequest, customer_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.notifications.updates import news_of
from portal_core.portal.home_beside import home_papers
from portal_core.service_requests.again import again_href
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.own_list import ListPlace, OwnCounts, OwnPage, Wanted, own_page
from portal_core.service_requests.search_query import Query
from portal_core.service_requests.search_snippets import Snippet, answer_around
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible
from tenants.shell import NavItem
from tenants.ui.addresses import outside, understands

# Fewer are seen at a glance.
_WORTH_SEARCHING: Final = 2


@dataclass(frozen=True)
class Row:
    """One request in the list: where it is made again, what is new of it, where the words stand that were sought."""

    request: VisibleRequest
    again_href: str = ""
    news: str = ""
    snippet: Snippet | None = None


@dataclass(frozen=True)
class Section:
    """Requests under one heading. `more_href` leads to all of them, where these are only the latest."""

    key: str
    title: str
    rows: list[Row]
    more_href: str = ""
    more_label: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of request that the customer has some of."""

    key: str
    name: str


@dataclass(frozen=True)
class Finder:
    """The search box and its menu as they are set."""

    words: str
    kinds: list[Kind]
    type_key: str
    is_open: bool


@dataclass(frozen=True)
class Empty:
    """What is said where nothing is listed, and the ways on: pairs of address and words."""

    text: str
    ways: list[tuple[str, str]]


@require_safe
@customer_page
@understands("q", "type", "show", "at", but=lambda asked: outside(asked, {"show": ("open", "closed")}))
def index(request: PersonRequest) -> HttpResponse:
    """`/requests/`: open ones by whose turn it is, or the done ones; `q` and `type` narrow, `at` is the page."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    wanted = Wanted(
        query=Query.of(request.GET.get("q", ""), portal),
        is_open=request.GET.get("show") != "closed",
        type_key=request.GET.get("type", "").replace("\x00", "")[:64],
    )
    place = ListPlace.parse(request.GET.get("at", ""))
    page = own_page(request.actor, wanted, place, viewer=viewer, portal=portal)
    # Most people have nothing new: then nobody is asked what it is.
    listed = [row.pk for row in (*page.rows, *page.done_lately)] if request.user.new_updates else []
    page_in_words = _Listing(page, wanted, viewer, portal, news_of(request.actor, listed))
    context = {
        "portal": portal,
        "counts": page.counts,
        "documents_asked": home_papers(request.user.pk, viewer, portal).all_asked,
        "finder": page_in_words.finder() if page.counts.all >= _WORTH_SEARCHING or wanted.is_narrow else None,
        "tabs": page_in_words.tabs(),
        "sections": page_in_words.sections(),
        "empty": page_in_words.empty() if not page.rows else None,
        "pager": page_in_words.pager(),
        "cut_at": page.cut_at,
    }
    return render(request, "portal/requests.html", context)


def _href(wanted: Wanted, place: ListPlace | None = None) -> str:
    asked = {
        "q": wanted.query.text,
        "type": wanted.type_key,
        "show": "" if wanted.is_open else "closed",
        "at": str(place) if place else "",
    }
    given = urlencode({name: value for name, value in asked.items() if value})
    return f"/requests/?{given}" if given else "/requests/"


@dataclass(frozen=True)
class _Listing:
    """A page of the list in the reader's words."""

    page: OwnPage
    wanted: Wanted
    viewer: Viewer
    portal: CompiledPortal
    news: Mapping[UUID, str]

    @property
    def counts(self) -> OwnCounts:
        return self.page.counts

    def finder(self) -> Finder:
        kinds = [Kind(key, self._type_name(key)) for key, _count in self.counts.by_type]
        return Finder(self.wanted.query.text, kinds, self.wanted.type_key, self.wanted.is_open)

    def tabs(self) -> list[NavItem]:
        is_open = self.wanted.is_open
        return [
            NavItem(_("Open"), _href(self._shown(is_open=True)), count=self.counts.found_open, current=is_open),
            NavItem(_("Done"), _href(self._shown(is_open=False)), count=self.counts.found_closed, current=not is_open),
        ]

    def sections(self) -> list[Section]:
        rows = [self._row(row) for row in self.page.rows]
        lately = [self._row(row) for row in self.page.done_lately]
        listed = [
            Section("you", _("It is your turn"), [row for row in rows if row.request.turn == Turn.CUSTOMER]),
            Section("us", _("With us"), [row for row in rows if row.request.turn == Turn.US]),
            Section("done", _("Done"), [row for row in rows if not row.request.is_open]),
        ]
        listed.append(self._lately(lately))
        return [section for section in listed if section.rows]

    def empty(self) -> Empty:
        """Nothing is listed: says why, and how to look further."""
        wanted, counts = self.wanted, self.counts
        if not wanted.is_narrow:
            nothing = _("Nothing is open. What you send us stands here, with its status and what happens next.")
            none_done = _("Nothing is done yet. Requests move here when they are finished.")
            return Empty(nothing if wanted.is_open else none_done, [])
        ways = []
        others = counts.found_closed if wanted.is_open else counts.found_open
        if others:
            ways.append((_href(self._shown(is_open=not wanted.is_open)), self._others_words(others)))
        if wanted.type_key and not wanted.query.is_empty:
            ways.append((_href(replace(wanted, type_key="")), _("Look among all kinds")))
        ways.append((_href(self._shown(is_open=True, everything=True)), _("Show all requests")))
        return Empty(self._nothing_words(), ways)

    def pager(self) -> dict[str, str]:
        page = self.page
        return {
            "newer_href": _href(self.wanted, page.newer) if page.newer else "",
            "older_href": _href(self.wanted, page.older) if page.older else "",
        }

    def _shown(self, *, is_open: bool, everything: bool = False) -> Wanted:
        if everything:
            return Wanted(replace(self.wanted.query, text="", words=(), number=None), is_open)
        return replace(self.wanted, is_open=is_open)

    def _row(self, row: ServiceRequest) -> Row:
        query = self.wanted.query
        shown = visible(row, self.viewer, portal=self.portal, brief=query.is_empty)
        again = again_href(shown, self.portal.type_or_unknown(row.type_key))
        snippet = None if query.is_empty else answer_around(shown, query)
        return Row(shown, again, self.news.get(row.pk, ""), snippet)

    def _lately(self, rows: list[Row]) -> Section:
        number = self.counts.found_closed
        words = ngettext("%(number)s done", "All %(number)s", number) % {"number": number}
        href = _href(self._shown(is_open=False)) if number > len(rows) else ""
        return Section("lately", _("Done lately"), rows, href, words)

    def _nothing_words(self) -> str:
        words, is_open = self.wanted.query.text, self.wanted.is_open
        if words:
            said = _("No open request has “%(words)s”.") if is_open else _("No done request has “%(words)s”.")
            hint = _("Every word counts, so fewer words find more; the beginning of a word is enough.")
            return f"{said % {'words': words}} {hint}"
        name = self._type_name(self.wanted.type_key)
        said = _("Nothing of the kind “%(name)s” is open.") if is_open else _("Nothing of the kind “%(name)s” is done.")
        return said % {"name": name}

    def _others_words(self, number: int) -> str:
        if self.wanted.is_open:
            words = ngettext("%(number)s is done: show it", "%(number)s are done: show them", number)
        else:
            words = ngettext("%(number)s is open: show it", "%(number)s are open: show them", number)
        return words % {"number": number}

    def _type_name(self, key: str) -> str:
        return self.portal.text(self.portal.type_or_unknown(key).name, self.viewer.language)
