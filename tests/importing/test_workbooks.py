"""Excel workbooks: what stands in a cell as a file of text would have it, and none that means harm is opened."""

from __future__ import annotations

import io
import os
import re
import time
import tracemalloc
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from portal_core.accounts.actor import SYSTEM
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.starters import starter
from portal_core.importing import workbook_bounds, workbook_opened, workbook_rows, workbook_scan
from portal_core.importing.errors import ImportRefused
from portal_core.importing.mapping import FileFormat
from portal_core.importing.reading import SourceFile, open_rows
from portal_core.importing.rows import DateCell, NumberCell, Row
from portal_core.service_requests.models import ServiceRequest
from tests.config.documents import FIELDS, changed, sound
from tests.contracts.rows import Rows
from tests.importing import damaged
from tests.importing.commands import importing, standing, written
from tests.importing.test_answers import MAPPING
from tests.importing.workbooks import PLAIN, REFUSED, SHEET, book, edited, of_excel, saved


def read(content: bytes, name: str = "rows.xlsx", sheet: str | None = None, **form: Any) -> list[Row]:
    return list(open_rows(SourceFile(io.BytesIO(content), name, sheet), FileFormat(**form)))


def cell(value: Any, form: str | None = None) -> str:
    """What is read of one cell with this value, shown in this form."""
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "head"
    workbook.active["A2"] = value
    if form is not None:
        workbook.active["A2"].number_format = form
    (row,) = read(saved(workbook))
    assert row.problem == ""
    return row.cells["head"]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        ("00123", None, "00123"),
        (" Zoë\nHolt ", None, " Zoë\nHolt "),
        ("a_x000D_\nb", None, "a\nb"),
        # As our own tables spell it.
        ("a_x005F_x000D_b", None, "a_x000D_b"),
        ("a_x005f_x005F_b_x0041_", None, "a_x005F_bA"),
        ("_x0000_a_xD800_", None, "a"),
        (1234.0, None, "1234"),
        (1234, "General", "1234"),
        # Kept as a number, shown with its noughts.
        (123, "00000", "00123"),
        (123.5, "00000", "123.5"),
        (0.1 + 0.2, "0.00", "0.3"),
        (62.4, "#,##0.00", "62.4"),
        (1.5e20, None, "150000000000000000000"),
        (0.00001, None, "0.00001"),
        (-0.5, None, "-0.5"),
        (100, None, "100"),
        (0.125, "0.0%", "12.5%"),
        (12.5, '0.0"%"', "12.5"),
        (12.5, r"0.0\%", "12.5"),
        (datetime(2026, 2, 3), '[White]dd.mm.yyyy "Uhr"', "2026-02-03"),
        (True, None, "yes"),
        (datetime(2026, 2, 3, 8, 15), "dd.mm.yyyy hh:mm", "2026-02-03T08:15:00"),
        (datetime(2026, 2, 3), "dd.mm.yyyy hh:mm", "2026-02-03T00:00:00"),
        (datetime(2026, 2, 3), "dd.mm.yyyy", "2026-02-03"),
        (date(2026, 2, 3), None, "2026-02-03"),
        (clock(8, 15), None, "08:15"),
        (timedelta(hours=30), "[h]:mm", "1 day, 6:00:00"),
    ],
)
def test_a_cell_is_read_as_a_file_of_text_would_have_it(value: Any, form: str | None, text: str) -> None:
    assert cell(value, form) == text


def test_dates_and_numbers_are_known_as_such() -> None:
    assert isinstance(cell(date(2026, 2, 3)), DateCell) and isinstance(cell(1.5), NumberCell)
    assert type(cell("1.5")) is str and type(cell(123, "00000")) is str


