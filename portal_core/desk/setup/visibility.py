"""`/desk/setup/visibility/`: who sees what, where and why; and the promises about it that every version must keep."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from pydantic import JsonValue, TypeAdapter

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.accounts.roles import AGENT, CUSTOMER, GUEST, MANAGER, OWNER, Role, builtin_role
from portal_core.config.document.fields import AnyField
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import Draft, current
from portal_core.config.proof import FORM, Proof, prove, sees_anywhere
from portal_core.config.searchable import is_seen_by_all
from portal_core.config.visibility import Visibility
from portal_core.desk.setup.field_lists import FieldList, own_roles
from portal_core.desk.setup.frame import name_of, setup_page
from portal_core.desk.setup.saving import do_edit
from portal_core.desk.setup.told import rules_in

_FIELD: TypeAdapter[AnyField] = TypeAdapter(AnyField)
_NAMES: Final = {
    CUSTOMER: "Customers",
    GUEST: "Guests",
    AGENT: "Agents",
    MANAGER: "Managers",
    OWNER: "Owners",
}
_DOES: Final = {Visibility.HIDDEN: "do not see it", Visibility.SEE: "see it", Visibility.EDIT: "see and change it"}
_MARKS: Final = {Visibility.HIDDEN: "hidden", Visibility.SEE: "see", Visibility.EDIT: "edit"}
_NOT_SHOWN: Final = frozenset({"heading", "info"})
# What is looked at, beside a field of a request as TYPE.FIELD; no key of a type holds a colon.
_DOCUMENT, _RECORD = "document:", "record:"


@dataclass(frozen=True)
class Line:
    """What one role may do in some places, and why, as sentences."""

    who: str
    does: str
    mark: str
    where: str
    why: str


@dataclass(frozen=True)
class Promise:
    """A saved assertion: what it says, and where it is broken."""

    field: str
    never: str
    who: str
    what: str
    href: str
    broken: str
    is_new: bool


@dataclass(frozen=True)
class Reader:
    """The roles of a draft, by what the page calls them."""

    role: Role
    name: str


def readers_of(draft: Draft) -> list[Reader]:
    """Customers first, then guests, the desk's roles, the business's own."""
    built_in = (builtin_role(key) for key in _NAMES)
    found = [Reader(role, _NAMES[role.key]) for role in built_in if role is not None]
    return [*found, *(Reader(role, f"People with the role {role.name}") for role in own_roles(draft))]


@require_safe
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """The page; `of` says what is looked at: TYPE.FIELD, "record:KIND.FIELD", "document:KIND", "messages", "notes"."""
    draft = current()
    of = request.GET.get("of", "")
    asked = list(_fields_of(draft, "types"))
    choices = [*asked, *_others(draft)]
    known = {key: label for _, listed in choices for key, label in listed}
    if of and of not in known:
        raise Http404
    readers = readers_of(draft)
    context = {
        "choices": choices,
        "of": of,
        "name": known.get(of, ""),
        "lines": list(_lines(draft, readers, of)) if of else [],
        "places": _places(draft, readers, of) if of else [],
        "promises": _promises(draft, readers),
        "fields": asked,
        "readers": [(reader.role.key, reader.name) for reader in readers],
    }
    return setup_page(request, "setup/visibility.html", draft, context, parts=("assertions",))


Listed: TypeAlias = tuple[str, list[tuple[str, str]]]


def _fields_of(draft: Draft, collection: Literal["types", "record_kinds"], start: str = "") -> Iterator[Listed]:
    """The fields of request types or of kinds of records, by what they belong to."""
    for item in draft.items(collection):
        if not item.get("retired"):
            fields = FieldList(draft, collection, str(item["key"]))
            listed = [
                (f"{start}{item['key']}.{field['key']}", fields.label(field))
                for field in rules_in(item.get("fields"))
                if field["kind"] not in _NOT_SHOWN
            ]
            yield name_of(item, draft), listed


def _others(draft: Draft) -> list[Listed]:
    """What else is seen or not: what customers have saved, documents, what is written."""
    saved = [(f"Saved: {name}", listed) for name, listed in _fields_of(draft, "record_kinds", _RECORD)]
    kinds = [
        (f"{_DOCUMENT}{kind['key']}", name_of(kind, draft))
        for kind in draft.items("document_kinds")
        if not kind.get("retired")
    ]
    written = [("messages", "Messages"), ("notes", "Notes of colleagues")]
    return [*saved, ("Documents", kinds), ("What is written", written)]


def _lines(draft: Draft, readers: Sequence[Reader], of: str) -> Iterator[Line]:
    if of in ("messages", "notes"):
        yield from (_of_written(reader, is_note=of == "notes") for reader in readers)
        return
    if of.startswith((_DOCUMENT, _RECORD)):
        # They belong to a customer: there is no status; a record is a form for whoever may change it.
        field, place = _of_customer(draft, of)
        for reader in readers:
            yield from (_line(draft, reader, proof, {}) for proof in prove(field, reader.role, [place]))
        return
    type_key, _, key = of.partition(".")
    field, statuses = _field(draft, type_key, key), _statuses(draft, type_key)
    for reader in readers:
        for proof in prove(field, reader.role, [FORM, *statuses], type_key):
            yield _line(draft, reader, proof, statuses)


def _of_customer(draft: Draft, of: str) -> tuple[AnyField, str | None]:
    """A kind of document, or a field of a kind of record, as a field that has one place."""
    if of.startswith(_RECORD):
        kind_key, _, key = of.removeprefix(_RECORD).partition(".")
        return _FIELD.validate_python(draft.read(("record_kinds", kind_key, "fields", key))), FORM
    key = of.removeprefix(_DOCUMENT)
    kind = draft.item("document_kinds", key) or {}
    return _FIELD.validate_python({"key": key, "kind": "text", "label": key, "show": kind.get("show", {})}), ""


def _field(draft: Draft, type_key: str, key: str) -> AnyField:
    return _FIELD.validate_python(draft.read(("types", type_key, "fields", key)))


def _statuses(draft: Draft, type_key: str) -> dict[str, str]:
    """The statuses of a type by key, in order, with their names."""
    item = draft.item("types", type_key) or {}
    flow = draft.item("flows", str(item.get("flow", ""))) or {}
    return {str(s["key"]): name_of(s, draft) for s in rules_in(flow.get("statuses")) if not s.get("retired")}


def _of_written(reader: Reader, *, is_note: bool) -> Line:
    is_hidden = is_note and not reader.role.is_staff
    value = Visibility.HIDDEN if is_hidden else Visibility.SEE
    where = "nowhere" if is_hidden else "on requests that they reach"
    why = "Notes are for staff alone, always." if is_note else "Messages are for everybody on the request, always."
    return Line(reader.name, _DOES[value], _MARKS[value], where, why)


def _line(draft: Draft, reader: Reader, proof: Proof, statuses: dict[str, str]) -> Line:
    every = len(proof.places) == len(statuses) + 1
    names = ["on the form" if place is FORM else statuses.get(place, "") for place in proof.places]
    own = "wherever they see the customer" if reader.role.is_staff else "among what is theirs"
    all_over = "everywhere" if statuses else own
    where = all_over if every else ", ".join(filter(None, names))
    why = _why(draft, reader, proof)
    if proof.why == "usual" and not statuses and not reader.role.is_staff:
        why = f"Nothing is set: customers {'change' if proof.places == (FORM,) else 'see'} what is theirs."
    return Line(reader.name, _DOES[proof.value], _MARKS[proof.value], where, why)


def _why(draft: Draft, reader: Reader, proof: Proof) -> str:
    column = _NAMES.get(proof.column, "")
    if not column and proof.column:
        column = name_of(draft.item("roles", proof.column) or {}, draft)
    match proof.why:
        case "out of reach":
            return "This role meets no requests of this type."
        case "retired":
            return "It is not asked any more: staff still read what was answered, nobody else does."
        case "guest":
            return "Guests change nothing once a request is sent."
        case "status":
            return f"It is set for {column} in these statuses."
        case "field":
            return f"It is set for {column}."
    if reader.role.is_staff:
        return "Nothing is set: staff see and change everything."
    return "Nothing is set: customers fill it in on the form and see it afterwards."


def _places(draft: Draft, readers: Sequence[Reader], of: str) -> list[tuple[str, str]]:
    """Where it comes up at all, beside the page of the request."""
    pages = "Each page shows it to those who see it there, and leaves it out for the others; printing too."
    exports = (
        "Customers who take their own data with them get what they see. "
        "The portal’s own file holds what is asked, never an answer."
    )
    special = {
        _DOCUMENT: "A mail names a document only to a reader who sees its kind.",
        _RECORD: "A mail names what is saved by its title, without what its reader does not see.",
        "messages": "The mail to the customer and to colleagues who are told carries the words.",
        "notes": "Only in mails to colleagues who reach the request.",
    }
    start = of if of in special else next((start for start in (_DOCUMENT, _RECORD) if of.startswith(start)), "")
    if start:
        taken = "In no file that the portal gives out." if of == "notes" else exports
        return [("Pages", pages), ("Mails", special[start]), ("Exports", taken)]
    type_key, _, key = of.partition(".")
    field, statuses = _field(draft, type_key, key), _statuses(draft, type_key)
    staff = [reader.role for reader in readers if reader.role.is_staff]
    is_found = is_seen_by_all(field, staff, set(statuses))
    found = (
        "Found by its words at the desk: all staff see it in every status."
        if is_found
        else "Not found by its words by anybody, as some staff do not see it somewhere."
    )
    mails = "A mail puts it in only for a reader who sees it in that status; else its sentence is left out."
    return [("Pages", pages), ("Mails", mails), ("Search", found), ("Exports", exports)]


def _promises(draft: Draft, readers: Sequence[Reader]) -> list[Promise]:
    live = draft.live_value(("assertions",))
    before = rules_in(live)
    by_key = {reader.role.key: reader for reader in readers}
    found = []
    for said in rules_in(draft.part("assertions")):
        reference, role_key = str(said.get("field", "")), str(said.get("never", ""))
        type_key, _, key = reference.partition(".")
        source, reader = draft.read(("types", type_key, "fields", key)), by_key.get(role_key)
        kind = draft.item("types", type_key)
        if not isinstance(source, dict) or reader is None or kind is None:
            what, broken, href = "something that is gone", "What it is about is gone. Take it out.", ""
        else:
            what = f"{FieldList(draft, 'types', type_key).label(source)} ({name_of(kind, draft)})"
            broken, href = _broken(draft, reader, type_key, key), f"?of={reference}"
        who = reader.name if reader else "A role that is gone"
        found.append(Promise(reference, role_key, who, what, href, broken, said not in before))
    return found


def _broken(draft: Draft, reader: Reader, type_key: str, key: str) -> str:
    """Where a promise does not hold; "" where it holds."""
    statuses = _statuses(draft, type_key)
    seen = sees_anywhere(_field(draft, type_key, key), reader.role, [FORM, *statuses])
    names = ["on the form" if place is FORM else f"in “{statuses[place]}”" for place in seen]
    return f"They see it {', '.join(names[:3])}{' and more' if len(names) > 3 else ''}." if names else ""


@require_POST
@staff_page("manage_setup")
def promise(request: PersonRequest) -> HttpResponse:
    """`do`: add (`field`, `never`), or remove (`field`, `never`)."""
    draft, typed = current(), request.POST
    back = f"{reverse('desk:setup_visibility')}#promises"
    reference, role_key = typed.get("field", ""), typed.get("never", "")
    kept = rules_in(draft.part("assertions"))
    said: dict[str, JsonValue] = {"field": reference, "never": role_key}
    if typed.get("do") == "remove":
        left = [one for one in kept if (one.get("field"), one.get("never")) != (reference, role_key)]
    elif _is_offered(draft, reference, role_key):
        left = [*kept, said] if said not in kept else kept
    else:
        messages.error(request, "Choose what must never be seen, and by whom.")
        return HttpResponseRedirect(back)
    if left == kept:
        return HttpResponseRedirect(back)
    operation = Set(("assertions",), list[JsonValue](left) or None)
    title = "Promises about who sees what"
    return do_edit(
        request,
        back,
        lambda: edit(actor=request.actor, operations=[operation], title=title, expected_revision=draft.revision),
    )


def _is_offered(draft: Draft, reference: str, role_key: str) -> bool:
    offered = {key for _, listed in _fields_of(draft, "types") for key, _ in listed}
    return reference in offered and role_key in {reader.role.key for reader in readers_of(draft)}
