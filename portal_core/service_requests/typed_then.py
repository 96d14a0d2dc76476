"""What somebody typed into a form of an earlier version, in the words in which they read it: no key, no id."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from pydantic import JsonValue

from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.config.document.fields import FileField, RecordField, RowsField
from portal_core.config.kinds.base import Asked
from portal_core.config.kinds.typed import is_typed
from portal_core.config.visibility import Visibility
from portal_core.documents.field import DOCUMENT
from portal_core.documents.field import NEW as NEW_FILES
from portal_core.saved_records.kind import INNER
from portal_core.saved_records.kind import NEW as NEW_RECORD
from portal_core.service_requests.forms import PREFIX
from tenants.identifiers import parse_uuid

# `Any`: of the files that came along only the names are read.
Files: TypeAlias = "MultiValueDict[str, UploadedFile[Any]]"
MAX_WORDS = 2_000
# Kinds whose own input holds what was picked, or the rows that there are, and nothing that anybody typed.
_PICKED = (FileField, RecordField, RowsField)


@dataclass(frozen=True)
class Lost:
    """A question that is no longer asked, and what was typed there."""

    label: str
    words: str


def asked_of(kind: CompiledType, asked: Asked) -> dict[str, CompiledField]:
    """SECURITY: of an earlier version too, only what this person was asked."""
    return {
        field.key: field
        for field in kind.fields
        if field.is_input and not field.retired and field.visibility(asked.role, None) == Visibility.EDIT
    }


@dataclass(frozen=True)
class TypedThen:
    """A form as it came in, read by the version under which it was opened (`asked.portal`).

    SECURITY: labels and answers to pick are that version's; what is kept for the customer, a record or a document, is
    named as it is shown today (`asked.rules`).
    """

    data: QueryDict
    files: Files
    asked: Asked

    def label(self, field: CompiledField) -> str:
        """The question as it was read."""
        return self.asked.portal.text(field.label, self.asked.language)

    def everything(self, kind: CompiledType) -> tuple[Lost, ...]:
        """Every question of the form with what was typed there."""
        found = (Lost(self.label(field), self.words(field)) for field in asked_of(kind, self.asked).values())
        return tuple(item for item in found if item.words)

    def words(self, field: CompiledField, prefix: str = PREFIX) -> str:
        """What was typed into one question; "" for nothing."""
        name = f"{prefix}-{field.key}"
        if self.data.get(name) == NEW_RECORD and isinstance(field.config, RecordField):
            return self._as_typed(field, name)
        stored = self._stored(field, name)
        if stored is None:
            return self._as_typed(field, name)
        return self._shown(field, stored)[:MAX_WORDS]

    def of_column(self, field: CompiledField, column: CompiledField) -> str:
        """What was typed into one column of a table."""
        name = f"{PREFIX}-{field.key}"
        rows = self._stored(field, name)
        if not isinstance(rows, list):
            return self._as_typed(field, name, f"_{column.key}")
        cells = [row.get(column.key) for row in rows if isinstance(row, dict)]
        return ", ".join(self._shown(column, cell) for cell in cells if cell is not None)[:MAX_WORDS]

    def of_new_record(self, field: CompiledField) -> Iterator[tuple[CompiledField, str]]:
        """The questions about a new record that was described, with what was typed there."""
        name, config = f"{PREFIX}-{field.key}", field.config
        kind = self.asked.portal.record_kinds.get(getattr(config, "record_kind", None) or "")
        if kind is None or self.data.get(name) != NEW_RECORD:
            return
        for inner in kind.fields:
            if inner.is_input and not inner.retired and inner.visibility(self.asked.role, None) == Visibility.EDIT:
                yield inner, self.words(inner, f"{name}{INNER}")

    def _stored(self, field: CompiledField, name: str) -> JsonValue:
        """The answer as it would be kept; None where there is none, or none that the earlier form would take."""
        form_field = field.kind.form_field(field, self.asked)
        form_field.required = False
        try:
            cleaned = form_field.clean(form_field.widget.value_from_datadict(self.data, self.files, name))
        except ValidationError:
            return None
        return field.kind.store(cleaned, field)

    def _shown(self, field: CompiledField, value: JsonValue) -> str:
        asked = self.asked
        return field.kind.display(value, field, asked.portal, asked.language, asked.portal.time_zone)

    def _as_typed(self, field: CompiledField, name: str, ending: str = "") -> str:
        """All inputs of a question together as they came in, and the names of files that came along.

        What was picked from something kept is an id, which tells nobody anything: it is not repeated.
        """
        names = [item for item in self.data if item.startswith(f"{name}_") and item.endswith(ending) and is_typed(item)]
        picked = self.data.getlist(name)
        values = [value for item in names for value in self.data.getlist(item)]
        if not isinstance(field.config, _PICKED):
            values = [*picked, *values]
        files = [file.name or "" for file in self.files.getlist(f"{name}{NEW_FILES}")]
        words = ", ".join(value.strip() for value in (*values, *files) if value.strip() and not _is_id(value))
        if words or not any(map(_is_id, (*picked, *values))):
            return words[:MAX_WORDS]
        return _("something that is no longer here")


def _is_id(value: str) -> bool:
    return parse_uuid(value.removeprefix(DOCUMENT)) is not None
