"""An answer to every kind of question, for requests that are made up."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from pydantic import JsonValue

from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.moments import stored_moment

# A day that is far enough away for any deadline.
_DAYS_AHEAD: Final = 7
# Answers of the kinds that are the same in every portal. Telephone numbers and names are reserved for examples.
_FIXED: Final[dict[str, JsonValue]] = {
    "phone": "+44 1632 960123",
    "url": "https://example.com/",
    "yes_no": True,
    "rating": 4,
    "address": {"line1": "12 Example Street", "city": "Edinburgh", "postcode": "EH1 1AA", "country": "GB"},
}
# `Any`: each kind has options of its own.
_Maker = Callable[[Any, CompiledField, CompiledPortal, User], JsonValue]


def example_answer(field: CompiledField, portal: CompiledPortal, person: User) -> JsonValue:
    """A made-up answer in stored form; None for kinds whose answers lie elsewhere (files, records)."""
    default = field.kind.default(field)
    if default is not None:
        return default
    if field.kind.key in _FIXED:
        return _FIXED[field.kind.key]
    maker = _MAKERS.get(field.kind.key)
    return None if maker is None else maker(field.config, field, portal, person)


def _words(config: Any, field: CompiledField, portal: CompiledPortal, _person: User) -> JsonValue:
    placeholder = portal.text(getattr(config, "placeholder", None), portal.language)
    return placeholder or f"{portal.text(field.label, portal.language).rstrip('?:.')}: example"


def _number(config: Any, _field: CompiledField, _portal: CompiledPortal, _person: User) -> JsonValue:
    bounds = [Decimal(str(bound)) for bound in (config.min, config.max) if bound is not None]
    middle = sum(bounds, Decimal(0)) / len(bounds) if bounds else Decimal(3)
    whole = middle.to_integral_value()
    fits = not bounds or min(bounds) <= whole <= max(bounds)
    return format(whole if fits else bounds[0], "f")


def _money(_config: Any, _field: CompiledField, portal: CompiledPortal, _person: User) -> JsonValue:
    return {"amount_minor": 4900, "currency": portal.settings.currency}


def _date(_config: Any, _field: CompiledField, portal: CompiledPortal, _person: User) -> JsonValue:
    return (timezone.now().astimezone(portal.time_zone).date() + timedelta(days=_DAYS_AHEAD)).isoformat()


def _moment(_config: Any, _field: CompiledField, portal: CompiledPortal, _person: User) -> JsonValue:
    day = timezone.now().astimezone(portal.time_zone) + timedelta(days=_DAYS_AHEAD)
    return stored_moment(day.replace(hour=10, minute=0, second=0, microsecond=0))


def _choice(config: Any, _field: CompiledField, _portal: CompiledPortal, _person: User) -> JsonValue:
    return next((choice.key for choice in config.choices if not choice.retired), None)


def _choices(config: Any, field: CompiledField, portal: CompiledPortal, person: User) -> JsonValue:
    first = _choice(config, field, portal, person)
    return None if first is None else [first]


def _email(_config: Any, _field: CompiledField, _portal: CompiledPortal, person: User) -> JsonValue:
    return person.email


def _rows(_config: Any, field: CompiledField, portal: CompiledPortal, person: User) -> JsonValue:
    row: dict[str, JsonValue] = {"id": "r1"}
    for column in field.columns:
        answer = None if column.retired else example_answer(column, portal, person)
        if answer is not None:
            row[column.key] = answer
    return [row]


_MAKERS: Final[dict[str, _Maker]] = {
    "text": _words,
    "long_text": _words,
    "number": _number,
    "money": _money,
    "date": _date,
    "datetime": _moment,
    "choice": _choice,
    "choices": _choices,
    "email": _email,
    "rows": _rows,
}