@pytest.mark.parametrize(("properties", "day"), [("", "2026-02-03"), (' date1904="1"', "2030-02-04")])
def test_a_workbook_that_excel_itself_has_written_is_read(properties: str, day: str) -> None:
    texts = "<si><t>Name</t></si><si><t>Tag</t></si><si><r><t>Zo</t></r><r><rPr><b/></rPr><t>ë</t></r></si>"
    names = "".join(f'<x:c r="{letter}1" t="s"><x:v>{number}</x:v></x:c>' for number, letter in enumerate("AB"))
    more = "".join(f'<x:c r="{letter}1" t="str"><x:v>{letter}</x:v></x:c>' for letter in "CDEF")
    heads = f'<x:row r="1" spans="1:6">{names}{more}</x:row>'
    cells = (
        '<x:row r="3" ht="15" customHeight="1"><x:c r="A3" t="s"><x:v>2</x:v></x:c>'
        '<x:c r="B3" s="1"><x:v>46056</x:v></x:c><x:c r="C3" s="2"><x:v>46056.34375</x:v></x:c>'
        '<x:c r="D3" s="3"><x:v>123</x:v></x:c><x:c r="E3" t="b"><x:v>1</x:v></x:c>'
        '<x:c r="F3" t="str"><x:f>A3&amp;"!"</x:f><x:v>Zoë!</x:v></x:c></x:row>'
    )
    (row,) = read(of_excel(heads + cells, texts, properties=properties))
    assert (row.line, row.problem) == (3, "")
    assert list(row.cells) == ["Name", "Tag", "C", "D", "E", "F"]
    assert list(row.cells.values()) == ["Zoë", day, f"{day}T08:15:00", "00123", "yes", "Zoë!"]


def test_rows_bear_the_numbers_of_the_sheet_and_empty_ones_are_passed_over() -> None:
    content = book(
        [], [" id ", "Name", "Name", None, "more"], [], ["1", "a"], ["", None], ["2", "b", "c", None, "d"], [None]
    )
    first, second = read(content)
    assert (first.line, dict(first.cells)) == (4, {"id": "1", "Name": "a", "Name#2": "", "column 4": "", "more": ""})
    assert (second.line, list(second.cells.values())) == (6, ["2", "b", "c", "", "d"])


def test_what_stands_beside_the_columns_makes_a_row_bad_and_no_other() -> None:
    rows = read(book(["id", "what"], ["1", "a", None, "b"], ["2", "c"]))
    assert [row.problem for row in rows] == ["The row has 4 cells, the header has 2.", ""]


def test_merged_cells_make_the_rows_bad_that_they_reach_into() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(book(["id", "what"], *([str(n), "x"] for n in range(5)))))
    for merged in ("A2:A3", "B5:B5", "D1:D6"):
        workbook.active.merge_cells(merged)
    rows = read(saved(workbook))
    assert [row.line for row in rows if row.problem] == [2, 3, 5]
    assert rows[0].problem == "Cells are merged (A2:A3). Part them, and fill each."


def test_a_formula_counts_by_its_result_and_is_bad_without_one_as_an_error_is() -> None:
    content = book(["id", "sum"], ["1", "=1+1"], ["2", "=1+1"], ["3", "#N/A"], ["4", "x"])
    content = edited(content, SHEET, (r"<f>1\+1</f><v ?/>", "<f>1+1</f><v>2</v>"))
    content = edited(content, SHEET, (r"<f>1\+1</f><v ?/>", "<f>1+1</f>"))
    worked, unworked, wrong, sound_one = read(content)
    assert worked.cells["sum"] == "2" and sound_one.problem == ""
    assert unworked.problem == "B3 holds a formula without its result. Open the file in Excel and save it."
    assert wrong.problem == "B4 holds an error (#N/A)."


def test_the_first_sheet_in_sight_is_read_or_the_one_that_is_named() -> None:
    workbook = openpyxl.load_workbook(
        io.BytesIO(book(["id"], ["hidden"], First=[["id"], ["1"]], Second=[["id"], ["2"]]))
    )
    workbook.worksheets[0].sheet_state = "hidden"
    content = saved(workbook)
    rows = open_rows(SourceFile(io.BytesIO(content), "x.xlsx"), FileFormat())
    assert rows.note == "Read is the sheet “First”. There are also: Sheet, Second (--sheet NAME)."
    assert [row.cells["id"] for row in rows] == ["1"]
    assert [row.cells["id"] for row in read(content, sheet=" second")] == ["2"]
    with pytest.raises(ImportRefused, match="There is no sheet “Third”"):
        read(content, sheet="Third")
    assert open_rows(SourceFile(io.BytesIO(PLAIN), "x.xlsx"), FileFormat()).note == ""


