"""Answers compared by the database: as a condition compares them, for every kind, whatever stands there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db.models import BooleanField, ExpressionWrapper, Q

from portal_core.accounts.roles import resolve_role
from portal_core.config.conditions import holds
from portal_core.config.document.conditions import Condition
from portal_core.config.kinds import all_kinds, kind_for
from portal_core.service_requests.answer_filters import (
    AT_MOST,
    LONGEST_OPERAND,
    WITHOUT_OPERAND,
    AnswerFilter,
    answers_text,
    read_answers,
    with_answers,
)
from portal_core.service_requests.models import ServiceRequest
from tests.config.test_further_kinds import CHOICES, EDINBURGH, LONDON, asked, made, pounds

# What an answer can be after its question was of another kind, too.
FOREIGN: list[Any] = [
    None,
    "",
    [],
    {},
    False,
    True,
    0,
    3,
    "x",
    "3",
    ["leak"],
    [3],
    {"a": "b"},
    {"a": None},
    [[]],
    {"it": 3},
]
# By kind: what is kept, and what it is compared with, by operator.
KEPT: dict[str, tuple[list[Any], dict[str, list[Any]]]] = {
    "text": (
        ["Main Road 3", "main", "Straße \\ 'x' \"y\" %_"],
        {"is": ["main", '"', "\\"], "contains": ["MAIN", "%", "\\", '"', "'"]},
    ),
    "long_text": (["one\ntwo", "One"], {"contains": ["one", "two", "\\n"]}),
    "number": (
        ["2", "2.50", "-3", "10", "99999999999999999"],
        {"is": [2, 2.5, 2.0], "more_than": [2, 2.5, -4, 9.5], "less_than": [2, 10, 1e15]},
    ),
    "money": (
        [pounds(6240), pounds(0), pounds(-5)],
        {"is": [62.4, 0], "more_than": [62.4, 62.39, -1], "less_than": [62.4, 62.41]},
    ),
    "choice": (["leak", "old"], {"is": ["leak", "old", "cold"]}),
    "choices": ([["leak", "cold"], ["old"]], {"contains": ["leak", "old", "noise"]}),
    "yes_no": ([True, False], {"is": [True, False]}),
    "date": (
        ["2026-11-27", "2024-02-29"],
        {"is": ["2026-11-27"], "after": ["2026-11-26", "2026-11-27"], "before": ["2026-11-27", "2026-11-28"]},
    ),
    "datetime": (
        ["2026-06-30T22:59Z", "2026-06-30T23:00Z", "2026-11-27T00:00Z"],
        {"after": ["2026-06-30", "2026-07-01"], "before": ["2026-07-01", "2026-11-27"]},
    ),
    "rating": ([1, 4, 5], {"is": [4], "more_than": [1, 4], "less_than": [4]}),
    "url": (["https://example.com/a"], {"contains": ["EXAMPLE", "/a"]}),
    "rows": ([[{"id": "ra", "part": "Vessel"}]], {}),
    "file": ([[{"id": "x", "name": "a.pdf"}]], {}),
    "record": ([{"id": "x", "title": "Boiler"}], {}),
}


@pytest.fixture
def found_with(shop):
    """Whether a request whose answer is this is found by a condition."""
    row = shop.file("sale", what="Blue", kind="noise")

    def ask(value: Any, *conditions: Q) -> list[bool]:
        ServiceRequest.objects.filter(pk=row.pk).update(data={"other": "leak"} if value is None else {"it": value})
        said = {f"said_{n}": ExpressionWrapper(item, BooleanField()) for n, item in enumerate(conditions)}
        return [bool(met) for met in ServiceRequest.objects.annotate(**said).values_list(*said).get(pk=row.pk)]

    return ask


def _made(kind: str) -> Any:
    more = {"choice": {"choices": CHOICES}, "choices": {"choices": CHOICES}, "record": {"record_kind": "boiler"}}
    more["rows"] = {"columns": [{"key": "part", "kind": "text", "label": "Part"}]}
    return made(kind, **more.get(kind, {}))


@pytest.mark.parametrize("kind", KEPT)
def test_the_database_says_what_a_condition_says(kind, found_with):
    values, operands = KEPT[kind]
    portal, field = _made(kind)
    assert {*operands, "filled", "empty"} == set(kind_for(kind).filters)
    asked = [(name, operand) for name, some in operands.items() for operand in some] + [
        ("filled", None),
        ("empty", None),
    ]
    assert all(operand is None or field.kind.is_operand(operand, field, name) for name, operand in asked)
    found = [field.kind.matching(field, name, operand, portal) for name, operand in asked]
    tests = [
        Condition.model_validate({"field": "it", name: True if operand is None else operand}) for name, operand in asked
    ]
    for value in values:
        said = [holds(test, {"it": value}, None, LONDON) for test in tests]
        assert found_with(value, *found) == said, value
        assert any(said)
    for value in FOREIGN:
        said = found_with(value, *found)
        # Of another kind's answer is told at least whether there is one.
        assert said[-2:] == [holds(test, {"it": value}, None, LONDON) for test in tests[-2:]], value


def test_every_kind_that_takes_an_answer_narrows_a_list():
    others = {"email", "phone", "address"}
    assert {kind.key for kind in all_kinds() if kind.is_input} == set(KEPT) | others
    assert all(kind.filters for kind in all_kinds() if kind.is_input)


@pytest.mark.parametrize(
    ("kind", "value", "finds", "misses"),
    [
        ("email", "Carol@Example.com", ["carol@", "EXAMPLE"], ["dave"]),
        ("phone", "+44 (0)131 496-0142", ["4960142", "496 01 42", "+44 (0)131"], ["4960143"]),
        ("phone", "0131 496 0142", ["0131 4960142", "131496"], ["0141"]),
        ("phone", "0131 496 0142 ext 7", ["ext"], ["Durchwahl"]),
        ("address", EDINBURGH, ["EDINBURGH"], ["line1", "Glasgow"]),
        ("address", "Hauptstraße 3", ["hauptstrasse"], ["Nebenstraße"]),
        # Nothing of how answers are kept: neither their keys nor the signs between them.
        ("address", EDINBURGH, [], ['"', "[", ",", "city", "Edinburgh, "]),
        ("address", None, [], ["[", "]"]),
        ("address", {"line1": 'The "Old" \\ Inn'}, ['"old" \\ i'], ["\\\\"]),
        ("text", {"a": "b"}, [], ["a", "b", "{"]),
        ("text", ["leak"], [], ["leak", "["]),
        ("phone", 1314960142, [], ["131"]),
        ("text", "Müller & Söhne", ["mueller", "muller", "MÜLLER", "Sohne"], ["Meier"]),
    ],
)
def test_what_is_typed_finds_what_is_meant(kind, value, finds, misses, found_with):
    portal, field = _made(kind)
    found = found_with(value, *(field.kind.matching(field, "contains", words, portal) for words in [*finds, *misses]))
    assert found == [True] * len(finds) + [False] * len(misses)


HOSTILE = [
    *("1e308", "-1e308", "5e-324", "1e-05", "1e16", "-0.0", "3.5", "true", "0", "9" * 59, "-" + "9" * 58),
    *('"9999-12-31"', '"0001-01-01"', '"1849-12-31"', '"2199-12-31"', '"1850-01-01"', '"20261225"', '"2026-W52-5"'),
    *(
        '"\\u200b"',
        '"\\u0301"',
        '"\\ud83d\\ude00"',
        '"%_\\\\"',
        '"[(*+?{"',
        '"\\" || true || \\""',
        '"$.it ? (@ == 1)"',
    ),
]


@pytest.mark.parametrize("kind", [*KEPT, "email", "phone", "address"])
def test_an_address_that_somebody_made_up_is_refused_or_said_and_asked(kind, found_with):
    portal, field = _made(kind)
    given = [
        item
        for name in field.kind.filters
        if name not in WITHOUT_OPERAND
        for line in HOSTILE
        for item in read_answers(f"it:{name}:{line}")
        if field.kind.is_operand(item.operand, field, name)
    ]
    for item in given:
        words = field.kind.operand_words(item.operand, field, portal, "en")
        assert 0 < len(words) < 2 * LONGEST_OPERAND, item
    found = [field.kind.matching(field, item.operator, item.operand, portal) for item in given]
    assert not found or len(found_with("x", *found)) == len(found)


@pytest.mark.parametrize(
    ("kind", "typed", "kept", "beside"),
    [
        ("number", "123456789012345.123456", "123456789012345.123456", "123456789012345.123457"),
        ("number", "999999999999999", "999999999999999", "999999999999998"),
        ("number", "-0.100000", "-0.1", "-0.100001"),
        ("money", "9999999999999.99", pounds(999999999999999), pounds(999999999999998)),
    ],
)
def test_every_digit_counts_from_what_is_typed_to_what_is_found(kind, typed, kept, beside, found_with):
    portal, field = _made(kind)
    typed_in = field.kind.filter_input(field, "is", asked(portal)).clean(typed)
    filters = [AnswerFilter("it", name, field.kind.operand(typed_in)) for name in ("is", "less_than", "more_than")]
    # Through an address, as lists keep it.
    read = read_answers(answers_text(filters))
    assert read == tuple(filters) and all(field.kind.is_operand(item.operand, field, item.operator) for item in read)
    conditions = [field.kind.matching(field, item.operator, item.operand, portal) for item in read]
    assert found_with(kept, *conditions) == [True, False, False]
    assert found_with(beside, *conditions)[0] is False and sum(found_with(beside, *conditions)) == 1
    assert typed.strip("-0").replace(".", "")[:15] in re.sub(
        r"\D", "", field.kind.operand_words(read[0].operand, field, portal, "en")
    )


def test_a_small_number_is_said_as_it_is_typed():
    portal, field = _made("number")
    cleaned = field.kind.filter_input(field, "is", asked(portal)).clean("0.00001")
    assert field.kind.operand_words(field.kind.operand(cleaned), field, portal, "en") == "0.00001"


def test_an_amount_in_the_currency_of_former_days_is_neither_more_nor_less(found_with):
    portal, field = _made("money")
    both = [field.kind.matching(field, name, 1, portal) for name in ("more_than", "less_than")]
    assert found_with({"amount_minor": 500, "currency": "EUR"}, *both) == [False, False]
    assert found_with(pounds(500), *both) == [True, False]


@pytest.mark.parametrize(
    "line",
    [
        "",
        ":",
        "it",
        "it:is",
        "it:is:",
        ":is:3",
        "it:is:null",
        "it:is:[1]",
        'it:is:{"a": 1}',
        "it:is:x",
        "it:filled:3",
        'it:is:"\\u0000"',
        'it:is:"\\ud800"',
        "it:is:NaN",
        "it:is:Infinity",
        "it:is:1e999",
        "it:is:1e-999",
        "it:is:1e999999999",
        'it:is:""',
        "it:is:" + "[" * 2000,
        f'it:is:"{"x" * (LONGEST_OPERAND + 1)}"',
        "it:is:" + "9" * 4400,
    ],
)
def test_a_spoilt_address_asks_for_nothing(line):
    assert read_answers(line) == ()


def test_conditions_are_written_as_they_are_read():
    asked = (
        AnswerFilter("it", "contains", 'a "b" \\ ü\u2028: c'),
        AnswerFilter("it", "is", 2.5),
        AnswerFilter("on", "is", False),
        AnswerFilter("on", "empty"),
    )
    assert read_answers(answers_text(asked)) == asked
    assert read_answers(answers_text(asked).replace("\n", "\r\n")) == asked
    # As many and as long as there can be: none is cut off, or cut short to mean something else.
    longest = tuple(AnswerFilter(f"{n}{'k' * 39}", "more_than", "\x01" * LONGEST_OPERAND) for n in range(AT_MOST))
    assert read_answers(answers_text(longest)) == longest
    many = [AnswerFilter(f"f{n}", "filled") for n in range(AT_MOST + 3)]
    assert read_answers(answers_text(many)) == tuple(many[:AT_MOST])


@pytest.mark.parametrize(
    "text", ["gone:filled:", "it:after:3", "it:is:3", "it:is:true", 'it:is:"nothing"', "about:filled:", 'it:sql:"x"']
)
def test_what_cannot_be_asked_finds_nothing(text, shop):
    portal, _ = _made("choice")
    shop.file("repair", what="Blue", kind="noise")
    assert not ServiceRequest.objects.filter(with_answers("repair", text, resolve_role("agent"), portal)).exists()
