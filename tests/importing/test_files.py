"""Files as they come: encodings, delimiters, quoting, what is cut off or no such file at all."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from portal_core.accounts.actor import SYSTEM
from portal_core.config.actions import publish
from portal_core.importing.csv_rows import CsvRows
from portal_core.importing.errors import ImportRefused
from portal_core.importing.json_rows import JsonRows
from portal_core.importing.mapping import FileFormat
from portal_core.importing.rows import Row, open_text
from portal_core.service_requests.models import ServiceRequest
from tests.config.documents import sound
from tests.importing.commands import importing, standing, written
from tests.importing.test_answers import MAPPING


def read_csv(raw: bytes, **form: Any) -> list[Row]:
    file_format = FileFormat(**form)
    return list(CsvRows(open_text(io.BytesIO(raw), file_format.encoding, lambda done: None), file_format))


def read_json(raw: bytes, **form: Any) -> list[Row]:
    file_format = FileFormat(**form)
    return list(JsonRows(open_text(io.BytesIO(raw), file_format.encoding, lambda done: None), file_format))


def cells(rows: list[Row]) -> list[list[Any]]:
    return [list(row.cells.values()) for row in rows]


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        ("id,words\n1,Zoë\n".encode(), {}),
        ("\ufeffid,words\r\n1,Zoë\r\n".encode(), {}),
        ("id;words\n1;Zoë".encode(), {}),
        ("id\twords\n1\tZoë\n".encode(), {}),
        ("id|words\r1|Zoë\r".encode(), {}),
        ("id,words\n1,Zoë\n".encode("latin-1"), {"encoding": "latin-1"}),
        ("id,words\n1,Zoë\n".encode("cp1252"), {"encoding": "windows-1252"}),
        ("id,words\n1,Zoë\n".encode("utf-16"), {"encoding": "utf-16"}),
        ('id,words\n"1","Zoë"\n\n\n'.encode(), {}),
    ],
)
def test_the_same_row_is_read_however_it_is_written(raw: bytes, form: dict[str, Any]) -> None:
    (row,) = read_csv(raw, **form)
    assert dict(row.cells) == {"id": "1", "words": "Zoë"}
    assert row.line == 2


def test_quoted_line_breaks_quotes_and_delimiters_stay_in_their_cell() -> None:
    rows = read_csv(b'id,words\n1,"two\nlines, ""quoted"""\n2,x\n')
    assert cells(rows) == [["1", 'two\nlines, "quoted"'], ["2", "x"]]
    assert [row.line for row in rows] == [2, 4]


def test_columns_of_one_name_are_told_apart() -> None:
    (row,) = read_csv(b"id, Name ,Name,\n1,a,b,c\n")
    assert dict(row.cells) == {"id": "1", "Name": "a", "Name#2": "b", "column 4": "c"}


def test_a_row_with_too_many_or_too_few_cells_is_bad_and_the_others_are_not() -> None:
    rows = read_csv(b"id,words\n1\n2,x\n3,x,y\n")
    assert [row.problem for row in rows] == [
        "The row has 1 cell, the header has 2.",
        "",
        "The row has 3 cells, the header has 2.",
    ]


def test_a_quotation_mark_that_is_never_closed_names_the_line_where_it_opens() -> None:
    raw = b"id,words\n1,x\n" + b'2,"' + b"y\n" * 3_000_000
    with pytest.raises(ImportRefused, match="line 3: From here on a cell is longer than 4 MB"):
        read_csv(raw)


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"   \n1,2\n"])
def test_a_file_without_a_header_is_refused(raw: bytes) -> None:
    with pytest.raises(ImportRefused, match="The first line must name the columns"):
        read_csv(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'[{"a": 1}, {"a": "two"}]',
        b'\xef\xbb\xbf[\n  {"a": 1},\n  {"a": "two"}\n]\n',
        b'{"a": 1}\n{"a": "two"}\n',
    ],
)
def test_json_is_a_list_or_one_object_after_another(raw: bytes) -> None:
    assert cells(read_json(raw)) == [["1"], ["two"]]


def test_a_list_inside_an_object_is_found_by_its_path() -> None:
    raw = b'{"data": {"items": [{"a": 1}, 7]}, "more": []}'
    first, second = read_json(raw, rows="data.items")
    assert dict(first.cells) == {"a": "1"}
    assert second.problem == "This item is no object { … }."
    with pytest.raises(ImportRefused, match="There is no list at “items”"):
        read_json(raw, rows="items")


def test_numbers_stay_as_they_are_written() -> None:
    (row,) = read_json(b'[{"a": 0.10, "b": 12345678901234567890, "c": ' + b"9" * 5_000 + b"}]")
    assert list(row.cells.values())[:2] == ["0.10", "12345678901234567890"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'[{"a": 1},\n{"a": }]', "line 2: The file is not JSON here"),
        (b'[{"a": 1}\n{"a": 2}]', "line 2: A comma is missing"),
        (b'[{"a": 1},\n', "line 2: The list is not closed"),
        (b"hello", "line 1: The file is no list of objects"),
        (b"", "The file is no list of objects"),
        (b'[{"a": ' + b"[" * 100_000 + b"]}]", "nested too deep"),
    ],
)
def test_broken_json_names_the_line(raw: bytes, said: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_json(raw)
    assert said in str(refused.value)


def test_a_long_list_is_read_in_little_memory() -> None:
    item = json.dumps({"a": "x" * 1_000}).encode()
    raw = b"[" + b",\n".join([item] * 20_000) + b"]"
    rows = iter(JsonRows(open_text(io.BytesIO(raw), "utf-8", lambda done: None), FileFormat()))
    tracemalloc.start()
    assert sum(1 for _ in rows) == 20_000
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()


def bring(folder: Path, name: str, content: Any, **form: Any) -> str:
    mapping = {**MAPPING, "file": form, "answers": {"what": "what"}}
    return importing(
        "--type", "repair", "--mapping", written(folder, "map.json", mapping), written(folder, name, content)
    )


def test_bytes_of_another_encoding_name_their_row_and_the_mend(tenant: Any, tmp_path: Path) -> None:
    publish(actor=SYSTEM, document=sound())
    raw = b"id,what,state\n1,Caf\xe9,\n2,Tea,\n"
    before = standing()
    with pytest.raises(CommandError, match=r"line 2.*holds bytes that are not of the file") as refused:
        bring(tmp_path, "rows.csv", raw)
    assert '"encoding": "windows-1252"' in str(refused.value)
    assert standing() == before
    bring(tmp_path, "rows.csv", raw, encoding="latin-1")
    assert list(ServiceRequest.objects.order_by("number").values_list("title", flat=True)) == ["Café", "Tea"]


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl"])
def test_json_is_known_by_its_name(tenant: Any, tmp_path: Path, name: str) -> None:
    publish(actor=SYSTEM, document=sound())
    bring(tmp_path, name, [{"id": 1, "what": "x", "state": None}])
    assert ServiceRequest.objects.get().title == "x"


@pytest.mark.parametrize("content", ["", "id,what,state\n", "[]"])
def test_a_file_without_rows_is_refused(tenant: Any, tmp_path: Path, content: str) -> None:
    publish(actor=SYSTEM, document=sound())
    with pytest.raises(CommandError) as refused:
        bring(tmp_path, "rows.json" if content == "[]" else "rows.csv", content)
    assert refused.value.returncode == 1
