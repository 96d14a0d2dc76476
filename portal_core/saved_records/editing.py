"""Changing a record: the form, and the values that the page showed (signed for this tenant and record)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.signing import BadSignature
from django.http import QueryDict
from pydantic import JsonValue

from portal_core.config.answers_form import AnswersForm
from portal_core.config.kinds.base import Asked
from portal_core.config.viewer import Viewer
from portal_core.saved_records.forms import record_form
from portal_core.saved_records.models import SavedRecord
from portal_core.saved_records.visible import deciding_values, kind_of
from tenants import signing

_SALT = "saved_records.editing"


@dataclass(frozen=True)
class RecordEditing:
    """A record being changed. `seen_token` goes into the page and comes back with the form."""

    form: AnswersForm
    seen: Mapping[str, JsonValue]
    seen_token: str


def open_record_form(row: SavedRecord, asked: Asked, viewer: Viewer, data: QueryDict | None) -> RecordEditing:
    """The form with what this reader may change in it."""
    values = deciding_values(row, viewer, portal=asked.portal)
    form = record_form(kind_of(asked.portal, row.kind_key), asked, data, values=values)
    shown = {key: values.get(key) for key in form.fields}
    token = signing.dumps(shown, salt=f"{_SALT}.{row.pk}") if data is None else data.get("seen", "")
    return RecordEditing(form, _seen(row, token), token)


def _seen(row: SavedRecord, token: str) -> dict[str, JsonValue]:
    try:
        return dict(signing.loads(token, salt=f"{_SALT}.{row.pk}"))
    except BadSignature:
        # A spoilt token counts as having seen nothing: the save is refused where there is a value.
        return {}
