"""`yes_no`: kept as true or false."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django import forms
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from portal_core.config.document.fields import FieldBase, YesNoField
from portal_core.config.kinds.base import Asked, FieldKind
from portal_core.config.kinds.choice import OneOf
from portal_core.config.kinds.common import common_options
from portal_core.config.kinds.narrowing import Operand, plain
from tenants.ui.spreadsheet import Cell

if TYPE_CHECKING:
    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField


class YesOrNo(OneOf):
    """Asks with two answers; also takes JSON's true and false."""

    default_error_messages = {"required": _("Answer yes or no."), "invalid_choice": _("Answer yes or no.")}

    def to_python(self, value: object) -> str:
        """ "yes", "no" or "" for no answer."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        return super().to_python(value)


class YesNoKind(FieldKind[YesNoField]):
    """Yes or no, or not answered."""

    key = "yes_no"
    options = YesNoField
    filters = ("is", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        portal, language = asked.portal, asked.language
        choices = [("yes", _("Yes")), ("no", _("No"))]
        return YesOrNo(choices=choices, widget=forms.RadioSelect, **common_options(field, portal, language))

    def store(self, cleaned: object, field: CompiledField) -> JsonValue:
        return {"yes": True, "no": False}.get(str(cleaned))

    def initial(self, value: JsonValue, field: CompiledField, asked: Asked) -> object:
        return {True: "yes", False: "no"}.get(value) if isinstance(value, bool) else ""

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        if not isinstance(value, bool):
            return ""
        with translation.override(language):
            return gettext("Yes") if value else gettext("No")

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        return self.display(value, field, portal, portal.language, portal.time_zone)

    def operand_mend(self, config: FieldBase, operator: str, operand: object) -> str:
        return "" if isinstance(operand, bool) else "Compare with true or false."

    def filter_input(self, field: CompiledField, operator: str, asked: Asked) -> forms.Field:
        label = asked.portal.text(field.label, asked.language)
        return YesOrNo(choices=[("yes", _("Yes")), ("no", _("No"))], required=False, label=label)

    def operand(self, cleaned: object) -> object:
        return {"yes": True, "no": False}.get(str(cleaned))

    def operand_words(self, operand: Operand, field: CompiledField, portal: CompiledPortal, language: str) -> str:
        return self.display(plain(operand), field, portal, language, portal.time_zone)
