"""What the frames around pages show: the bar of a portal, the rail of the desk. Context processors; lazy, so that a
page without that frame costs nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal_core.accounts.actor import NOBODY, Actor, actor_for
from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal_or_none
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.desk.filters import TITLES
from portal_core.desk.views import href_of
from portal_core.portal.brand import live_brand
from portal_core.portal.my_details import details_href
from portal_core.reporting.beginning import first_steps, put_away
from portal_core.service_requests import queue
from portal_core.service_requests.models import SavedView
from portal_core.service_requests.queries import documents_to_check
from portal_core.service_requests.saved_views import SHOWN, filters_of, first_views, unknown_filters
from portal_core.service_requests.viewer import Viewer
from tenants.context import current
from tenants.shell import DeskShell, LegalLink, Me, NavGroup, NavItem, PortalShell, Updates

_QUEUE_ICONS = {"needs-us": "bolt", "new": "inbox", "mine": "user", "with-customers": "clock", "all": "list"}


def shells(request: HttpRequest) -> dict[str, object]:
    """`shell` for portal pages and `desk_shell` for desk pages; both empty on the platform's own host."""
    if current() is None:
        return {}
    return {
        "shell": SimpleLazyObject(lambda: _portal_shell(request)),
        "desk_shell": SimpleLazyObject(lambda: _desk_shell(request)),
    }


def _actor(request: HttpRequest) -> Actor:
    """Who is here. Where no page was found, none has said so: then whoever is signed in."""
    actor = getattr(request, "actor", None)
    if isinstance(actor, Actor):
        return actor
    user = getattr(request, "user", None)
    return actor_for(user) if isinstance(user, User) else NOBODY


def _portal_shell(request: HttpRequest) -> PortalShell | None:
    portal = live_portal_or_none()
    if portal is None:
        return None
    actor = _actor(request)
    language = get_language() or portal.language
    settings = portal.settings
    return PortalShell(
        portal_name=portal.name,
        brand=live_brand(portal),
        nav=_portal_nav(request, actor, portal),
        tabs=_portal_tabs(request, actor, portal),
        me=Me(name=actor.name, href="/account/", key=str(actor.user_id)) if actor.is_signed_in else None,
        desk_href="/desk/" if actor.is_staff else "",
        emergency=portal.text(settings.emergency, language),
        updates=Updates("/updates/", _new_updates(request), _at(request, "/updates/")) if actor.is_customer else None,
        links=tuple(LegalLink(portal.text(link.label, language), link.url) for link in settings.links),
    )


def _new_updates(request: HttpRequest) -> int:
    """How much is new to the reader: stands on the row that came with the session."""
    return int(getattr(getattr(request, "user", None), "new_updates", 0))


def _at(request: HttpRequest, prefix: str) -> bool:
    return request.path == prefix if prefix == "/" else request.path.startswith(prefix)


def _at_details(request: HttpRequest) -> bool:
    return _at(request, "/account/") or _at(request, "/saved/")


def _has_documents(portal: CompiledPortal, actor: Actor) -> bool:
    """Whether this reader meets documents at all."""
    kinds = portal.document_kinds.values()
    return any(not kind.retired and kind_visibility(kind, actor.role) >= Visibility.SEE for kind in kinds)


def _portal_nav(request: HttpRequest, actor: Actor, portal: CompiledPortal) -> tuple[NavItem, ...]:
    if not actor.is_customer:
        return ()
    papers = (NavItem(_("Documents"), "/documents/", current=_at(request, "/documents/")),)
    return (
        NavItem(_("Home"), "/", current=_at(request, "/")),
        NavItem(_("Requests"), "/requests/", current=_at(request, "/requests/") or _at(request, "/new/")),
        *(papers if _has_documents(portal, actor) else ()),
        NavItem(_("My details"), details_href(portal), current=_at_details(request)),
    )


def _portal_tabs(request: HttpRequest, actor: Actor, portal: CompiledPortal) -> tuple[NavItem, ...]:
    if not actor.is_customer:
        return ()
    places = [("/", _("Home"), "home"), ("/requests/", _("Requests"), "list"), ("/new/", _("New"), "plus")]
    if _has_documents(portal, actor):
        places.append(("/documents/", _("Documents"), "folder"))
    items = [NavItem(label, href, icon, current=_at(request, href)) for href, label, icon in places]
    return (*items, NavItem(_("You"), details_href(portal), "user", current=_at_details(request)))


def _desk_shell(request: HttpRequest) -> DeskShell | None:
    portal, actor = live_portal_or_none(), _actor(request)
    if portal is None or not actor.is_staff:
        return None
    role = portal.team_name(actor.team_key) or actor.role.name
    return DeskShell(
        portal_name=portal.name,
        groups=tuple(group for group in _groups(request, actor, portal) if group.items),
        me=Me(name=actor.name, href="/account/", key=str(actor.user_id), caption=role),
        brand_href=live_brand(portal).href,
    )


@dataclass(frozen=True)
class _Place:
    key: str
    count: int
    is_hot: bool = False


