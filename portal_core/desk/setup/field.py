"""One field: what it asks, when, and its answers or columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Insert, Operation, Order
from portal_core.config.draft.paths import Path, keys_of
from portal_core.config.draft.reading import current
from portal_core.config.draft.values import items_of
from portal_core.config.queries import ever_published
from portal_core.desk.setup.column_controls import COLUMN_KINDS, column_controls
from portal_core.desk.setup.controls import Control, label_text
from portal_core.desk.setup.field_controls import controls_for
from portal_core.desk.setup.field_kinds import BEGINS, KINDS
from portal_core.desk.setup.field_lists import FieldList, role_columns
from portal_core.desk.setup.frame import setup_page, words
from portal_core.desk.setup.keys import new_key
from portal_core.desk.setup.live_form import live_form_of
from portal_core.desk.setup.moving import moved
from portal_core.desk.setup.retiring import take_out_or_back
from portal_core.desk.setup.saving import answer_sheet, do_edit, posted
from portal_core.desk.setup.sheet import Sheet
from portal_core.desk.setup.type_fields import line_of
from tenants.framing import with_frame

# Kinds that hold a list of their own: its name in the document, and what one of it is called.
LISTS: Final = {"choice": ("choices", "answer"), "choices": ("choices", "answer"), "rows": ("columns", "column")}


@dataclass(frozen=True)
class PartLine:
    """One answer of a choice, or one column of a table."""

    key: str
    label: str
    kind: str
    is_retired: bool
    is_changed: bool


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest, field_key: str, type_key: str = "", kind_key: str = "") -> HttpResponse:
    """The page."""
    fields = FieldList.of(current(), type_key, kind_key)
    field = fields.field(field_key)
    title = f"{fields.name}, {fields.label(field)}"
    sheet = Sheet(controls_for(fields, field), fields.draft, (*fields.base, field_key), title, posted(request))
    return answer_sheet(
        request,
        sheet,
        fields.href("field", field_key),
        lambda again, status: _page(request, fields, field_key, again, status),
    )


def _page(request: PersonRequest, fields: FieldList, field_key: str, sheet: Sheet, status: int) -> HttpResponse:
    field = fields.field(field_key)
    kind = KINDS[str(field["kind"])]
    list_name, noun = LISTS.get(str(field["kind"]), ("", ""))
    context = {
        "fields": fields,
        "field_key": field_key,
        "label": fields.label(field),
        "kind": kind,
        "sheet": sheet,
        "form": sheet,
        "when": fields.condition_words(field),
        "unanswered": fields.unanswered(field),
        "is_retired": bool(field.get("retired")),
        "cells": line_of(fields, field, role_columns(fields.draft)).cells,
        "noun": noun,
        "parts": _parts(fields, field, list_name),
        "column_kinds": [(key, KINDS[key].name) for key in COLUMN_KINDS] if list_name == "columns" else [],
        "list_href": fields.href("field_parts", field_key) if list_name else "",
        "order_href": fields.href("field_parts", field_key) if list_name else "",
        "action": fields.href("field", field_key),
        "retire_href": fields.href("field_switch", field_key),
        "back_href": fields.href("type" if fields.collection == "types" else "fields"),
        **live_form_of(fields.key if fields.collection == "types" else ""),
    }
    return with_frame(
        setup_page(request, "setup/field.html", fields.draft, context, parts=(fields.part,), status=status)
    )


def _parts(fields: FieldList, field: Mapping[str, JsonValue], list_name: str) -> list[PartLine]:
    found = []
    for item in items_of(field.get(list_name)):
        path = (*fields.base, str(field["key"]), list_name, str(item["key"]))
        kind = KINDS[str(item["kind"])].name if "kind" in item else ""
        label = words(item.get("label"), fields.draft) or str(item["key"])
        is_changed = fields.draft.live_value(path) != item
        found.append(PartLine(str(item["key"]), label, kind, bool(item.get("retired")), is_changed))
    return found


@require_POST
@staff_page("manage_setup")
def change_parts(request: PersonRequest, field_key: str, type_key: str = "", kind_key: str = "") -> HttpResponse:
    """Answers or columns: `do` is add (`label`, several lines make several), rename, retire; else `to` moves one."""
    fields = FieldList.of(current(), type_key, kind_key)
    field = fields.field(field_key)
    list_name, noun = LISTS.get(str(field["kind"]), ("", ""))
    if not list_name:
        raise Http404
    back = f"{fields.href('field', field_key)}#parts"
    path = (*fields.base, field_key, list_name)
    operations = _part_operations(fields, field, path, request.POST)
    if not operations:
        return HttpResponseRedirect(back)
    title = f"{fields.name}, {fields.label(field)}: {noun}s"
    return do_edit(request, back, lambda: edit(actor=request.actor, operations=operations, title=title))


def _part_operations(
    fields: FieldList, field: Mapping[str, JsonValue], path: Path, typed: Mapping[str, str]
) -> list[Operation]:
    listed = field.get(path[-1])
    items = items_of(listed)
    keys = keys_of(list[JsonValue](items))
    key = typed.get("key", "")
    if typed.get("do") == "add":
        return _added(fields, path, keys, typed)
    item = next((item for item in items if item["key"] == key), None)
    if item is None:
        return []
    if typed.get("do") == "retire":
        return [take_out_or_back(fields.draft, (*path, key))]
    return [Order(path, moved(keys, key, typed.get("to", "")))]


def _added(fields: FieldList, path: Path, keys: list[str], typed: Mapping[str, str]) -> list[Operation]:
    taken = {*keys, *ever_published(*path)}
    kind = typed.get("kind", "text")
    made: list[Operation] = []
    for line in typed.get("label", "").splitlines()[:1_000]:
        label = line.strip()[:200]
        if not label:
            continue
        key = new_key(label, taken, fallback="answer")
        taken.add(key)
        item: dict[str, JsonValue] = {"key": key, "label": label}
        if path[-1] == "columns":
            item["kind"] = kind if kind in COLUMN_KINDS else "text"
            item |= BEGINS.get(str(item["kind"]), {})
        made.append(Insert(path, item))
    return made


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def part(request: PersonRequest, field_key: str, part_key: str, type_key: str = "", kind_key: str = "") -> HttpResponse:
    """One answer: its words; or one column, with all that goes for a field of its kind."""
    fields = FieldList.of(current(), type_key, kind_key)
    field = fields.field(field_key)
    list_name, noun = LISTS.get(str(field["kind"]), ("", ""))
    path = (*fields.base, field_key, list_name, part_key)
    item = fields.draft.read(path) if list_name else None
    if not isinstance(item, dict):
        raise Http404
    title = f"{fields.name}, {fields.label(field)}, {words(item.get('label'), fields.draft)}"
    controls = _answer_controls() if noun == "answer" else column_controls(fields.draft, path, item)
    sheet = Sheet(controls, fields.draft, path, title, posted(request))
    return answer_sheet(
        request,
        sheet,
        f"{fields.href('field', field_key)}#parts",
        lambda again, status: _part_page(request, fields, path, again, status),
    )


def _answer_controls() -> list[Control]:
    return [
        label_text("label", ("label",), "Answer", required=True),
        label_text("help", ("help",), "Explanation", "In smaller letters below it."),
    ]


def _part_page(request: PersonRequest, fields: FieldList, path: Path, sheet: Sheet, status: int) -> HttpResponse:
    field_key, part_key = path[-3], path[-1]
    context = {
        "sheet": sheet,
        "form": sheet,
        "label": fields.label(fields.field(field_key)),
        "action": fields.href("field_part", field_key, part_key),
        "back_href": f"{fields.href('field', field_key)}#parts",
    }
    return setup_page(request, "setup/field_part.html", fields.draft, context, parts=(fields.part,), status=status)
