"""What the form fields of all kinds have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from portal_core.config.document.base import TextValue
from portal_core.config.document.fields import Choice
from portal_core.config.kinds.base import Fault
from portal_core.config.problem_kinds import ProblemKind

if TYPE_CHECKING:
    from portal_core.config.compiled import CompiledPortal
    from portal_core.config.compiled_field import CompiledField


def common_options(field: CompiledField, portal: CompiledPortal, language: str) -> dict[str, Any]:
    """Label, help and whether an answer is needed. `Any`: keyword arguments of Django's form fields."""
    return {
        "label": portal.text(field.label, language),
        "help_text": portal.text(field.help, language),
        "required": field.required,
    }


def placeholder_attrs(value: TextValue | None, portal: CompiledPortal, language: str) -> dict[str, str]:
    """The attribute for a placeholder, if there is one."""
    words = portal.text(value, language)
    return {"placeholder": words} if words else {}


def long_default(default: str | None, max_length: int) -> Iterator[Fault]:
    """A text that stands in a new form must be one that may be sent."""
    if len(default or "") > max_length:
        yield Fault("default", "The default is longer than max_length.", "Shorten it.", ProblemKind.OVER_LIMIT)


def choice_faults(choices: tuple[Choice, ...]) -> Iterator[Fault]:
    """Something to choose from."""
    if all(choice.retired for choice in choices):
        yield Fault("choices", "There is nothing to choose from.", "Add choices.", ProblemKind.INCOMPLETE)


def one_of_the_keys(choices: tuple[Choice, ...], operand: object) -> str:
    """How to mend a key that no choice has; "" for one that has."""
    keys = [choice.key for choice in choices]
    return "" if operand in keys else f"Use one of: {', '.join(keys[:12])}."


def is_number(operand: object) -> bool:
    """Whether a document compares with a number; true and false are none."""
    return isinstance(operand, int | float) and not isinstance(operand, bool)
