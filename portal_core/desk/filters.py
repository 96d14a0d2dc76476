"""What narrows and orders a list at the desk: read from the address, written into addresses, offered as menus."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from portal_core.config.compiled import CompiledPortal
from portal_core.desk.columns import columns_text, read_columns
from portal_core.desk.people import Colleagues
from portal_core.service_requests.answer_filters import answers_text, read_answers
from portal_core.service_requests.queue import Filters
from portal_core.service_requests.queue_order import SORTS
from tenants.identifiers import parse_uuid
from tenants.ui.addresses import outside, packed

TITLES = {
    "needs-us": "Needs us",
    "new": "New",
    "mine": "Mine",
    "with-customers": "With customers",
    "all": "All open",
}
DUE = {"over": "past due", "today": "today", "week": "this week"}
PRIORITY = {"pressing": "high and urgent", "urgent": "urgent", "low": "low"}
_NAMES = {
    "view": "view",
    "type_key": "type",
    "status_key": "status",
    "who": "who",
    "team": "team",
    "due": "due",
    "priority": "priority",
    "holds": "holds",
    "answers": "answers",
    "columns": "cols",
}
_LONGEST_HOLDS = 2_000
_STATES = ("open", "closed", "any")
# What an address of a list may ask for: for the code that reads it, see `understands`. `then` is no filter, but the end
# of a way (see way.py): the code of yesterday, which serves beside this one for a while, takes it for a part of a list.
NAMES = (*_NAMES.values(), "state", "sort", "then")


# In the queue every view is named in the address.
_QUEUE = Filters(view="")


@dataclass(frozen=True)
class Address:
    """Where a list stands, and what its address carries besides the filters."""

    path: str = "/desk/"
    usual: Filters = _QUEUE
    query: str = ""

    def of(self, filters: Filters, **more: str) -> str:
        """The address of the list with these filters; what is as usual is left out."""
        asked = {name: value for field, name in _NAMES.items() if (value := getattr(filters, field))}
        if filters.view == self.usual.view:
            asked.pop("view", None)
        if filters.state != self.usual.state:
            asked["state"] = filters.state
        if filters.sort != self.usual.sort:
            asked["sort"] = filters.sort
        own = {"q": self.query} if self.query else {}
        return f"{self.path}?{urlencode({**own, **asked, **more})}"

    def hidden(self, filters: Filters) -> list[tuple[str, str]]:
        """The filters as fields of a form that asks for something more."""
        fields = [(name, getattr(filters, field)) for field, name in _NAMES.items() if field not in ("view", "columns")]
        return [(name, value) for name, value in fields if value]


QUEUE = Address()


def search_address(query: str) -> Address:
    """Where results stand: of all requests, open or closed."""
    return Address("/desk/search/", Filters(view="all", state="any"), query)


def list_at(href: str) -> tuple[Address, Filters]:
    """The list at an address of the queue or of search results, and its filters."""
    path, _, query = href.partition("?")
    asked = QueryDict(query)
    address = search_address(asked.get("q", "") or "") if path == "/desk/search/" else QUEUE
    return address, read_filters(asked, usual=address.usual)


@dataclass(frozen=True)
class Option:
    """One value of a filter, with the address that sets it."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True)
class FilterMenu:
    """One filter: its name, what it is set to (empty: any), its values, and the address without it (empty: not set)."""

    name: str
    value: str
    options: list[Option]
    remove_href: str
    # What stands below the values: that there are others.
    note: str = ""
    note_href: str = ""


@dataclass(frozen=True)
class ColumnHead:
    """The head of a column; without an address it cannot be ordered by."""

    label: str
    href: str
    order: str
    classes: str = ""


def read_filters(asked: QueryDict | dict[str, str], *, usual: Filters = _QUEUE) -> Filters:
    """The filters in an address; what nobody knows counts as not asked."""
    view, sort, due = asked.get("view", ""), asked.get("sort", ""), asked.get("due", "")
    state, priority = asked.get("state", ""), asked.get("priority", "")
    type_key = _clean(asked.get("type", ""))
    return Filters(
        view=view if view in TITLES else usual.view or "needs-us",
        type_key=type_key,
        status_key=_clean(asked.get("status", "")),
        who=_clean(asked.get("who", "")),
        team=_clean(asked.get("team", "")),
        due=due if due in DUE else "",
        priority=priority if priority in PRIORITY else "",
        state=state if state in _STATES else usual.state,
        holds=(asked.get("holds", "") or "").replace("\x00", "")[:_LONGEST_HOLDS],
        sort=sort if sort in SORTS else "due",
        answers=answers_text(read_answers((asked.get("answers", "") or "").replace("\x00", ""))) if type_key else "",
        columns=columns_text(read_columns(asked.get("cols", "") or "")),
    )


