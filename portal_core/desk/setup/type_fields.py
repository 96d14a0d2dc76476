"""The fields of a request type (`/desk/setup/types/KEY/`) or a kind of saved record, in the order of the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.accounts.roles import CUSTOMER, Role
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Insert, Operation, Order, Set
from portal_core.config.draft.paths import keys_of, write
from portal_core.config.draft.reading import Draft, current
from portal_core.config.draft.values import in_use
from portal_core.config.remembering import parse
from portal_core.config.visibility import Visibility
from portal_core.desk.setup.field_kinds import BEGINS, GROUPS, KINDS
from portal_core.desk.setup.field_lists import FieldList, column_name, role_columns, shown_to
from portal_core.desk.setup.frame import name_of, offered_of, setup_page, words
from portal_core.desk.setup.keys import new_key
from portal_core.desk.setup.live_form import live_form_of
from portal_core.desk.setup.moving import moved
from portal_core.desk.setup.retiring import split, take_out_or_back
from portal_core.desk.setup.saving import do_edit, is_refused, part_answer, refusal
from portal_core.desk.setup.types import type_head
from tenants.framing import with_frame

WORDS: Final = {Visibility.HIDDEN: "hidden", Visibility.SEE: "see", Visibility.EDIT: "edit"}
_NEXT: Final = {Visibility.HIDDEN: "see", Visibility.SEE: "edit", Visibility.EDIT: "hidden"}


@dataclass(frozen=True)
class Cell:
    """What one role may do with one field: now, and after a press. `key` is the role's or the status's."""

    key: str
    name: str
    now: str
    next: str
    is_changed: bool


@dataclass(frozen=True)
class FieldLine:
    """One line of the table."""

    key: str
    label: str
    note: str
    kind: str
    icon: str
    is_required: bool
    can_be_required: bool
    is_retired: bool
    is_changed: bool
    cells: Sequence[Cell]


@require_safe
@staff_page("manage_setup")
def index(request: PersonRequest, type_key: str = "", kind_key: str = "") -> HttpResponse:
    """The page."""
    fields = FieldList.of(current(), type_key, kind_key)
    roles = role_columns(fields.draft)
    lines = [line_of(fields, field, roles) for field in fields.fields()]
    statuses = _statuses(fields)
    context = {
        "fields": fields,
        **split(lines),
        "columns": [column_name(role) for role in roles],
        "statuses": statuses,
        "matrix": _matrix(fields, roles[0], statuses),
        **_said_in_row(request, lines),
        "add_href": fields.href("field_add"),
        "can_copy": bool(type_key and offered_of(fields.draft, "types", but=type_key)),
        "order_href": fields.href("fields_order"),
        **(type_head(fields.draft, type_key, "fields") if type_key else {}),
        **live_form_of(type_key),
    }
    return with_frame(setup_page(request, "setup/type_fields.html", fields.draft, context, parts=(fields.part,)))


def line_of(fields: FieldList, field: dict[str, JsonValue], roles: Sequence[Role]) -> FieldLine:
    """One field in the table."""
    key, kind = str(field["key"]), KINDS[str(field["kind"])]
    before = fields.draft.live_value((*fields.base, key))
    was = before if isinstance(before, dict) else None
    return FieldLine(
        key=key,
        label=fields.label(field),
        note=_note(fields, field, is_new=was is None),
        kind=_kind_words(fields.draft, field),
        icon=kind.icon,
        is_required=bool(field.get("required")),
        can_be_required=field["kind"] not in ("heading", "info"),
        is_retired=bool(field.get("retired")),
        is_changed=was != field,
        cells=[_cell(field, was, role) for role in roles],
    )


def _kind_words(draft: Draft, field: Mapping[str, JsonValue]) -> str:
    unit = words(field.get("unit"), draft)
    name = KINDS[str(field["kind"])].name
    return f"{name}, {unit}" if unit else name


def _note(fields: FieldList, field: Mapping[str, JsonValue], *, is_new: bool) -> str:
    when = fields.condition_words(field)
    parts = [f"Shown when {when}" if when else "", "Filled in from what is known" if field.get("remember") else ""]
    return " · ".join(part for part in (*parts, "new" if is_new else "") if part)


def _cell(field: dict[str, JsonValue], was: dict[str, JsonValue] | None, role: Role) -> Cell:
    now = shown_to(field, role)
    is_changed = was is not None and shown_to(was, role) is not now
    return Cell(role.key, column_name(role), WORDS[now], _NEXT[now], is_changed)


@dataclass(frozen=True)
class StatusHead:
    """A column of the matrix."""

    key: str
    name: str


@dataclass(frozen=True)
class MatrixLine:
    """What customers may do with one field, status by status."""

    key: str
    label: str
    cells: Sequence[Cell]


def _statuses(fields: FieldList) -> list[StatusHead]:
    """The statuses that a request of this type goes through; none for kinds of records."""
    flow = fields.draft.item("flows", str(fields.item.get("flow", "")))
    listed = flow.get("statuses") if flow else None
    return [StatusHead(str(s["key"]), name_of(s, fields.draft)) for s in in_use(listed)]


def _matrix(fields: FieldList, customer: Role, statuses: Sequence[StatusHead]) -> list[MatrixLine]:
    lines = []
    for field in fields.fields():
        if field.get("retired") or field["kind"] in ("heading", "info"):
            continue
        before = fields.draft.live_value((*fields.base, str(field["key"])))
        was = before if isinstance(before, dict) else None
        cells = [_status_cell(field, was, customer, status) for status in statuses]
        lines.append(MatrixLine(str(field["key"]), fields.label(field), cells))
    return lines


def _status_cell(
    field: dict[str, JsonValue], was: dict[str, JsonValue] | None, customer: Role, status: StatusHead
) -> Cell:
    now = shown_to(field, customer, status.key)
    is_changed = was is not None and shown_to(was, customer, status.key) is not now
    return Cell(status.key, status.name, WORDS[now], _NEXT[now], is_changed)


def _fields_of(fields: FieldList, source: str) -> list[tuple[str, str]]:
    """The fields of one of them; the type alone is read."""
    if source not in dict(offered_of(fields.draft, "types", but=fields.key)):
        return []
    other = FieldList(fields.draft, "types", source)
    return [(f"{source}.{f['key']}", other.label(f)) for f in other.fields() if not f.get("retired")]


def _said_in_row(request: PersonRequest, lines: Sequence[FieldLine]) -> dict[str, object]:
    """Why a press at a field was refused, for its row; the head of the page does not say it again."""
    refused = request.GET.get("refused", "")
    if refused not in [line.key for line in lines if not line.is_retired]:
        return {}
    return {"refused": refused, "problem": refusal(request), "messages": ()}


# What a press does.

_OUT_OF_DATE: Final = "Nothing was changed: this cannot be chosen here any more. What stands here is how it is now."


@require_POST
@staff_page("manage_setup")
def switch(request: PersonRequest, field_key: str, type_key: str = "", kind_key: str = "") -> HttpResponse:
    """`do`: required, show (`role`, `to`), at (`status`, `to`), retire. A script gets the row or the cell alone."""
    fields = FieldList.of(current(), type_key, kind_key)
    field = fields.field(field_key)
    operation, told = _pressed(fields, field, request.POST)
    back = f"{fields.href('type' if type_key else 'fields')}#row-{field_key}"
    title = f"{fields.name}, {fields.label(field)}: {told}"
    if operation is None:
        messages.error(request, _OUT_OF_DATE)
        answer: HttpResponse = HttpResponseRedirect(back)
    else:
        answer = do_edit(request, back, lambda: edit(actor=request.actor, operations=[operation], title=title))
    if request.htmx and request.POST.get("do") != "retire":
        fresh = FieldList.of(current(), type_key, kind_key)
        return _part(request, fresh, fresh.field(field_key))
    if is_refused(request) and not request.htmx:
        # The row says it, not the head of the page, where whoever pressed does not look.
        return HttpResponseRedirect(back.replace("#", f"?refused={field_key}#"))
    return answer


def _part(request: PersonRequest, fields: FieldList, field: dict[str, JsonValue]) -> HttpResponse:
    """What was pressed as it is now: the field's row, or one cell of the table of statuses."""
    roles, key = role_columns(fields.draft), str(field["key"])
    if request.POST.get("do") != "at":
        context = {"fields": fields, "line": line_of(fields, field, roles), "order_href": ""}
        return part_answer(request, "setup/_field_row.html", context)
    status = next((one for one in _statuses(fields) if one.key == request.POST.get("status")), None)
    before = fields.draft.live_value((*fields.base, key))
    was = before if isinstance(before, dict) else None
    cell = None if status is None else _status_cell(field, was, roles[0], status)
    named = {"key": key, "label": fields.label(field), "action": fields.href("field_switch", key)}
    return part_answer(request, "setup/_matrix_cell.html", {**named, "cell": cell})


