"""`email`: an e-mail address, kept as typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from portal_core.config.document.fields import EmailField
from portal_core.config.kinds.base import Asked, FieldKind
from portal_core.config.kinds.common import common_options, placeholder_attrs
from portal_core.config.kinds.plain import PlainField

if TYPE_CHECKING:
    from portal_core.config.compiled_field import CompiledField


class EmailInput(PlainField):
    """Asks for an e-mail address."""

    def clean(self, value: object) -> str:
        """The address, "" where nothing was written."""
        typed = super().clean(value)
        if not typed:
            return ""
        try:
            validate_email(typed)
        except ValidationError as error:
            message = _("Write an e-mail address, such as name@example.com.")
            raise ValidationError(message, code="email") from error
        return str(typed)


class EmailKind(FieldKind[EmailField]):
    """An e-mail address."""

    key = "email"
    options = EmailField
    filters = ("contains", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        portal, language = asked.portal, asked.language
        attributes = {"autocomplete": "email"}
        attributes |= placeholder_attrs(self.config(field).placeholder, portal, language)
        return EmailInput(
            limit=254, widget=forms.EmailInput(attrs=attributes), **common_options(field, portal, language)
        )
