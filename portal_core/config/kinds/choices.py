"""`choices`: any number of several answers, kept as a list of keys in the document's order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from pydantic import JsonValue

from portal_core.config.document.fields import ChoicesField, FieldBase
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.kinds import narrowing
from portal_core.config.kinds.base import Asked, Fault, FieldKind
from portal_core.config.kinds.choice import OneOf, choice_look, choice_pairs, offered
from portal_core.config.kinds.common import choice_faults, common_options, one_of_the_keys
from portal_core.config.kinds.narrowing import Operand, plain
from tenants.ui.spreadsheet import Cell

if TYPE_CHECKING:
    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField


class SomeOf(forms.MultipleChoiceField):
    """Django's field for several choices that takes hostile input as a wrong answer."""

    default_error_messages = {
        "required": _("Choose at least one of the answers."),
        "invalid_choice": _("Choose among the answers below."),
        "invalid_list": _("Choose among the answers below."),
    }

    def __init__(self, *, max_chosen: int | None, **options: Any) -> None:
        self.max_chosen = max_chosen
        super().__init__(**options)

    def to_python(self, value: object) -> list[str]:
        """The keys as texts, each once."""
        if value in (None, ""):
            return []
        if not isinstance(value, list | tuple):
            raise ValidationError(self.error_messages["invalid_list"], code="invalid_list")
        return list(dict.fromkeys(item if isinstance(item, str) else "\0" for item in value))

    def validate(self, value: list[str]) -> None:
        """All of them offered, and no more than may be chosen."""
        super().validate(value)
        if self.max_chosen is not None and len(value) > self.max_chosen:
            message = ngettext("Choose one at most.", "Choose %(limit)s at most.", self.max_chosen)
            raise ValidationError(message, code="many", params={"limit": self.max_chosen})


class ChoicesKind(FieldKind[ChoicesField]):
    """Several answers. A retired one is still shown, and no longer asked."""

    key = "choices"
    options = ChoicesField
    has_parts = True
    operators = frozenset({"contains", "filled", "empty"})
    filters = ("contains", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        config = self.config(field)
        choices = offered(config, asked.stored)
        options = common_options(field, asked.portal, asked.language)
        if config.max_chosen is not None and not options["help_text"] and config.max_chosen < len(choices):
            message = ngettext("Choose one at most.", "Choose %(limit)s at most.", config.max_chosen)
            options["help_text"] = message % {"limit": config.max_chosen}
        form_field = SomeOf(
            choices=choice_pairs(choices, asked),
            max_chosen=config.max_chosen,
            widget=forms.CheckboxSelectMultiple,
            **options,
        )
        form_field.look = choice_look(choices, asked)  # type: ignore[attr-defined]  # read by tenants.ui.fields
        return form_field

    def store(self, cleaned: object, field: CompiledField) -> JsonValue:
        given = cleaned if isinstance(cleaned, list) else []
        return [choice.key for choice in self.config(field).choices if choice.key in given] or None

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        given = value if isinstance(value, list) else []
        chosen = [choice for choice in self.config(field).choices if choice.key in given]
        return "\n".join(portal.text(choice.label, language) for choice in chosen)

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        given = value if isinstance(value, list) else []
        labels = {choice.key: portal.text(choice.label) for choice in self.config(field).choices}
        return "; ".join(labels.get(str(key), str(key)) for key in given)

    def faults(self, config: FieldBase, document: PortalDocument) -> Iterator[Fault]:
        assert isinstance(config, ChoicesField)
        yield from choice_faults(config.choices)

    def operand_mend(self, config: FieldBase, operator: str, operand: object) -> str:
        assert isinstance(config, ChoicesField)
        return one_of_the_keys(config.choices, operand)

    def filter_input(self, field: CompiledField, operator: str, asked: Asked) -> forms.Field:
        pairs = choice_pairs(list(self.config(field).choices), asked)
        return OneOf(choices=pairs, required=False, label=asked.portal.text(field.label, asked.language))

    def operand_words(self, operand: Operand, field: CompiledField, portal: CompiledPortal, language: str) -> str:
        return self.display([plain(operand)], field, portal, language, portal.time_zone)

    def matching(self, field: CompiledField, operator: str, operand: Operand, portal: CompiledPortal) -> Q:
        if operator == "contains":
            return narrowing.has_one(field.key, plain(operand))
        return super().matching(field, operator, operand, portal)