def test_what_a_file_says_of_its_own_size_is_not_believed() -> None:
    content = edited(PLAIN, SHEET, (r'<dimension ref="[^"]*"', '<dimension ref="A1:A1"'))
    assert [dict(row.cells) for row in read(content)] == [{"id": "1", "what": "Tea"}]


@pytest.mark.parametrize("name", ["rows.csv", "rows.xlsx", "-", "rows.json"])
def test_a_workbook_is_known_by_what_is_in_it(name: str) -> None:
    assert [dict(row.cells) for row in read(PLAIN, name)] == [{"id": "1", "what": "Tea"}]


@pytest.mark.parametrize(("name", "form"), [("rows.xlsx", {}), ("rows.xls", {}), ("rows.csv", {"format": "xlsx"})])
def test_what_is_called_a_workbook_and_is_none_is_refused(name: str, form: dict[str, str]) -> None:
    with pytest.raises(ImportRefused, match="This is no Excel workbook"):
        read(b"id,what\n1,Tea\n", name, **form)


def test_a_sheet_is_asked_of_a_workbook_alone() -> None:
    with pytest.raises(ImportRefused, match="Only a workbook has sheets, and this is CSV"):
        read(b"id,what\n1,Tea\n", "rows.csv", "First")


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_damaged_or_means_harm_is_refused_with_what_to_do(name: str) -> None:
    content, words = REFUSED[name]
    began = time.process_time()
    with pytest.raises(ImportRefused, match=re.escape(words)):
        read(content)
    assert time.process_time() - began < 5


def test_the_copy_that_is_read_has_no_name() -> None:
    rows = open_rows(SourceFile(io.BytesIO(PLAIN), "x.xlsx"), FileFormat())
    content = rows._content  # type: ignore[attr-defined]
    assert os.fstat(content.fileno()).st_nlink == 0
    list(rows)
    assert content.closed


def test_what_is_too_large_is_refused_before_it_is_opened(monkeypatch: Any) -> None:
    monkeypatch.setattr(workbook_rows, "MOST_BYTES", 1_000)
    with pytest.raises(ImportRefused, match="The workbook is larger than"):
        read(PLAIN)


MANY_NAMES = "".join(f"<x{n}/>" for n in range(300))


@pytest.mark.parametrize(
    ("bound", "at_most", "content"),
    [
        ("LARGEST_WHOLE_PART", 100, PLAIN),
        ("LARGEST_CELL", 1_000, edited(PLAIN, SHEET, ("<sheetData>", f"<!--{'x' * 5_000}"))),
        ("MOST_KEPT", 50, edited(PLAIN, SHEET, ("<sheetData>", "<x/>" * 60 + "<sheetData>"))),
        ("MOST_KEPT", 50, edited(PLAIN, SHEET, ("</sheetData>", '</sheetData><row xmlns="x"/>' + "<x/>" * 60))),
        ("MOST_KEPT", 200, edited(PLAIN, "styles.xml", ("<cellXfs", "<xf/>" * 300 + "<cellXfs"))),
        ("MOST_IN_ONE", 50, edited(PLAIN, SHEET, (r"</c></row>", f"{'<x/>' * 60}</c></row>"))),
        ("MOST_IN_ONE", 50, of_excel("", f"<si>{'<r/>' * 60}</si>")),
        ("MOST_KEPT", 80, of_excel("", "<x/>" * 90)),
        ("_MOST_NAMES", 200, edited(PLAIN, SHEET, ("<sheetData>", MANY_NAMES + "<sheetData>"))),
        ("_MOST_NAMES", 200, of_excel("", "".join(f'<x xmlns:p{n}="x"/>' for n in range(300)))),
    ],
    # Not of the bytes, in which stands the time at which they were packed: workers would not agree on the tests.
    ids=["part", "cell", "before rows", "after rows", "styles", "row", "shared text", "of excel", "names", "prefixes"],
)  # fmt: skip
def test_what_would_be_kept_of_a_part_is_bounded(monkeypatch: Any, bound: str, at_most: int, content: bytes) -> None:
    monkeypatch.setattr(workbook_bounds, bound, at_most)
    with pytest.raises(ImportRefused, match="unpacks to far more"):
        read(content)


