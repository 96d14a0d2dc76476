"""Controls for what statuses keep: how long, rules in rows, closing. Rows are saved together, as one list."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import QueryDict
from pydantic import JsonValue

from portal_core.config.draft.values import items_of
from portal_core.desk.setup.controls import Choices, Control, Where
from portal_core.desk.setup.moving import moved
from tenants.ui.fields import FieldLook

_UNITS: Final = (
    ("working_hours", "working hours"),
    ("hours", "hours"),
    ("working_days", "working days"),
    ("days", "days"),
    ("no_limit", "no limit"),
)
_MOST_ROWS: Final = 20
# Of one rule: where it stands among the others, and the button that moves it (a rule's name, then where it goes).
_PLACE: Final = "place"
_MOVE: Final = "move"
_ROWS: Final = frozenset(str(row) for row in range(_MOST_ROWS))
_LONGEST_TIME: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class Expected(Control):
    """How long a status usually lasts: a number and its unit, or no limit."""

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """A number and a list."""
        number = forms.IntegerField(label=self.label, min_value=1, max_value=_LONGEST_TIME, required=False)
        unit = forms.ChoiceField(label="Unit", choices=[("", "not said"), *_UNITS], required=False)
        return {self.name: number, f"{self.name}-unit": unit}

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """Both parts of the promise."""
        kept = value if isinstance(value, dict) else {}
        if kept.get("no_limit"):
            return {self.name: None, f"{self.name}-unit": "no_limit"}
        unit = next((name for name in ("hours", "days") if name in kept), "")
        return {self.name: kept.get(unit), f"{self.name}-unit": f"working_{unit}" if kept.get("working") else unit}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """A number without a unit means days; a unit without a number is not yet a promise."""
        number, unit = cleaned[self.name], cleaned[f"{self.name}-unit"]
        if unit == "no_limit":
            return {"no_limit": True}
        if number is None:
            return None
        promise: dict[str, JsonValue] = {unit.removeprefix("working_") or "days": number}
        return promise | ({"working": True} if unit.startswith("working_") else {})


@dataclass(frozen=True)
class Column:
    """One part of a rule: a list to choose from, or a number where there are no choices."""

    key: str
    label: str
    choices: Choices = ()
    empty: str = ""
    default: JsonValue = None
    suffix: str = ""

    def field(self, row: int, *, is_first: bool) -> forms.Field:
        """Its form field in a row, by whose number those who hear it tell rows apart. The first column decides whether
        there is a rule at all.
        """
        label = f"{self.label}, rule {row + 1}"
        if not self.choices and not self.empty:
            made = forms.IntegerField(label=label, required=False, min_value=0, max_value=3_650)
            made.look = FieldLook(suffix=self.suffix)  # type: ignore[attr-defined]  # how the component draws it
            return made
        given = [*([("", self.empty or "–")] if is_first or self.empty else []), *self.choices]
        return forms.ChoiceField(label=label, choices=given, required=False)


@dataclass(frozen=True, kw_only=True)
class RuleRows(Control):
    """Rules in rows, as many as there are and one more. A row whose first part is empty is no rule.

    What a row does not show (its condition) travels with it, so that rows can go while others keep theirs; so does its
    place, so that a rule is moved and changed in one step, and nothing that was typed is lost by moving.
    """

    columns: Sequence[Column]
    count: int

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """The fields of all rows; a hidden one says that the list was there, however many rows it has."""
        found: dict[str, forms.Field] = {}
        for row in range(self._shown):
            for number, column in enumerate(self.columns):
                found[self.field_name(row, column)] = column.field(row, is_first=number == 0)
            found[f"{self.name}-{row}-rest"] = forms.CharField(
                required=False, max_length=20_000, widget=forms.HiddenInput, label=self.label
            )
            found[self.place_name(row)] = forms.CharField(
                required=False,
                max_length=4,
                label=self.label,
                widget=forms.HiddenInput(attrs={"data-order-place": True}),
            )
        return found

    def field_name(self, row: int, column: Column) -> str:
        """The name of one field; of the very first that of the control."""
        return f"{self.name}-{row}-{column.key}"

    def place_name(self, row: int) -> str:
        """The name of the field that says where the rule of a row stands."""
        return f"{self.name}-{row}-{_PLACE}"

    def rows_in_place(self, typed: Callable[[str], str]) -> list[int]:
        """The rows by where their rules stand; `typed` gives what a field holds. The row for one more is the last."""
        rules = sorted(range(self._shown - 1), key=lambda row: _place_in(typed(self.place_name(row)), row))
        return [*rules, self._shown - 1]

    @property
    def _shown(self) -> int:
        return min(self.count + 1, _MOST_ROWS)

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """Row by row."""
        shown: dict[str, Any] = {}
        keys = [column.key for column in self.columns]
        for row, rule in enumerate(items_of(value)[:_MOST_ROWS]):
            for column in self.columns:
                shown[self.field_name(row, column)] = rule.get(column.key, column.default)
            rest = {key: part for key, part in rule.items() if key not in keys}
            shown[f"{self.name}-{row}-rest"] = json.dumps(rest) if rest else ""
        shown |= {self.place_name(row): row for row in range(self._shown)}
        return shown

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """The list, by the places of its rules; rules beyond what the page can show stay."""
        rules: list[JsonValue] = []
        for row in self.rows_in_place(lambda name: str(cleaned[name])):
            typed = {column.key: cleaned[self.field_name(row, column)] for column in self.columns}
            if typed[self.columns[0].key] in ("", None):
                continue
            kept = {column.key: typed[column.key] for column in self.columns if self._is_said(column, typed)}
            rules.append({**kept, **_rest(cleaned[f"{self.name}-{row}-rest"], kept)})
        rules += items_of(before)[_MOST_ROWS:]
        return rules or None

    def _is_said(self, column: Column, typed: Mapping[str, Any]) -> bool:
        return typed[column.key] not in ("", None, column.default)


def rearranged(sent: QueryDict) -> QueryDict:
    """What was sent, with one rule moved where its button was pressed (`move`: "handler-1-up"), as without script."""
    which, _, to = sent.get(_MOVE, "").rpartition("-")
    name, _, row = which.rpartition("-")
    places = {
        parts[1]: _place_in(str(value), int(parts[1]))
        for key, value in sent.items()
        if (parts := key.rsplit("-", 2))[::2] == [name, _PLACE] and parts[1] in _ROWS
    }
    if row not in places:
        return sent
    now = sent.copy()
    for place, other in enumerate(moved(sorted(places, key=lambda row: (places[row], int(row))), row, to)):
        now[f"{name}-{other}-{_PLACE}"] = str(place)
    return now


def _place_in(typed: str, row: int) -> int:
    """Where the rule of a row stands; where it always stood when what came says nothing of it."""
    return int(typed) if typed in _ROWS else row


def _rest(typed: str, kept: Mapping[str, Any]) -> dict[str, JsonValue]:
    """What came with a row; anything that is no object is nothing. What it holds is checked with the document."""
    try:
        rest = json.loads(typed) if typed else {}
    except ValueError:
        return {}
    return {key: value for key, value in rest.items() if key not in kept} if isinstance(rest, dict) else {}


@dataclass(frozen=True, kw_only=True)
class Closing(Control):
    """After how many days without an answer a request is closed, and where it goes."""

    choices: Choices

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """A number and a list."""
        number = forms.IntegerField(label=self.label, required=False, min_value=1, max_value=3_650)
        number.look = FieldLook(suffix="days")  # type: ignore[attr-defined]  # how the component draws it
        return {
            self.name: number,
            f"{self.name}-to": forms.ChoiceField(
                label="It goes to", required=False, choices=[("", "–"), *self.choices]
            ),
        }

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """Both parts."""
        kept = value if isinstance(value, dict) else {}
        return {self.name: kept.get("after_days"), f"{self.name}-to": kept.get("to", "")}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """Half a rule is none yet."""
        number, to = cleaned[self.name], cleaned[f"{self.name}-to"]
        return {"after_days": number, "to": to} if number and to else None


@dataclass(frozen=True, kw_only=True)
class OneOf(Control):
    """One of several as a list; what is kept now stays among them, even where it does not exist any more."""

    choices: Choices
    empty: str = ""

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """A list."""
        given = [*([("", self.empty)] if self.empty else []), *self.choices]
        return {
            self.name: forms.ChoiceField(label=self.label, help_text=self.help, required=self.required, choices=given)
        }

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """The value."""
        return {self.name: value or ""}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """Nothing is left out."""
        return cleaned[self.name] or None
