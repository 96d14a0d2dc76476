"""The name of a business: in one line, of signs that can be read."""

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext as _

from tenants.errors import TenancyError

# As long as a portal's document lets a name be: it stands in headers of mails.
NAME_LENGTH: Final = 80
_BREAKS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNWANTED: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")


class NameRefused(TenancyError):
    """A name cannot be used; `reason` is for people."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def clean_name(typed: str) -> str:
    """The name without control characters and double spaces. Raises NameRefused: nothing to read, or too long."""
    name = unicodedata.normalize("NFC", _BREAKS.sub(" ", _UNWANTED.sub("", typed))).strip()
    # Separators and what has no sign of its own (zero-width and the like): nobody could read or click it.
    if all(unicodedata.category(sign)[0] in "CZ" for sign in name):
        raise NameRefused("empty", _("Write the name of your business."))
    if len(name) > NAME_LENGTH:
        raise NameRefused(
            "too_long", _("A name has at most %(limit)d characters, so that it fits mails.") % {"limit": NAME_LENGTH}
        )
    return name