def _groups(request: HttpRequest, actor: Actor, portal: CompiledPortal) -> tuple[NavGroup, ...]:
    # All numbers of the rail in one statement.
    views, all_views = first_views(actor) if actor.may("see") else ((), 0)
    zone = Viewer.of(actor, portal).time_zone
    kept = [queue.counted(actor, filters_of(view), zone=zone) for view in views]
    counts, (is_begun, papers, *numbers) = queue.counts(
        actor, also=[put_away(), documents_to_check(actor, portal), *chain.from_iterable(kept)]
    )
    return (
        NavGroup("Begin", (*(() if is_begun else _begin(request, actor)), _updates(request))),
        NavGroup(
            "Queues", (*_queues(request, actor, counts), *_papers(request, actor, portal, papers)), title="Queues"
        ),
        NavGroup(
            "Saved views",
            (
                *_views(request, actor, portal, zip(views, _apart(kept, numbers), strict=True)),
                *_more_views(request, all_views),
            ),
            title="Saved views",
        ),
        NavGroup("Desk sections", _sections(request, actor), title=portal.name),
    )


def _begin(request: HttpRequest, actor: Actor) -> tuple[NavItem, ...]:
    """The first steps stand in the owner's rail until she puts them away."""
    if actor.role.base != "owner":
        return ()
    here = request.path.startswith("/desk/first-steps/")
    steps = first_steps()
    far = f"{steps.done} of {steps.all}"
    return (NavItem("First steps", "/desk/first-steps/", "check-circle", current=here, count_text=far),)


def _updates(request: HttpRequest) -> NavItem:
    """What this person was told, with how much of it is new."""
    news = Updates("/desk/updates/", _new_updates(request), request.path.startswith("/desk/updates/"))
    count = news.count if 0 < news.count < 100 else None
    text = news.count_text if count is None else ""
    return NavItem("Updates", news.href, "bell", current=news.current, count=count, count_text=text, hot=True)


def _queues(request: HttpRequest, actor: Actor, counts: queue.Counts) -> tuple[NavItem, ...]:
    if not actor.may("see"):
        return ()
    places = (
        _Place("needs-us", counts.needs_us, counts.late > 0),
        _Place("new", counts.new),
        _Place("mine", counts.mine),
        _Place("with-customers", counts.with_customers),
        _Place("all", counts.all),
    )
    here = _queue_shown(request)
    return tuple(
        _counted(
            NavItem(
                TITLES[place.key],
                f"/desk/?view={place.key}",
                _QUEUE_ICONS[place.key],
                current=place.key == here,
                hot=place.is_hot,
            ),
            place.count,
        )
        for place in places
    )


def _apart(kept: Iterable[Sequence[object]], numbers: Iterable[int]) -> Iterator[tuple[int, bool]]:
    """For each view how many were counted, and whether these are all (see `queue.counted`)."""
    left = iter(numbers)
    for sets in kept:
        number, *of = islice(left, len(sets))
        yield number, all(every < queue.COUNT_LIMIT for every in of)


def _counted(item: NavItem, number: int, *, is_all: bool = True) -> NavItem:
    """The place with how much waits there; what is not counted to its end is said to be more."""
    if number < queue.COUNT_LIMIT:
        return replace(item, count=number) if is_all else replace(item, count_text=f"{number}+")
    return replace(item, count_text=f"{queue.COUNT_LIMIT - 1}+")


def _views(
    request: HttpRequest, actor: Actor, portal: CompiledPortal, views: Iterable[tuple[SavedView, tuple[int, bool]]]
) -> tuple[NavItem, ...]:
    here = request.GET.get("saved", "") if request.path == "/desk/" else ""

    def item(view: SavedView, number: int, *, is_all: bool) -> NavItem:
        icon = "users" if view.is_shared else "filter"
        shown = NavItem(view.name, href_of(view, actor, portal), icon, current=str(view.pk) == here)
        # What is narrowed by something unknown has another number.
        return shown if unknown_filters(view) else _counted(shown, number, is_all=is_all)

    return tuple(item(view, number, is_all=is_all) for view, (number, is_all) in views)


def _more_views(request: HttpRequest, number: int) -> tuple[NavItem, ...]:
    """Where views are shared, renamed and deleted; with their number where the rail does not show all of them."""
    if not number:
        return ()
    label = f"All {number} views" if number > SHOWN else "All views"
    return (NavItem(label, "/desk/views/", "folder", current=request.path == "/desk/views/"),)


def _papers(request: HttpRequest, actor: Actor, portal: CompiledPortal, number: int) -> tuple[NavItem, ...]:
    if not actor.may("see") or not _has_documents(portal, actor):
        return ()
    here = request.path.startswith("/desk/documents/")
    return (_counted(NavItem("Papers to check", "/desk/documents/", "doc", current=here), number),)


def _queue_shown(request: HttpRequest) -> str:
    if request.path != "/desk/" or request.GET.get("state") == "closed" or request.GET.get("saved"):
        return ""
    view = request.GET.get("view", "")
    return view if view in TITLES else "needs-us"


def _sections(request: HttpRequest, actor: Actor) -> tuple[NavItem, ...]:
    places = (
        ("see", "Customers", "/desk/customers/", "users"),
        ("manage_setup", "Work removed", "/desk/reports/", "chart"),
        ("manage_team", "Team", "/desk/team/", "building"),
        ("manage_setup", "Setup", "/desk/setup/", "sliders"),
    )
    return tuple(
        NavItem(label, href, icon, current=request.path.startswith(href))
        for permission, label, href, icon in places
        if actor.may(permission)
    )
