"""`choice`: one of several answers, kept by key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from portal_core.config.document.fields import Choice, ChoiceField, ChoicesField, FieldBase
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.kinds.base import Asked, Fault, FieldKind
from portal_core.config.kinds.common import choice_faults, common_options, one_of_the_keys
from portal_core.config.kinds.narrowing import Operand, plain
from portal_core.config.problem_kinds import ProblemKind
from tenants.ui.fields import FieldLook
from tenants.ui.spreadsheet import Cell

if TYPE_CHECKING:
    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField


class OneOf(forms.ChoiceField):
    """Django's choice field that takes hostile input as a wrong answer."""

    default_error_messages = {
        "required": _("Choose one of the answers."),
        "invalid_choice": _("Choose one of the answers below."),
    }

    def to_python(self, value: object) -> str:
        """The key as text."""
        return value if isinstance(value, str) else ""


def offered(config: ChoiceField | ChoicesField, stored: JsonValue) -> list[Choice]:
    """The answers that can be given: those in use, and a retired one where it is what stands there."""
    kept = stored if isinstance(stored, list) else [stored]
    return [choice for choice in config.choices if not choice.retired or choice.key in kept]


def choice_pairs(choices: list[Choice], asked: Asked) -> list[tuple[str, str]]:
    """Keys and labels in the reader's language."""
    return [(choice.key, asked.portal.text(choice.label, asked.language)) for choice in choices]


def choice_look(choices: list[Choice], asked: Asked) -> FieldLook:
    """The help of single answers as their second line."""
    subs = {choice.key: asked.portal.text(choice.help, asked.language) for choice in choices if choice.help}
    return FieldLook(subs=subs)


class ChoiceKind(FieldKind[ChoiceField]):
    """One of several answers. A retired one is still shown, and no longer asked."""

    key = "choice"
    options = ChoiceField
    filters = ("is", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        choices = offered(self.config(field), asked.stored)
        form_field = OneOf(
            choices=choice_pairs(choices, asked),
            widget=forms.RadioSelect,
            **common_options(field, asked.portal, asked.language),
        )
        form_field.look = choice_look(choices, asked)  # type: ignore[attr-defined]  # read by tenants.ui.fields
        return form_field

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        choice = self._choice(value, field)
        return portal.text(choice.label, language) if choice else ""

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        choice = self._choice(value, field)
        return portal.text(choice.label) if choice else super().export(value, field, portal)

    def _choice(self, value: JsonValue, field: CompiledField) -> Choice | None:
        return next((choice for choice in self.config(field).choices if choice.key == value), None)

    def faults(self, config: FieldBase, document: PortalDocument) -> Iterator[Fault]:
        assert isinstance(config, ChoiceField)
        yield from choice_faults(config.choices)
        if config.default is not None and config.default not in [c.key for c in config.choices if not c.retired]:
            yield Fault(
                "default", f"There is no choice “{config.default}”.", "Name one of the choices.", ProblemKind.INVALID
            )

    def operand_mend(self, config: FieldBase, operator: str, operand: object) -> str:
        assert isinstance(config, ChoiceField)
        return one_of_the_keys(config.choices, operand)

    def filter_input(self, field: CompiledField, operator: str, asked: Asked) -> forms.Field:
        # Retired ones too: requests that have them are still there to be found.
        pairs = choice_pairs(list(self.config(field).choices), asked)
        return OneOf(choices=pairs, required=False, label=asked.portal.text(field.label, asked.language))

    def operand_words(self, operand: Operand, field: CompiledField, portal: CompiledPortal, language: str) -> str:
        return self.display(plain(operand), field, portal, language, portal.time_zone)
