"""The form of a `fill` ask: its fields as far as the reader may edit them, and what stood in them on the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.forms import RadioSelect
from django.http import QueryDict

from portal_core.config.answers_form import AnswersForm
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.flows import FillAsk
from portal_core.config.visibility import Visibility
from portal_core.history.record import JsonValue
from portal_core.service_requests.asking import fields_of_fill
from portal_core.service_requests.forms import asked_about, edit_form
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.seen_values import seen_token, seen_values
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible_values import form_values
from tenants.ui.fields import FieldLook

_BUTTONS: Final = 6


@dataclass(frozen=True)
class Filling:
    """One `fill` ask being answered. `seen_token` goes into the page and comes back with the form."""

    form: AnswersForm
    seen: Mapping[str, JsonValue]
    seen_token: str

    @property
    def is_single(self) -> bool:
        """Whether it asks one question, for which the words of the ask itself are enough."""
        return len(self.form.fields) == 1


def _as_buttons(form: AnswersForm) -> None:
    """A few short answers to choose from stand in a row, so that one tap and Confirm are enough."""
    for field in form.fields.values():
        if isinstance(field.widget, RadioSelect) and len(list(field.widget.choices)) <= _BUTTONS:
            field.look = FieldLook(layout="slots")  # type: ignore[attr-defined]  # read by tenants.ui.fields


def open_filling(
    row: ServiceRequest, ask: FillAsk, viewer: Viewer, *, portal: CompiledPortal, data: QueryDict | None = None
) -> Filling:
    """The form of `ask` for this reader, with what stands in the fields, or (`data`) what was sent.

    What a field says of being required holds; where no field of the ask is required by itself, all of them are.
    """
    fields = [
        field
        for field in fields_of_fill(row, ask, portal.type(row.type_key))
        if viewer.visibility(field, row.status_key) == Visibility.EDIT
    ]
    asked = asked_about(row, viewer, portal, auto_id=f"ask-{row.number}-{ask.key}-%s")
    values = form_values(row, viewer, portal=portal, keys=[field.key for field in fields])
    form = edit_form(fields, asked, values, data)
    if not any(field.required for field in form.fields.values()):
        for field in form.fields.values():
            field.required = True
    _as_buttons(form)
    salt = f"asks.{row.pk}.{ask.key}"
    shown = {field.key: values.get(field.key) for field in fields}
    token = data.get("seen", "") if data is not None else seen_token(shown, salt)
    return Filling(form, seen_values(token, salt), token)
