"""What somebody typed into a form that could not be taken, to be shown to them again: all of it, short of secrets."""

from typing import Final

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest

# Whole names, and of our own forms alone: a question of a portal may be called `f-postcode`.
_SECRET: Final = frozenset({"csrfmiddlewaretoken", "password", "present", "code", "token", "secret"})
_MOST_FIELDS: Final = 200
_MOST_CHARACTERS: Final = 200_000
# How a page's own field ends that says by which words it has looked for documents already; nobody typed it. No key of a
# question has a "_".
LOOKED_BY: Final = "_found"


def typed_fields(
    request: HttpRequest, *, most_fields: int = _MOST_FIELDS, most_characters: int = _MOST_CHARACTERS
) -> list[tuple[str, str]]:
    """Names and values as sent; nothing at all when it is more than a page should hold, or cannot be read."""
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except SuspiciousOperation:
        return []
    if len(fields) > most_fields or sum(len(name) + len(value) for name, value in fields) > most_characters:
        return []
    return [(name, value) for name, value in fields if name.lower() not in _SECRET and _can_be_written(name + value)]


def _can_be_written(text: str) -> bool:
    """Whether a page may hold it: a part's header can name a field in an encoding that knows halves of characters."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
