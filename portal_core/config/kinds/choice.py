"""`choice`: one of several answers, kept by key."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from portal_core.config.document.fields import Choice, ChoiceField
from portal_core.config.kinds.base import Asked, FieldKind
from portal_core.config.kinds.common import common_options

if TYPE_CHECKING:
    from portal_core.config.compiled import CompiledField, CompiledPortal


class OneOf(forms.ChoiceField):
    """Django's choice field that takes hostile input as a wrong answer."""

    default_error_messages = {
        "required": _("Choose one of the answers."),
        "invalid_choice": _("Choose one of the answers below."),
    }

    def to_python(self, value: object) -> str:
        """The key as text."""
        return value if isinstance(value, str) else ""


class ChoiceKind(FieldKind[ChoiceField]):
    """One of several answers. A retired one is still shown, and no longer asked."""

    key = "choice"
    options = ChoiceField

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        portal, language = asked.portal, asked.language
        choices = [
            (choice.key, portal.text(choice.label, language))
            for choice in self.config(field).choices
            if not choice.retired
        ]
        return OneOf(choices=choices, widget=forms.RadioSelect, **common_options(field, portal, language))

    def display(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> str:
        choice = self._choice(value, field)
        return portal.text(choice.label, language) if choice else ""

    def _choice(self, value: JsonValue, field: CompiledField) -> Choice | None:
        return next((choice for choice in self.config(field).choices if choice.key == value), None)