def _pressed(
    fields: FieldList, field: Mapping[str, JsonValue], typed: Mapping[str, str]
) -> tuple[Operation | None, str]:
    path = (*fields.base, str(field["key"]))
    to = typed.get("to", "")
    match typed.get("do"):
        case "required":
            now = bool(field.get("required"))
            return Set((*path, "required"), None if now else True), "not needed" if now else "needed"
        case "show" if to in WORDS.values() and (role := _role(fields.draft, typed.get("role"))):
            return _shown(fields, field, role, None, to), f"who sees it ({column_name(role)})"
        case "at" if to in WORDS.values() and typed.get("status") in {s.key for s in _statuses(fields)}:
            return _at(fields, field, typed["status"], to), "customers, in one status"
        case "retire":
            return _retired(fields, field)
    return None, ""


def _at(fields: FieldList, field: Mapping[str, JsonValue], status_key: str, to: str) -> Operation:
    """What customers may do in one status."""
    return _shown(fields, field, role_columns(fields.draft)[0], status_key, to)


def _shown(fields: FieldList, field: Mapping[str, JsonValue], role: Role, status_key: str | None, to: str) -> Operation:
    """What a role may do, in one status or on the form; no rule where it may do that anyhow.

    It would change nothing and be told; and customers who fill something in on the form, as is usual, could change it
    ever after once somebody had pressed through all the signs.
    SECURITY: what is hidden here stays hidden, whatever is chosen for the whole field later.
    """
    where = ("show", role.key) if status_key is None else ("at", status_key, role.key)
    path = (*fields.base, str(field["key"]), *where)
    without = write(dict(field), where, None)
    assert isinstance(without, dict)
    usual = shown_to(without, role, status_key)
    can_go = usual is not Visibility.HIDDEN and WORDS[usual] == to and fields.draft.live_value(path) != to
    return Set(path, None if can_go else to)


