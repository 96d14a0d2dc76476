"""What is around every page of the editor: the rail of what can be shaped, and the bar that says what is not live."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest
from portal_core.config.compiled import CompiledPortal
from portal_core.config.draft.decisions import schedule_from
from portal_core.config.draft.parts import KEYED
from portal_core.config.draft.reading import Draft
from portal_core.config.live import live_portal
from portal_core.config.localise import text_in
from portal_core.config.queries import version_facts
from portal_core.portal.brand import live_brand
from tenants.shell import NavGroup, NavItem

SHARED = (
    ("Statuses", "desk:setup_flows", "flow"),
    ("Saved records", "desk:setup_record_kinds", "database"),
    ("Document kinds", "desk:setup_document_kinds", "folder"),
    ("Notifications", "desk:setup_notifications", "bell"),
    ("Mails", "desk:setup_messages", "mail"),
    ("Ready answers", "desk:setup_ready_answers", "message"),
)
PORTAL = (
    ("Brand and address", "desk:setup_portal", "palette"),
    ("Working hours", "desk:setup_hours", "clock"),
    ("Teams", "desk:setup_teams", "users"),
    ("Roles", "desk:setup_roles", "key"),
    ("Texts by language", "desk:setup_texts", "text"),
    ("Who sees what", "desk:setup_visibility", "shield"),
)
LIVE = (
    ("See as customer", "desk:setup_preview", "eye"),
    ("Review and publish", "desk:setup_publish", "send"),
    ("Versions", "desk:setup_versions", "history"),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar above each page: what is not live yet, and how much of it is on this page."""

    changes: int
    here: int
    number: int
    published_at: datetime | None
    author: str
    names: str
    # When the draft goes live by itself, whether it was to and could not, and whether it was changed since.
    goes_live_at: datetime | None = None
    has_failed: bool = False
    is_overtaken: bool = False
    # On the page that the bar's button would lead to.
    is_review: bool = False

    @property
    def sentence(self) -> str:
        """How many places differ, and how many of them are on this page. The review counts sentences instead."""
        if not self.changes:
            return "Nothing is changed."
        if self.changes == 1:
            return f"1 place changed, {'on' if self.here else 'not on'} this page."
        if not self.here:
            return f"{self.changes} places changed, none on this page."
        if self.here == self.changes:
            return f"{self.changes} places changed, all on this page."
        return f"{self.here} of {self.changes} changed places {'is' if self.here == 1 else 'are'} on this page."


@dataclass(frozen=True, slots=True)
class Frame:
    """The rail and the bar."""

    portal_name: str
    brand_href: str
    groups: tuple[NavGroup, ...]
    bar: Bar


def setup_page(
    request: PersonRequest,
    template: str,
    draft: Draft,
    context: Mapping[str, object],
    *,
    parts: tuple[str, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """A page of the editor. `parts` are those parts of the draft that it shows (see config/draft/parts.py)."""
    portal = live_portal()
    frame = Frame(
        portal_name=portal.name,
        brand_href=live_brand(portal).href,
        groups=_groups(request, draft, portal),
        bar=replace(bar_of(draft, parts), is_review=request.path.startswith(reverse("desk:setup_publish"))),
    )
    return render(request, template, {"setup": frame, "draft": draft, **context}, status=status)


def bar_of(draft: Draft, parts: tuple[str, ...]) -> Bar:
    """The bar of a page that shows these parts."""
    published_at, author = version_facts(draft.live.number)
    here = draft.count_in(*parts)
    planned = schedule_from(draft.schedule)
    return Bar(
        draft.count,
        here,
        draft.live.number,
        published_at,
        author,
        ",".join(parts),
        goes_live_at=None if planned is None else planned.at,
        has_failed=planned is not None and bool(planned.problem),
        is_overtaken=planned is not None and planned.mark != draft.mark,
    )


def name_of(head: Mapping[str, JsonValue], draft: Draft) -> str:
    """What an item is called, in the portal's own language."""
    return words(head.get("name"), draft) or str(head.get("key", ""))


def offered_of(draft: Draft, collection: str, *, but: str = "") -> list[tuple[str, str]]:
    """The items in use of a list at the top, to pick from: key and name."""
    heads = [head for head in draft.heads(collection) if not head.get("retired")]
    return [(str(head["key"]), name_of(head, draft)) for head in heads if head["key"] != but]


def words(value: JsonValue, draft: Draft) -> str:
    """A text of the document in the portal's own language."""
    language = language_of(draft)
    if isinstance(value, dict):
        return text_in({key: str(text) for key, text in value.items()}, language, language)
    return value if isinstance(value, str) else ""


def language_of(draft: Draft) -> str:
    """The portal's own language, in the draft."""
    language = draft.read(("portal", "language"))
    return language if isinstance(language, str) else "en"


def languages_of(draft: Draft) -> list[str]:
    """The languages of the portal's texts, its own first."""
    own = language_of(draft)
    others = draft.read(("portal", "languages"))
    listed = [str(language) for language in others] if isinstance(others, list) else []
    return [own, *(language for language in listed if language != own)]


def _groups(request: HttpRequest, draft: Draft, portal: CompiledPortal) -> tuple[NavGroup, ...]:
    return (
        NavGroup("Request types", _types(request, draft), title="Request types"),
        NavGroup("Shared by all types", _items(request, SHARED), title="Shared"),
        NavGroup("Portal", _items(request, PORTAL), title="Portal"),
        NavGroup("Going live", _going_live(request, draft), title="Going live"),
    )


def _types(request: HttpRequest, draft: Draft) -> tuple[NavItem, ...]:
    items = []
    for head in draft.heads("types"):
        if head.get("retired"):
            continue
        href = reverse("desk:setup_type", args=[head["key"]])
        icon = head.get("icon")
        items.append(
            NavItem(
                name_of(head, draft),
                href,
                icon if isinstance(icon, str) else "list",
                current=request.path.startswith(href),
            )
        )
    every = reverse("desk:setup")
    return (*items, NavItem("All request types", every, "plus", current=request.path == every))


def _items(request: HttpRequest, places: tuple[tuple[str, str, str], ...]) -> tuple[NavItem, ...]:
    hrefs = [(label, reverse(name), icon) for label, name, icon in places]
    return tuple(NavItem(label, href, icon, current=request.path.startswith(href)) for label, href, icon in hrefs)


def _going_live(request: HttpRequest, draft: Draft) -> tuple[NavItem, ...]:
    history = NavItem(
        "What was done",
        reverse("desk:setup_history"),
        "history",
        current=request.path.startswith(reverse("desk:setup_history")),
    )
    items = _items(request, LIVE)
    counted = tuple(
        NavItem(item.label, item.href, item.icon, current=item.current, count=draft.count or None)
        if item.icon == "send"
        else item
        for item in items
    )
    return (*counted, history)


def order_of(draft: Draft, collection: str) -> tuple[str, ...]:
    """The names of the parts of a whole list at the top, for `parts` of a page that shows all of it."""
    if collection not in KEYED:
        return (collection,)
    names = {name for name in draft.changed if name.startswith(f"{collection}.")}
    return (collection, *sorted(names))
