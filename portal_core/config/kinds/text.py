"""`text`: one line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal_core.config.document.fields import FieldBase, TextField
from portal_core.config.document.portal_document import PortalDocument
from portal_core.config.kinds.base import COMPARE_EQUAL, Asked, Fault, FieldKind
from portal_core.config.kinds.common import common_options, long_default, placeholder_attrs
from portal_core.config.kinds.plain import PlainField
from portal_core.config.patterns import PatternRefused, compiled, fits
from portal_core.config.problem_kinds import ProblemKind

if TYPE_CHECKING:
    from portal_core.config.compiled_field import CompiledField


class TextInput(PlainField):
    """Asks for one line that may have to fit a pattern; `pattern_error` says what to write."""

    def __init__(self, *, pattern: str, pattern_error: str, **options: Any) -> None:
        self.pattern = pattern
        self.pattern_error = pattern_error
        super().__init__(**options)

    def clean(self, value: object) -> str:
        """The line, "" where nothing was written."""
        typed = str(super().clean(value))
        if typed and self.pattern and not fits(self.pattern, typed):
            raise ValidationError(self.pattern_error or _("Write this in the form that is asked for."), code="pattern")
        return typed


class TextKind(FieldKind[TextField]):
    """One line of text, kept as typed."""

    key = "text"
    options = TextField
    operators = COMPARE_EQUAL | {"contains"}
    filters = ("contains", "is", "filled", "empty")

    def form_field(self, field: CompiledField, asked: Asked) -> forms.Field:
        portal, language = asked.portal, asked.language
        config = self.config(field)
        widget = forms.TextInput(attrs=placeholder_attrs(config.placeholder, portal, language))
        return TextInput(
            limit=config.max_length,
            pattern=config.pattern or "",
            pattern_error=portal.text(config.pattern_error, language),
            widget=widget,
            **common_options(field, portal, language),
        )

    def faults(self, config: FieldBase, document: PortalDocument) -> Iterator[Fault]:
        assert isinstance(config, TextField)
        yield from long_default(config.default, config.max_length)
        if config.pattern is None:
            if config.pattern_error is not None:
                yield Fault(
                    "pattern_error",
                    "There is no pattern to fit.",
                    "Add pattern, or take the words out.",
                    ProblemKind.CONTRADICTION,
                )
            return
        try:
            compiled(config.pattern)
        except PatternRefused as refused:
            text = f"RE2 does not take this pattern: {str(refused)[:120]}."
            yield Fault(
                "pattern", text, "Write it without look-around and back-references, and shorter.", ProblemKind.INVALID
            )
            return
        if config.pattern_error is None:
            mend = "Say what to write, such as “Write the number as AB-1234.”"
            yield Fault(
                "pattern_error", "People would not learn which form is asked for.", mend, ProblemKind.INCOMPLETE
            )
        if config.default and not fits(config.pattern, config.default):
            yield Fault("default", "The default does not fit the pattern.", "Change one of them.", ProblemKind.INVALID)
