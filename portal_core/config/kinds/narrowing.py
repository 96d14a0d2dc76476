"""Answers as the database compares them: the conditions by which lists are narrowed, over a column `data`.

Answers of requests and details of records are kept alike, by field key. An answer of another form than the question
asks for (its kind has changed since) meets nothing, and is no error.

SECURITY: keys and operands become literals of one SQL/JSON path, which is handed over as a value.
"""

import json
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import BooleanField, F, Func, Q, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from pydantic import JsonValue

from portal_core.accounts.folded import Folded, ways_folded

# What a list is narrowed by; amounts that are not whole as they were typed, since a float has 15 digits.
Operand = JsonValue | Decimal
# How operators that compare are written in a path.
SIGNS: Final = {"is": "==", "more_than": ">", "less_than": "<", "after": ">", "before": "<"}
# Neither null, an empty text, nor a list or an object without anything.
_FILLED: Final = (
    '@.type() == "boolean" || @.type() == "number" || (@.type() == "string" && @ != "")'
    ' || (@.type() == "array" && @.size() > 0) || (@.type() == "object" && exists(@.*))'
)
_IS_TEXT: Final = '@.type() == "string"'


class _Meets(Func):
    """Whether a path finds anything in a JSON value; a path that does not fit the value finds nothing."""

    template = "((%(expressions)s::jsonpath) IS TRUE)"
    arg_joiner = " @? "
    arity = 2
    output_field = BooleanField()


class _Text(Func):
    """The first text that a path finds in a JSON value; NULL where there is none."""

    template = "(jsonb_path_query_first(%(expressions)s::jsonpath, '{}', true) #>> '{}')"
    arity = 2
    output_field = TextField()


class _Texts(Func):
    """The texts that a path finds in a JSON value, a line each; NULL where there is none."""

    template = (
        "(SELECT string_agg(said #>> '{}', chr(10)) FROM jsonb_path_query(%(expressions)s::jsonpath, '{}', true) said)"
    )
    arity = 2
    output_field = TextField()


class _Holds(Func):
    """Whether a text has another in it; not where there is none."""

    function = "strpos"
    template = "(coalesce(%(function)s(%(expressions)s), 0) > 0)"
    arity = 2
    output_field = BooleanField()


def equals(key: str, operand: JsonValue) -> Q:
    """The answer is exactly this."""
    return Q(data__contains={key: operand})


def has_one(key: str, operand: JsonValue) -> Q:
    """The answer is a list with this in it."""
    return Q(data__contains={key: [operand]})


def has_index(condition: Q) -> bool:
    """Whether the index of answers finds what meets a condition: it knows what an answer is or has in it, no more."""
    return not condition.negated and all(
        has_index(part) if isinstance(part, Q) else isinstance(part, tuple) and part[0] == "data__contains"
        for part in condition.children
    )


def is_filled(key: str) -> Q:
    """There is an answer."""
    return meets(key, _FILLED)


def meets(key: str, test: str) -> Q:
    """The answer, `@`, passes a test in the language of SQL/JSON paths; its operands come from `literal`."""
    return Q(_Meets(F("data"), Value(f"strict $.{literal(key)} ? ({test})")))


def compares(key: str, operator: str, operand: Operand, *, subject: str = "@") -> Q:
    """The answer, or what `subject` makes of it, is more or less than the operand (by SIGNS)."""
    return meets(key, f"{subject} {SIGNS[operator]} {literal(operand)}")


def has_words(key: str, typed: str) -> Q:
    """The answer is a text with these words in it, in whatever letters they are written."""
    return _has(_text(key), typed)


def has_digits(key: str, digits: str) -> Q:
    """The answer is a text whose digits, without whatever stands between them, have these among them."""
    kept = Func(_text(key), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace")
    return Q(_Holds(Cast(kept, TextField()), Value(digits)))


def has_words_in_parts(key: str, typed: str) -> Q:
    """The answer is made of texts (the lines of an address), and one of them has these words in it."""
    return _has(_Texts(F("data"), Value(f"lax $.{literal(key)}.** ? ({_IS_TEXT})")), typed)


def plain(operand: Operand) -> JsonValue:
    """The operand of a kind whose answers are no amounts, as answers are kept."""
    assert not isinstance(operand, Decimal)
    return operand


def literal(operand: Operand) -> str:
    """A text or a number inside a path. It must be finite and without NUL."""
    return format(operand, "f") if isinstance(operand, Decimal) else json.dumps(operand, allow_nan=False)


def _text(key: str) -> _Text:
    return _Text(F("data"), Value(f"strict $.{literal(key)} ? ({_IS_TEXT})"))


def _has(text: Combinable, typed: str) -> Q:
    answer = Folded(text)
    return reduce(or_, (Q(_Holds(answer, Value(way))) for way in ways_folded(typed)))
