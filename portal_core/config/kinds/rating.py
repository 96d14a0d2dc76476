"""`rating`: a number of stars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext, ngettext, override
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from portal_core.config.document.fields import FieldBase, RatingField
from portal_core.config.kinds.base import COMPARE_EQUAL, Asked, FieldKind
from portal_core.config.kinds.choice import OneOf
from portal_core.config.kinds.common import common_options, is_number
from portal_core.config.kinds.narrowing import Operand, plain
from portal_core.config.kinds.shown import Shown
from tenants.ui.fields import FieldLook
from tenants.ui.spreadsheet import Cell

if TYPE_CHECKING:
    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField

_FULL, _EMPTY = "★", "☆"
STARS: Final = FieldLook(layout="stars")


class StarsInput(OneOf):
    """Asks with a row of stars; also takes JSON's numbers."""

    default_error_messages = {"required": _("Choose how many stars."), "invalid_choice": _("Choose how many stars.")}

    def to_python(self, value: object) -> str:
        """The number as text, "" for no answer."""
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return super().to_python(value)


class RatingKind(FieldKind[RatingField]):
    """From one star to as many as the field has."""

    key = "rating"
    options = RatingField
    operators = COMPARE_EQUAL | {"more_than", "less_than"}
    filters = ("more_than", "less_than", "is", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        options = common_options(field, asked.portal, asked.language)
        form_field = self._stars(field, widget=forms.RadioSelect, **options)
        form_field.look = STARS  # type: ignore[attr-defined]  # read by tenants.ui.fields
        return form_field

    def _stars(self, field: CompiledField, **options: object) -> StarsInput:
        numbers = range(1, self.config(field).max + 1)
        pairs = [(str(n), ngettext("%(number)s star", "%(number)s stars", n) % {"number": n}) for n in numbers]
        return StarsInput(choices=pairs, **options)  # type: ignore[arg-type]  # Django's own options

    def store(self, cleaned: object, field: CompiledField) -> JsonValue:
        return int(str(cleaned)) if cleaned else None

    def initial(self, value: JsonValue, field: CompiledField, asked: Asked) -> object:
        return "" if value is None else str(value)

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        if not isinstance(value, int) or isinstance(value, bool):
            return ""
        with override(language):
            return gettext("%(number)s of %(all)s stars") % {"number": value, "all": self.config(field).max}

    def shown(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> Shown:
        text = self.display(value, field, portal, language, time_zone)
        if not text or not isinstance(value, int):
            return Shown()
        all_of_them = self.config(field).max
        full = max(0, min(value, all_of_them))
        return Shown(text, stars=_FULL * full + _EMPTY * (all_of_them - full))

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        return value if isinstance(value, int) and not isinstance(value, bool) else ""

    def operand_mend(self, config: FieldBase, operator: str, operand: object) -> str:
        return "" if is_number(operand) else "Compare with a number, without quotes."

    def filter_input(self, field: CompiledField, operator: str, asked: Asked) -> forms.Field:
        return self._stars(field, required=False, label=asked.portal.text(field.label, asked.language))

    def operand(self, cleaned: object) -> object:
        return int(str(cleaned)) if cleaned else None

    def is_operand(self, operand: object, field: CompiledField, operator: str) -> bool:
        # Conditions may ask for more than three and a half; a list says how many stars there are.
        return isinstance(operand, int) and not isinstance(operand, bool)

    def operand_words(self, operand: Operand, field: CompiledField, portal: CompiledPortal, language: str) -> str:
        return self.display(plain(operand), field, portal, language, portal.time_zone)