def _retired(fields: FieldList, field: Mapping[str, JsonValue]) -> tuple[Operation, str]:
    operation = take_out_or_back(fields.draft, (*fields.base, str(field["key"])))
    return operation, "asked again" if field.get("retired") else "not asked any more"


def _role(draft: Draft, key: str | None) -> Role | None:
    return next((role for role in role_columns(draft) if role.key == key), None)


@require_POST
@staff_page("manage_setup")
def switch_many(request: PersonRequest, type_key: str = "", kind_key: str = "") -> HttpResponse:
    """A whole row (`field`) or column (`status`, or `role`) of the tables at once, `to` edit, see or hidden."""
    fields = FieldList.of(current(), type_key, kind_key)
    typed, to = request.POST, request.POST.get("to", "")
    back = f"{fields.href('type' if type_key else 'fields')}#matrix"
    rows = [f for f in fields.fields() if not f.get("retired") and f["kind"] not in ("heading", "info")]
    statuses, role = _statuses(fields), _role(fields.draft, typed.get("role"))
    operations: list[Operation] = []
    if to in WORDS.values():
        for field in rows:
            if role is not None:
                operations.append(_shown(fields, field, role, None, to))
                continue
            operations += [
                _at(fields, field, status.key, to)
                for status in statuses
                if field["key"] == typed.get("field") or status.key == typed.get("status")
            ]
    if not operations:
        return HttpResponseRedirect(back)
    title = f"{fields.name}: who sees what"
    return do_edit(request, back, lambda: edit(actor=request.actor, operations=operations, title=title))


