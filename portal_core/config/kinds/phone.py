"""`phone`: a telephone number, kept as typed when it could be one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from portal_core.config.document.fields import PhoneField
from portal_core.config.kinds import narrowing
from portal_core.config.kinds.base import Asked, FieldKind
from portal_core.config.kinds.common import common_options, placeholder_attrs
from portal_core.config.kinds.narrowing import Operand
from portal_core.config.kinds.plain import PlainField, plain_digits
from portal_core.config.postal import country_of_zone
from tenants.ui.spreadsheet import Cell

if TYPE_CHECKING:
    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField

_SHAPE: Final = re.compile(
    r"\+?[0-9()\[\]/.\-\s\u2010-\u2015]+(\s*(ext|x|#|Durchwahl)\.?\s*[0-9]{1,6})?", re.IGNORECASE
)
_FEWEST_DIGITS: Final = 5
_MOST_DIGITS: Final = 17


def is_plausible(typed: str) -> bool:
    """Lenient on purpose: a person can be called back on a number that no plan knows yet."""
    words = plain_digits(typed)
    if not _SHAPE.fullmatch(words):
        return False
    digits = re.sub("[^0-9]", "", words)
    if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
        return False
    if not words.lstrip().startswith("+"):
        return True
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(words, None))
    except phonenumbers.NumberParseException:
        return False


def spelt(typed: str, country: str) -> str:
    """A number as it is written in its country (a code), or for abroad where it was typed so; another stays as typed.

    A spreadsheet program would take digits alone for a number and drop the nought or the plus that they begin with, and
    would work out what has hyphens; as it is spelt, it has blanks.
    """
    try:
        number = phonenumbers.parse(typed, country or None)
    except phonenumbers.NumberParseException:
        return typed
    if not phonenumbers.is_valid_number(number):
        return typed
    is_abroad = plain_digits(typed).lstrip().startswith("+")
    form = phonenumbers.PhoneNumberFormat.INTERNATIONAL if is_abroad else phonenumbers.PhoneNumberFormat.NATIONAL
    return str(phonenumbers.format_number(number, form))


class PhoneInput(PlainField):
    """Asks for a telephone number."""

    def clean(self, value: object) -> str:
        """The number as typed, "" where nothing was written."""
        typed = super().clean(value)
        if typed and not is_plausible(typed):
            raise ValidationError(_("Write a phone number with its area code, such as 0131 496 0100."), code="phone")
        return str(typed)


class PhoneKind(FieldKind[PhoneField]):
    """A telephone number."""

    key = "phone"
    options = PhoneField
    filters = ("contains", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        portal, language = asked.portal, asked.language
        attributes = {"type": "tel", "autocomplete": "tel"}
        attributes |= placeholder_attrs(self.config(field).placeholder, portal, language)
        return PhoneInput(limit=40, widget=forms.TextInput(attrs=attributes), **common_options(field, portal, language))

    def export(self, value: JsonValue, field: CompiledField, portal: CompiledPortal) -> Cell:
        return spelt(str(value), country_of_zone(portal.time_zone.key)) if value else ""

    def matching(self, field: CompiledField, operator: str, operand: Operand, portal: CompiledPortal) -> Q:
        digits = re.sub("[^0-9]", "", plain_digits(str(operand))).lstrip("0")
        if operator != "contains" or not digits:
            return super().matching(field, operator, operand, portal)
        # However it is grouped, with the country's code or with a nought.
        return narrowing.has_digits(field.key, digits)
