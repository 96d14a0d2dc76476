"""How a box of the editor says what is wrong with what was typed: what to write, not what was wrong."""

from typing import Final

from django import forms
from django.core import validators

_EMPTY: Final = "Write something here: it cannot stay empty"
_TOO_LONG: Final = "Write at most %(limit_value)d characters; these are %(show_value)d"
_OFFERED: Final = "Choose one that is offered"
_NUMBER: Final = {"required": "Write a number", "invalid": "Write a number"}
_WHOLE: Final = {"required": "Write a number", "invalid": "Write a whole number"}
_LIMITS: Final = {
    validators.MinValueValidator: "Write %(limit_value)s or more",
    validators.MaxValueValidator: "Write %(limit_value)s or less",
    validators.MinLengthValidator: "Write at least %(limit_value)d characters",
    validators.MaxLengthValidator: _TOO_LONG,
    validators.ProhibitNullCharactersValidator: "Take out the character that cannot be seen",
}
_SHORTER: Final = dict.fromkeys(
    ("invalid", "max_digits", "max_decimal_places", "max_whole_digits"), "Write a number with fewer digits"
)


def in_house_words(field: forms.Field) -> None:
    """Gives a form field the product's own words for what Django would say."""
    field.error_messages |= _messages(field)
    for validator in field.validators:
        words = _LIMITS.get(type(validator))
        if words is not None:
            validator.message = words  # type: ignore[attr-defined]  # all of these have one
        if isinstance(validator, validators.DecimalValidator):
            validator.messages = _SHORTER


def _messages(field: forms.Field) -> dict[str, str]:
    # The more special kinds first: Django's many boxes are a kind of its list, its decimals one of its whole numbers.
    if isinstance(field, forms.MultipleChoiceField):
        return {"required": "Tick at least one", "invalid_choice": _OFFERED, "invalid_list": _OFFERED}
    if isinstance(field, forms.ChoiceField):
        return {"required": "Choose one", "invalid_choice": _OFFERED}
    if isinstance(field, forms.BooleanField):
        return {"required": "Tick this box"}
    if isinstance(field, forms.DecimalField):
        return _NUMBER
    if isinstance(field, forms.IntegerField):
        return _WHOLE
    return {"required": _EMPTY}
