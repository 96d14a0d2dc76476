"""Answers out of a file, through each kind's own check: what a form would refuse is refused here, in its words."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.config.document.fields import Choice
from portal_core.config.kinds.base import Asked
from portal_core.config.kinds.plain import PlainField
from portal_core.config.localise import typed_in
from portal_core.config.moments import stored_moment
from portal_core.config.postal import country_of_zone
from portal_core.history.record import JsonValue
from portal_core.importing.errors import Unusable
from portal_core.importing.mapping import ISO, AnswerPick, ImportMapping
from portal_core.importing.moments import read_moment, read_wall_clock
from portal_core.importing.picking import listed, picked, shown
from portal_core.importing.rows import Cell, NumberCell

# Files and saved records are things of their own, rows are a table inside a cell: none of them is a value of a cell.
NOT_IMPORTED: Final = frozenset({"file", "record", "rows"})
_YES: Final = frozenset({"yes", "y", "true", "t", "1", "x", "on", "ja", "j", "wahr"})
_NO: Final = frozenset({"no", "n", "false", "f", "0", "off", "nein", "falsch"})


@dataclass
class AnswerReader:
    """Reads the answers of rows. Form fields are made once for each type and field, not for each row."""

    mapping: ImportMapping
    portal: CompiledPortal
    zone: ZoneInfo
    asked: Asked
    _forms: dict[tuple[str, str], forms.Field] = field(default_factory=dict)

    def answers(
        self, cells: Mapping[str, Cell], request_type: CompiledType, status_key: str
    ) -> tuple[dict[str, JsonValue], list[str]]:
        """The stored answers of a row, and what is wrong with those that cannot be used.

        A question that is not asked under the other answers keeps none, as on the form.
        """
        found: dict[str, JsonValue] = {}
        problems: list[str] = []
        own = self.mapping.answers_by_type.get(request_type.key, {})
        for key, pick in self.mapping.answers_for(request_type.key).items():
            item = request_type.field_or_none(key)
            if item is None:
                continue
            place = f"answers_by_type.{request_type.key}.{key}" if key in own else f"answers.{key}"
            try:
                value = self._answer(cells, pick, item, request_type.key, place)
            except Unusable as unusable:
                problems.append(str(unusable))
            else:
                if value is not None:
                    found[key] = value
        asked = request_type.applicable_fields(found, status_key)
        kept = {item.key: found[item.key] for item in asked if item.key in found}
        if not problems and self.mapping.missing_required == "refuse":
            problems = self._missing(asked, kept)
        return kept, problems

    def _missing(self, asked: tuple[CompiledField, ...], kept: Mapping[str, JsonValue]) -> list[str]:
        return [
            f"answers.{item.key}: “{self.portal.text(item.label)}” needs an answer and has none."
            for item in asked
            if item.required and item.is_input and item.key not in kept
        ]

    def _answer(
        self, cells: Mapping[str, Cell], pick: AnswerPick, item: CompiledField, type_key: str, place: str
    ) -> JsonValue:
        raw = self._raw(cells, pick, item, place)
        if raw in ("", [], None):
            return None
        form = self._form(type_key, item)
        if pick.cut and isinstance(form, PlainField) and isinstance(raw, str) and len(raw) > form.limit:
            raw = raw[: form.limit - 1].rstrip() + "…"
        try:
            return item.kind.store(form.clean(raw), item)
        except ValidationError as error:
            value = shown(raw) if isinstance(raw, str) else "This"
            raise Unusable(place, f"{value} is refused: {' '.join(error.messages)}") from error

    def _form(self, type_key: str, item: CompiledField) -> forms.Field:
        form = self._forms.get((type_key, item.key))
        if form is None:
            form = item.kind.form_field(_at_any_time(item), self.asked)
            # Whether an answer is missing is asked of the row as a whole.
            form.required = False
            self._forms[type_key, item.key] = form
        return form

    def _raw(self, cells: Mapping[str, Cell], pick: AnswerPick, item: CompiledField, place: str) -> object:
        """What a form would have sent for it."""
        kind = item.kind.key
        if pick.parts is not None:
            lines = {name: picked(cells, part, f"{place}.parts.{name}") for name, part in pick.parts.items()}
            return {"country": self._home(), **lines} if any(lines.values()) else ""
        words = picked(cells, pick, place)
        if not words:
            return ""
        if kind == "yes_no":
            return _yes_or_no(words, place)
        if kind == "choice":
            return self._choice(words, item, place)
        if kind == "choices":
            parts = [part.strip() for part in words.split(pick.separator)]
            return [self._choice(part, item, place) for part in parts if part]
        if kind in ("date", "datetime"):
            return self._moment(words, pick, kind, place)
        if isinstance(words, NumberCell) and kind in ("number", "money"):
            return typed_in(words, self.portal.language)
        return words

    def _moment(self, words: str, pick: AnswerPick, kind: str, place: str) -> object:
        form = pick.format or self.mapping.date_format
        if kind == "date":
            if form == ISO or pick.format is None:
                # A day is read by its kind as well; only a moment needs cutting down to its day.
                return words.partition("T")[0] if "T" in words else words
            return read_wall_clock(words, form, place).date().isoformat()
        zone = ZoneInfo(pick.time_zone) if pick.time_zone else self.zone
        return stored_moment(read_moment(words, form, zone, place))

    def _home(self) -> str:
        """The country of an address that names none."""
        return country_of_zone(self.portal.time_zone.key)

    def _choice(self, words: str, item: CompiledField, place: str) -> str:
        """The key of an answer that is named by its key or by its label in any language; one in use comes first."""
        choices: tuple[Choice, ...] = getattr(item.config, "choices", ())
        wanted = words.casefold()
        if any(choice.key == wanted for choice in choices):
            return wanted
        worded = [choice for choice in choices if wanted in _labels(choice)]
        found = [choice.key for choice in worded if not choice.retired] or [choice.key for choice in worded]
        if len(found) > 1:
            raise Unusable(place, f"{shown(words)} is what several answers say, {listed(found)}. Name one of these.")
        if found:
            return found[0]
        known = [choice.key for choice in choices if not choice.retired]
        raise Unusable(place, f"{shown(words)} is none of the answers {listed(known)}.")


def _labels(choice: Choice) -> list[str]:
    labels = choice.label.values() if isinstance(choice.label, Mapping) else [choice.label]
    return [label.casefold() for label in labels]


def _at_any_time(item: CompiledField) -> CompiledField:
    """Without bounds at today, which was another day when the answer was given."""
    bounds = {name: None for name in ("min", "max") if getattr(item.config, name, None) == "today"}
    return replace(item, config=item.config.model_copy(update=bounds)) if bounds else item


def _yes_or_no(words: str, place: str) -> str:
    key = words.casefold()
    if key in _YES:
        return "yes"
    if key in _NO:
        return "no"
    raise Unusable(place, f"{shown(words)} is neither yes nor no.")
