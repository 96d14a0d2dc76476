"""A small table in a form: rows are added and taken out by buttons, which work without script and keep what is typed.

The ids of the rows come in under the table's own name, in their order; each cell is named `NAME_ROW_COLUMN`. A button
sends `rows` with "add NAME" or "drop NAME ROW"; with script (static/app.js) the page does it by itself.
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from django.core.exceptions import ValidationError
from django.forms import BoundField, Form
from django.forms.widgets import CheckboxSelectMultiple, RadioSelect, Select, Textarea, Widget
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from tenants.ui.parts import PartsWidget, is_plain, plain_control
from tenants.ui.tried import is_said_at_once

if TYPE_CHECKING:
    from django.utils.datastructures import MultiValueDict
    from django.utils.functional import _StrOrPromise

PRESSED: Final = "rows"
# Of the button that Enter presses (components/_enter.html).
ENTER: Final = "enter"
# Stands for the id in the row that script copies.
BLANK: Final = "0row0"
_ID: Final = re.compile(r"[a-z0-9]{1,16}")
# What is read beyond the rows that a table may have: enough to say that they are too many.
# SECURITY: a row is a few bytes to send and many controls to draw.
_ROWS_BEYOND: Final = 200

Row = Mapping[str, Any]  # what came in, or was kept, by column; "id" among them


@runtime_checkable
class HasButtons(Protocol):
    """A control with buttons that send the whole form for it alone."""

    def pressed(self, data: Mapping[str, Any], name: str) -> str:
        """What the button asks for that was pressed, if it was one of this control; else nothing."""
        ...


def pressed_alone(data: Mapping[str, Any]) -> bool:
    """Whether a button was pressed that sends the form for one of its controls alone, and not Enter."""
    return bool(data.get(PRESSED, ENTER) != ENTER)


class FormWithButtons(Form):
    """A form that may come in only for a button of one of its controls (a row of a table more or less, a search for
    what is on file): nothing is meant to be sent yet, and nothing is complained of that can still be mended."""

    @cached_property
    def is_reshaped(self) -> bool:
        """Whether it did."""
        if not self.is_bound or not self.data.get(PRESSED):
            return False
        return any(
            isinstance(field.widget, HasButtons) and bool(field.widget.pressed(self.data, self.add_prefix(name)))
            for name, field in self.fields.items()
        )

    def is_valid(self) -> bool:
        """Whether what was sent can be taken."""
        return super().is_valid() and not self.is_reshaped

    def add_error(self, field: str | None, error: Any) -> None:
        """Takes note of what is wrong, once the form is meant to be sent. `Any`: Django's own signature."""
        if not self.is_reshaped or is_said_at_once(error):
            super().add_error(field, error)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what is asked, and by which control. `sign` (a unit, a currency) stands in the head."""

    key: str
    label: "_StrOrPromise"
    widget: Widget
    sign: str = ""
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One control of a row in its page."""

    label: "_StrOrPromise"
    element_id: str
    html: SafeString
    is_group: bool
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row in its page. `drop` is what its button sends."""

    id: str
    number: int
    cells: tuple[Cell, ...]
    drop: str


@dataclass(frozen=True, slots=True)
class TableForm:
    """The whole table in its page."""

    heads: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    blank: TableRow
    add: str
    max_rows: int
    is_full: bool
    # What is wrong with the table as a whole; what is wrong with a cell stands in it.
    problems: tuple[str, ...] = ()


class RowsWidget(Widget):
    """The controls of a table; `components/field.html` lays them out."""

    use_fieldset = True

    def __init__(self, columns: Sequence[Column], max_rows: int) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.max_rows = max_rows

    @cached_property
    def fresh_id(self) -> str:
        """The id of a row that is new in this page; the same however often the page is looked at."""
        return f"r{secrets.token_hex(4)}"

    def value_from_datadict(
        self, data: Mapping[str, Any], files: "MultiValueDict[str, Any]", name: str
    ) -> list[dict[str, Any]]:  # `Any`: whatever was sent
        """The rows that came in, with the one that was asked for, without the one that was taken out."""
        getlist: Callable[[str], list[Any]] = getattr(data, "getlist", lambda key: [data[key]] if key in data else [])
        ids = dict.fromkeys(row for row in getlist(name)[: self.max_rows + _ROWS_BEYOND] if _ID.fullmatch(str(row)))
        pressed = self.pressed(data, name)
        rows = [
            {"id": row}
            | {
                column.key: column.widget.value_from_datadict(data, files, f"{name}_{row}_{column.key}")
                for column in self.columns
            }
            for row in ids
            if pressed != f"drop {name} {row}"
        ]
        if pressed == f"add {name}" and len(rows) < self.max_rows and self.fresh_id not in ids:
            rows.append({"id": self.fresh_id})
        return rows

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Whether the table was not in the page at all."""
        return name not in data

    def pressed(self, data: Mapping[str, Any], name: str) -> str:
        """What the button asks for that was pressed, if it was one of this table; else nothing."""
        asked = str(data.get(PRESSED, ""))
        return asked if asked == f"add {name}" or asked.startswith(f"drop {name} ") else ""

    def id_for_label(self, id_: str) -> str:
        """The table itself."""
        return f"{id_}-group" if id_ else ""

    def render(
        self, name: str, value: object, attrs: Mapping[str, Any] | None = None, renderer: object = None
    ) -> SafeString:
        """Never used: the table is laid out by the component."""
        raise NotImplementedError


