"""Which pages there are to look at, for the list above the frame."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_type import CompiledType
from portal_core.config.looking import looker
from portal_core.desk.setup.preview.examples import Example, examples
from portal_core.desk.setup.preview.seen import EXAMPLE, GUEST, VISITOR
from portal_core.desk.setup.preview.trying import Stage, number_in
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import visible

_REQUESTS_LISTED: Final = 20
# With more statuses than that, the list shows those of one type at a time.
_EXAMPLES_LISTED: Final = 60


@dataclass(frozen=True)
class PageChoice:
    """One page: its path in the portal, and what it is called."""

    path: str
    label: str


@dataclass(frozen=True)
class PageGroup:
    """Pages of one sort."""

    label: str
    pages: tuple[PageChoice, ...]


def page_groups(made: Stage, path: str) -> list[PageGroup]:
    """The pages of the reader on stage, in the order in which they are met; `path` is the one that is shown."""
    kind = _type_in_view(made, path)
    groups = (
        PageGroup("Portal", tuple(_of_portal(made))),
        PageGroup("Requests", tuple(_requests(made, kind))),
        PageGroup("Forms", tuple(_forms(made))),
        PageGroup(f"Mails: {_name(kind, made.portal)}" if kind else "Mails", tuple(_mails(made, kind))),
    )
    return [group for group in groups if group.pages]


def label_of(groups: Iterable[PageGroup], path: str) -> str:
    """What the page is called; nothing for one that is not in the list."""
    return next((page.label for group in groups for page in group.pages if page.path == path), "")


def first_page(made: Stage) -> str:
    """Where to begin: with a request, since most of what is configured shows there."""
    return next((page.path for page in _requests(made, None)), "new/" if made.seen.part == VISITOR else "")


def _of_portal(made: Stage) -> Iterator[PageChoice]:
    portal = made.portal
    if made.seen.part == VISITOR:
        yield PageChoice("signin/", "Sign in")
    if not made.seen.is_signed_in:
        if portal.settings.guests:
            yield PageChoice("new/", "Start something")
        return
    yield PageChoice("", "Home")
    yield PageChoice("requests/", "Requests")
    yield PageChoice("new/", "Start something")
    if _sees_all(made):
        if portal.document_kinds:
            yield PageChoice("documents/", "Documents")
        if portal.active_record_kinds:
            yield PageChoice("saved/", "Saved details")
        yield PageChoice("account/", "Account")
        yield PageChoice("updates/", "Updates")


def _sees_all(made: Stage) -> bool:
    """Whether whoever looks sees everything of this customer (see `allowed.py`)."""
    who = looker()
    return who is None or who.role.reaches_all


def _requests(made: Stage, kind: CompiledType | None) -> Iterator[PageChoice]:
    place = "g" if made.seen.is_guest else "requests"
    if made.seen.user is not None:
        for row in _rows(made):
            shown = visible(row, _viewer(made), portal=made.portal, brief=True)
            yield PageChoice(f"{place}/{row.number}/", f"{shown.reference}, {shown.title}")
    elif made.seen.part in (EXAMPLE, GUEST):
        for item in _listed(made, kind):
            yield PageChoice(f"{place}/{item.number}/", f"{_name(item.type, made.portal)}: {_status_name(item, made)}")


def _rows(made: Stage, *, number: int | None = None) -> list[ServiceRequest]:
    actor = made.viewer_actor
    assert actor is not None
    found = visible_to(actor).select_related("customer", "assignee").order_by("-last_entry_at", "-id")
    return list((found if number is None else found.filter(number=number))[:_REQUESTS_LISTED])


def _viewer(made: Stage) -> Viewer:
    actor = made.viewer_actor
    assert actor is not None
    return Viewer.of(actor, made.portal)


def _listed(made: Stage, kind: CompiledType | None) -> list[Example]:
    found = examples(made.portal)
    if made.seen.part == GUEST:
        found = [item for item in found if item.type.audience == "everybody"]
    if len(found) <= _EXAMPLES_LISTED:
        return found
    shown = kind or found[0].type
    firsts = {item.type.key: item.number for item in reversed(found)}
    return [item for item in found if item.type is shown or firsts[item.type.key] == item.number]


def _status_name(item: Example, made: Stage) -> str:
    return made.portal.text(item.status.name, made.portal.language)


def _forms(made: Stage) -> Iterator[PageChoice]:
    if not made.seen.is_signed_in and not made.portal.settings.guests:
        return
    if made.seen.is_signed_in and not _sees_all(made):
        return
    for kind in made.portal.types:
        if made.seen.is_signed_in or kind.audience == "everybody":
            yield PageChoice(f"new/{kind.key}/", _name(kind, made.portal))


def _mails(made: Stage, kind: CompiledType | None) -> Iterator[PageChoice]:
    if kind is None or made.seen.part == VISITOR:
        return
    for status in kind.flow.statuses:
        name = made.portal.text(status.name, made.portal.language)
        tells = any(rule.who == "customer" for rule in status.notify)
        yield PageChoice(f"mail/{kind.key}/{status.key}/", f"Mail: {name}" if tells else f"No mail: {name}")


def _name(kind: CompiledType | None, portal: CompiledPortal) -> str:
    return "" if kind is None else portal.text(kind.name, portal.language)


def _type_in_view(made: Stage, path: str) -> CompiledType | None:
    """The type that the page is about; the first one where it is about none."""
    types = {kind.key: kind for kind in made.portal.types}
    parts = path.split("/")
    if parts[0] in ("new", "mail") and len(parts) > 1 and parts[1] in types:
        return types[parts[1]]
    number = number_in(path)
    if number is not None:
        if made.seen.user is None:
            found = next((item.type for item in examples(made.portal) if item.number == number), None)
        else:
            found = next((types.get(row.type_key) for row in _rows(made, number=number)), None)
        if found is not None:
            return found
    return made.portal.types[0] if made.portal.types else None
