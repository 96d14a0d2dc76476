"""Fields that can be asked: labelled, with answers to choose from, with limits that leave room."""

from collections.abc import Iterator
from datetime import date

from portal_core.config.checks.index import Index
from portal_core.config.document.fields import (
    AnyField,
    ChoiceField,
    ChoicesField,
    DateField,
    InfoField,
    LongTextField,
    NumberField,
    TextField,
)
from portal_core.config.kinds import kind_for
from portal_core.config.problems import Problem


def check_fields(index: Index) -> Iterator[Problem]:
    """Every field of every type that can be started."""
    for kind in index.types:
        for field in kind.fields:
            if not field.retired:
                yield from _field(field, f"types.{kind.key}.fields.{field.key}")


def _field(field: AnyField, path: str) -> Iterator[Problem]:
    if isinstance(field, InfoField):
        if not field.text:
            yield Problem(f"{path}.text", "This text between the questions says nothing.", "Add text.")
    elif not field.label:
        yield Problem(f"{path}.label", "This field has no label.", "Add the question as people read it.")
    if field.required and not kind_for(field.kind).is_input:
        yield Problem(f"{path}.required", f"A field of the kind {field.kind} takes no answer.", "Take required out.")
    if isinstance(field, ChoiceField | ChoicesField):
        yield from _choices(field, path)
    elif isinstance(field, NumberField):
        yield from _number(field, path)
    elif isinstance(field, DateField):
        yield from _date(field, path)
    elif isinstance(field, TextField | LongTextField) and len(field.default or "") > field.max_length:
        yield Problem(f"{path}.default", "The default is longer than max_length.", "Shorten it.")


def _choices(field: ChoiceField | ChoicesField, path: str) -> Iterator[Problem]:
    keys = [choice.key for choice in field.choices if not choice.retired]
    if not keys:
        yield Problem(f"{path}.choices", "There is nothing to choose from.", "Add choices.")
    if isinstance(field, ChoiceField) and field.default is not None and field.default not in keys:
        mend = "Name one of the choices."
        yield Problem(f"{path}.default", f"There is no choice “{field.default}”.", mend)


def _number(field: NumberField, path: str) -> Iterator[Problem]:
    if field.min is not None and field.max is not None and field.min > field.max:
        yield Problem(f"{path}.min", "The least number is larger than the largest.", "Swap min and max.")
    elif field.default is not None and not _inside(field):
        yield Problem(f"{path}.default", "The default lies outside min and max.", "Change one of them.")


def _inside(field: NumberField) -> bool:
    value = field.default or 0
    return (field.min is None or field.min <= value) and (field.max is None or value <= field.max)


def _date(field: DateField, path: str) -> Iterator[Problem]:
    days: dict[str, date] = {}
    for name in ("min", "max", "default"):
        words: str | None = getattr(field, name)
        if words is None or words == "today":
            continue
        try:
            days[name] = date.fromisoformat(words)
        except ValueError:
            yield Problem(f"{path}.{name}", f"There is no day {words}.", "Write a day as 2026-12-25.")
    if "min" in days and "max" in days and days["min"] > days["max"]:
        yield Problem(f"{path}.min", "The first day comes after the last.", "Swap min and max.")
