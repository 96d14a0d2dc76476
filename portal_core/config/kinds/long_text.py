"""`long_text`: several lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django import forms

from portal_core.config.document.fields import FieldBase, LongTextField
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.kinds.base import COMPARE_EQUAL, Asked, Fault, FieldKind
from portal_core.config.kinds.common import common_options, long_default, placeholder_attrs
from portal_core.config.kinds.plain import PlainField

if TYPE_CHECKING:
    from portal_core.config.compiled_field import CompiledField


class LongTextKind(FieldKind[LongTextField]):
    """Several lines of text, kept as typed."""

    key = "long_text"
    options = LongTextField
    operators = COMPARE_EQUAL | {"contains"}
    filters = ("contains", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        portal, language = asked.portal, asked.language
        config = self.config(field)
        attributes = {"rows": "4"} | placeholder_attrs(config.placeholder, portal, language)
        return PlainField(
            limit=config.max_length,
            multiline=True,
            widget=forms.Textarea(attrs=attributes),
            **common_options(field, portal, language),
        )

    def faults(self, config: FieldBase, document: PortalDocument) -> Iterator[Fault]:
        assert isinstance(config, LongTextField)
        yield from long_default(config.default, config.max_length)
