"""Workbooks: what is written is read back as what it is, and nothing in it is a formula."""

from __future__ import annotations

import io
import re
import tempfile
import tracemalloc
import zipfile
from datetime import date, datetime
from decimal import Decimal
from xml.etree import ElementTree

import openpyxl
import pytest

from tenants.ui import spreadsheet
from tenants.ui.workbook import CUT_MARK, LONGEST_TEXT, held, pieces
from tests.contracts import hostile
from tests.tenants.test_spreadsheet import FORMULAS, HONEST, INSIDE


def made(rows, heads=None) -> io.BytesIO:
    heads = heads or [f"H{number}" for number in range(len(rows[0]))]
    return io.BytesIO(b"".join(pieces("Requests", heads, [rows], at_most=len(rows))))


def opened(file: io.BytesIO):
    return openpyxl.load_workbook(file)["Requests"]


@pytest.mark.parametrize(
    ("cell", "value", "form"),
    [
        ("00123", "00123", "@"),
        ("1-2", "1-2", "@"),
        ("=1+1", "=1+1", "@"),
        ("#N/A", "#N/A", "@"),
        (" both ends ", " both ends ", "@"),
        ("two\r\nlines", "two\nlines", "@"),
        ("_x0041_ and _x000D_", "_x005F_x0041_ and _x005F_x000D_", "@"),
        (5, 5, "0"),
        (0, 0, "0"),
        (Decimal("62.40"), 62.4, "0.00"),
        (Decimal("-0.5"), -0.5, "0.0"),
        (Decimal("1E+3"), 1000, "0"),
        (Decimal("123456789012345"), 123456789012345, "0"),
        # With more digits than Excel counts with.
        (Decimal("1234567890123456"), "1234567890123456", "@"),
        (date(2026, 12, 1), datetime(2026, 12, 1), "yyyy-mm-dd"),
        (date(1900, 1, 1), datetime(1900, 1, 1), "yyyy-mm-dd"),
        (date(1899, 12, 31), "1899-12-31", "@"),
        (datetime(2026, 7, 1, 9, 30), datetime(2026, 7, 1, 9, 30), "yyyy-mm-dd hh:mm"),
        (datetime(1850, 7, 1, 9, 30), "1850-07-01 09:30", "@"),
    ],
)
def test_a_cell_is_what_it_was(cell, value, form) -> None:
    found = opened(made([[cell]]))["A2"]
    assert (found.value, found.number_format) == (value, form)
    assert found.data_type == ("s" if isinstance(value, str) else "d" if isinstance(value, datetime) else "n")


def test_the_heads_stay_in_sight_and_filter_and_columns_are_as_wide_as_what_stands_there() -> None:
    sheet = opened(made([["short", "x" * 30, "y" * 300, "two\nlines"]], ["Type", "Title", "=More", "Words"]))
    assert [cell.value for cell in sheet[1]] == ["Type", "Title", "=More", "Words"]
    assert all(cell.data_type == "s" and cell.font.bold for cell in sheet[1])
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:D2")
    assert [sheet.column_dimensions[letter].width for letter in "ABCD"] == [9, 32, 50, 9]


def test_no_cell_of_a_hostile_string_is_a_formula_and_each_is_read_back() -> None:
    strings = [*hostile.STRINGS.values(), *FORMULAS, *HONEST, *INSIDE, "</sheetData></t>", "]]>", "\ufffe\uffff\ud800"]
    file = made([[text, "x"] for text in strings], ["</sheetData>", "=1+1"])
    with zipfile.ZipFile(file) as archive:
        content = archive.read("xl/worksheets/sheet1.xml")
        assert not [name for name in archive.namelist() if re.search("vba|external|macro", name, re.IGNORECASE)]
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(content).iter()}
    assert tags.isdisjoint({"f", "hyperlink", "hyperlinks"})
    sheet = opened(file)
    assert sheet.max_row == len(strings) + 1
    for text, cells in zip(strings, sheet.iter_rows(min_row=2), strict=True):
        kept = held(text)
        assert cells[0].data_type == "s" or not kept
        assert (cells[0].value or "") == re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", kept)
        assert cells[1].value == "x"


def test_what_is_too_long_for_a_cell_is_cut_with_a_mark() -> None:
    assert held("x" * LONGEST_TEXT) == "x" * LONGEST_TEXT
    cut = held("x" * (LONGEST_TEXT + 1))
    assert len(cut) == LONGEST_TEXT and cut.endswith(f"x{CUT_MARK}")
    # Beyond U+FFFF a character counts as two, and none is cut in half.
    faces = held("\U0001f600" * 20_000)
    assert (
        len(faces.encode("utf-16-le")) // 2 <= LONGEST_TEXT and faces.removesuffix(CUT_MARK).strip("\U0001f600") == ""
    )
    assert held("\U0001f600" * (LONGEST_TEXT // 2)) == "\U0001f600" * (LONGEST_TEXT // 2)


def test_a_workbook_without_rows_has_its_heads() -> None:
    sheet = opened(io.BytesIO(b"".join(pieces("Requests", ["A", "B"], [], at_most=0))))
    assert [[cell.value for cell in row] for row in sheet] == [["A", "B"]]
    assert sheet.auto_filter.ref == "A1:B1"


def test_many_rows_cost_no_more_memory_than_a_few_and_leave_no_file(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def peak(stretches: int) -> int:
        tracemalloc.start()
        rows = [["Some text", Decimal("62.40")] for _ in range(100)]
        sent = pieces("Requests", ["A", "B"], (rows for _ in range(stretches)), at_most=100 * stretches)
        next(sent)
        # Not even while it is made.
        assert list(tmp_path.iterdir()) == []
        for _ in sent:
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(1)
    assert peak(60) < peak(2) + 100_000


def test_a_download_that_is_broken_off_leaves_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def stretches():
        yield [["a"]]
        yield [["b"]]
        raise LookupError

    sent = pieces("Requests", ["A"], stretches(), at_most=2)
    next(sent)
    sent.close()
    with pytest.raises(LookupError):
        list(pieces("Requests", ["A"], stretches(), at_most=2))
    assert list(tmp_path.iterdir()) == []


def test_it_is_known_as_what_it_is() -> None:
    import filetype

    file = made([["a"]])
    assert filetype.guess(file.getvalue()[:4096]).extension == "xlsx"
    assert spreadsheet.MOST_ROWS == 1_048_576
