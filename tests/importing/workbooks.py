"""Workbooks as people have them, and as no program writes them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import openpyxl

from tests.documents.hostile_files import OLE


def book(*rows: Any, title: str = "Sheet", **more: Any) -> bytes:
    """A workbook of one sheet with these rows; `more` are further sheets by name."""
    workbook = openpyxl.Workbook()
    workbook.active.title = title
    for sheet, lines in (
        (workbook.active, rows),
        *((workbook.create_sheet(name), lines) for name, lines in more.items()),
    ):
        for row in lines:
            sheet.append(row)
    return saved(workbook)


def saved(workbook: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def edited(content: bytes, part: str, *changes: tuple[str, str], **parts: str) -> bytes:
    """The same with `changes` made to one of its parts (patterns and what stands there instead), or others in it."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith(part):
                words = text.decode()
                for pattern, to in changes:
                    words, count = re.subn(pattern, lambda _found, to=to: to, words, count=1, flags=re.DOTALL)
                    assert count, pattern
                text = words.encode()
            new.writestr(name, text)
        for name, words in parts.items():
            new.writestr(name, words)
    return found.getvalue()


SHEET = "sheet1.xml"
PLAIN = book(["id", "what"], ["1", "Tea"])
_ROW = '<row r="2">'


_KIND = r"openxmlformats-officedocument\.spreadsheetml\.sheet\.main"


def _types(kind: str) -> bytes:
    return edited(PLAIN, "[Content_Types].xml", (_KIND, kind))


def _merged(ref: str) -> bytes:
    cells = f'</sheetData><mergeCells><mergeCell ref="{ref}"/></mergeCells>'
    return edited(PLAIN, SHEET, ("</sheetData>", cells))


def _bomb() -> bytes:
    return edited(PLAIN, SHEET, ("<sheetData>", "<sheetData>" + " " * 20_000_000))


# Each with what is said of it.
REFUSED = {
    "old Excel": (OLE, "old Excel (.xls)"),
    "password": (OLE + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
    "no workbook": (_types("sheet.none"), "no Excel workbook"),
    "another archive": (b"PK\x03\x04 and nothing else", "damaged"),
    "cut off": (PLAIN[:-300], "damaged"),
    "macros": (_types("ms-excel.sheet.macroEnabled.main"), "macros"),
    "program": (edited(PLAIN, "none", **{"xl/vbaProject.bin": "x"}), "macros"),
    "bomb": (_bomb(), "unpacks to far more"),
    "entities": (edited(PLAIN, SHEET, ("<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet')), "damaged"),
    "no XML": (edited(PLAIN, SHEET, ("</sheetData>", "</sheet>")), "damaged"),
    "a row beyond the last": (edited(PLAIN, SHEET, (_ROW, '<row r="99999999999">')), "damaged"),
    "a row before the first": (edited(PLAIN, SHEET, (_ROW, '<row r="1">')), "damaged"),
    "a column beyond the last": (edited(PLAIN, SHEET, ('r="B2"', 'r="ZZZZZZ2"')), "damaged"),
    "a spoilt column": (edited(PLAIN, SHEET, ('r="B2"', 'r="XFE2"')), "damaged"),
    "a cell that comes late": (edited(PLAIN, SHEET, (r'<c r="A2"', '<c r="B2"><v>1</v></c><c r="A2"')), "damaged"),
    "a cell that is none": (edited(PLAIN, SHEET, (r'(?=<c r="B2")', '<x r="B2"><v>1</v></x>')), "damaged"),
    "a row in a row": (edited(PLAIN, SHEET, (r'(?=<c r="B2")', '<row r="3"/>')), "damaged"),
    "a deep one": (edited(PLAIN, SHEET, ("<sheetData>", "<x>" * 200 + "<sheetData>")), "unpacks to far more"),
    "no such code": (edited(PLAIN, "styles.xml", ("^", '<?xml version="1.0" encoding="foo"?>')), "damaged"),
    "an icon": (edited(PLAIN, "none", **{"xl/media/image1.svg": "<svg/>"}), "embedded things"),
    "a spoilt number": (edited(PLAIN, SHEET, (r'<c r="B2".*?</c>', '<c r="B2"><v>x</v></c>')), "damaged"),
    "no such text": (edited(PLAIN, SHEET, (r'<c r="B2".*?</c>', '<c r="B2" t="s"><v>9</v></c>')), "damaged"),
    "no such style": (edited(PLAIN, SHEET, (r'<c r="B2".*?</c>', '<c r="B2" s="99"><v>1</v></c>')), "damaged"),
    "nothing in it": (book(), "is empty"),
    "merged heads": (_merged("A1:B1"), "header are merged (A1:B1)"),
    "spoilt merge": (_merged("x"), "damaged"),
}  # fmt: skip


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FORMAT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def of_excel(rows: str, texts: str, more: str = "", properties: str = "") -> bytes:
    """A workbook as Excel itself writes one: texts in a part of their own, built-in forms of dates."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_FORMAT}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_FORMAT}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_FORMAT}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_FORMAT}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr{properties}/>'
        '<sheets><sheet name="Kunden" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="00000"/>'
        '</numFmts><fonts><font/></fonts><fills><fill><patternFill patternType="none"/></fill></fills>'
        "<borders><border/></borders>"
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/>'
        '<xf numFmtId="22"/><xf numFmtId="164"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{texts}</sst>',
        "xl/worksheets/sheet1.xml": f'<x:worksheet xmlns:x="{_MAIN}"><x:dimension ref="A1:F9"/><x:sheetData>{rows}'
        f"</x:sheetData>{more}</x:worksheet>",
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in parts.items():
            archive.writestr(name, _HEAD + words)
    return content.getvalue()
