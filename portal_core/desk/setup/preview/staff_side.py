"""What the desk shows of the same thing: the request, the questions of a form, or the customer's requests."""

from dataclasses import dataclass
from typing import Final

from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.config.compiled_type import CompiledType
from portal_core.config.visibility import Visibility
from portal_core.desk.setup.preview.trying import Address, Stage, mail_of, number_in
from portal_core.service_requests.access import get_for
from portal_core.service_requests.errors import NotSeen
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.pages import RequestPage, request_page
from portal_core.service_requests.queries import visible_to
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible import VisibleRequest, visible

_LINES: Final = 12
_OTHERS: Final = 10
_MARKS: Final = {Visibility.HIDDEN: "none", Visibility.SEE: "see", Visibility.EDIT: "edit"}
_FROM_WORDS: Final = {"hidden": "none"}


@dataclass(frozen=True)
class StaffField:
    """One field as staff see it; `mark` says what the customer may: none, see or edit."""

    key: str
    label: str
    text: str
    mark: str


@dataclass(frozen=True)
class StaffSide:
    """The left screen: `page` (a request), `form` (the questions of a type) or `others` (the requests there are)."""

    page: RequestPage | None = None
    row: ServiceRequest | None = None
    form: CompiledType | None = None
    form_name: str = ""
    fields: tuple[StaffField, ...] = ()
    others: tuple[VisibleRequest, ...] = ()

    @property
    def filled(self) -> tuple[StaffField, ...]:
        """The fields that are worth a line: answered, or kept from the customer."""
        return tuple(item for item in self.fields if item.text or item.mark == "none")

    @property
    def unfilled_count(self) -> int:
        """How many others there are."""
        return len(self.fields) - len(self.filled)


def staff_side(made: Stage, address: Address) -> StaffSide:
    """What whoever looks would see at the desk, of what the reader on stage sees at `address`."""
    row = _row(made, address)
    if row is not None:
        page = request_page(row, _viewer(made), portal=made.portal, entries=_LINES)
        fields = (
            StaffField(item.key, item.label, item.text, _FROM_WORDS.get(item.customer_mark, item.customer_mark))
            for item in page.request.fields
        )
        return StaffSide(page=page, row=row, fields=tuple(fields))
    parts = address.path.split("/")
    if parts[0] == "new" and len(parts) > 1 and parts[1]:
        return _form(made, parts[1])
    return StaffSide(others=tuple(_others(made)))


def _viewer(made: Stage) -> Viewer:
    return Viewer.of(made.looker, made.portal)


def _row(made: Stage, address: Address) -> ServiceRequest | None:
    if mail_of(address) is not None:
        return made.row
    number = number_in(address.path)
    if number is None:
        return None
    if not made.seen.is_real:
        return made.made_up.get(number)
    try:
        row = get_for(made.looker, number)
    except NotSeen:
        return None
    return row if made.user is not None and row.customer_id == made.user.pk else None


def _form(made: Stage, key: str) -> StaffSide:
    kind = next((item for item in made.portal.types if item.key == key), None)
    if kind is None:
        return StaffSide()
    customer, language = resolve_role(CUSTOMER), made.portal.language
    shown = (
        field
        for field in kind.fields
        if field.is_input and not field.retired and field.visibility(made.looker.role, None) >= Visibility.SEE
    )
    fields = (
        StaffField(field.key, made.portal.text(field.label, language), "", _MARKS[field.visibility(customer, None)])
        for field in shown
    )
    return StaffSide(form=kind, form_name=made.portal.text(kind.name, language), fields=tuple(fields))


def _others(made: Stage) -> list[VisibleRequest]:
    if not made.seen.is_real:
        rows = list(made.made_up.values())
    elif made.user is None:
        rows = []
    else:
        found = visible_to(made.looker).filter(customer_id=made.user.pk).select_related("customer", "assignee")
        rows = list(found.order_by("-last_entry_at")[:_OTHERS])
    return [visible(row, _viewer(made), portal=made.portal, brief=True) for row in rows]
