"""Every page of the editor is among those that are walked: looked through by axe, and never scrolling sideways."""

from __future__ import annotations

import inspect
from typing import Any

from django.urls import resolve

from tests.contracts.addresses import TENANT, Address, addresses
from tests.e2e.pages import PAGES

# What answers with something else than a page of the editor, or with one that is walked under another address.
NO_PAGE_OF_ITS_OWN = {
    "desk:setup_here": "a line of the page around it",
    "desk:setup_bar": "a part of the page around it",
    "desk:setup_flow_drawing": "a part of the page of statuses",
    "desk:setup_type_form": "a line beside the fields",
    "desk:setup_look": "a part of the brand page, for its frame",
    "desk:setup_colour": "a stylesheet",
    "desk:setup_versions_file": "a file",
    "desk:setup_publish_seen_all": "shown only where answers come to light, which none of the walked portal's do",
    "desk:setup_preview_home": "the portal's own page in a frame: setup-preview walks around it",
    "desk:setup_preview_page": "the portal's own pages in a frame: setup-preview walks around them",
}


def methods_of(address: Address) -> list[str]:
    """How an address may be asked; what only takes a press has no page."""
    view: Any = address.view
    while view is not None:
        methods = inspect.getclosurevars(view).nonlocals.get("request_method_list")
        if methods is not None:
            return list(methods)
        view = getattr(view, "__wrapped__", None)
    raise AssertionError(f"{address.name} does not say which methods it takes")


def walked() -> set[str]:
    """The names of the addresses of the pages that are walked."""
    found = set()
    for page in PAGES:
        if page.path.startswith("/desk/setup/"):
            match = resolve(page.path.split("?")[0], urlconf=TENANT)
            found.add(match.view_name)
    return found


def test_every_page_of_the_editor_is_walked():
    shown = {one.name for one in addresses(TENANT) if one.route.startswith("desk/setup/") and "GET" in methods_of(one)}
    assert len(shown) > 40, "the editor's addresses were not found"
    missing = sorted(shown - walked() - NO_PAGE_OF_ITS_OWN.keys())
    assert not missing, f"add them to tests/e2e/pages.py: {missing}"
    assert sorted(NO_PAGE_OF_ITS_OWN.keys() - shown) == [], "an exception for an address that is not there"
    assert sorted(NO_PAGE_OF_ITS_OWN.keys() & walked()) == [], "an exception that is not needed any more"
