"""`url`: a web address, kept as typed and shown as a link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from portal_core.config.document.fields import UrlField
from portal_core.config.kinds.base import COMPARE_EQUAL, Asked, FieldKind
from portal_core.config.kinds.common import common_options, placeholder_attrs
from portal_core.config.kinds.plain import PlainField
from portal_core.config.kinds.shown import Link, Shown
from portal_core.config.web_addresses import LONGEST, AddressRefused, is_web_address, web_address

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField

_REFUSED: Final[dict[str, _StrOrPromise]] = {
    "form": _("Write a web address, such as https://example.com."),
    "scheme": _("Only addresses that begin with https:// or http:// can be kept here."),
    "credentials": _("Take the name and password out of the address: everybody who sees it could use them."),
    "disguise": _("This address mixes letters that only look alike. Copy it from the site itself."),
}


class WebAddressInput(PlainField):
    """Asks for a web address."""

    def clean(self, value: object) -> str:
        """The address with its scheme, "" where nothing was written."""
        typed = str(super().clean(value))
        if not typed:
            return ""
        try:
            return web_address(typed)
        except AddressRefused as refused:
            raise ValidationError(_REFUSED[refused.code], code=refused.code) from refused


class UrlKind(FieldKind[UrlField]):
    """A web address. SECURITY: checked when it comes in, and again before it becomes a link."""

    key = "url"
    options = UrlField
    operators = COMPARE_EQUAL | {"contains"}
    filters = ("contains", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        attributes = {"type": "text", "inputmode": "url", "autocomplete": "url", "spellcheck": "false"}
        attributes |= placeholder_attrs(self.config(field).placeholder, asked.portal, asked.language)
        options = common_options(field, asked.portal, asked.language)
        return WebAddressInput(limit=LONGEST, widget=forms.TextInput(attrs=attributes), **options)

    def shown(
        self, value: JsonValue, field: CompiledField, portal: CompiledPortal, language: str, time_zone: ZoneInfo
    ) -> Shown:
        text = self.display(value, field, portal, language, time_zone)
        return Shown(text, links=(Link(text, text, is_outside=True),)) if is_web_address(text) else Shown(text)
