"""The lists that all request types share: kinds of documents and records, mails, ready answers, teams, roles.

One mechanism for all: a list with order, adding, and a sheet for each item. `catalogues.py` says what each is.
"""

from dataclasses import dataclass, replace

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Insert, Order
from portal_core.config.draft.reading import Draft, current
from portal_core.desk.setup.catalogues import CATALOGUES, Catalogue
from portal_core.desk.setup.frame import order_of, setup_page
from portal_core.desk.setup.keys import new_key, typed_name
from portal_core.desk.setup.moving import moved
from portal_core.desk.setup.namesakes import alike_words, namesakes
from portal_core.desk.setup.placing import without_braces
from portal_core.desk.setup.retiring import take_out_or_back
from portal_core.desk.setup.saving import answer_sheet, do_edit, posted
from portal_core.desk.setup.sheet import Sheet
from portal_core.desk.setup.types import taken_keys


@dataclass(frozen=True)
class Line:
    """One item of a list."""

    key: str
    name: str
    note: str
    is_retired: bool
    is_changed: bool


@require_safe
@staff_page("manage_setup")
def index(request: PersonRequest, what: str) -> HttpResponse:
    """The list."""
    return _index_page(request, CATALOGUES[what], 200)


def _index_page(request: PersonRequest, catalogue: Catalogue, status: int) -> HttpResponse:
    draft = current()
    lines = [_line(catalogue, draft, item) for item in draft.items(catalogue.collection)]
    context = {
        "catalogue": catalogue,
        "lines": _told_apart([line for line in lines if not line.is_retired], catalogue),
        "retired": [line for line in lines if line.is_retired],
        "typed": request.POST,
        "page_error": status != 200,
        **_hrefs(catalogue),
    }
    parts = order_of(draft, catalogue.collection)
    return setup_page(request, "setup/catalogue.html", draft, context, parts=parts, status=status)


def _line(catalogue: Catalogue, draft: Draft, item: dict[str, JsonValue]) -> Line:
    key = str(item["key"])
    is_changed = f"{catalogue.collection}.{key}" in draft.changed
    return Line(key, catalogue.name(draft, item), catalogue.note(draft, item), bool(item.get("retired")), is_changed)


def _told_apart(lines: list[Line], catalogue: Catalogue) -> list[Line]:
    """The lines; those that are called like another one say so."""
    alike = namesakes(((line.key, line.name) for line in lines), taken=catalogue.taken_names)
    words = alike_words(catalogue.noun)
    return [
        replace(line, note=f"{line.note} · {words}" if line.note else words) if line.key in alike else line
        for line in lines
    ]


def _is_alike(catalogue: Catalogue, draft: Draft, key: str) -> bool:
    named = [
        (str(i["key"]), catalogue.name(draft, i)) for i in draft.items(catalogue.collection) if not i.get("retired")
    ]
    return key in namesakes(named, taken=catalogue.taken_names)


def _hrefs(catalogue: Catalogue) -> dict[str, str]:
    return {
        "list_href": reverse(f"desk:setup_{catalogue.url_name}"),
        "add_href": reverse(f"desk:setup_{catalogue.url_name}_add"),
        "order_href": reverse(f"desk:setup_{catalogue.url_name}_order"),
    }


@require_POST
@staff_page("manage_setup")
def add(request: PersonRequest, what: str) -> HttpResponse:
    """A new item of this name."""
    catalogue, draft = CATALOGUES[what], current()
    name = typed_name(request.POST)
    if not name:
        return _index_page(request, catalogue, 400)
    key = new_key(name, taken_keys(draft, catalogue.collection), fallback=catalogue.fallback)
    item = {"key": key, **catalogue.begins(draft, name)}
    return do_edit(
        request,
        reverse(f"desk:setup_{catalogue.url_name}_item", args=[key]),
        lambda: edit(
            actor=request.actor,
            operations=[Insert((catalogue.collection,), item)],
            title=f"New {catalogue.noun} “{without_braces(name, draft)}”",
        ),
    )


@require_POST
@staff_page("manage_setup")
def order(request: PersonRequest, what: str) -> HttpResponse:
    """Another place in the list."""
    catalogue = CATALOGUES[what]
    keys = moved(current().keys(catalogue.collection), request.POST.get("key", ""), request.POST.get("to", ""))
    operation = Order((catalogue.collection,), keys)
    return do_edit(
        request,
        reverse(f"desk:setup_{catalogue.url_name}"),
        lambda: edit(actor=request.actor, operations=[operation], title=f"{catalogue.title}: order"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def item(request: PersonRequest, what: str, item_key: str) -> HttpResponse:
    """One item."""
    catalogue, draft = CATALOGUES[what], current()
    found = _item(draft, catalogue, item_key)
    title = f"{catalogue.title}, {catalogue.name(draft, found)}"
    sheet = Sheet(catalogue.controls(draft, found), draft, (catalogue.collection, item_key), title, posted(request))
    back = reverse(f"desk:setup_{catalogue.url_name}_item", args=[item_key])
    return answer_sheet(
        request, sheet, back, lambda again, status: _item_page(request, catalogue, item_key, again, status)
    )


def _item(draft: Draft, catalogue: Catalogue, key: str) -> dict[str, JsonValue]:
    found = draft.item(catalogue.collection, key)
    if found is None:
        raise Http404
    return found


def _item_page(request: PersonRequest, catalogue: Catalogue, key: str, sheet: Sheet, status: int) -> HttpResponse:
    found = _item(sheet.draft, catalogue, key)
    context = {
        "catalogue": catalogue,
        "sheet": sheet,
        "form": sheet,
        "name": catalogue.name(sheet.draft, found),
        "is_retired": bool(found.get("retired")),
        "alike": alike_words(catalogue.noun) if _is_alike(catalogue, sheet.draft, key) else "",
        "action": reverse(f"desk:setup_{catalogue.url_name}_item", args=[key]),
        "retire_href": reverse(f"desk:setup_{catalogue.url_name}_retire", args=[key]),
        "fields_href": reverse("desk:setup_record_fields", args=[key]) if catalogue.has_fields else "",
        **_hrefs(catalogue),
    }
    part = f"{catalogue.collection}.{key}"
    return setup_page(request, "setup/catalogue_item.html", sheet.draft, context, parts=(part,), status=status)


@require_POST
@staff_page("manage_setup")
def retire(request: PersonRequest, what: str, item_key: str) -> HttpResponse:
    """Takes an item out or brings it back; what was never live, or cannot be retired, goes altogether."""
    catalogue, draft = CATALOGUES[what], current()
    found = _item(draft, catalogue, item_key)
    is_back = bool(found.get("retired"))
    operation = take_out_or_back(draft, (catalogue.collection, item_key), can_retire=catalogue.can_retire)
    name = catalogue.name(draft, found)
    title = f"“{name}” is used again" if is_back else f"“{name}” is not used any more"
    return do_edit(
        request,
        reverse(f"desk:setup_{catalogue.url_name}"),
        lambda: edit(actor=request.actor, operations=[operation], title=title),
        f"{title}.",
    )
