"""The form field under every typed answer: hostile text becomes an error, never an exception."""

import re
import unicodedata
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Control characters but tab and line ends, lone surrogates, noncharacters: no database or page takes them all.
_UNSHOWABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]")


class PlainField(forms.CharField):
    """Typed text with a limit in characters, on one line unless `multiline`.

    `widget` is made for this field alone: it is taken as it is. Django copies the one it is given, which for two
    hundred fields is a tenth of the work of checking them.
    """

    default_error_messages = {"required": _("Write an answer here.")}

    def __init__(
        self, *, limit: int, multiline: bool = False, widget: forms.Widget | None = None, **options: Any
    ) -> None:  # `Any`: Django's own options
        self.limit = limit
        self.multiline = multiline
        super().__init__(**options)
        if widget is not None:
            widget.is_required = self.required
            widget.attrs.update(self.widget_attrs(widget))
            self.widget = widget
        # CharField's own validators would say "ensure" and "null characters"; `to_python` says it better.
        self.validators = []

    def to_python(self, value: object) -> str:
        """The text with Unix line ends. Raises `ValidationError` with what to do."""
        if value is not None and not isinstance(value, str | int | float):
            raise ValidationError(_("Write this as text."), code="text")
        words = "" if value is None else str(value)
        words = words.replace("\r\n", "\n")
        self._check_length(words)
        if _UNSHOWABLE.search(words):
            raise ValidationError(
                _("Take out the character that cannot be shown (number %(position)s)."),
                code="unshowable",
                params={"position": _UNSHOWABLE.search(words).start() + 1},  # type: ignore[union-attr]  # found before
            )
        words = words.strip()
        if not self.multiline and re.search("[\n\r\u2028\u2029]", words):
            raise ValidationError(_("Write this on one line."), code="one_line")
        return words

    def _check_length(self, words: str) -> None:
        if len(words) > self.limit:
            raise ValidationError(
                _("Shorten this to %(limit)s characters; it has %(length)s."),
                code="long",
                params={"limit": self.limit, "length": len(words)},
            )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Tells the browser the limit."""
        attributes = super().widget_attrs(widget)
        if isinstance(widget, forms.TextInput | forms.Textarea):
            attributes["maxlength"] = str(self.limit)
        return attributes


def plain_digits(words: str) -> str:
    """Digits of any script as 0-9."""
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in words)