def table_of(bound: BoundField) -> TableForm:
    """The table of a field with what stands in it; an empty one has one row to begin with."""
    widget = bound.field.widget
    assert isinstance(widget, RowsWidget)
    given = bound.value()
    rows = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list) else []
    rows = rows or [{"id": widget.fresh_id}]
    problems = _problems(bound)
    is_added = bound.form.is_bound and widget.pressed(bound.form.data, bound.html_name).startswith("add")
    made = tuple(
        _row(widget, bound, row, number, problems, is_new=is_added and number == len(rows))
        for number, row in enumerate(rows, start=1)
    )
    return TableForm(
        heads=widget.columns,
        rows=made,
        blank=_row(widget, bound, {"id": BLANK}, 0, {}, is_new=False),
        add=f"add {bound.html_name}",
        max_rows=widget.max_rows,
        is_full=len(made) >= widget.max_rows,
        problems=tuple(
            str(words)
            for words, error in zip(bound.errors, bound.errors.as_data(), strict=True)
            if not _params(error).get("cell")
        ),
    )


def _params(error: ValidationError) -> Mapping[str, Any]:
    """What an error names: of a cell, its place ("ROW_COLUMN") and what is wrong with it."""
    return getattr(error, "params", None) or {}


def _problems(bound: BoundField) -> dict[str, list[str]]:
    """What is wrong, by "ROW_COLUMN"."""
    found: dict[str, list[str]] = {}
    for error in bound.errors.as_data():
        params = _params(error)
        if params.get("cell"):
            found.setdefault(str(params["cell"]), []).append(str(params["words"]))
    return found


def _row(
    widget: RowsWidget, bound: BoundField, row: Row, number: int, problems: Mapping[str, list[str]], *, is_new: bool
) -> TableRow:
    row_id = str(row["id"])
    cells = tuple(
        _cell(
            column,
            _Spot(f"{bound.html_name}_{row_id}_{column.key}", f"{bound.auto_id}_{row_id}_{column.key}", number),
            row.get(column.key),
            tuple(problems.get(f"{row_id}_{column.key}", ())),
            is_first=is_new and position == 0,
        )
        for position, column in enumerate(widget.columns)
    )
    return TableRow(row_id, number, cells, f"drop {bound.html_name} {row_id}")


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a cell stands: its name and id in the page, and the number of its row."""

    name: str
    element_id: str
    number: int


def _cell(column: Column, spot: _Spot, value: object, problems: tuple[str, ...], *, is_first: bool) -> Cell:
    widget = column.widget
    attrs: dict[str, Any] = {"id": spot.element_id}
    if problems:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{spot.element_id}-error"}
    if is_first:
        attrs["autofocus"] = "autofocus"
    if isinstance(widget, PartsWidget):
        attrs["aria-label"] = str(column.label)
        return Cell(column.label, spot.element_id, widget.render(spot.name, value, attrs), True, problems)
    if isinstance(widget, CheckboxSelectMultiple):
        return Cell(column.label, spot.element_id, _ticks(widget, spot, value), True, problems)
    attrs["class"] = "select" if isinstance(widget, Select) else "textarea" if isinstance(widget, Textarea) else "input"
    if isinstance(widget, Textarea):
        attrs |= {"rows": "2", "cols": False}
    draw = plain_control if is_plain(widget) else type(widget).render
    html = draw(widget, spot.name, value, attrs)
    return Cell(column.label, spot.element_id, html, False, problems)


def _ticks(widget: CheckboxSelectMultiple, spot: _Spot, value: object) -> SafeString:
    chosen = [str(key) for key in value] if isinstance(value, list | tuple) else []
    return format_html_join(
        "",
        '<label class="check"><input type="checkbox" name="{}" value="{}" id="{}"{}><span>{}</span></label>',
        (
            (spot.name, key, f"{spot.element_id}_{position}", SafeString(" checked") if key in chosen else "", label)
            for position, (key, label) in enumerate(widget.choices)
        ),
    )


def cell_widget(widget: Widget) -> Widget:
    """The control that fits a cell: a list to choose from instead of a column of buttons."""
    # Django's many boxes are a kind of its buttons; of those any number is chosen.
    if isinstance(widget, RadioSelect) and not isinstance(widget, CheckboxSelectMultiple):
        return Select(choices=[("", "–"), *((key, words) for key, words in widget.choices if key != "")])
    return widget


def target_of(bound: BoundField, params: Mapping[str, Any]) -> str:
    """The id to which the summary of errors leads for one error of a table."""
    return f"{bound.auto_id}_{params['cell']}" if "cell" in params else f"{bound.auto_id}-group"
