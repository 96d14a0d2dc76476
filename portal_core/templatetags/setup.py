"""Tags of the editor's templates."""

from typing import Final

from django import template

from portal_core.desk.setup.field_lists import FieldList

register = template.Library()

_WORDS: Final = {"edit": "edits", "see": "sees", "hidden": "hidden"}
_ICONS: Final = {"edit": "pen", "see": "eye", "hidden": "eye-off"}


@register.simple_tag(name="field_href")
def field_href(fields: FieldList, name: str, *more: str) -> str:
    """The address of a page about a list of fields."""
    return fields.href(name, *more)


@register.filter
def vis_word(mark: str) -> str:
    """What somebody may do, as a verb: edits, sees, hidden."""
    return _WORDS.get(mark, mark)


@register.filter
def vis_icon(mark: str) -> str:
    """The sign for it."""
    return _ICONS.get(mark, "eye-off")
