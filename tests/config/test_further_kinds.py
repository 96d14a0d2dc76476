"""Amounts, moments, choices, addresses, tables, ratings, patterns: typed, kept, shown, compared."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from portal_core.accounts.roles import resolve_role
from portal_core.config.checks import check
from portal_core.config.compile import compile_portal
from portal_core.config.conditions import holds
from portal_core.config.document import load
from portal_core.config.document.conditions import Condition
from portal_core.config.kinds.base import Asked
from portal_core.config.kinds.typed import SHOWN_IN
from portal_core.config.patterns import PatternRefused, compiled, fits
from portal_core.service_requests.forms import edit_form, new_request_form
from tenants.ui.rows import RowsWidget
from tests.config.documents import changed
from tests.config.every_kind import CHOICES, COLUMNS, every_kind
from tests.service_requests.sending import sent_for

LONDON = ZoneInfo("Europe/London")


def made(kind: str, portal: dict[str, Any] | None = None, **options: Any) -> Any:
    document = changed("types", 0, "fields", 0, to={"key": "it", "kind": kind, "label": "It", **options})
    del document["types"][0]["title"]
    document["portal"] |= {"currency": "GBP", **(portal or {})}
    compiled_portal = compile_portal(load(document), 1)
    return compiled_portal, compiled_portal.type("repair").field("it")


def asked(portal: Any, language: str = "en", stored: Any = None) -> Asked:
    return Asked(portal, resolve_role("customer"), language, stored=stored)


def kept(kind: str, raw: Any, language: str = "en", *, stored: Any = None, **options: Any) -> Any:
    portal, field = made(kind, **options)
    return field.kind.clean(raw, field, asked(portal, language, stored))


def error(kind: str, raw: Any, language: str = "en", **options: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        kept(kind, raw, language, **options)
    return refused.value.messages[0]


def shown(kind: str, value: Any, language: str = "en", zone: ZoneInfo = LONDON, **options: Any) -> str:
    portal, field = made(kind, **options)
    return field.kind.shown(value, field, portal, language, zone).text


def pounds(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "GBP"}


# ---- for a table


@pytest.mark.parametrize(
    ("kind", "value", "options", "cell", "unit"),
    [
        ("text", "=x", {}, "=x", ""),
        ("number", "0.80", {"unit": "bar"}, Decimal("0.80"), "bar"),
        ("number", "0", {}, Decimal(0), ""),
        ("money", pounds(6240), {}, Decimal("62.40"), "GBP"),
        # In the currency of former days: not to be added up with the others.
        ("money", {"amount_minor": 6240, "currency": "EUR"}, {}, "62.40 EUR", "GBP"),
        ("rating", 4, {}, 4, ""),
        ("choice", "leak", {"choices": CHOICES}, "It leaks", ""),
        ("choice", "old", {"choices": CHOICES}, "Something of former days", ""),
        ("choice", "unknown", {"choices": CHOICES}, "unknown", ""),
        ("choices", ["leak", "noise", "x"], {"choices": CHOICES}, "It leaks; It makes a noise; x", ""),
        ("yes_no", False, {}, "No", ""),
        ("date", "2026-12-01", {}, date(2026, 12, 1), ""),
        ("date", "soon", {}, "soon", ""),
        # By the portal's clock, in summer too.
        ("datetime", "2026-07-01T08:30Z", {}, datetime(2026, 7, 1, 9, 30), ""),
        ("datetime", "soon", {}, "", ""),
        ("phone", "01314960142", {}, "0131 496 0142", ""),
        ("phone", "+44-131-496-0142", {}, "+44 131 496 0142", ""),
        ("phone", "+4930123456", {}, "+49 30 123456", ""),
        ("phone", "0131 496 x1", {}, "0131 496 x1", ""),
        (
            "address",
            {"line1": "1 High Street", "city": "Leeds", "postcode": "LS1 1AA", "country": "GB"},
            {},
            "1 High Street, Leeds LS1 1AA",
            "",
        ),
        (
            "address",
            {"line1": "Hauptstr. 1", "city": "Bonn", "postcode": "53111", "country": "DE"},
            {},
            "Hauptstr. 1, 53111 Bonn, Germany",
            "",
        ),
        (
            "rows",
            [{"id": "r1", "part": "Pump", "price": pounds(1250)}, {"id": "r2", "part": "Valve"}],
            {"columns": COLUMNS},
            "Part: Pump; Price: £12.50\nPart: Valve",
            "",
        ),
    ],
)
def test_a_cell_of_a_table_is_in_the_portals_words_and_a_number_is_one(kind, value, options, cell, unit):
    portal, field = made(kind, **options)
    found = field.kind.export(value, field, portal)
    assert (found, type(found)) == (cell, type(cell))
    assert field.kind.export_unit(field, portal) == unit
    assert field.kind.export(None, field, portal) == ""


# ---- money


@pytest.mark.parametrize(
    ("typed", "language", "minor"),
    [
        ("62.40", "en", 6240),
        ("62,40", "de", 6240),
        ("£62.4", "en", 6240),
        ("62.40 GBP", "en", 6240),
        ("1,250", "en", 125000),
        ("1.250", "de", 125000),
        ("1.250,5 £", "de", 125050),
        ("gbp 3", "en", 300),
        ("-5", "en", -500),
        ("0.01", "en", 1),
        ("1,234,567.89", "en", 123456789),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, language: str, minor: int) -> None:
    assert kept("money", typed, language) == pounds(minor)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("a lot", "Write this as an amount, such as £62.40."),
        ("62.405", "Write this with at most 2 decimals."),
        ("62 EUR", "Write this in GBP."),
        ("1e5", "Write this as an amount, such as £62.40."),
        ("9" * 15, "Write this as an"),
        ("$5", "Write this as an amount, such as £62.40."),
    ],
)
def test_what_is_no_amount_of_the_portals_currency_is_refused_with_an_example(typed: str, message: str) -> None:
    assert error("money", typed).startswith(message)


def test_amounts_have_the_decimals_and_bounds_of_their_currency() -> None:
    assert kept("money", "5,000", portal={"currency": "JPY"}) == {"amount_minor": 5000, "currency": "JPY"}
    assert error("money", "1.5", portal={"currency": "JPY"}) == "Write this as a whole amount, such as JP¥62."
    assert kept("money", "1.234", portal={"currency": "KWD"}) == {"amount_minor": 1234, "currency": "KWD"}
    assert error("money", "5", min=10, max=20) == "Write an amount between £10.00 and £20.00."


def test_a_kept_amount_keeps_its_currency_when_the_portal_has_another_one_now() -> None:
    was = {"amount_minor": 6240, "currency": "EUR"}
    assert shown("money", was) == "€62.40"
    assert shown("money", was, "de") == "62,40\u00a0€"
    portal, field = made("money")
    assert field.kind.initial(was, field, asked(portal)) == "62.40 EUR"
    assert field.kind.clean("62.40 EUR", field, asked(portal, stored=was)) == was
    assert field.kind.clean("62.40", field, asked(portal, stored=was)) == pounds(6240)


@pytest.mark.parametrize(
    "value", [{"amount_minor": "1", "currency": "GBP"}, {"amount_minor": 1, "currency": "XXQ"}, "5", 5]
)
def test_what_is_no_kept_amount_is_shown_as_nothing(value: Any) -> None:
    assert shown("money", value) == ""


# ---- datetime


def moment(day: str, clock: str) -> dict[str, str]:
    return {"day": day, "time": clock}


def test_moments_are_typed_by_the_portals_clock_and_kept_in_utc() -> None:
    assert kept("datetime", moment("2026-07-01", "09:30")) == "2026-07-01T08:30Z"
    assert kept("datetime", moment("1/12/2026", "9.30")) == "2026-12-01T09:30Z"
    assert kept("datetime", moment("2026-12-01", "2 pm")) == "2026-12-01T14:00Z"
    assert kept("datetime", moment("", "")) is None


def test_a_time_that_the_clocks_skip_is_refused_and_one_that_comes_twice_is_the_first() -> None:
    assert error("datetime", moment("2026-03-29", "01:30")).startswith("The clocks go forward then: there is no 01:30")
    assert kept("datetime", moment("2026-10-25", "01:30")) == "2026-10-25T00:30Z"
    # The second one stays the second when the form comes back as it was shown.
    assert kept("datetime", moment("2026-10-25", "01:30"), stored="2026-10-25T01:30Z") == "2026-10-25T01:30Z"
    assert shown("datetime", "2026-10-25T00:30Z") == "Sunday 25 October 2026, 01:30 BST"
    assert shown("datetime", "2026-10-25T01:30Z") == "Sunday 25 October 2026, 01:30 GMT"


def test_half_a_moment_says_which_half_is_missing() -> None:
    assert error("datetime", moment("2026-12-01", "")) == "Write the time as well, such as 09:30."
    assert error("datetime", moment("", "09:30")) == "Write the day as well, such as 27/11/2026."
    assert error("datetime", moment("x", "09:30"), noun="the visit") == "Write the visit as a day, such as 27/11/2026."
    assert error("datetime", moment("2026-12-01", "25:00")).startswith("Write the time as hours and minutes")


def test_a_reader_elsewhere_is_told_whose_clock_is_meant() -> None:
    portal, field = made("datetime")
    assert field.kind.form_field(field, asked(portal)).help_text == ""
    with timezone.override(ZoneInfo("Asia/Kolkata")):
        assert field.kind.form_field(field, asked(portal)).help_text == "By the clock in London."
    assert shown("datetime", "2026-12-01T09:30Z") == "Tuesday 1 December 2026, 09:30"
    words = "Tuesday 1 December 2026, 10:30 (Berlin)"
    assert shown("datetime", "2026-12-01T09:30Z", zone=ZoneInfo("Europe/Berlin")) == words


@time_machine.travel("2026-06-30T23:30:00Z", tick=False)
def test_bounds_of_moments_are_days_of_the_portal() -> None:
    assert (
        error("datetime", moment("2026-06-30", "12:00"), min="today") == "Choose a day from Wednesday 1 July 2026 on."
    )


# ---- choices and rating


def test_several_choices_are_kept_once_and_in_the_documents_order() -> None:
    assert kept("choices", ["noise", "leak", "leak"], choices=CHOICES) == ["leak", "noise"]
    assert kept("choices", [], choices=CHOICES) is None
    assert error("choices", ["leak", "noise", "cold"], choices=CHOICES, max_chosen=2) == "Choose 2 at most."
    assert error("choices", ["old"], choices=CHOICES) == "Choose among the answers below."
    assert error("choices", "leak", choices=CHOICES) == "Choose among the answers below."
    assert shown("choices", ["leak", "old"], choices=CHOICES) == "It leaks\nSomething of former days"


def test_a_retired_choice_can_stay_where_it_stands_and_is_offered_nowhere_else() -> None:
    assert kept("choices", ["old", "leak"], choices=CHOICES, stored=["old"]) == ["leak", "old"]
    assert kept("choice", "old", choices=CHOICES, stored="old") == "old"
    assert error("choice", "old", choices=CHOICES, stored="leak") == "Choose one of the answers below."


def test_ratings_are_numbers_with_words_for_those_who_do_not_see_stars() -> None:
    assert kept("rating", "4") == 4
    assert kept("rating", 4) == 4
    for wrong in ("0", "6", "4.0", "²"):
        assert error("rating", wrong) == "Choose how many stars."
    portal, field = made("rating")
    seen = field.kind.shown(4, field, portal, "en", LONDON)
    assert (seen.text, seen.stars) == ("4 of 5 stars", "★★★★☆")
    assert [label for _key, label in field.kind.form_field(field, asked(portal)).choices][:2] == ["1 star", "2 stars"]


# ---- url


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("example.com", "https://example.com"),
        ("HTTPS://Example.com/A?b#c", "HTTPS://Example.com/A?b#c"),
        ("example.com:8443/x", "https://example.com:8443/x"),
        ("http://münchen.example/ä", "http://münchen.example/ä"),
        ("//example.com/x", "https://example.com/x"),
        ("https://例え.example", "https://例え.example"),
        ("https://yandex.рф/поиск", "https://yandex.рф/поиск"),
    ],
)
def test_web_addresses_are_kept_with_their_scheme(typed: str, address: str) -> None:
    assert kept("url", typed) == address


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("javascript:alert(1)", "Only addresses"),
        ("JaVaScRiPt:alert(1)//x.com", "Only addresses"),
        ("data:text/html,x", "Only"),
        ("ftp://example.com", "Only addresses"),
        ("file:///etc/passwd", "Only"),
        ("https://bank.example@evil.example", "Take the name"),
        ("https://a:b@example.com/", "Take the name"),
        ("https://", "Write a web"),
        ("https://localhost/", "Write a web"),
        ("https://127.0.0.1/", "Write a web"),
        ("https://0x7f.0x1/", "Write a web"),
        ("http://[::1]/", "Write a web"),
        ("https:\\\\example.com", "Write a web"),
        ("https://exa mple.com", "Write a web"),
        ("https://example.com:0/", "Write a web"),
        ("https://example.com:99999/", "Write a web"),
        ("https://аррӏе.com", "This address mixes"),
        ("https://pаypal.com", "This address"),
        ("https://xn--80ak6aa92e.com", "This address mixes"),
        ("https://example.com\u202e/", "Write a web"),
        ("java\tscript:alert(1)", "Write"),
        ("https:example.com", "Write a web"),
        ("https:///example.com", "Write a web"),
    ],
)
def test_what_is_no_address_to_follow_is_refused(typed: str, message: str) -> None:
    assert error("url", typed).startswith(message)


@pytest.mark.parametrize("value", ["javascript:alert(1)", "data:x", "https://a@b.example", "example.com"])
def test_what_was_kept_otherwise_never_becomes_a_link(value: str) -> None:
    portal, field = made("url")
    seen = field.kind.shown(value, field, portal, "en", LONDON)
    assert (seen.text, seen.links) == (value, ())


# ---- address

EDINBURGH = {"line1": "14 Alder Court", "city": "Edinburgh", "postcode": "EH6 5AB", "country": "GB"}
BERLIN = {"line1": "Hauptstr. 1", "line2": "Hinterhaus", "city": "Berlin", "postcode": "10827", "country": "DE"}
AUSTIN = {"line1": "1 Main St", "city": "Austin", "region": "TX", "postcode": "78701", "country": "US"}


def test_addresses_are_written_as_their_country_writes_them() -> None:
    assert shown("address", EDINBURGH) == "14 Alder Court\nEdinburgh EH6 5AB"
    assert shown("address", BERLIN) == "Hauptstr. 1\nHinterhaus\n10827 Berlin\nGermany"
    assert shown("address", BERLIN, "de", country="DE") == "Hauptstr. 1\nHinterhaus\n10827 Berlin"
    assert shown("address", AUSTIN) == "1 Main St\nAustin, TX 78701\nUnited States"
    assert shown("address", "An old text") == "An old text"


def test_an_address_names_the_line_that_is_missing_as_its_country_calls_it() -> None:
    assert kept("address", {**EDINBURGH, "line2": " "}) == EDINBURGH
    assert kept("address", {"country": "GB"}) is None
    assert error("address", {"country": "GB"}, required=True) == "Write the address."
    assert error("address", {**EDINBURGH, "postcode": ""}) == "The address needs one more line: Postcode."
    assert error("address", {**AUSTIN, "region": ""}) == "The address needs one more line: State."
    assert error("address", {**AUSTIN, "country": "ZZ"}) == "Choose the country."


def test_the_lines_follow_the_country_and_have_their_names_for_browsers() -> None:
    portal, field = made("address")
    widget = field.kind.form_field(field, asked(portal)).widget
    assert [part.key for part in widget.parts_for({"country": "GB"})] == [
        "line1",
        "line2",
        "city",
        "postcode",
        "country",
    ]
    assert [part.key for part in widget.parts_for({"country": "DE"})][2:4] == ["postcode", "city"]
    assert "region" in [part.key for part in widget.parts_for({"country": "US"})]
    assert widget.split({})["country"] == "GB"
    assert widget.parts_for({})[0].attrs["autocomplete"] == "address-line1"


# ---- rows


def rows(*given: dict[str, Any]) -> list[dict[str, Any]]:
    return list(given)


def table(raw: Any, **options: Any) -> Any:
    return kept("rows", raw, columns=COLUMNS, **options)


def test_rows_keep_their_ids_and_lose_what_is_empty() -> None:
    given = rows({"id": "ra", "part": "Vessel", "count": "2", "price": "£12.50"}, {"id": "rb", "part": " "})
    assert table(given) == [{"id": "ra", "part": "Vessel", "count": "2", "price": pounds(1250)}]
    assert table([]) is None
    assert table(rows({"id": "ra"}, {"id": "rb"})) is None


def test_errors_of_rows_name_row_and_column() -> None:
    portal, field = made("rows", columns=COLUMNS, max_rows=2)
    with pytest.raises(ValidationError) as refused:
        field.kind.clean(rows({"id": "ra", "count": "x"}, {"id": "rb", "count": "3"}), field, asked(portal))
    assert refused.value.messages == [
        "Row 1, Count: Write this as a number, such as 3.",
        "Row 1, Part: Write an answer here.",
        "Row 2, Part: Write an answer here.",
    ]
    many = rows(*({"id": f"r{number}", "part": "x"} for number in range(3)))
    assert error("rows", many, columns=COLUMNS, max_rows=2) == "Keep to 2 rows; there are 3."


@pytest.mark.parametrize(
    "raw", ["x", 5, {"a": 1}, ["x"], [["x"]], [{"id": {"a": 1}, "part": ["x"]}], [{"part": {"a": 1}}]]
)
def test_hostile_rows_are_errors_and_never_exceptions(raw: Any) -> None:
    assert error("rows", raw, columns=COLUMNS)


def test_ids_of_rows_are_their_own_whatever_was_sent() -> None:
    found = table(
        rows({"id": "ra", "part": "a"}, {"id": "ra", "part": "b"}, {"id": "../x", "part": "c"}, {"part": "d"})
    )
    assert len({row["id"] for row in found}) == 4
    assert all(row["id"].isalnum() for row in found)


def test_a_column_that_is_no_longer_asked_keeps_what_it_has() -> None:
    columns = [*COLUMNS[:2], {**COLUMNS[2], "retired": True}]
    was = rows({"id": "ra", "part": "Vessel", "price": pounds(1250)})
    portal, field = made("rows", columns=columns)
    now = field.kind.clean(rows({"id": "ra", "part": "Valve"}), field, asked(portal, stored=was))
    assert now == rows({"id": "ra", "part": "Valve", "price": pounds(1250)})
    seen = field.kind.shown(now, field, portal, "en", LONDON)
    assert seen.table.heads == ("Part", "Count", "Price")
    assert seen.text == "Part: Valve; Price: £12.50"


def test_history_tells_the_rows_that_changed() -> None:
    _portal, field = made("rows", columns=COLUMNS)
    one, two, new = {"id": "a", "part": "x"}, {"id": "b", "part": "y"}, {"id": "b", "part": "z"}
    assert field.kind.difference([one, two], [one, new]) == ([two], [new])


def _form(data: dict[str, Any], **options: Any) -> Any:
    portal, field = made("rows", columns=COLUMNS, required=True, **options)
    sent = QueryDict(mutable=True)
    for name, words in data.items():
        sent.setlist(name, words if isinstance(words, list) else [words])
    return edit_form([field], asked(portal), {}, sent)


SENT = {"f-it": ["ra", "rb"], "f-it_ra_part": "Vessel", "f-it_ra_count": "x", "f-it_rb_part": "Valve"}


def test_a_row_more_or_less_keeps_what_is_typed_and_sends_nothing() -> None:
    form = _form({**SENT, "rows": "add f-it"})
    assert not form.is_valid()
    assert form.errors == {}
    assert [row.get("part") for row in form["it"].value()] == ["Vessel", "Valve", None]
    assert form["it"].value()[0]["count"] == "x"
    form = _form({**SENT, "rows": "drop f-it ra"})
    assert not form.is_valid()
    assert [row["part"] for row in form["it"].value()] == ["Valve"]
    assert _form({**SENT, "rows": "add f-other", "f-it_ra_count": "2"}).is_valid()
    full = _form({**SENT, "rows": "add f-it"}, max_rows=2)
    assert len(full["it"].value()) == 2


def test_a_few_bytes_a_row_do_not_make_a_page_of_thousands() -> None:
    sent = QueryDict(mutable=True)
    sent.setlist("f-it", [f"r{number}" for number in range(5_000)])
    assert len(RowsWidget((), 2).value_from_datadict(sent, MultiValueDict(), "f-it")) == 202


# ---- patterns


def test_a_pattern_is_for_the_whole_answer_and_says_what_to_write() -> None:
    options = {"pattern": "[A-Z]{2}-\\d{4}", "pattern_error": "Write it as AB-1234."}
    assert kept("text", "AB-1234", **options) == "AB-1234"
    for wrong in ("AB-12345", "xAB-1234", "ab-1234"):
        assert error("text", wrong, **options) == "Write it as AB-1234."


@pytest.mark.parametrize("pattern", ["(?=a)b", "(a)\\1", "((a{1,100}){1,100}){1,100}", "a{2000}", "[", "(", "\\pQ"])
def test_what_re2_does_not_take_is_refused_at_publishing(pattern: str) -> None:
    with pytest.raises(PatternRefused):
        compiled(pattern)
    document = changed("types", 0, "fields", 0, "pattern", to=pattern)
    document["types"][0]["fields"][0]["pattern_error"] = "Otherwise."
    found = {problem.path: problem for problem in check(load(document))}
    assert "RE2 does not take" in found["types.repair.fields.what.pattern"].problem


def test_patterns_that_explode_elsewhere_take_no_time() -> None:
    assert not fits("(a+)+$", "a" * 1000 + "!")
    assert not fits("(a|aa)+$", "a" * 1000 + "!")
    assert not fits("(.*)(.*)(.*)(.*)(.*)[0-9]", "x" * 1000)


# ---- conditions


def test_conditions_compare_what_is_kept_of_each_kind() -> None:
    def test(operator: str, operand: Any, value: Any) -> bool:
        condition = Condition.model_validate({"field": "it", operator: operand})
        return holds(condition, {"it": value}, None, LONDON)

    assert test("more_than", 62, pounds(6240))
    assert not test("more_than", 62.4, pounds(6240))
    assert test("is", 62.4, pounds(6240))
    assert test("less_than", 5, {"amount_minor": 4, "currency": "JPY"})
    assert test("contains", "leak", ["leak", "noise"])
    assert not test("contains", "cold", ["leak", "noise"])
    assert test("less_than", 3, 2)
    # A day of the business begins at its own midnight: 23:00 UTC in summer.
    assert test("before", "2026-07-02", "2026-07-01T22:59Z")
    assert not test("before", "2026-07-02", "2026-07-01T23:00Z")
    assert test("after", "2026-07-01", "2026-07-01T23:00Z")
    assert not test("after", "2026-07-01", "2026-07-01T22:59Z")
    assert test("after", "2026-07-01T09:00", "2026-07-01T08:01Z")
    assert not test("after", "2026-07-01T09:00", "2026-07-01T08:00Z")
    assert test("filled", True, [{"id": "a"}])
    assert test("empty", True, None)


# ---- checks


def problems(document: dict[str, Any], previous: dict[str, Any] | None = None) -> dict[str, str]:
    before = load(previous) if previous else None
    return {problem.path: problem.problem for problem in check(load(document), before) if problem.level == "stop"}


F = "types.repair.fields"


def with_field(**field: Any) -> dict[str, Any]:
    document = every_kind()
    document["types"][0]["fields"].append({"key": "it", "label": "It", **field})
    return document


def test_the_portal_with_every_kind_can_be_published() -> None:
    assert problems(every_kind()) == {}


@pytest.mark.parametrize(
    ("field", "path", "words"),
    [
        ({"kind": "money", "min": 5, "max": 1}, "it.min", "least amount"),
        ({"kind": "datetime", "min": "2026-13-01"}, "it.min", "no day"),
        ({"kind": "choices"}, "it.choices", "nothing to choose"),
        ({"kind": "address", "country": "ZZ"}, "it.country", "no country"),
        ({"kind": "rows"}, "it.columns", "no columns"),
        ({"kind": "rows", "columns": [{"key": "a", "kind": "text"}]}, "it.columns.a.label", "no label"),
        (
            {
                "kind": "rows",
                "columns": [{"key": "a", "kind": "text", "label": "A", "when": {"field": "what", "is": "x"}}],
            },
            "it.columns.a.when",
            "no “when” of its own",
        ),
        (
            {"kind": "rows", "columns": [{"key": "a", "kind": "choice", "label": "A"}]},
            "it.columns.a.choices",
            "nothing",
        ),
        ({"kind": "rows", "columns": [{"key": "a", "kind": "text", "label": "A"}] * 2}, "it.columns.a", "the same key"),
        ({"kind": "text", "pattern": "a"}, "it.pattern_error", "would not learn"),
        ({"kind": "text", "when": {"field": "budget", "more_than": "x"}}, "it.when", "never be"),
        ({"kind": "text", "when": {"field": "budget", "contains": "x"}}, "it.when", "does not go with"),
        ({"kind": "text", "when": {"field": "signs", "is": "leak"}}, "it.when", "does not go with"),
        ({"kind": "text", "when": {"field": "signs", "contains": "fire"}}, "it.when", "never be"),
        ({"kind": "text", "when": {"field": "visit", "before": "soon"}}, "it.when", "never be"),
        ({"kind": "text", "when": {"field": "place", "contains": "x"}}, "it.when", "does not go with"),
        ({"kind": "text", "when": {"field": "stars", "more_than": True}}, "it.when", "never be"),
    ],
)
def test_what_a_kind_cannot_work_with_is_refused_with_its_place(field: dict[str, Any], path: str, words: str) -> None:
    assert words in problems(with_field(**field))[f"{F}.{path}"]


def test_amounts_need_a_currency() -> None:
    document = every_kind()
    del document["portal"]["currency"]
    assert problems(document)[f"{F}.budget.kind"] == "The portal has no currency."
    document["portal"]["currency"] = "XQQ"
    assert "no currency" in problems(document)[f"{F}.budget.kind"]


def test_a_form_never_asks_for_more_than_a_request_can_carry() -> None:
    columns = [{"key": f"k{number}", "kind": "text", "label": "A"} for number in range(12)]
    assert "the limit is" in problems(with_field(kind="rows", columns=columns, max_rows=1000))[F]


def test_what_is_published_keeps_its_kind_and_its_keys() -> None:
    before, now = every_kind(), every_kind()
    fields = {field["key"]: field for field in now["types"][0]["fields"]}
    fields["parts"]["columns"][1]["kind"] = "text"
    for name in ("min", "decimals"):
        fields["parts"]["columns"][1].pop(name)
    fields["signs"]["choices"][1]["key"] = "din"
    found = problems(now, before)
    assert "The kind of a published field never changes" in found[f"{F}.parts.columns.count.kind"]
    assert "this one is “noise”" in found[f"{F}.signs.choices.din.key"]


# ---- filters

FILTERED = {
    "text": ("Vessel", "vess"),
    "long_text": ("A b", "b"),
    "number": ("2.5", "1"),
    "money": (pounds(6240), "£10"),
    "choice": ("leak", "leak"),
    "choices": (["leak"], "leak"),
    "yes_no": (True, "yes"),
    "date": ("2026-11-27", "2026-01-01"),
    "datetime": ("2026-11-27T09:00Z", "2026-01-01"),
    "url": ("https://example.com", "example"),
    "rating": (4, "3"),
}


@pytest.mark.parametrize("kind", FILTERED)
def test_each_kind_says_how_a_list_is_narrowed_by_it(kind: str) -> None:
    value, typed = FILTERED[kind]
    options = {"choices": CHOICES} if kind in ("choice", "choices") else {}
    portal, field = made(kind, **options)
    operator = field.kind.filters[0]
    assert set(field.kind.filters) <= field.kind.operators
    form_field = field.kind.filter_input(field, operator, asked(portal))
    operand = field.kind.operand(form_field.clean(typed))
    assert field.kind.operand_mend(field.config, operator, operand) == ""
    assert holds(Condition.model_validate({"field": "it", operator: operand}), {"it": value}, None, LONDON)
    assert not holds(Condition.model_validate({"field": "it", operator: operand}), {"it": None}, None, LONDON)
    assert field.kind.operand(form_field.clean("")) is None


@pytest.mark.parametrize(("kind", "half_more"), [("number", "1000.5"), ("money", "1000.5")])
def test_what_narrows_a_list_is_read_in_the_language_in_which_it_was_typed(kind: str, half_more: str) -> None:
    portal, field = made(kind, portal={"languages": ["en", "de"]})
    shown = {"it": "1,000", f"it{SHOWN_IN}": "en"}
    in_german = field.kind.filter_input(field, "more_than", asked(portal, "de"))
    typed = in_german.widget.value_from_datadict(shown, {}, "it")
    assert field.kind.operand(in_german.clean(typed)) == 1000
    assert field.kind.operand(in_german.clean("1.000,5")) == float(half_more)
    assert SHOWN_IN in in_german.widget.render("it", "")


# ---- the form as a whole


def test_what_a_form_shows_comes_back_as_it_was() -> None:
    portal = compile_portal(load(every_kind()), 1)
    kind = portal.types[0]
    values: dict[str, Any] = {
        "what": "Boiler", "serial": "AB-1234", "budget": pounds(6240), "kind": "old", "signs": ["leak", "old"],
        "visit": "2026-10-25T01:30Z", "site": "https://example.com", "place": EDINBURGH, "stars": 4, "works": False,
        "parts": [{"id": "ra", "part": "Vessel", "count": "2", "price": {"amount_minor": 5, "currency": "EUR"}}],
    }  # fmt: skip
    fields = [field for field in kind.fields if field.key in values]
    sent = QueryDict(mutable=True)
    for field in fields:
        own = Asked(portal, resolve_role("customer"), "en", stored=values[field.key])
        for name, words in sent_for(field, values[field.key], own).items():
            sent.setlist(name, words)
    form = edit_form(fields, asked(portal), values, sent)
    assert form.is_valid(), form.errors.as_json()
    assert form.cleaned_data == values


def test_a_condition_on_an_amount_or_a_choice_decides_on_the_form() -> None:
    portal = compile_portal(load(every_kind()), 1)
    kind = portal.types[0]
    data = QueryDict(mutable=True)
    data.setlist("f-signs", ["leak"])
    data["f-stars"] = "2"
    shown_now = {
        question.bound.name for question in new_request_form(kind, asked(portal), data).shown() if question.bound
    }
    assert {"where", "why"} <= shown_now
    data.setlist("f-signs", ["noise"])
    data["f-stars"] = "5"
    shown_now = {
        question.bound.name for question in new_request_form(kind, asked(portal), data).shown() if question.bound
    }
    assert not {"where", "why"} & shown_now


@pytest.mark.parametrize("language", ["en", "de", "fr", "ar"])
@pytest.mark.parametrize(
    ("kind", "value"),
    [("number", "1.125"), ("number", "-1234567.250"), ("money", {"amount_minor": 100_000, "currency": "KWD"})],
)
def test_a_form_shows_a_number_as_its_reader_types_it(kind: str, value: Any, language: str) -> None:
    """100.000 dinars in German are a hundred thousand: changed by one digit, the page made a thousand times as much."""
    portal, field = made(kind, portal={"currency": "KWD"})
    reader = asked(portal, language)
    assert field.kind.clean(field.kind.initial(value, field, reader), field, reader) == value


def test_a_default_with_three_decimals_is_the_same_number_in_german() -> None:
    portal, field = made("number", default=1.125)
    reader = asked(portal, "de")
    form = edit_form([field], reader, {})
    sent = QueryDict(mutable=True)
    sent["f-it"] = str(form["it"].value())
    assert sent["f-it"] == "1,125"
    form = edit_form([field], reader, {}, sent)
    assert form.is_valid()
    assert form.cleaned_data == {"it": "1.125"}


@pytest.mark.parametrize(("kind", "value"), [("number", "1.234"), ("money", {"amount_minor": 1234, "currency": "KWD"})])
def test_what_comes_back_as_it_was_shown_stays_whatever_the_language(kind: str, value: Any) -> None:
    portal, field = made(kind, portal={"currency": "KWD"})
    sent = QueryDict(mutable=True)
    sent["f-it"] = str(field.kind.initial(value, field, asked(portal, "de")))
    assert sent["f-it"] == "1,234"
    form = edit_form([field], asked(portal, "de"), {"it": value}, sent)
    assert form.is_valid()
    assert form.cleaned_data == {"it": value}
