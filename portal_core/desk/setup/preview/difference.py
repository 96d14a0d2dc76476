"""What the desk has and the customer does not, what reads differently, and why: the words beside the two screens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.config.visibility import Visibility
from portal_core.desk.setup.preview.staff_side import StaffSide
from portal_core.desk.setup.preview.trying import Stage
from portal_core.service_requests.pages import request_page
from portal_core.service_requests.viewer import Viewer

EVERYWHERE: Final = "hidden by you at every status"
HERE: Final = "hidden by you in this status"
NOT_ASKED: Final = "not asked on the form"


@dataclass(frozen=True)
class Held:
    """Fields that the customer is not sent, for one reason."""

    names: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Why:
    """Why the customer sees one field, or does not."""

    key: str
    label: str
    words: str
    mark: str


@dataclass(frozen=True)
class Difference:
    """All that stands beside the two screens."""

    held: tuple[Held, ...] = ()
    notes: int = 0
    documents: tuple[str, ...] = ()
    staff_word: str = ""
    customer_word: str = ""
    whys: tuple[Why, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether both read the same."""
        return not (self.held or self.notes or self.documents or self.customer_word)


def difference(made: Stage, staff: StaffSide) -> Difference:
    """What lies between the page of the staff and the page of the reader on stage."""
    if staff.page is not None:
        return _of_request(made, staff)
    if staff.form is not None:
        held = [item for item in staff.fields if item.mark == "none"]
        return Difference(
            held=(Held(tuple(item.label for item in held), NOT_ASKED),) if held else (),
            whys=tuple(_why(item.key, staff.form, None, made.portal) for item in staff.fields),
        )
    return Difference()


def _of_request(made: Stage, staff: StaffSide) -> Difference:
    assert staff.page is not None and staff.row is not None
    kind, status = made.portal.type_or_unknown(staff.row.type_key), staff.row.status_key
    page = staff.page
    names = made.portal.text
    shown = page.request.status
    staff_word = names(kind.flow.status_or_unknown(status).name, made.portal.language)
    return Difference(
        held=tuple(_held(staff, kind, status)),
        notes=page.history.hidden_notes,
        documents=_documents_held(made, staff),
        staff_word=staff_word,
        customer_word=shown.customer_name if shown.customer_name != staff_word else "",
        whys=tuple(_why(item.key, kind, status, made.portal) for item in staff.fields),
    )


def _held(staff: StaffSide, kind: CompiledType, status: str) -> Iterable[Held]:
    hidden = [item for item in staff.fields if item.mark == "none"]
    for why, is_everywhere in ((EVERYWHERE, True), (HERE, False)):
        names = tuple(item.label for item in hidden if _is_hidden_everywhere(kind, item.key) == is_everywhere)
        if names:
            yield Held(names, why)


def _documents_held(made: Stage, staff: StaffSide) -> tuple[str, ...]:
    actor = made.viewer_actor
    assert staff.page is not None and staff.row is not None
    if actor is None or not staff.page.documents:
        return ()
    theirs = request_page(staff.row, Viewer.of(actor, made.portal), portal=made.portal).documents
    seen = {document.id for document in theirs}
    return tuple(document.name for document in staff.page.documents if document.id not in seen)


def _is_hidden_everywhere(kind: CompiledType, key: str) -> bool:
    field = kind.field_or_none(key)
    return field is None or not _seen_in(field, kind)


def _seen_in(field: CompiledField, kind: CompiledType) -> list[str]:
    customer = resolve_role(CUSTOMER)
    keys = [status.key for status in kind.flow.statuses]
    return [key for key in keys if field.visibility(customer, key) >= Visibility.SEE]


def _why(key: str, kind: CompiledType, status: str | None, portal: CompiledPortal) -> Why:
    field = kind.field(key)
    level = field.visibility(resolve_role(CUSTOMER), status)
    return Why(
        key,
        portal.text(field.label, portal.language),
        _sentence(field, kind, level, status, portal),
        level.name.lower(),
    )


def _sentence(
    field: CompiledField, kind: CompiledType, level: Visibility, status: str | None, portal: CompiledPortal
) -> str:
    if field.retired:
        return "Taken out: staff see it on old requests, customers do not see it any more."
    if status is None:
        return {
            Visibility.EDIT: "Customers fill it in on the form.",
            Visibility.SEE: "Customers see it on the form and cannot fill it in.",
            Visibility.HIDDEN: "Staff fill it in; the form does not ask customers.",
        }[level]
    if level == Visibility.EDIT:
        return "Customers see it in this status, and may change it."
    if level == Visibility.SEE:
        return "Customers see it in this status. They cannot change it."
    seen_in = _seen_in(field, kind)
    if not seen_in:
        return "You hide it from customers at every status: it is on no page and in no mail."
    names = [portal.text(kind.flow.status(key).name, portal.language) for key in seen_in]
    return f"You hide it from customers in this status. They see it in: {_listed(names)}."


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
