"""`rows`: a small table. Rows are kept as a list of {"id", column: value}; ids are stable, empty cells left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from pydantic import JsonValue

from portal_core.config.document.fields import FieldBase, RowsField
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.kinds.base import Asked, Fault, FieldKind, Saving
from portal_core.config.kinds.common import common_options
from portal_core.config.kinds.shown import Shown, Table
from portal_core.config.problem_kinds import ProblemKind
from tenants.ui.fields import FieldLook
from tenants.ui.rows import Column, RowsWidget, cell_widget
from tenants.ui.spreadsheet import Cell

if TYPE_CHECKING:
    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField

_MOST_ERRORS: Final = 20
_MOST_COLUMNS: Final = 12
_ROW_ID: Final = re.compile(r"[a-z0-9]{1,16}")

# What a column cannot have: the field as a whole has it, or it would make every blank row an answer.
NOT_OF_COLUMNS: Final = ("when", "show", "at", "remember", "calculated", "default")


class RowsInput(forms.Field):
    """Asks for rows; its errors name row and column. `columns` are those still asked, with their form fields."""

    default_error_messages = {"required": _("Fill in at least one row.")}

    def __init__(
        self,
        *,
        columns: dict[str, tuple[CompiledField, forms.Field]],
        max_rows: int,
        asked: Asked,
        **options: Any,  # Django's own
    ) -> None:
        self.columns = columns
        self.max_rows = max_rows
        self.asked = asked
        self.kept: Mapping[str, Mapping[str, JsonValue]] = {str(row.get("id")): row for row in _rows(asked.stored)}
        super().__init__(**options)

    def clean(self, value: object) -> list[dict[str, JsonValue]]:
        """The rows in stored form, without the empty ones."""
        if value in (None, ""):
            value = []
        if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
            raise ValidationError(_("Write this as rows."), code="rows")
        rows, wrong = [], []
        for number, given in enumerate(value, start=1):
            row, problems = self._row(given, number)
            if row or problems:
                rows.append({"id": self._id(given, number), **self._carried(given), **row})
            wrong += problems
        if not rows and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(rows) > self.max_rows:
            text = ngettext("Keep to one row.", "Keep to %(limit)s rows; there are %(count)s.", self.max_rows)
            raise ValidationError(text, code="many", params={"limit": self.max_rows, "count": len(rows)})
        if wrong:
            raise ValidationError(wrong[:_MOST_ERRORS])
        return _with_own_ids(rows)

    def _row(self, given: Mapping[str, object], number: int) -> tuple[dict[str, JsonValue], list[ValidationError]]:
        row: dict[str, JsonValue] = {}
        wrong: list[ValidationError] = []
        for key, (column, form_field) in self.columns.items():
            try:
                cell = self._cell(column, form_field, given, key)
            except ValidationError as error:
                wrong += [self._wrong(given, number, key, words) for words in error.messages]
                continue
            if cell is not None:
                row[key] = cell
        if row or wrong:
            needed = [key for key, (column, _field) in self.columns.items() if column.required and key not in row]
            failed = {error.params["column_key"] for error in wrong if error.params}
            wrong += [
                self._wrong(given, number, key, str(self.columns[key][1].error_messages["required"]))
                for key in needed
                if key not in failed
            ]
        return row, wrong

    def _cell(self, column: CompiledField, form_field: forms.Field, given: Mapping[str, object], key: str) -> JsonValue:
        """The cell in stored form; one that comes back as it was shown stays as it was."""
        was = self.kept.get(str(given.get("id")), {}).get(key)
        if was is not None and given.get(key) == column.kind.initial(was, column, self.asked):
            return was
        return column.kind.store(form_field.clean(given.get(key)), column)

    def _wrong(self, given: Mapping[str, object], number: int, key: str, words: str) -> ValidationError:
        params = {
            "row": number,
            "column": self.columns[key][1].label,
            "column_key": key,
            "words": words,
            "cell": f"{self._id(given, number)}_{key}",
        }
        return ValidationError(_("Row %(row)s, %(column)s: %(words)s"), code="cell", params=params)

    def _id(self, given: Mapping[str, object], number: int) -> str:
        row_id = given.get("id")
        return row_id if isinstance(row_id, str) and _ROW_ID.fullmatch(row_id) else f"r{number}"

    def _carried(self, given: Mapping[str, object]) -> Mapping[str, JsonValue]:
        """What the row has in columns that are no longer asked for: it stays."""
        kept = self.kept.get(str(given.get("id")), {})
        return {key: cell for key, cell in kept.items() if key != "id" and key not in self.columns}


def _with_own_ids(rows: list[dict[str, JsonValue]]) -> list[dict[str, JsonValue]]:
    """Every row under an id of its own, whatever was sent."""
    seen: set[JsonValue] = set()
    for position, row in enumerate(rows, start=1):
        row_id, again = row["id"], position
        while row["id"] in seen:
            row["id"] = f"{str(row_id)[:10]}x{again}"
            again += 1
        seen.add(str(row["id"]))
    return rows


class RowsKind(FieldKind[RowsField]):
    """A table of rows; each column is a field of another kind."""

    key = "rows"
    options = RowsField
    operators = frozenset({"filled", "empty"})
    filters = ("filled", "empty")
    fits_column = False

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        config = self.config(field)
        made: dict[str, tuple[CompiledField, forms.Field]] = {}
        for column in field.columns:
            if not column.retired:
                cells = [row.get(column.key) for row in _rows(asked.stored)]
                form_field = column.kind.column_field(column, replace(asked, stored=_flat(cells)))
                form_field.required = False  # the row decides: an empty one is dropped
                form_field.label = asked.portal.text(column.label, asked.language)
                made[column.key] = (column, form_field)
        return RowsInput(
            columns=made,
            max_rows=config.max_rows,
            asked=asked,
            widget=RowsWidget([_column(column, form_field) for column, form_field in made.values()], config.max_rows),
            **common_options(field, asked.portal, asked.language),
        )

    def store(self, cleaned: object, field: CompiledField) -> JsonValue:
        return cleaned if isinstance(cleaned, list) and cleaned else None

    def settle(self, value: JsonValue, field: CompiledField, saving: Saving) -> JsonValue:
        return [_settled(row, field, saving) for row in _rows(value)] or None

    def initial(self, value: JsonValue, field: CompiledField, asked: Asked) -> object:
        return [
            {"id": row.get("id")}
            | {column.key: column.kind.initial(row.get(column.key), column, asked) for column in field.columns}
            for row in _rows(value)
        ]

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        lines = []
        for row in _rows(value):
            cells = [
                f"{portal.text(column.label, language)}: {', '.join(words.splitlines())}"
                for column in field.columns
                if (words := column.kind.display(row.get(column.key), column, portal, language, time_zone))
            ]
            lines.append("; ".join(cells))
        return "\n".join(line for line in lines if line)

    def shown(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> Shown:
        text = self.display(value, field, portal, language, time_zone)
        if not text:
            return Shown()
        rows = _rows(value)
        columns = [c for c in field.columns if not c.retired or any(row.get(c.key) is not None for row in rows)]
        table = Table(
            heads=tuple(portal.text(column.label, language) for column in columns),
            rows=tuple(
                tuple(c.kind.shown(row.get(c.key), c, portal, language, time_zone) for c in columns) for row in rows
            ),
        )
        return Shown(text, one_line=" / ".join(text.splitlines()), table=table)

    def difference(self, before: JsonValue, after: JsonValue) -> tuple[JsonValue, JsonValue]:
        old, new = _rows(before), _rows(after)
        gone = [row for row in old if row not in new]
        come = [row for row in new if row not in old]
        # Rows that only changed places: all of both.
        return (list(gone), list(come)) if gone or come else (before, after)

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        """A line for each row, in one cell: to be read, since a table in a table cannot be counted with."""
        return self.display(value, field, portal, portal.language, portal.time_zone)

    def faults(self, config: FieldBase, document: PortalDocument) -> Iterator[Fault]:
        from portal_core.config.kinds.registry import kind_for  # this kind is in the registry itself

        assert isinstance(config, RowsField)
        columns = [column for column in config.columns if not column.retired]
        if not columns:
            yield Fault("columns", "This table has no columns.", "Add columns.", ProblemKind.INCOMPLETE)
        if len(columns) > _MOST_COLUMNS:
            text = f"There are {len(columns)} columns; the limit is {_MOST_COLUMNS}."
            yield Fault("columns", text, "Take some out: nobody can fill that in on a phone.", ProblemKind.OVER_LIMIT)
        for column in columns:
            path = f"columns.{column.key}"
            kind = kind_for(column.kind)
            if not column.label:
                yield Fault(
                    f"{path}.label", "This column has no label.", "Add the words of its head.", ProblemKind.INCOMPLETE
                )
            if not kind.fits_column:
                text = f"Columns of the kind {column.kind} are not available yet."
                yield Fault(f"{path}.kind", text, "Use another kind.", ProblemKind.NOT_ALLOWED_HERE)
            for name in NOT_OF_COLUMNS:
                if getattr(column, name, None):
                    text = f"A column has no “{name}” of its own."
                    yield Fault(
                        f"{path}.{name}", text, "Take it out, or set it on the field.", ProblemKind.NOT_ALLOWED_HERE
                    )
            for fault in kind.faults(column, document):
                yield replace(fault, key=f"{path}.{fault.key}")


def _settled(row: dict[str, Any], field: CompiledField, saving: Saving) -> dict[str, Any]:
    columns = {column.key: column for column in field.columns}
    return {
        key: cell if key not in columns else columns[key].kind.settle(cell, columns[key], saving)
        for key, cell in row.items()
    }


def _rows(value: JsonValue | object) -> list[dict[str, Any]]:  # `Any`: cells of all kinds
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _flat(cells: list[Any]) -> JsonValue:
    """What stands in a column, for kinds that offer what is kept although it is offered no longer."""
    return [one for cell in cells for one in (cell if isinstance(cell, list) else [cell]) if one is not None]


def _column(column: CompiledField, form_field: forms.Field) -> Column:
    look = getattr(form_field, "look", None)
    sign = (look.prefix or look.suffix) if isinstance(look, FieldLook) else ""
    label = form_field.label or column.key
    return Column(column.key, label, cell_widget(form_field.widget), sign, is_needed=column.required)
