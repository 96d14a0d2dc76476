"""Field kinds: what people type, what is kept, what readers see."""

from __future__ import annotations

from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_core.accounts.roles import resolve_role
from portal_core.config.compile import compile_portal
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.document import load
from portal_core.config.document.fields import AnyField
from portal_core.config.kinds import NotAnInput, all_kinds, kind_for
from portal_core.config.kinds.base import Asked
from tests.config.documents import changed, sound

LONDON = ZoneInfo("Europe/London")
LINES = ["text", "long_text", "number", "choice", "yes_no", "date", "email", "phone"]
OWN = ["text", "long_text", "number", "money", "choice", "choices", "yes_no", "date", "datetime", "email", "phone",
       "url", "address", "rows", "rating", "heading", "info"]  # fmt: skip
CHOICES = [
    {"key": "leak", "label": {"en": "A leak", "de": "Ein Leck"}},
    {"key": "old", "label": "Old", "retired": True},
]


def made(kind: str, **options: Any) -> tuple[CompiledPortal, CompiledField]:
    field = {"key": "it", "kind": kind, "label": "It", **options}
    document = changed("types", 0, "fields", 0, to=field, document=changed("types", 0, "title"))
    portal = compile_portal(load(document), 1)
    return portal, portal.type("repair").field("it")


def asked(portal: Any, language: str) -> Asked:
    return Asked(portal, resolve_role("customer"), language)


def kept(kind: str, raw: object, language: str = "en", **options: Any) -> Any:
    portal, field = made(kind, **options)
    return field.kind.clean(raw, field, asked(portal, language))


def error(kind: str, raw: object, language: str = "en", **options: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        kept(kind, raw, language, **options)
    return refused.value.messages[0]


def shown(kind: str, value: Any, language: str = "en", **options: Any) -> str:
    portal, field = made(kind, **options)
    return field.kind.display(value, field, portal, language, LONDON)


def test_every_kind_of_the_document_is_registered_and_those_of_other_packages_come_from_there() -> None:
    known = [kind.key for kind in all_kinds()]
    assert [key for key in known if key not in ("file", "record")] == OWN
    models = get_args(get_args(AnyField)[0])
    assert sorted(known) == sorted(key for model in models for key in get_args(model.model_fields["kind"].annotation))


@pytest.mark.parametrize("kind", LINES)
def test_input_kinds_make_a_form_field_with_label_and_help(kind: str) -> None:
    portal, field = made(kind, help="Because", required=True, **({"choices": CHOICES} if kind == "choice" else {}))
    form_field = field.kind.form_field(field, asked(portal, "en"))
    assert isinstance(form_field, forms.Field)
    assert (form_field.label, form_field.help_text, form_field.required) == ("It", "Because", True)


@pytest.mark.parametrize("kind", ["heading", "info"])
def test_what_asks_nothing_makes_none(kind: str) -> None:
    portal, field = made(kind)
    with pytest.raises(NotAnInput):
        field.kind.form_field(field, asked(portal, "en"))


@pytest.mark.parametrize("kind", LINES)
def test_no_answer_is_kept_as_none_and_shown_as_nothing(kind: str) -> None:
    options = {"choices": CHOICES} if kind == "choice" else {}
    assert kept(kind, "", **options) is None
    assert kept(kind, None, **options) is None
    assert shown(kind, None, **options) == ""


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("text", "Write an answer here."),
        ("number", "Write an answer here."),
        ("choice", "Choose one of the answers."),
        ("yes_no", "Answer yes or no."),
    ],
)
def test_a_missing_answer_says_what_to_do(kind: str, message: str) -> None:
    options = {"choices": CHOICES} if kind == "choice" else {}
    assert error(kind, "", required=True, **options) == message


@pytest.mark.parametrize(
    "words", ["<b>{link}</b>", "O'Brien; DROP TABLE", "=1+1", "  \u202eabc  ", "👩 Łódź", "{{ x }}"]
)
def test_text_is_kept_as_typed(words: str) -> None:
    assert kept("text", words) == words.strip()
    assert kept("long_text", words + "\r\nmore") == words.lstrip() + "\nmore"