def test_texts_that_cells_share_and_one_long_text_are_bounded(monkeypatch: Any) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(workbook_opened, "_MOST_TEXTS", 2)
        with pytest.raises(ImportRefused, match="unpacks to far more"):
            read(of_excel("", "<si/>" * 3))
    monkeypatch.setattr(workbook_scan, "LARGEST_CELL", 1_000)
    with pytest.raises(ImportRefused, match="unpacks to far more"):
        read(edited(PLAIN, SHEET, ("Tea", "Tea &amp; milk" * 200)))


def test_no_part_is_opened_unseen_whatever_it_is_called(monkeypatch: Any) -> None:
    content = edited(of_excel("", ""), "[Content_Types].xml", ("/xl/sharedStrings.xml", "/xl/strings.txt"))
    with monkeypatch.context() as patched, pytest.raises(ImportRefused, match="unpacks to far more"):
        patched.setattr(workbook_bounds, "MOST_KEPT", 80)
        read(edited(content, "none", **{"xl/strings.txt": f"<sst>{'<x/>' * 90}</sst>"}))
    texts = '<!DOCTYPE x [<!ENTITY a "b">]><sst/>'
    # What is said to be a sheet of charts, too.
    charts = edited(PLAIN, "workbook.xml.rels", ("relationships/worksheet", "relationships/chartsheet"))
    with pytest.raises(ImportRefused, match="has no sheet"):
        read(charts)
    # What is never opened need not be in order: it is the same table.
    assert len(read(edited(PLAIN, "none", **{"xl/pivotCache/records1.xml": texts}))) == 1


def test_of_many_merged_ranges_each_row_is_looked_at_once() -> None:
    refs = "".join('<mergeCell ref="A3:A1048576"/>' for _ in range(2_000))
    cells = f'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData><mergeCells>{refs}</mergeCells>'
    began = time.process_time()
    first, last = read(edited(PLAIN, SHEET, ("</sheetData>", cells)))
    assert first.problem == "" and last.problem.startswith("Cells are merged (A3:A1048576)")
    assert time.process_time() - began < 20
    merged = workbook_scan.MergedRows(["A2:B9", "A3:A4", "A8:A11", "D1:D99"], 3)
    assert [bool(merged.at(line)) for line in range(1, 13)] == [False] + [True] * 10 + [False]


def test_a_result_that_is_an_empty_text_is_an_empty_cell() -> None:
    content = book(["id", "what"], ["1", "=A2", "=A2"], ["=A2"], ["=A2"], ["2", "b"])
    empty = '<c r="{}" t="str"><f>A2</f><v></v></c>'
    for place in ("B2", "C2", "A3"):
        content = edited(content, SHEET, (f'<c r="{place}".*?</c>', empty.format(place)))
    first, unworked, last = read(content)
    assert (first.line, dict(first.cells)) == (2, {"id": "1", "what": ""})
    # Written by a program that does not calculate.
    assert unworked.problem.startswith("A4 holds a formula without its result")
    assert last.line == 5


def test_a_row_of_texts_that_are_empty_is_passed_over() -> None:
    rows = "".join(f'<x:row r="{n}"><x:c r="A{n}" t="s"><x:v>{n - 1}</x:v></x:c></x:row>' for n in (1, 2, 3))
    (row,) = read(of_excel(rows, "<si><t>id</t></si><si><t></t></si><si><t>x</t></si>"))
    assert (row.line, row.cells) == (3, {"id": "x"})


def test_shared_texts_are_spelt_as_others_are() -> None:
    rows = "".join(f'<x:row r="{n}"><x:c r="A{n}" t="s"><x:v>{n - 1}</x:v></x:c></x:row>' for n in (1, 2))
    (row,) = read(of_excel(rows, "<si><t>id</t></si><si><t>a_x005F_x000D_b_x000D_</t></si>"))
    assert row.cells == {"id": "a_x000D_b"}


@pytest.mark.parametrize("value", ["1e999", "-1e999", "1" + "0" * 400])
def test_a_number_that_is_none_makes_its_row_bad(value: str) -> None:
    content = edited(book(["id", "what"], ["1", 7], ["2", 8]), SHEET, ("<v>7</v>", f"<v>{value}</v>"))
    bad, sound_one = read(content)
    assert bad.problem == "B2 holds a number that is too large, or none." and sound_one.cells["what"] == "8"


