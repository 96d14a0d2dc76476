"""The control for numbers and amounts: what was typed into it is read in the language in which the form was shown.

1,000 is a thousand in English and one in German, so the text alone is no number. Beside the control the form carries
the language it was shown in; drafts and forms that wait keep it with what was typed. Whoever reads the form later, in
whatever language, is given the same number as they would type it themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal_core.config.kinds.base import Asked
from portal_core.config.languages import languages_of_versions
from tenants.ui.parts import plain_control

if TYPE_CHECKING:
    from django.utils.datastructures import MultiValueDict

# Added to the control's name; no key of the configuration has an underscore.
SHOWN_IN: Final = "_language"
# What is added to a field's name: that the page asked it although it was said elsewhere, which does not do here. A box
# that is not ticked is not sent: what was taken out there is told by this from what never stood there.
ASKED_HERE: Final = "_here"

_SHELF: Final = "languages_of_versions"

# The text as a reader of the second language types what the first language's reader meant; as it is if it is nothing.
Retype = Callable[[str, str, str], str]


class TypedNumber(forms.TextInput):
    """A line for a number, with the language in which it is shown. Reads what comes in from a form in another one."""

    # Written here, not by Django's template (see `tenants.ui.parts.is_plain`).
    template_name = ""

    def __init__(self, *, asked: Asked, retype: Retype, attrs: Mapping[str, str]) -> None:
        super().__init__(attrs=dict(attrs))
        self.asked = asked
        self.retype = retype

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> Any:  # whatever was sent
        """What was typed, in the reader's language; only languages that its portal has (had) are believed.

        The portal may have given one up since the form was opened: what was typed in it is read in it all the same.
        """
        typed = super().value_from_datadict(data, files, name)
        shown_in = str(data.get(f"{name}{SHOWN_IN}", ""))
        if not isinstance(typed, str) or shown_in == self.asked.language or not _is_known(shown_in, self.asked):
            return typed
        return self.retype(typed, shown_in, self.asked.language)

    def render(
        self, name: str, value: object, attrs: Mapping[str, Any] | None = None, renderer: object = None
    ) -> SafeString:
        """The line, and the language that goes with it."""
        line = plain_control(self, name, value, attrs or {})
        return format_html('{}<input type="hidden" name="{}{}" value="{}">', line, name, SHOWN_IN, self.asked.language)


def _is_known(language: str, asked: Asked) -> bool:
    """SECURITY: only what the business itself has set. Whoever sends a form names the language, and what is known of
    one stays in the process once it was read."""
    return language in asked.portal.languages or (language != "" and language in _earlier(asked))


def _earlier(asked: Asked) -> frozenset[str]:
    """The languages of earlier versions: one query a form, and only where one is named that the portal has not."""
    if _SHELF not in asked.shelf:
        asked.shelf[_SHELF] = languages_of_versions()
    return cast("frozenset[str]", asked.shelf[_SHELF])


def is_typed(name: str) -> bool:
    """Whether a control holds what somebody typed, and not how its question was shown."""
    return not name.endswith((SHOWN_IN, ASKED_HERE))
