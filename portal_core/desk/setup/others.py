"""Who else has the editor open, and on which page: `/desk/setup/here/`, asked every five seconds by the page's script.

Said by the mechanism that the desk's requests use: Redis for some seconds, nobody when it does not answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.views.decorators.http import require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.reading import Draft, current, editors_since
from portal_core.desk.presence import Present, note_present
from portal_core.desk.setup.catalogues import CATALOGUES
from portal_core.desk.setup.field_lists import FieldList
from portal_core.desk.setup.frame import LIVE, PORTAL, SHARED, name_of

_ROOM: Final = "setup"
_LONGEST: Final = 300
_LONGEST_PARTS: Final = 5_000
_PAGES: Final = {name.removeprefix("desk:"): label for label, name, _icon in (*SHARED, *PORTAL, *LIVE)} | {
    "setup_history": "What was done",
    "setup_published": "Review and publish",
    "setup_starters": "From a starter",
    "setup": "Request types",
}
_THINGS: Final = {"type_key": "types", "kind_key": "record_kinds", "flow_key": "flows"}


@dataclass(frozen=True)
class Other:
    """A colleague in the editor: on the same page, or at another place."""

    name: str
    href: str
    place: str
    is_on_this_page: bool


@require_safe
@staff_page("manage_setup")
def here(request: PersonRequest) -> HttpResponse:
    """Says that this person is at a page (`at`), and answers who else is where (204: nobody).

    Also who has changed what the page shows (`parts`) since it was loaded (`seen`): it shows what was there then.
    """
    at = _page(request.GET.get("at", ""))
    others = note_present(_ROOM, request.actor, {"page": at})
    editors = _editors(request)
    if not others and not editors:
        return HttpResponse(status=204)
    draft = current()
    context = {"others": [_other(person, at, draft) for person in others], "editors": editors}
    return render(request, "setup/_here.html", context)


def _editors(request: PersonRequest) -> list[str]:
    seen, parts = request.GET.get("seen", ""), request.GET.get("parts", "")
    if not (seen.isascii() and seen.isdigit() and len(seen) < 10 and parts) or len(parts) > _LONGEST_PARTS:
        return []
    return [name or "Somebody" for name in editors_since(int(seen), parts.split(","), request.actor)]


def _other(person: Present, at: str, draft: Draft) -> Other:
    href = _page(str(person.says.get("page", "")))
    return Other(person.name, href, place_words(href, draft), href == at)


def _page(path: str) -> str:
    """A page of the editor; its first one for anything else."""
    return path if _match(path) is not None else reverse("desk:setup")


def _match(path: str) -> ResolverMatch | None:
    """SECURITY: what a browser says is an address of the editor before anybody gets it as a link."""
    if len(path) > _LONGEST:
        return None
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return match if match.namespace == "desk" and str(match.url_name).startswith("setup") else None


def place_words(path: str, draft: Draft) -> str:
    """What a page of the editor is about: the thing by its name, or the page."""
    match = _match(path)
    if match is None:
        return _PAGES["setup"]
    keys: Mapping[str, object] = match.kwargs
    for parameter, collection in _THINGS.items():
        if parameter in keys:
            return _thing(draft, collection, str(keys[parameter]), keys)
    if "item_key" in keys:
        catalogue = CATALOGUES[str(keys["what"])]
        item = draft.item(catalogue.collection, str(keys["item_key"]))
        return catalogue.title if item is None else f"“{catalogue.name(draft, item)}”"
    name = str(match.url_name)
    found = [label for start, label in _PAGES.items() if name == start or name.startswith(f"{start}_")]
    return found[0] if found else _PAGES["setup"]


def _thing(draft: Draft, collection: str, key: str, keys: Mapping[str, object]) -> str:
    head = draft.head(collection, key)
    if not head:
        return _PAGES["setup"]
    outer = f"“{name_of(head, draft)}”"
    inner = ""
    if "field_key" in keys:
        field = draft.read((collection, key, "fields", str(keys["field_key"])))
        inner = FieldList(draft, collection, key).label(field) if isinstance(field, dict) else ""
    if "status_key" in keys:
        status = draft.read((collection, key, "statuses", str(keys["status_key"])))
        inner = name_of(status, draft) if isinstance(status, dict) else ""
    return f"“{inner}” in {outer}" if inner else outer