def test_a_header_has_so_many_columns(monkeypatch: Any) -> None:
    monkeypatch.setattr(workbook_rows, "MOST_COLUMNS", 2)
    assert len(read(PLAIN)) == 1
    with pytest.raises(ImportRefused, match="The header has 3 cells; at most 2 are read"):
        read(book(["a", "b", "c"]))


def test_what_a_workbook_says_is_shown_on_one_line_without_signs_that_nobody_sees() -> None:
    sheets = edited(book(["id"], ["1"], Other=[]), "workbook.xml", ('name="Other"', 'name="O\x9b31m&#10;er"'))
    rows = open_rows(SourceFile(io.BytesIO(sheets), "x.xlsx"), FileFormat())
    assert "There are also: O�31m er" in rows.note
    with pytest.raises(ImportRefused, match="There are: Sheet, O�31m er"):
        read(sheets, sheet="none")
    (row,) = read(edited(book(["id"], ["#N/A"]), SHEET, ("#N/A", "#\x9b31m" + "x" * 5_000)))
    assert row.problem.startswith("A2 holds an error (#�31mxxx") and len(row.problem) < 200


def test_who_does_not_look_any_more_is_not_told_that_the_file_is_damaged() -> None:
    def gone(_done: int) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        list(open_rows(SourceFile(io.BytesIO(PLAIN), "x.xlsx", progress=gone), FileFormat()))


def test_xml_is_read_by_what_expands_nothing() -> None:
    # SECURITY: by declaration (requirements), not because it happens to be there.
    assert openpyxl.DEFUSEDXML
    needed = (Path(__file__).parents[2] / "deploy" / "requirements" / "base.in").read_text()
    assert "\ndefusedxml\n" in needed


def test_links_to_other_files_are_not_followed() -> None:
    office = "http://schemas.openxmlformats.org"
    link = (
        f'<Relationships xmlns="{office}/package/2006/relationships"><Relationship Id="r" TargetMode="External"'
        f' Type="{office}/officeDocument/2006/relationships/externalLinkPath" Target="http://127.0.0.1:9/x.xlsx"/>'
        "</Relationships>"
    )
    parts = {
        "xl/externalLinks/externalLink1.xml": "<externalLink/>",
        "xl/externalLinks/_rels/externalLink1.xml.rels": link,
    }
    assert [dict(row.cells) for row in read(edited(PLAIN, "none", **parts))] == [{"id": "1", "what": "Tea"}]


def test_many_rows_are_read_in_little_memory() -> None:
    content = book(["a"], *(["x"] for _ in range(3_000)))
    rows = iter(open_rows(SourceFile(io.BytesIO(content), "x.xlsx"), FileFormat()))
    tracemalloc.start()
    assert sum(1 for _ in rows) == 3_000
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()


# ---- through the commands


def bring(folder: Path, content: bytes, *more: str, name: str = "rows.xlsx", **mapping: Any) -> str:
    whole = {**MAPPING, "answers": {"what": "what"}, **mapping}
    return importing(
        "--type", "repair", "--mapping", written(folder, "map.json", whole), written(folder, name, content), *more
    )


def test_requests_come_in_from_a_workbook_and_twice_adds_nothing(tenant: Any, tmp_path: Path) -> None:
    publish(actor=SYSTEM, document=sound())
    content = book(["id", "what", "state", "made"], [1.0, "Tea", None, datetime(2026, 2, 3, 8, 15)], More=[["x"]])
    dates = {"date_format": "%d.%m.%Y", "created": "made"}
    before = Rows().now()
    told = bring(tmp_path, content, "--dry-run", **dates)
    assert "Tea" in told and "2026-02-03 07:15" in told and "1 new. Nothing was written" in told
    assert "Note: Read is the sheet “Sheet”. There are also: More" in told
    assert Rows().now() == before
    assert "1 request brought in" in (told := bring(tmp_path, content, **dates)) and "100%" in told
    request = ServiceRequest.objects.get()
    assert f"{request.created_at:%Y-%m-%d %H:%M}" == "2026-02-03 07:15"
    after = standing()
    # The same rows as text are the same rows.
    assert "1 was there already" in bring(tmp_path, content, **dates)
    assert "1 was there already" in bring(
        tmp_path, b"id,what,state,made\n1,Tea,,03.02.2026\n", name="rows.csv", **dates
    )
    assert standing() == after


