"""Editing one answer of a filed request: the form, and the value that the page showed.

The page carries the value it showed (signed for this tenant and request), so that a save can tell whether somebody
else changed it meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from portal_core.config.compiled import CompiledPortal
from portal_core.config.errors import UnknownKey
from portal_core.config.visibility import Visibility
from portal_core.history.record import JsonValue
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.forms import AnswersForm, asked_about, edit_form
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.seen_values import seen_token, seen_values
from portal_core.service_requests.viewer import Viewer
from portal_core.service_requests.visible_values import form_values


@dataclass(frozen=True)
class Editing:
    """One field being changed. `seen_token` and `opened` (the version) go into the page and come back with the form."""

    key: str
    form: AnswersForm
    seen: Mapping[str, JsonValue]
    seen_token: str
    opened: int

    @property
    def answers(self) -> dict[str, JsonValue]:
        """The new answer in stored form; None when it was emptied.

        Raises:
            Forbidden: the question is not asked any more, so that the form took no answer to it.
        """
        if self.key not in self.form.cleaned_data:
            raise Forbidden
        return {self.key: self.form.cleaned_data[self.key]}


def open_editing(
    row: ServiceRequest, key: str, viewer: Viewer, *, portal: CompiledPortal, data: QueryDict | None = None
) -> Editing | None:
    """The form for field `key`, or None where this reader may not edit it (or it is not asked, or does not exist)."""
    try:
        field = portal.type(row.type_key).field(key)
    except UnknownKey:
        return None
    if field.retired or not field.kind.is_input:
        return None
    if field.visibility(viewer.role, row.status_key) < Visibility.EDIT:
        return None
    if data is None and field not in portal.type(row.type_key).applicable_fields(row.data, row.status_key):
        # A form that comes in for it is answered in words: somebody may have changed the other answer meanwhile.
        return None
    values = form_values(row, viewer, portal=portal, keys=[key])
    form = edit_form([field], asked_about(row, viewer, portal, auto_id="edit-%s"), values, data)
    token = data.get("seen", "") if data is not None else seen_token({key: values.get(key)}, str(row.pk))
    return Editing(key=key, form=form, seen=seen_values(token, str(row.pk)), seen_token=token, opened=portal.number)
