"""Good files of every kind that is taken, made in the test."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "#c8401a").save(content, kind, **options)
    return content.getvalue()


def photo_with_place() -> bytes:
    """A photo as a telephone makes it: turned, with the place and the maker in it."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Canarymaker"
    exif.get_ifd(0x8825)[2] = (55.0, 57.0, 12.0)
    return picture(size=(60, 30), exif=exif, comment=b"Canarycomment")


def pdf(extra: bytes = b"") -> bytes:
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n" + extra + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"


_MAIN = {
    "docx": ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
    "pptx": (
        "ppt/presentation.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
    ),
}


def office(kind: str = "docx", parts: dict[str, bytes] | None = None, types: str = "") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        if kind in _MAIN:
            main, mime = _MAIN[kind]
            archive.writestr("[Content_Types].xml", f'<Types><Override ContentType="{mime}"/>{types}</Types>')
            archive.writestr("_rels/.rels", "<Relationships/>")
            archive.writestr(main, "<w:document/>")
        else:
            mime = {"odt": "text", "ods": "spreadsheet"}[kind]
            archive.writestr(
                zipfile.ZipInfo("mimetype"), f"application/vnd.oasis.opendocument.{mime}", zipfile.ZIP_STORED
            )
            archive.writestr("content.xml", "<office:document-content/>")
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return content.getvalue()


MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 64
MOV = b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  " + b"\x00" * 64
GOOD: dict[str, bytes] = {
    "paper.pdf": pdf(),
    "photo.jpg": picture(),
    "photo.jpeg": picture(),
    "plan.png": picture("PNG"),
    "plan.webp": picture("WEBP"),
    "IMG_0001.HEIC": picture("HEIF"),
    "letter.docx": office("docx"),
    "list.xlsx": office("xlsx"),
    "talk.pptx": office("pptx"),
    "letter.odt": office("odt"),
    "list.ods": office("ods"),
    "list.csv": "Name;Größe\nKessel;3\n".encode(),
    "list latin.csv": "Name;Größe\nKessel;3\n".encode("cp1252"),
    "note.txt": b"Plain words: 3 < 4 & more\n",
    "note wide.txt": "Plain words\n".encode("utf-16"),
}


def sent(name: str = "paper.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, GOOD[name] if content is None else content)
