"""What a browser sends for a form field that shows a value."""

from __future__ import annotations

from typing import Any

from django.forms.widgets import CheckboxSelectMultiple, Widget

from portal_core.config.compiled_field import CompiledField
from portal_core.config.kinds.base import Asked
from tenants.ui.parts import PartsWidget
from tenants.ui.rows import RowsWidget


def inputs_of(widget: Widget, name: str, shown: Any) -> dict[str, list[str]]:
    """The inputs of a control with what stands in them, by name."""
    if isinstance(widget, PartsWidget):
        return {f"{name}_{part}": [words] for part, words in widget.split(shown).items()}
    if isinstance(widget, RowsWidget):
        rows = shown or []
        sent = {name: [row["id"] for row in rows]} if rows else {}
        for row in rows:
            for column in widget.columns:
                sent |= inputs_of(column.widget, f"{name}_{row['id']}_{column.key}", row.get(column.key))
        return sent
    if isinstance(widget, CheckboxSelectMultiple):
        return {name: [str(key) for key in shown or []]} if shown else {}
    return {name: ["" if shown is None else str(shown)]}


def sent_for(field: CompiledField, stored: Any, asked: Asked, prefix: str = "f") -> dict[str, list[str]]:
    """What comes in when a form that shows the stored value is sent as it is."""
    form_field = field.kind.form_field(field, asked)
    return inputs_of(form_field.widget, f"{prefix}-{field.key}", field.kind.initial(stored, field, asked))