def test_text_errors_say_what_to_do() -> None:
    assert error("text", "x" * 11, max_length=10) == "Shorten this to 10 characters; it has 11."
    assert error("text", "a\nBcc: x@example.com") == "Write this on one line."
    assert error("text", "a\x00b") == "Take out the character that cannot be shown (number 2)."
    assert error("text", ["a"]) == "Write this as text."


NUMBERS = [
    ("0.8", "en", "0.8"),
    ("0,8", "en", "0.8"),
    ("0.8", "de", "0.8"),
    ("0,8", "de", "0.8"),
    ("1,000", "en", "1000"),
    ("1,000", "de", "1.000"),
    ("1.000", "de", "1000"),
    ("1.000", "en", "1.000"),
    ("1.234,56", "en", "1234.56"),
    ("1,234.56", "de", "1234.56"),
    ("1,234,567", "en", "1234567"),
    ("1 234 567", "en", "1234567"),
    ("-5", "en", "-5"),
    ("\u22125", "en", "-5"),
    ("62.40", "en", "62.40"),
    ("٣٫٥", "ar", "3.5"),
    (".5", "en", "0.5"),
    ("0.125", "de", "0.125"),
    ("1,125", "fr", "1.125"),
    ("1.125", "fr", "1.125"),
    ("1 125,5", "fr", "1125.5"),
    ("1,125", "de-CH", "1.125"),
    (3, "en", "3"),
]


@pytest.mark.parametrize(("typed", "language", "number"), NUMBERS)
def test_numbers_are_read_as_people_write_them(typed: object, language: str, number: str) -> None:
    assert kept("number", typed, language) == number


@pytest.mark.parametrize(
    "typed", ["x", "1e5", "NaN", "Infinity", "0x10", "1.2.3", "1,2,3", "--1", "½", "1/2", ".", ",", "9" * 17]
)
def test_what_is_no_number_gets_an_example(typed: str) -> None:
    assert error("number", typed, noun="the pressure") == "Write the pressure as a number, such as 0.8."


def test_number_errors_name_the_limits() -> None:
    assert error("number", "5", min=0, max=4) == "Write a number between 0 and 4."
    assert error("number", "5", max=4) == "Write a number of 4 or less."
    assert error("number", "-1", min=0) == "Write a number of 0 or more."
    assert error("number", "1.5", decimals=0) == "Write this as a whole number, such as 3."
    assert error("number", "1.555", decimals=2) == "Write this with at most 2 decimals."
    assert error("number", "x", "de") == "Write this as a number, such as 0,8."
    assert error("number", "x", min=100) == "Write this as a number, such as 100."


@pytest.mark.parametrize(
    ("value", "unit", "language", "words"),
    [
        ("0.4", "bar", "en", "0.4\u00a0bar"),
        ("0.4", "bar", "de", "0,4\u00a0bar"),
        ("62.40", "£", "en", "£62.40"),
        ("-62.40", "£", "en", "-£62.40"),
        ("9840", "£", "de", "9.840\u00a0£"),
        ("1234567.5", "", "en", "1,234,567.5"),
        ("broken", "", "en", ""),
    ],
)
def test_numbers_are_shown_in_the_readers_language(value: str, unit: str, language: str, words: str) -> None:
    options = {"unit": unit} if unit else {}
    assert shown("number", value, language, **options) == words


@pytest.mark.parametrize("typed", ["2026-11-27", "27/11/2026", "27.11.2026", "27 11 2026"])
def test_days_are_kept_as_iso(typed: str) -> None:
    assert kept("date", typed) == "2026-11-27"


@pytest.mark.parametrize("typed", ["tomorrow", "2026-02-30", "0001-01-01", "9999-12-31", "11/27/2026", "20261127x"])
def test_what_is_no_day_gets_an_example(typed: str) -> None:
    assert error("date", typed) == "Write this as a day, such as 27/11/2026."
    assert error("date", typed, "de").endswith("such as 27.11.2026.")


