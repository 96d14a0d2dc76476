"""Texts out of a file that no field kind checks: names, history, identifiers."""

from functools import cache

from django.core.exceptions import ValidationError

from portal_core.config.kinds.plain import PlainField
from portal_core.importing.errors import Unusable
from portal_core.importing.picking import shown


def plain(words: str, limit: int, place: str, *, multiline: bool = False) -> str:
    """The text, trimmed, if it can be kept: no character that no page shows, not too long. Raises `Unusable`."""
    if not words:
        return ""
    try:
        return str(_field(limit, multiline).clean(words))
    except ValidationError as error:
        raise Unusable(place, f"{shown(words)} is refused: {' '.join(error.messages)}") from error


@cache
def _field(limit: int, multiline: bool) -> PlainField:
    return PlainField(limit=limit, multiline=multiline, required=False)