def unknown_values(asked: QueryDict) -> list[str]:
    """The names in an address whose values `read_filters` does not know."""
    unknown = outside(asked, {"view": TITLES, "due": DUE, "priority": PRIORITY, "state": _STATES, "sort": SORTS})
    lines = [line for line in asked.get("answers", "").replace("\r", "").split("\n") if line]
    known = read_answers(read_filters(asked).answers)
    return [*unknown, "answers"] if len(known) < len(lines) else unknown


def _clean(text: str | None) -> str:
    return (text or "").replace("\x00", "")[:64]


def column(filters: Filters, sort: str, label: str, *, classes: str = "") -> ColumnHead:
    """The head of a column of the queue."""
    order = "ascending" if filters.sort == sort and filters.state == "open" else ""
    return ColumnHead(label, QUEUE.of(replace(filters, sort=sort)), order, classes)


def menus(
    filters: Filters, portal: CompiledPortal, people: Colleagues, address: Address = QUEUE
) -> Iterator[FilterMenu]:
    """All filters of a list but those by answers (see answers.py)."""
    text, language = portal.text, portal.language
    types = [(item.key, text(item.name, language)) for item in portal.types]
    teams = [(key, text(name, language)) for key, name in portal.teams.items()]
    who = [("me", "me"), ("nobody", "nobody yet"), *((person.id, person.name) for person in people.listed)]
    make = _Menus(filters, address)
    type_name = text(portal.type_or_unknown(filters.type_key).name, language)
    yield make.also_gone("type_key", make.menu("type_key", "Type", types), f"{type_name} (removed)")
    menu = make.menu("who", "With", who)
    if people.more:
        note = f"{people.more} more: find a colleague"
        back = packed(address.of(filters))
        menu = replace(menu, note=note, note_href=f"/desk/colleagues/?{urlencode({'back': back})}")
    yield make.also_gone("who", menu, "somebody who has left") if parse_uuid(filters.who) else menu
    if teams or filters.team:
        team_name = portal.team_name(filters.team, language) or "a team"
        yield make.also_gone("team", make.menu("team", "Team", teams), f"{team_name} (removed)")
    yield make.menu("due", "Due", list(DUE.items()))
    yield make.menu("priority", "Priority", list(PRIORITY.items()))
    states = [("open", "open"), ("closed", "closed"), ("any", "open and closed")]
    usual = address.usual.state
    yield make.menu("state", "State", [state for state in states if state[0] != usual], unset=usual)
    if address == QUEUE and filters.state == "open":
        yield make.menu("sort", "Order", [("age", "by age"), ("priority", "by priority")], unset="due")
    if filters.status_key:
        yield make.status(portal)
    if filters.holds:
        yield make.holding()


@dataclass(frozen=True)
class _Menus:
    filters: Filters
    address: Address

    def menu(self, name: str, label: str, values: list[tuple[str, str]], unset: str = "") -> FilterMenu:
        chosen = getattr(self.filters, name)
        options = [Option(words, self.address.of(self._set(name, value)), value == chosen) for value, words in values]
        current = next((words for value, words in values if value == chosen), "")
        remove = self.address.of(self._set(name, unset)) if current else ""
        return FilterMenu(label, current or unset.removeprefix("any"), options, remove)

    def also_gone(self, name: str, menu: FilterMenu, words: str) -> FilterMenu:
        """A filter by what is offered no more, as an old view keeps it, is said all the same and can be taken off."""
        if menu.value or not getattr(self.filters, name):
            return menu
        return replace(menu, value=words, remove_href=self.address.of(self._set(name, "")))

    def _set(self, name: str, value: str) -> Filters:
        # Answers are those of one type.
        others = {"answers": ""} if name == "type_key" else {}
        return replace(self.filters, **{name: value, **others})

    def status(self, portal: CompiledPortal) -> FilterMenu:
        """By a status, which no menu offers: an address that asks for one is said, and can be taken off."""
        key, types = self.filters.status_key, [one for one in portal.types if self.filters.type_key in ("", one.key)]
        found = (status for one in types for status in one.flow.statuses if status.key == key)
        names = dict.fromkeys(portal.text(status.name) for status in found)
        plain = replace(self.filters, status_key="")
        return FilterMenu("Status", ", ".join(names) or "one that is gone", [], self.address.of(plain))

    def holding(self) -> FilterMenu:
        """That something stands in a field: led to from the review, and here only to be taken off."""
        plain = replace(self.filters, holds="", state=self.address.usual.state)
        return FilterMenu("Only", "what customers would newly read", [], self.address.of(plain))