@time_machine.travel("2026-06-30T23:30:00Z", tick=False)
def test_today_is_the_portals_today() -> None:
    assert error("date", "2026-06-30", min="today") == "Choose a day from Wednesday 1 July 2026 on."
    assert kept("date", "2026-07-01", min="today") == "2026-07-01"
    assert error("date", "2026-07-02", max="today") == "Choose a day up to Wednesday 1 July 2026."


def test_days_are_shown_in_the_readers_language() -> None:
    assert shown("date", "2026-11-27") == "Friday 27 November 2026"
    assert shown("date", "2026-11-27", "de") == "Freitag, 27. November 2026"


def test_choices_are_kept_by_key_and_shown_by_label() -> None:
    assert kept("choice", "leak", choices=CHOICES) == "leak"
    assert shown("choice", "leak", "de", choices=CHOICES) == "Ein Leck"
    assert shown("choice", "old", choices=CHOICES) == "Old"
    assert shown("choice", "gone", choices=CHOICES) == ""


@pytest.mark.parametrize("raw", ["old", "fire", "A leak", ["leak"], {"a": 1}, 5, "\x00", "\ud800"])
def test_an_answer_that_is_not_offered_is_refused(raw: object) -> None:
    assert error("choice", raw, choices=CHOICES, required=True).startswith("Choose one of the answers")


def test_yes_and_no() -> None:
    assert (kept("yes_no", "yes"), kept("yes_no", "no")) == (True, False)
    assert (kept("yes_no", True), kept("yes_no", False)) == (True, False)
    assert (shown("yes_no", True), shown("yes_no", False)) == ("Yes", "No")
    assert error("yes_no", "maybe") == "Answer yes or no."


def test_addresses_and_telephones() -> None:
    assert kept("email", " Maren.Holt@example.com ") == "Maren.Holt@example.com"
    assert error("email", "maren@") == "Write an e-mail address, such as name@example.com."
    assert error("email", "a@example.com\nBcc: b@example.com") == "Write this on one line."
    for number in ("07700 900 218", "+44 7700 900218", "(0131) 496-0100", "0131/4960100 ext. 12", "٠٧٧٠٠٩٠٠٢١٨"):
        assert kept("phone", number) == number
    for number in ("call me", "12", "+999 12", "1" * 18, "07700;DROP"):
        assert error("phone", number).startswith("Write a phone number")


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("raw", ["\x00", "a\x00b", "\ud800", "x\udfff", "\x1b[31m", "x" * 1_000_000, "\uffff"])
def test_hostile_input_is_a_field_error_and_never_an_exception(kind: str, raw: str) -> None:
    options = {"choices": CHOICES} if kind == "choice" else {}
    assert error(kind, raw, required=True, **options)


ANYTHING = st.one_of(
    st.text(alphabet=st.characters(), max_size=60),
    st.text(alphabet="0123456789.,-+/: eE\u22125٣", max_size=20),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=2),
)
_MADE = {kind: made(kind, **({"choices": CHOICES} if kind == "choice" else {})) for kind in LINES}


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from(LINES), raw=ANYTHING, language=st.sampled_from(["en", "de", "ar", "zz"]))
def test_whatever_is_kept_can_be_stored_shown_and_given_back(kind: str, raw: object, language: str) -> None:
    portal, field = _MADE[kind]
    try:
        value = field.kind.clean(raw, field, asked(portal, language))
    except ValidationError as refused:
        assert refused.messages
        return
    assert value is None or isinstance(value, str | bool)
    assert isinstance(field.kind.display(value, field, portal, language, LONDON), str)
    assert "\x00" not in str(field.kind.export(value, field, portal))
    initial = field.kind.initial(value, field, asked(portal, language))
    assert field.kind.clean(initial, field, asked(portal, language)) == value


def test_kinds_are_shared_by_all_fields() -> None:
    portal = compile_portal(load(sound()), 1)
    assert portal.type("repair").field("what").kind is kind_for("text")