@require_POST
@staff_page("manage_setup")
def order(request: PersonRequest, type_key: str = "", kind_key: str = "") -> HttpResponse:
    """Another place in the form for one field."""
    fields = FieldList.of(current(), type_key, kind_key)
    key = request.POST.get("key", "")
    keys = moved(keys_of(list[JsonValue](fields.fields())), key, request.POST.get("to", ""))
    back = f"{fields.href('type' if type_key else 'fields')}#row-{key[:40]}"
    title = f"{fields.name}: order of the fields"
    return do_edit(request, back, lambda: edit(actor=request.actor, operations=[Order(fields.base, keys)], title=title))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def add(request: PersonRequest, type_key: str = "", kind_key: str = "") -> HttpResponse:
    """A new field of any kind, or a copy of one of another type."""
    fields = FieldList.of(current(), type_key, kind_key)
    typed = request.POST
    made = None
    if request.method == "POST":
        made = _copied(fields, typed.get("copy", "")) if typed.get("copy") else _made(fields, typed)
    if made is None:
        return _add_page(request, fields)
    title = f"{fields.name}: new field “{fields.label(made)}”"
    return do_edit(
        request,
        fields.href("field", str(made["key"])),
        lambda: edit(actor=request.actor, operations=[Insert(fields.base, made)], title=title),
    )


def _add_page(request: PersonRequest, fields: FieldList) -> HttpResponse:
    """The page; what is missing is said at its box."""
    typed, is_type = request.POST, fields.collection == "types"
    missing = _missing(typed) if request.method == "POST" and not typed.get("copy") else {}
    context = {
        "fields": fields,
        "groups": [
            (name, [(key, KINDS[key]) for key in keys if is_type or key not in _TYPES_ALONE]) for name, keys in GROUPS
        ],
        "sources": offered_of(fields.draft, "types", but=fields.key) if is_type else [],
        "source": request.GET.get("from", ""),
        "copies": _fields_of(fields, request.GET.get("from", "")),
        "typed": typed,
        "missing": missing,
        "page_error": bool(missing),
        "back_href": fields.href("type" if is_type else "fields"),
    }
    status = 400 if request.method == "POST" else 200
    return setup_page(request, "setup/field_add.html", fields.draft, context, parts=(fields.part,), status=status)


def _missing(typed: Mapping[str, str]) -> dict[str, str]:
    """What a new field lacks, by its box."""
    found = {}
    if not typed.get("label", "").strip():
        found["label"] = "Write the question"
    if typed.get("kind") not in KINDS:
        found["kind"] = "Choose what kind of answer it takes"
    return found


# What a saved record cannot be asked for.
_TYPES_ALONE: Final = frozenset({"record", "rows", "file"})


def _made(fields: FieldList, typed: Mapping[str, str]) -> dict[str, JsonValue] | None:
    if _missing(typed):
        return None
    label, kind = typed["label"].strip()[:200], typed["kind"]
    key = new_key(label, fields.taken_keys(), fallback="field")
    made: dict[str, JsonValue] = {"key": key, "kind": kind, "label": label, **BEGINS.get(kind, {})}
    return {**made, "show": {CUSTOMER: WORDS[Visibility.HIDDEN]}} if typed.get("who") == "staff" else made


def _copied(fields: FieldList, name: str) -> dict[str, JsonValue] | None:
    other, _, field_key = name.partition(".")
    source = fields.draft.read(("types", other, "fields", field_key))
    if not isinstance(source, dict):
        return None
    key = new_key(fields.label(source), fields.taken_keys(), fallback="field")
    # What depends on other fields and statuses of its old home stays there.
    stays = {"when", "at", "retired"}
    remembered = parse(str(source.get("remember", "")))
    if remembered is not None and remembered.is_of_record:
        stays.add("remember")
    return {**{name: value for name, value in source.items() if name not in stays}, "key": key}