def test_a_bad_row_is_named_by_its_number_in_the_sheet(tenant: Any, tmp_path: Path) -> None:
    publish(actor=SYSTEM, document=sound())
    content = book(["id", "what", "state"], [], [1, "Tea", "lost"], [2, "#REF!", None])
    before = Rows().now()
    with pytest.raises(CommandError) as refused:
        bring(tmp_path, content)
    assert "line 3 (id “1”): status: “lost”" in str(refused.value)
    assert "line 4: B4 holds an error (#REF!)." in str(refused.value)
    assert Rows().now() == before
    with pytest.raises(CommandError, match="There is no sheet “Other”") as refused:
        bring(tmp_path, content, "--sheet", "Other")
    assert refused.value.returncode == 1
    with pytest.raises(CommandError, match=r"protected with a password.*Nothing was written"):
        bring(tmp_path, REFUSED["password"][0])


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_number_is_the_same_in_every_portal(tenant: Any, tmp_path: Path, language: str) -> None:
    document = changed(*FIELDS, 6, to={"key": "answer", "label": "Answer", "kind": "number", "decimals": 3})
    document["portal"] |= {"language": language, "languages": ["en", "de"]}
    publish(actor=SYSTEM, document=document)
    answers = {"answers": {"what": "what", "answer": "number"}}
    bring(tmp_path, book(["id", "what", "state", "number"], [1, "Tea", None, 1.234]), **answers)
    json_rows = '[{"id": 2, "what": "Tea", "state": null, "number": 1.234}]'
    bring(tmp_path, json_rows.encode(), name="rows.json", **answers)
    assert [row.data["answer"] for row in ServiceRequest.objects.all()] == ["1.234", "1.234"]


@pytest.fixture
def customers(alpha: Any, people: Any, tmp_path: Path) -> Any:
    def bring(content: bytes, *options: str) -> str:
        file, out = written(tmp_path, "customers.xlsx", content), io.StringIO()
        try:
            call_command("import_customers", file, "--tenant", "alpha", *options, stdout=out, stderr=out)
        except CommandError as error:
            return f"{out.getvalue()}\nrefused {error.returncode}: {error}"
        return out.getvalue()

    return bring


PEOPLE = book(
    ["E-Mail", "Vorname", "Nachname", "Telefon", "PLZ"],
    ["Maren@Example.com", "Maren", "Holt", 7700900218.0, 1234.0],
    [],
    ["not-an-address", "Ann"],
    Others=[["email", "name"], ["jo@example.com", "Jo"]],
)


@pytest.mark.django_db
def test_customers_come_in_from_a_workbook(customers: Any) -> None:
    before = Rows().now()
    said = customers(PEOPLE, "--dry-run", "--skip-bad")
    assert "Maren Holt" in said and "1 new, 0 there already, 1 bad. Nothing was written" in said
    assert "Note: Read is the sheet “Sheet”. There are also: Others (--sheet NAME)." in said
    said = customers(PEOPLE)
    assert "line 4: email: “not-an-address” is not an e-mail address" in said and "refused 1" in said
    assert Rows().now() == before
    assert "1 customer brought in" in customers(PEOPLE, "--skip-bad")
    maren = User.objects.get(email="maren@example.com")
    assert (maren.name, maren.phone) == ("Maren Holt", "7700900218")
    assert "0 customers brought in; 1 was there already" in customers(PEOPLE, "--skip-bad")
    assert "1 customer brought in" in customers(PEOPLE, "--sheet", "others")
    for content, words in REFUSED.values():
        said = customers(content)
        assert "refused 1" in said and (words in said or "No column holds e-mail addresses" in said)


@pytest.mark.heavy
def test_ten_thousand_rows_come_in_under_a_minute(tenant: Any, tmp_path: Path) -> None:
    publish(actor=SYSTEM, document=starter("chicago"))
    rows = damaged.sound_rows(10_000)
    file = written(tmp_path, "rows.xlsx", book(damaged.COLUMNS, *rows))
    arguments = ("--mapping", written(tmp_path, "map.json", damaged.MAPPING), file)
    began = time.monotonic()
    assert "10000 requests brought in" in importing(*arguments)
    assert time.monotonic() - began < 60
