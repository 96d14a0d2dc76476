"""What a condition compares with, as somebody writes it in the box beside its sentence."""

import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django import forms
from pydantic import JsonValue

from portal_core.config.document.fields import FieldBase
from portal_core.config.kinds import kind_for
from portal_core.desk.setup.sentences import OPERATORS, STATUS, Asked

_NUMBERS: Final = frozenset({"number", "money", "rating"})
# No answer is larger; and 1e999999999, written out, would take all memory.
_LARGEST: Final = Decimal(10) ** 15
# As the document takes it.
_LONGEST: Final = 1_000
_BETWEEN: Final = re.compile(r"[;\n]")
_NAMED_AT_MOST: Final = 12
_MENDS: Final = {
    "date": "write a day such as 2026-12-25.",
    "datetime": "write a day such as 2026-12-25, or a moment such as 2026-12-25T09:00.",
}


def read_operand(asked: Asked, operator: str, typed: str) -> JsonValue:
    """As the document keeps it. Raises `ValidationError` with the mend."""
    said = f"“{asked.label} {OPERATORS[operator][0]} …”"
    parts = [part.strip() for part in _BETWEEN.split(typed)] if operator == "one_of" else [typed.strip()]
    written = [part for part in parts if part]
    if not written:
        raise forms.ValidationError(f"Write what {said} compares with, or take the sentence out.")
    operands = [item for part in written for item in _operands(asked, operator, part)]
    for item in operands:
        if isinstance(item, str) and len(item) > _LONGEST:
            raise forms.ValidationError(f"In {said}, write at most {_LONGEST:,} characters.")
        mend = "" if asked.answers or asked.kind == STATUS else _mend(asked, operator, item)
        if mend:
            raise forms.ValidationError(f"In {said}, {mend}")
    unique = list(dict.fromkeys(operands))
    return list[JsonValue](unique) if operator == "one_of" else operands[0]


def written(asked: Asked, operand: JsonValue) -> str:
    """How it stands in the box."""
    operands = operand if isinstance(operand, list) else [operand]
    return "; ".join(asked.answer(item) for item in operands)


def _operands(asked: Asked, operator: str, part: str) -> list[Any]:
    """What a part of what was written says. `Any`: a word or a number."""
    if asked.kind in _NUMBERS:
        return [_number(part)]
    if not asked.answers:
        return [part]
    by_words = {words.casefold(): key for key, words in (*((key, key) for key, _ in asked.answers), *asked.answers)}
    counts = Counter(words.casefold() for _key, words in asked.answers)
    names = [part] if part.casefold() in by_words or operator != "one_of" else part.split(",")
    for name in names:
        if name.strip().casefold() not in by_words:
            some = "; ".join(words for _, words in asked.answers[:_NAMED_AT_MOST])
            more = " and others" if len(asked.answers) > _NAMED_AT_MOST else ""
            raise forms.ValidationError(
                f"“{name.strip()[:60]}” is no answer to “{asked.label}”. The answers are: {some}{more}."
            )
        if counts[name.strip().casefold()] > 1:
            raise forms.ValidationError(
                f"Two answers to “{asked.label}” read “{name.strip()[:60]}”. Word one of them differently first."
            )
    return [by_words[name.strip().casefold()] for name in names]


def _mend(asked: Asked, operator: str, operand: object) -> str:
    """How to mend what was written, by the kind of the question; "" where it can be right."""
    if not kind_for(asked.kind).operand_mend(FieldBase(key=asked.key, kind=asked.kind), operator, operand):
        return ""
    return _MENDS.get(asked.kind, "write a number.")


def _number(typed: str) -> JsonValue:
    """A number where one was written; else the words, which are refused with the mend."""
    try:
        number = Decimal(typed.strip().replace(",", "."))
    except InvalidOperation:
        return typed.strip()
    if not number.is_finite() or not -_LARGEST < number < _LARGEST:
        return typed.strip()
    return int(number) if number == number.to_integral_value() else float(number)
