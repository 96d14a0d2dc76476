"""On which page of the editor something of the document is shaped."""

from collections.abc import Sequence
from typing import Final

from django.urls import NoReverseMatch, reverse

from portal_core.desk.setup.catalogues import CATALOGUES

_WORDS: Final = frozenset({"name", "description", "group", "icon", "title", "before", "after", "for", "again"})
_HANDLING: Final = frozenset({"assign", "flow", "start", "removes"})
_ITEMS: Final = {made.collection: f"desk:setup_{made.url_name}_item" for made in CATALOGUES.values()}
_SINGLE: Final = {
    "types": "desk:setup_types",
    "flows": "desk:setup_flows",
    **{made.collection: f"desk:setup_{made.url_name}" for made in CATALOGUES.values()},
    "portal": "desk:setup_portal",
    "hours": "desk:setup_hours",
    "notifications": "desk:setup_notifications",
    "assertions": "desk:setup_visibility",
}

_ON_THE_PORTAL: Final = {
    "name": "s-name",
    "logo": "logo",
    "logo_dark": "logo",
    "colour": "s-colour",
    "guests": "s-doors",
    "time_zone": "s-time",
    "language": "languages",
    "languages": "languages",
}


def page_of(path: Sequence[str]) -> str:
    """The address of the page nearest to a place; the first page of the editor for what no page shapes."""
    try:
        return _address(tuple(path))
    except NoReverseMatch:  # a document from a file may have keys that no address takes
        return reverse("desk:setup")


def place_of(path: Sequence[str]) -> str:
    """The same with the very place on the page, where the page has a name for it."""
    anchor = _anchor(tuple(path))
    return f"{page_of(path)}#{anchor}" if anchor else page_of(path)


def _anchor(path: tuple[str, ...]) -> str:
    match path:
        case ("flows", _, "statuses", _, part, *_):
            return part.replace("_", "-")
        case (_, _, "fields", _, "choices" | "columns", *_):
            return "parts"
        case ("portal", *rest):
            return next((_ON_THE_PORTAL[part] for part in reversed(rest) if part in _ON_THE_PORTAL), "")
    return ""


def _address(path: tuple[str, ...]) -> str:
    match path:
        case ("types", kind, *rest):
            return _of_type(kind, rest)
        case ("record_kinds", kind, "fields", field, *_):
            return reverse("desk:setup_record_field", args=[kind, field])
        case ("flows", flow, "statuses", status, *_):
            return reverse("desk:setup_status", args=[flow, status])
        case ("flows", flow, *_):
            return reverse("desk:setup_flow", args=[flow])
        case (collection, item, *_) if collection in _ITEMS:
            return reverse(_ITEMS[collection], args=[item])
    return reverse(_SINGLE.get(path[0], "desk:setup"))


def _of_type(kind: str, rest: Sequence[str]) -> str:
    match rest:
        case ["fields", field, *_]:
            return reverse("desk:setup_field", args=[kind, field])
        case [part, *_] if part in _WORDS:
            return reverse("desk:setup_type_words", args=[kind])
        case [part, *_] if part in _HANDLING:
            return reverse("desk:setup_type_handling", args=[kind])
    return reverse("desk:setup_type", args=[kind])
